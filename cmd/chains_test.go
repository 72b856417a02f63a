package cmd

import (
	"strings"
	"testing"

	"github.com/mint402/mint402/x402"
)

func TestAChainIsChosenByNameByIDOrByDescription(t *testing.T) {
	base, _ := x402.NetworkByName("base")
	for _, c := range []struct {
		flags nodeFlags
		want  x402.Network
	}{
		{nodeFlags{network: "base"}, base},
		{nodeFlags{network: "8453"}, base},
		{nodeFlags{network: "base-sepolia", chainID: 8453}, base},
		{nodeFlags{network: "eip155:31337"}, x402.Network{Name: "eip155:31337", Title: "chain 31337", ChainID: 31337}},
		{nodeFlags{network: "base-sepolia", chainID: 31337}, x402.Network{Name: "eip155:31337", Title: "chain 31337", ChainID: 31337}},
		{nodeFlags{network: "base-sepolia", chain: "id=31337"}, x402.Network{Name: "eip155:31337", Title: "chain 31337", ChainID: 31337}},
		{nodeFlags{network: "base-sepolia", chain: " testnet, id=31337,title=Our chain,explorer=https://scan.example/,confirmations=12"},
			x402.Network{Name: "eip155:31337", Title: "Our chain", ChainID: 31337, Testnet: true, Explorer: "https://scan.example", Confirmations: 12}},
	} {
		if got, err := c.flags.named(); err != nil || got != c.want {
			t.Errorf("%+v: %+v, %v; want %+v", c.flags, got, err, c.want)
		}
	}
	for spec, says := range map[string]string{
		"":                                    "",
		"title=x":                             "id=N",
		"id=0":                                "a chain id",
		"id=-1":                               "a chain id",
		"id=0x1":                              "a chain id",
		"id=99999999999999999999":             "a chain id",
		"id=8453":                             "--network base",
		"id=7,id=8":                           "id once",
		"id=7,testnet=maybe":                  "testnet=true or testnet=false",
		"id=7,title=":                         "a title",
		"id=7,title=a\x1b[2J":                 "a title",
		"id=7,explorer=http://x":              "https://",
		"id=7,explorer=javascript:alert(1)":   "https://",
		"id=7,confirmations=9999999999":       "a number of blocks",
		"id=7,rpc=https://x":                  "expected id, title, testnet, explorer or confirmations",
		"id=7," + strings.Repeat("x", 10_000): "expected id, title",
	} {
		f := nodeFlags{network: "base-sepolia", chain: spec}
		if _, err := f.named(); spec != "" && (err == nil || !strings.Contains(err.Error(), says) || len(err.Error()) > 500) {
			t.Errorf("%.50q: %.600v; want %q", spec, err, says)
		}
	}
	for _, name := range []string{"eip155:0", "0", "-1", "nowhere", "eip155:07", "99999999999999999999"} {
		if got, err := (&nodeFlags{network: name}).named(); err == nil {
			t.Errorf("%q is %+v", name, got)
		}
	}
	if _, err := (&nodeFlags{network: "base", chainID: 8453, chain: "id=7"}).named(); err == nil {
		t.Error("a chain was chosen twice")
	}
}

func TestAnAssetIsNamedByAddressOrByItsSymbolOnTheNetwork(t *testing.T) {
	base, _ := x402.NetworkByName("base")
	for _, symbol := range []string{"EURC", "eurc", "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42", "0x60a3e35cc302bfa44cb288bc5a4f316fdb1adb42"} {
		if got, err := assetAddress(base, symbol); err != nil || got.Hex() != "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb42" {
			t.Errorf("%s: %s, %v", symbol, got, err)
		}
	}
	for _, wrong := range []string{"", "EURX", "0x60", "0x60a3E35Cc302bFA44Cb288Bc5a4F316Fdb1adb43", strings.Repeat("U", 10_000)} {
		if got, err := assetAddress(base, wrong); err == nil || len(err.Error()) > 400 {
			t.Errorf("%.50q: %s, %.500v", wrong, got, err)
		}
	}
}
