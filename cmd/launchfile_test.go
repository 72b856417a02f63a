package cmd

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
)

// launchFile writes a file and returns its path.
func launchFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTheExampleOfALaunchFileIsADryRunWithoutAMistake(t *testing.T) {
	d := theDemo(t)
	s := d.payerShell(t, 0)
	path := launchFile(t, "token.yaml", newShell(t).ok("", "launch", "--example").out)
	r := s.ok("", "launch", "-f", path, "--dry-run", "--json")
	plan := decode[launched](t, r.out)
	if len(plan.Checks) != 5 || len(plan.Steps) != 3 || plan.Deployed || plan.DeployGas == 0 {
		t.Errorf("%+v", plan)
	}
	for _, said := range []string{"Ping (PING) on Base Sepolia", "5,000 PING for 0.10 USDC", "check gas", "ok: the deployer can pay it", "step 1: deploy " + plan.Token.Hex(),
		"step 3: register it as \"ping\"", "nothing was sent"} {
		if !strings.Contains(r.err, said) {
			t.Errorf("not said: %q in\n%s", said, r.err)
		}
	}
	same := decode[launched](t, s.ok("", "launch", "--dry-run", "--json", "--name", "Ping", "--symbol", "PING", "--price", "0.10", "--allotment", "5000", "--cap", "5000000").out)
	if same.Token != plan.Token {
		t.Errorf("the file describes %s, the flags describe %s", plan.Token, same.Token)
	}
}

func TestALaunchFileIsCheckedAsTheFlagsAre(t *testing.T) {
	s := theDemo(t).payerShell(t, 0)
	const good = "name: P\nsymbol: P\nprice: 1\nallotment: 1\n"
	for text, says := range map[string]string{
		good + "cap: 5\nprise: 1":                                        ":6: \"prise\" is not a key of a launch file",
		good + "cap: 5\ncontractURI: https://a":                          "did you mean contract-uri?",
		good + "cap: 5\nlimit: many":                                     ":6: limit \"many\": expected a whole number",
		"cap: 12000\nname: P\nsymbol: P!\nprice: 0":                      ":3: symbol \"P!\" is not",
		"name: P\nsymbol: P!\nprice: 0\ncap: 1":                          ":3: price", // all mistakes are reported at once
		good + "cap: 5\ntreasury: \"0x" + strings.Repeat("0", 40) + "\"": ":6: treasury is the zero address",
		good:                                      "--cap is missing",
		good + "cap: 5\nimage: http":              ":6: image cannot be used: expected a URL",
		good + "cap: 5\nnetwork: bass":            "there is no network",
		good + "cap: 5\nopens: \"\"":              ":6: opens: expected a value, and it is empty",
		good + "cap: 5\nlimit: |\nsalt: a":        ":6: limit: expected a value, and it is empty",
		good + "cap: 5\ntreasury: " + demoKeys[1]: ":6: treasury \"(a private key?)\": expected",
	} {
		s.refused(2, says, "", "launch", "-f", launchFile(t, "token.yaml", text), "--yes")
	}
	path := launchFile(t, "token.yaml", good+"cap: 5\nsalt: "+t.Name())
	s.refused(2, `:5: cap is "5", but --cap or MINT402_CAP is "6"`, "", "launch", "-f", path, "--cap", "6")
	onBase := launchFile(t, "base.yaml", good+"cap: 5\nnetwork: base")
	s.refused(2, `base.yaml:6: network is "base", but --chain-id or MINT402_CHAIN_ID is "84532"`, "", "launch", "-f", onBase, "--chain-id", "84532")
	s.with("MINT402_CHAIN_ID=84532").refused(2, `network is "base", but --chain-id`, "", "launch", "-f", onBase)
	s.refused(2, `network is "base", but --chain or MINT402_CHAIN is "id=31338"`, "", "launch", "-f", onBase, "--chain", "id=31338")
	s.refused(2, "--chain-id 0: expected", "", "launch", "-f", onBase, "--chain-id", "0")
	s.refused(2, "--treasury: expected a text, and it is empty", "", "launch", "-f", path, "--treasury", "")
	s.refused(2, "--rpc: expected a value, or several separated by commas, and it is empty", "", "launch", "-f", path, "--rpc", "")
	s.ok("", "launch", "-f", path, "--dry-run", "--chain-id", "84532")
	s.with("MINT402_TREASURY=0x1").refused(2, "MINT402_TREASURY is", "", "launch", "-f", launchFile(t, "b.yaml", good+"treasury: \"0x2\"\ncap: 1"))
	s.ok("", "launch", "-f", path, "--cap", "5", "--slug", "other", "--dry-run")
	s.refused(2, "there is no file", "", "launch", "-f", path+".none")
}

func TestADryRunThatCouldNotGoOnExitsWithOneAndSaysWhy(t *testing.T) {
	d := theDemo(t)
	poor := newShell(t, "MINT402_KEY=8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba", "MINT402_RPC="+d.RPC)
	r := poor.refused(1, "2 checks failed", "", terms(t, "--dry-run", "--out", filepath.Join(t.TempDir(), "none"))...)
	plan := decode[launched](t, r.out)
	for _, c := range plan.Checks {
		if c.OK != (c.Check == "terms" || c.Check == "database" || c.Check == "server") {
			t.Errorf("%+v", c)
		}
	}
	if !strings.Contains(r.err, "send it coins for gas") || plan.Deployed {
		t.Errorf("%s%s", r.out, r.err)
	}
}

