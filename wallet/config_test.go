package wallet

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTheConfigurationIsReadStrictly(t *testing.T) {
	good := `{"perPayment":"0.50","perDay":"5","total":"20","approveAbove":"0.10","approveBy":["terminal","client"],"hosts":["mint.example"],"networks":["base"],"payees":["0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"],"rpc":{"base":["https://node.example"]}}`
	c, err := ParseConfig([]byte(good))
	if err != nil || c.Limits.PerPayment != 500_000 || c.Limits.PerDay != 5_000_000 || c.Limits.Total != 20_000_000 || c.ApproveAbove != 100_000 || !c.ApproveByClient || c.Limits.Networks[0] != "eip155:8453" || c.RPC["eip155:8453"][0] != "https://node.example" {
		t.Fatalf("%+v, %v", c, err)
	}
	for name, text := range map[string]string{
		"empty": "", "no limits": "{}", "an unknown key": strings.Replace(good, `"perDay"`, `"perWeek":"1","perDay"`, 1), "no hosts": strings.Replace(good, `["mint.example"]`, `[]`, 1),
		"a number": strings.Replace(good, `"0.50"`, `0.5`, 1), "a negative amount": strings.Replace(good, `"0.50"`, `"-1"`, 1), "no total": strings.Replace(good, `"total":"20",`, ``, 1),
		"seven decimals": strings.Replace(good, `"0.50"`, `"0.0000001"`, 1), "an unknown network": strings.Replace(good, `["base"]`, `["bass"]`, 1), "an unknown approver": strings.Replace(good, `"client"`, `"agent"`, 1),
		"more after it": good + "{}", "hosts and anyHost": strings.Replace(good, `"hosts"`, `"anyHost":true,"hosts"`, 1), "a long validity": strings.Replace(good, `"hosts"`, `"maxValidSeconds":3601,"hosts"`, 1),
		"a limit twice": strings.Replace(good, `"total"`, `"perDay":"500","total"`, 1), "a limit twice, in two cases": strings.Replace(good, `"total"`, `"PERDAY":"500","total"`, 1),
		"a network under two names": strings.Replace(good, `"rpc":{`, `"rpc":{"eip155:8453":["https://other.example"],`, 1),
		"an asset without decimals": strings.Replace(good, `"hosts"`, `"assets":[{"network":"base","address":"0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed","symbol":"X","name":"X","version":"1"}],"hosts"`, 1),
	} {
		if c, err := ParseConfig([]byte(text)); err == nil {
			t.Errorf("%s: %+v", name, c)
		}
	}
	path := filepath.Join(t.TempDir(), "wallet.json")
	if err := os.WriteFile(path, []byte(good), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadConfig(path); err != nil {
		t.Error(err)
	}
	if err := os.Chmod(path, 0o666); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadConfig(path); err == nil {
		t.Error("read limits that everybody may write")
	}
}
