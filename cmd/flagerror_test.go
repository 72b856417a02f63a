package cmd

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestAWholeNumberIsReadInDecimalOnly(t *testing.T) {
	var p Program
	flags := 0
	var visit func(c *cobra.Command)
	visit = func(c *cobra.Command) {
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if !strings.Contains(f.Value.Type(), "int") {
				return
			}
			flags++
			for _, bad := range []string{"010", "0x10", "0b11", "0o17", "1_000", "+5", " 5", "5 ", "1e3", "5.0", "٣", "", "-", "-0", "00", "--1", "1,000", "9999999999999999999999"} {
				before := f.Value.String()
				if err := f.Value.Set(bad); err == nil || f.Value.String() != before {
					t.Errorf("%s --%s takes %q as %s", c.CommandPath(), f.Name, bad, f.Value)
				}
			}
			if err := f.Value.Set("10"); err != nil || f.Value.String() != "10" {
				t.Errorf("%s --%s 10: %s, %v", c.CommandPath(), f.Name, f.Value, err)
			}
		})
		for _, below := range c.Commands() {
			visit(below)
		}
	}
	visit(p.root())
	if flags < 15 {
		t.Errorf("%d flags", flags)
	}
	s := newShell(t)
	s.refused(2, `--limit "010": expected a whole number`, "", "launch", "--limit", "010")
	s.with("MINT402_LIMIT=0x10").refused(2, `MINT402_LIMIT "0x10": expected a whole number`, "", "launch")
	s.refused(2, `token.yaml:1: limit "010": expected a whole number`, "", "launch", "-f", launchFile(t, "token.yaml", "limit: 010"))
	s.refused(2, "--file: expected a text, and it is empty", "", "launch", "-f", "")
	s.refused(2, "--chains: expected a text, and it is empty", "", "serve", "--chains", "")
}

func TestWhatAnErrorNamesIsVisible(t *testing.T) {
	s := newShell(t)
	for _, args := range [][]string{{"launch", "-f", "/nowhere\x1b[2J"}, {"serve", "--chains", "/nowhere\x1b[2J"}, {"serve", "--key-file", "/nowhere\x1b[2J"}, {"serve", "--webhooks", "/nowhere\x1b[2J"}, {"launch", "\x1b[2J"}, {"\x1b[2J"}} {
		s.refused(2, "", "", args...)
		if r := s.run("", args...); containsControl(r.err) {
			t.Errorf("%q: %q", args, r.err)
		}
	}
}

func containsControl(s string) bool {
	for _, r := range s {
		if r < ' ' && r != '\n' {
			return true
		}
	}
	return false
}

func TestAnErrorHidesSecrets(t *testing.T) {
	key := demoKeys[1]
	s := newShell(t, "MINT402_KEY="+demoKeys[0], "MINT402_SENDER_KEY="+demoKeys[0], "MINT402_RPC=http://127.0.0.1:1")
	for _, args := range [][]string{
		{"serve", "--admin", "0x" + key}, {"serve", "--token", key}, {"serve", "--asset", "0x" + key}, {"serve", "--settle", key}, {"serve", "--trusted-proxy", key}, {"rebuild", "--token", "0x" + key},
		{"facilitators", "--facilitator", "0x" + key}, {"mint", "0x" + key}, {"submit", key}, {"cancel", key}, {"delist", "0x" + key}, {"receipt", "verify", key}, {"launch", "--" + key},
		{"launch", "--minter", "0x" + key + "x"}, {"launch", "--minter", "a,0x" + key + ",b"}, {"launch", "--treasury", key + "0"}, {"serve", "--max-fee", key}, {"launch", "--env-file", writeFile(t, 0o600, "MINT402_"+key+"=1")},
		{"launch", "-f", launchFile(t, "a.yaml", "treasury: \"0x"+key+"\""), "--treasury", "1"}, {"launch", "-f", launchFile(t, "a.yaml", key+": 1")},
		{"serve", "--chains", chainsFile(t, "chains: [{network: base-sepolia, senderKeyFile: 0x"+key+"}]")}, {"serve", "--chains", chainsFile(t, "chains: [{network: 0x"+key+"}]")},
		{"launch", "--name", key, "--symbol", "P", "--price", "1", "--allotment", "1", "--cap", "1"},
	} {
		if r := s.run("", args...); r.code == 0 || strings.Contains(r.err+r.out, key[:50]) || strings.Contains(r.err+r.out, key[14:]) {
			t.Errorf("%q: exit %d, printed %s", args[:2], r.code, strings.ReplaceAll(r.err+r.out, key, "THE KEY"))
		}
	}
	for _, name := range []string{"minter", "treasury", "owner", "limit", "slug", "symbol", "opens", "network", "chain-id", "chain", "asset", "out", "price", "name"} {
		for _, secret := range []string{key, "0x" + key} {
			args := terms(t, "--"+name, secret)
			r := s.run("", args...)
			v := s.with("MINT402_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_"))+"="+secret).run("", "launch", "--json")
			if r.code == 0 || v.code == 0 || strings.Contains(r.err+r.out+v.err+v.out, key) {
				t.Errorf("--%s: exit %d and %d, printed %s", name, r.code, v.code, strings.ReplaceAll(r.err+r.out+v.err+v.out, key, "THE KEY"))
			}
		}
	}
	for _, args := range [][]string{
		{"serve", "--settle", "fallback", "--facilitator", "http://u:hunter2@h:99999"}, {"serve", "--settle", "fallback", "--facilitator", "ftp://u:hunter2@h/"},
		{"serve", "--settle", "fallback", "--facilitator", "http://h:99999/v2/hunter2"}, {"serve", "--public-url", "https://u:hunter2@h"}, {"mcp", "--server", "http://u:hunter2@h:x"},
		{"serve", "--chain", "id=7,explorer=https://u:hunter2@x:99999"}, {"serve", "--network", "https://u:hunter2@x"}, {"serve", "--key-file", "http://u:hunter2@x"},
		{"webhook", "--webhooks", "/nowhere/w.json", "add", "https://u:hunter2@x.example/hook"}, {"serve", "--rpc", "https://u:hunter2@h:99999"},
	} {
		if r := s.run("", args...); r.code == 0 || strings.Contains(r.err+r.out, "hunter2") {
			t.Errorf("%q: exit %d, printed %s", args, r.code, r.err)
		}
	}
}