func TestALaunchThatFailsIsSavedAndContinuesWithTheSameToken(t *testing.T) {
	long(t)
	d := theDemo(t)
	poor := newShell(t, "MINT402_KEY=8b3a350cf5c34c9194ca85829a2df0ec3153be0318b5e2d3348e872092edffba", "MINT402_RPC="+d.RPC)
	owner := d.Wallets[0].Address.Hex()
	r := poor.refused(1, "mint402 launch -f ", "", terms(t, "--closes", "24h", "--description", `a "test": of # all`, "--owner", owner, "--treasury", owner)...)
	files, _ := filepath.Glob(filepath.Join(poor.env["MINT402_OUT"], "ping.0x*.launch.yaml"))
	if len(files) != 1 || !strings.Contains(r.err, files[0]) {
		t.Fatalf("saved: %v\n%s", files, r.err)
	}
	fields, err := deploy.ReadFile(t.Context(), files[0])
	if err != nil {
		t.Fatal(err)
	}
	saved := map[string]string{}
	for _, f := range fields {
		saved[f.Key] = f.Value
	}
	if at, err := time.Parse(time.RFC3339, saved["closes"]); err != nil || time.Until(at) < 23*time.Hour || saved["description"] != `a "test": of # all` || saved["owner"] != owner {
		t.Errorf("%v", saved)
	}
	time.Sleep(1100 * time.Millisecond) // with "24h" in place of the time, it would be another token
	s := d.payerShell(t, 0)
	made := decode[launched](t, s.ok("", "launch", "-f", files[0], "--yes", "--json").out)
	if !made.Deployed || !made.Registered || !strings.HasPrefix(filepath.Base(files[0]), "ping."+strings.ToLower(made.Token.Hex()[:10])) {
		t.Errorf("%+v, saved in %s", made, files[0])
	}
	if left, _ := filepath.Glob(filepath.Join(s.env["MINT402_OUT"], "*.launch.yaml")); len(left) != 0 {
		t.Errorf("after success: %v", left)
	}
}

func TestARunningServerSellsALaunchThatIsDeployedNextToIt(t *testing.T) {
	long(t)
	d := theDemo(t)
	variable, minter := minterOf(t)
	s := d.seller(t).with(variable)
	s.ok("", terms(t, "--slug", "first")...)
	_, url := s.serving()
	r := s.ok("", terms(t, "--slug", "second", "--salt", "2", "--description", "typed")...)
	if made := decode[launched](t, r.out); !made.Registered || strings.Contains(r.err, "mint402 serve") {
		t.Errorf("%+v\n%s", made, r.err)
	}
	eventually(t, "it is sold", func() bool {
		l, _ := getJSON[api.Launch](t, url+"/launches/second")
		return l.Status == "open" && l.Description == "typed"
	})
	d.payerShell(t, 1).ok("", "mint", url+"/launches/second/mint", "--yes")
	// What the server would not sell is not deployed next to it.
	other := d.Wallets[3].Address.Hex()
	third := terms(t, "--slug", "third", "--salt", "3", "--minter", other)
	s.refused(1, "would not sell it; nothing was sent", "", third...)
	// If it is deployed already, everything that was typed is kept.
	d.seller(t).ok("", third...)
	r = s.refused(1, "but the server does not sell it: the minter of third is "+other, "", third...)
	if !strings.Contains(r.err, "mint402 set-minter "+minter.Hex()) || !strings.Contains(r.err, "mint402 launch -f ") {
		t.Errorf("%s", r.err)
	}
	files, _ := filepath.Glob(filepath.Join(s.env["MINT402_OUT"], "third.0x*.launch.yaml"))
	if len(files) != 1 {
		t.Fatalf("saved: %v", files)
	}
	d.payerShell(t, 0).ok("", "set-minter", minter.Hex(), "--yes", "--token", strings.Fields(strings.Split(r.err, "the token is deployed at ")[1])[0][:42])
	r = s.refused(2, ":9: minter", "", "launch", "-f", files[0], "--yes", "--minter", minter.Hex())
	if made := decode[launched](t, s.ok("", "launch", "-f", files[0], "--yes", "--json").out); !made.Already || !made.Registered {
		t.Errorf("%+v", made)
	}
	eventually(t, "the third is sold", func() bool {
		l, _ := getJSON[api.Launch](t, url+"/launches/third")
		return l.Status == "open"
	})
}

func TestALaunchThatNoServerAnswersForIsKeptAndSoldByTheNextStart(t *testing.T) {
	long(t)
	d := theDemo(t)
	s := d.seller(t)
	s.ok("", terms(t, "--slug", "first")...)
	silent, err := store.Open(s.env["MINT402_DB"]) // a server that does not read requests
	if err != nil {
		t.Fatal(err)
	}
	s.refused(1, "the request is kept", "", terms(t, "--slug", "second", "--salt", "2")...)
	silent.Close()
	_, url := s.serving()
	eventually(t, "it is sold", func() bool {
		l, _ := getJSON[api.Launch](t, url+"/launches/second")
		return l.Status == "open"
	})
}
