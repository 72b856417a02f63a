package cmd

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/pflag"
)

func writeFile(t *testing.T, mode os.FileMode, content string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(path, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, mode); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestEveryFlagHasATwinInTheEnvironment(t *testing.T) {
	values := map[string]string{"bool": "true", "int": "7", "int64": "7", "uint64": "7", "duration": "7s", "string": "seven", "stringSlice": "a,b"}
	blank := newShell(t).program(nil, io.Discard, io.Discard)
	for _, c := range verbs(blank) {
		env := newShell(t)
		c.Flags().VisitAll(func(f *pflag.Flag) {
			if f.Name != "help" && f.Name != "env-file" {
				env.env[twin(f.Name)] = values[f.Value.Type()]
			}
		})
		p := env.program(nil, io.Discard, io.Discard)
		for _, bound := range verbs(p) {
			if bound.Name() != c.Name() {
				continue
			}
			bound.InheritedFlags() // as parsing a command line merges them
			if err := p.bind(bound); err != nil {
				t.Fatalf("%s: %v", bound.Name(), err)
			}
			bound.Flags().VisitAll(func(f *pflag.Flag) {
				want := env.env[twin(f.Name)]
				if got := strings.Trim(f.Value.String(), "[]"); f.Name != "help" && f.Name != "env-file" && got != want {
					t.Errorf("%s --%s is %q with %s=%q", bound.Name(), f.Name, got, twin(f.Name), want)
				}
			})
		}
	}
}

func TestAFlagGoesBeforeTheEnvironmentAndThatBeforeDotenv(t *testing.T) {
	file := writeFile(t, 0o644, "# a comment\n\nexport MINT402_STATE=settled\nMINT402_LIMIT=0 # none\n")
	s := newShell(t, "MINT402_ENV_FILE="+file)
	s.refused(2, "--limit 0", "", "orders")
	s.with("MINT402_LIMIT=-3").refused(2, "--limit -3", "", "orders")
	s.with("MINT402_LIMIT=-3").refused(2, "--limit -4", "", "orders", "--limit", "-4")
	s.refused(2, `--state "x"`, "", "orders", "--state", "x", "--limit", "1")
}

func TestABadTwinIsNamed(t *testing.T) {
	newShell(t, "MINT402_LIMIT=many").refused(2, "MINT402_LIMIT", "", "orders")
}

func TestAMissingDotenvIsFineUnlessItWasAskedFor(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "none")
	newShell(t).ok("", "version")
	newShell(t).refused(2, "read environment file", "", "version", "--env-file", missing)
	newShell(t, "MINT402_ENV_FILE="+missing).refused(2, "read environment file", "", "version")
}

func TestDotenvKeepsSecretsToItsOwner(t *testing.T) {
	line := "MINT402_KEY=" + demoKeys[1] + "\n"
	s := newShell(t)
	s.refused(2, "other users may read it (mode 0644)", "", "version", "--env-file", writeFile(t, 0o644, line))
	s.ok("", "version", "--env-file", writeFile(t, 0o600, line))
	r := s.refused(2, "is not NAME=value", "", "version", "--env-file", writeFile(t, 0o600, "MINT402_KEY "+demoKeys[1]))
	if strings.Contains(r.err, demoKeys[1]) {
		t.Error("the key was printed")
	}
}

func TestDotenvOverlooksNoNameOfOurs(t *testing.T) {
	vars, err := readDotenv(writeFile(t, 0o600, "\ufeffMINT402_TREASURY=0x1\nOTHER=1\nOTHER=2\n"))
	if err != nil || vars["MINT402_TREASURY"] != "0x1" || vars["OTHER"] != "2" {
		t.Errorf("%v, %v", vars, err)
	}
	if _, err := readDotenv(writeFile(t, 0o600, "MINT402_LIMIT=1\n\nMINT402_LIMIT=2\n")); err == nil || !strings.Contains(err.Error(), ":3: MINT402_LIMIT is given twice") {
		t.Errorf("twice: %v", err)
	}
	s := newShell(t)
	for text, says := range map[string]string{
		"mint402_limit=5":                 "no flag belongs to mint402_limit",
		"MINT402-LIMIT=5":                 "no flag belongs to MINT402-LIMIT",
		"MINT_402_LIMIT=5":                "no flag belongs to MINT_402_LIMIT",
		"X=1\rMINT402_LIMIT=5":            ":1 has a character that is not shown",
		"X=1\u0085MINT402_LIMIT=5":        ":1 has a character that is not shown",
		"X=1\u2028MINT402_LIMIT=5":        ":1 has a character that is not shown",
		"\u200bMINT402_LIMIT=5":           ":1 is not NAME=value",
		"\x00MINT402_LIMIT=5":             ":1 is not NAME=value",
		"ＭINT402_LIMIT=5":                 ":1 is not NAME=value",
		"export A=1 MINT402_LIMIT=5":      ":1 has two variables on a line",
		"A=1; MINT402_LIMIT=5":            ":1 has two variables on a line",
		"MINT402_LIMIT=\"x\" # a comment": "MINT402_LIMIT \"x\": expected a whole number",
	} {
		s.refused(2, says, "", "launch", "--env-file", writeFile(t, 0o600, text+"\n"))
	}
	s.with("MINT402_CHAIN_ID=8453", "MINT402_KEY="+demoKeys[0]).refused(2, "--network or MINT402_NETWORK is \"base-sepolia\", and --chain-id or MINT402_CHAIN_ID is of another chain", "", "launch", "--network", "base-sepolia")
}

func TestDotenvValuesMayBeQuotedAndAreNotExpanded(t *testing.T) {
	vars, err := readDotenv(writeFile(t, 0o600, "A=\"x # y\"\nB='$HOME'\nC= plain # comment\nD=\nE=a=b\r\n"))
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"A": "x # y", "B": "$HOME", "C": "plain", "D": "", "E": "a=b"} {
		if vars[name] != want {
			t.Errorf("%s is %q, want %q", name, vars[name], want)
		}
	}
}
