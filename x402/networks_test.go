package x402

import (
	"math/big"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestEachNetworkIsFoundByNameCAIP2AndChainID(t *testing.T) {
	names, ids := map[string]bool{}, map[uint64]bool{}
	for _, n := range Networks() {
		if names[n.Name] || ids[n.ChainID] {
			t.Errorf("%s is listed twice", n.Name)
		}
		names[n.Name], ids[n.ChainID] = true, true
		for _, s := range []string{n.Name, n.CAIP2(), new(big.Int).SetUint64(n.ChainID).String()} {
			if got, ok := NetworkByName(s); !ok || got != n {
				t.Errorf("%s: found %+v", s, got)
			}
		}
		if n.Title == "" || n.Asset.Name == "" || n.Asset.Version == "" || n.Asset.Symbol == "" || n.Asset.Decimals != 6 || n.Asset.Address == (common.Address{}) {
			t.Errorf("%s is incomplete: %+v", n.Name, n)
		}
		for _, u := range []string{n.Explorer, n.RPC} {
			if p, err := url.Parse(u); err != nil || p.Scheme != "https" || strings.HasSuffix(u, "/") {
				t.Errorf("%s: %q", n.Name, u)
			}
		}
	}
	for _, s := range []string{"", "Base", "embedded", "eip155:", "eip155:08453", "eip155:8453 ", "eip155:99999999999999999999", "solana:8453", "08453", "-1", "1337"} {
		if n, ok := NetworkByName(s); ok {
			t.Errorf("%q found %s", s, n.Name)
		}
	}
}

// The enum of x402 1.2.0 on npm, less Solana.
func TestVersion1NamesAreThoseThatItsClientsKnow(t *testing.T) {
	enum := strings.Fields("abstract abstract-testnet base-sepolia base avalanche-fuji avalanche iotex sei sei-testnet polygon polygon-amoy peaq story educhain skale-base-sepolia")
	var ours []string
	for _, n := range Networks() {
		if n.V1 {
			ours = append(ours, n.Name)
		}
	}
	slices.Sort(enum)
	slices.Sort(ours)
	if !slices.Equal(ours, enum) {
		t.Errorf("got %v, want %v", ours, enum)
	}
}

func TestAmountsAreWrittenForPeopleAndReadBackExactly(t *testing.T) {
	six, none, eighteen := Asset{Symbol: "USDC", Decimals: 6}, Asset{Symbol: "ONE"}, Asset{Symbol: "X", Decimals: 18}
	for _, c := range []struct {
		asset Asset
		base  string
		text  string
	}{
		{six, "0", "0.00"}, {six, "1", "0.000001"}, {six, "100000", "0.10"}, {six, "1000000", "1.00"},
		{six, "1234500", "1.2345"}, {six, "1234567", "1.234567"}, {six, "120000000000", "120000.00"},
		{none, "0", "0"}, {none, "17", "17"}, {eighteen, "1500000000000000000", "1.50"},
		{six, "115792089237316195423570985008687907853269984665640564039457584007913129639935", "115792089237316195423570985008687907853269984665640564039457584007913129.639935"},
	} {
		base, _ := new(big.Int).SetString(c.base, 10)
		if got := c.asset.Format(base); got != c.text {
			t.Errorf("%s: wrote %s, want %s", c.base, got, c.text)
		}
		if got, err := c.asset.Parse(c.text); err != nil || got.Cmp(base) != 0 {
			t.Errorf("%s: read %v, %v, want %s", c.text, got, err, c.base)
		}
	}
	if got := six.Format(big.NewInt(-100000)); got != "-0.10" {
		t.Errorf("a debt: %s", got)
	}
	for text, want := range map[string]int64{"1": 1000000, "0.1": 100000, "0.100": 100000} {
		if got, err := six.Parse(text); err != nil || got.Int64() != want {
			t.Errorf("%s: read %v, %v", text, got, err)
		}
	}
	for _, text := range []string{"", ".", ".5", "1.", "-1", "+1", "1e6", "0x1", "1,000", " 1", "1 ", "01", "0.0000001", "1.2.3", "१",
		strings.Repeat("9", 1_000_000), "0." + strings.Repeat("0", 1_000_000), strings.Repeat("9", 78)} {
		if got, err := six.Parse(text); err == nil {
			t.Errorf("%.20q: read %v", text, got)
		}
	}
}

func TestANetworksRequirementAsksForItsAssetUpfront(t *testing.T) {
	n := mustNetwork(t, "base-sepolia")
	r := n.Requirement(common.Address{1}, big.NewInt(100000), 120_999_000_000)
	want := Requirement{SchemeExact, "eip155:84532", big.NewInt(100000), n.Asset.Address, common.Address{1}, 120, Extra{"USDC", "2", "upfront", "", PrimaryTransfer}}
	if r.Amount.Cmp(want.Amount) != 0 {
		t.Errorf("amount %v", r.Amount)
	}
	r.Amount = want.Amount
	if r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
	if r.Domain() != n.Asset.Domain(n.ChainID) {
		t.Errorf("domain %+v", r.Domain())
	}
}
