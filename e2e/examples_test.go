package e2e

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// TestTheExamplesMintAndWatchADemo runs each program of examples, and reads back from
// the chain what its payer got.
func TestTheExamplesMintAndWatchADemo(t *testing.T) {
	begin(t)
	shown, l := startDemoWithLedger(t)
	root, err := filepath.Abs("..")
	if err != nil {
		t.Fatal(err)
	}
	built := t.TempDir()
	for _, name := range []string{"pay", "watch"} {
		run(t, nil, "go", "build", "-o", built, root+"/examples/"+name)
	}
	// Users run pay.ts with tsx. esbuild, which tsx uses, finds our packages.
	run(t, []string{"NODE_PATH=" + root + "/e2e/node_modules"}, "node_modules/.bin/esbuild", root+"/examples/typescript/pay.ts",
		"--bundle", "--platform=node", "--format=esm", "--log-level=warning", "--outfile="+built+"/pay.mjs")

	watch := start(t, nil, built+"/watch", strings.TrimSuffix(shown.MintURL, "/mint")+"/launches/demo")
	for i, example := range []struct {
		name    string
		command []string
		want    string // in what it prints
	}{
		{"pay", []string{built + "/pay", shown.MintURL}, "in transaction 0x"},
		{"typescript", []string{"node", built + "/pay.mjs", shown.MintURL}, ", final\n"},
		{"curl", []string{root + "/examples/curl/pay.sh", shown.MintURL}, `"state":`},
	} {
		t.Run(example.name, func(t *testing.T) {
			key := shown.Wallets[i].Key.String()
			secret, err := crypto.ToECDSA(shown.Wallets[i].Key)
			if err != nil {
				t.Fatal(err)
			}
			payer := crypto.PubkeyToAddress(secret.PublicKey)
			had, held := l.usdc(t, payer), l.allotments(t, payer)
			t.Chdir(t.TempDir()) // the payment is kept here
			said := run(t, []string{"KEY=" + key, "MINT402_KEY=" + key, "MINT402=" + program}, example.command[0], example.command[1:]...)
			if !strings.Contains(said, example.want) {
				t.Errorf("printed no %q:\n%s", example.want, said)
			}
			if got, paid := l.allotments(t, payer)-held, had-l.usdc(t, payer); got != 1 || paid != price {
				t.Errorf("%s got %d allotments for %d; want 1 for %d", payer, got, paid, price)
			}
			until(t, "the mint is watched", func() bool { return watchedFor(watch, payer) })
		})
	}
	l.books(t, 0)
}

// watchedFor reports whether a mint for a payer was printed.
func watchedFor(watch *process, payer common.Address) bool {
	for _, line := range watch.said() {
		if strings.Contains(line, " to "+payer.Hex()+" in transaction ") {
			return true
		}
	}
	return false
}

// TestTheExampleHasThePackagesThatItIsTestedWith compares its versions with ours.
func TestTheExampleHasThePackagesThatItIsTestedWith(t *testing.T) {
	packages := func(path string) (all map[string]string) {
		var p struct{ Dependencies, DevDependencies map[string]string }
		text, err := os.ReadFile(path)
		if err == nil {
			err = json.Unmarshal(text, &p)
		}
		if err != nil {
			t.Fatal(err)
		}
		if all = p.Dependencies; all == nil {
			all = p.DevDependencies
		}
		return all
	}
	ours := packages("package.json")
	for name, version := range packages("../examples/typescript/package.json") {
		if ours[name] != version {
			t.Errorf("%s %s is tested with %s", name, version, ours[name])
		}
	}
}
