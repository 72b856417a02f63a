package main_test

import (
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/mint402/mint402"

// imports lists each package by its directory, and the packages of this module
// that it imports. A nested package stands here too: it is there to make a boundary
// visible, and knows nothing of the package around it. Tests may import more: they
// put the real parts together.
var imports = map[string][]string{
	".":                    {"cmd"},
	"cmd":                  {"amount", "bindings", "chain", "chain/devnet", "cmd/audit", "cmd/catalog", "cmd/chainfile", "cmd/deploy", "cmd/failpoint", "cmd/memory", "cmd/relays", "cmd/safe", "cmd/yamlfile", "crowd", "facilitator", "factories", "farcaster", "media", "mint", "pay", "profile", "proof", "relay", "server", "server/admin", "server/api", "server/discovery", "server/mcp", "server/people", "server/settle", "signer", "source", "store", "store/crowds", "wallet", "web", "webhook", "weburl", "x402"},
	"cmd/audit":            {"chain", "mint", "store"},
	"cmd/catalog":          {"x402"},
	"cmd/chainfile":        {"cmd/yamlfile"},
	"cmd/deploy":           {"amount", "bindings", "chain", "cmd/yamlfile", "mint", "names", "profile", "server/admin", "store", "weburl", "x402"},
	"cmd/failpoint":        {"mint", "store"},
	"cmd/memory":           {},
	"cmd/relays":           {"facilitator", "mint", "x402"},
	"cmd/yamlfile":         {},
	"cmd/safe":             {},
	"weburl":               {},
	"names":                {},
	"amount":               {"x402"},
	"factories":            {},
	"mint":                 {"factories", "x402"},
	"mpp":                  {"x402"},
	"pay":                  {"mint", "mpp", "x402"},
	"wallet":               {"amount", "mint", "pay", "x402"},
	"x402":                 {},
	"proof":                {"x402"},
	"facilitator":          {"mint", "weburl", "x402"},
	"store/asks":           {"facilitator", "mint"},
	"store":                {"mint", "profile", "source", "store/asks", "store/crowds", "store/notes", "store/profiles", "store/relayed", "webhook", "x402"},
	"store/profiles":       {"media", "mint", "profile"},
	"crowd":                {"mint"},
	"store/crowds":         {"crowd", "mint"},
	"store/notes":          {},
	"profile":              {"media"},
	"source":               {"weburl"},
	"webhook":              {"mint", "weburl"},
	"chain":                {"bindings", "chain/creation", "chain/usual", "crowd", "factories", "mint", "weburl", "x402"},
	"chain/creation":       {"bindings"},
	"chain/usual":          {},
	"chain/devnet":         {"bindings", "chain", "mint"},
	"server":               {"amount", "mint", "mpp", "proof", "relay", "server/api", "server/charge", "server/checkout", "server/conn", "server/discovery", "server/feed", "server/identity", "server/mcp", "server/pages", "server/people", "server/settle", "web", "x402"},
	"server/identity":      {"mint", "profile", "server/api", "server/picture"},
	"server/admin":         {"amount", "mint", "profile", "server/api", "server/conn", "source", "store/notes", "x402"},
	"server/api":           {"amount", "facilitator", "media", "mint", "mpp", "profile", "proof", "source", "x402"},
	"server/checkout":      {"amount", "mint", "proof", "server/api", "x402"},
	"server/charge":        {"mint", "mpp", "server/api", "server/checkout", "x402"},
	"server/conn":          {},
	"server/conn/conntest": {},
	"server/discovery":     {"amount", "farcaster", "mint", "server/api", "server/checkout", "x402"},
	"server/feed":          {},
	"server/mcp":           {"amount", "mint", "mpp", "server/api", "server/charge", "server/checkout", "x402"},
	"server/people":        {"amount", "crowd", "mint", "server/api"},
	"server/pages":         {"amount", "mint", "profile", "server/api", "server/people", "server/picture", "source", "web", "web/languages"},
	"server/picture":       {"seal"},
	"relay":                {"mint", "x402"},
	"store/relayed":        {"mint", "relay"},
	"server/settle":        {"mint", "relay", "server/api", "server/checkout", "x402"},
	"server/servertest":    {"bindings", "chain", "chain/devnet", "media", "mint", "profile", "server", "server/admin", "server/api", "server/people", "store", "webhook", "x402"},
	"bindings":             {},
	"seal":                 {},
	"media":                {},
	"farcaster":            {},
	"web":                  {"farcaster", "seal", "web/languages"},
	"web/languages":        {"amount"},
	"e2e":                  {},
	"bench":                {"bench/costless", "bindings", "mint", "x402"},
	"bench/costless":       {"bindings", "mint"},
	"figures":              {},
	"release":              {},
	"signer":               {"weburl"},
	"examples/pay":         {"pay"},
	"examples/watch":       {},
}

// TestImportsFollowTheList fails if a package is not in the list, or imports
// another than the list says, or the list allows more than the code needs.
func TestImportsFollowTheList(t *testing.T) {
	found := readImports(t)
	for dir, others := range found {
		may, listed := imports[dir]
		if !listed {
			t.Errorf("package %s is not in the list of this test", dir)
			continue
		}
		for _, other := range others {
			if !slices.Contains(may, other) {
				t.Errorf("package %s imports %s; it may import %v", dir, other, may)
			}
		}
	}
	for dir, may := range imports {
		if _, there := found[dir]; !there {
			t.Errorf("package %s has no Go code", dir)
		}
		for _, other := range may {
			if !slices.Contains(found[dir], other) {
				t.Errorf("package %s does not import %s, which the list allows", dir, other)
			}
		}
	}
}

// TestImportsAreATree fails if a list leads back to its own package.
func TestImportsAreATree(t *testing.T) {
	var below func(dir string, path []string)
	below = func(dir string, path []string) {
		if slices.Contains(path, dir) {
			t.Errorf("a circle of imports: %s", strings.Join(append(path, dir), ", "))
			return
		}
		for _, other := range imports[dir] {
			below(other, append(path[:len(path):len(path)], dir))
		}
	}
	for dir := range imports {
		below(dir, nil)
	}
}

// TestTheReadmeHasEveryPackage compares its table with the list.
func TestTheReadmeHasEveryPackage(t *testing.T) {
	readme, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, table, _ := strings.Cut(string(readme), "\n| package | |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	for dir := range imports {
		if dir != "." && !strings.HasSuffix(dir, "test") && !strings.Contains(table, "`"+dir+"`") {
			t.Errorf("the table of packages has no %s", dir)
		}
	}
}

// node are packages that only the demo's chain needs: go-ethereum's whole node, and
// some of its dependencies.
var node = []string{
	"github.com/ethereum/go-ethereum/core",
	"github.com/ethereum/go-ethereum/eth",
	"github.com/ethereum/go-ethereum/miner",
	"github.com/ethereum/go-ethereum/node",
	"github.com/ethereum/go-ethereum/p2p",
	"github.com/cockroachdb/pebble",
	"github.com/cockroachdb/pebble/v2",
	"github.com/getsentry/sentry-go",
	"github.com/pion/dtls/v3",
	"github.com/syndtr/goleveldb/leveldb",
}

func TestTheBuildWithoutTheDemoHasNoNodeInIt(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long: without -short it runs")
	}
	for tag, want := range map[string]bool{"": true, "nodemo": false} {
		list := exec.Command("go", "list", "-deps", "-tags", tag, ".")
		said, err := list.Output()
		if err != nil {
			t.Fatalf("list packages with the tag %q: %v", tag, err)
		}
		packages := strings.Fields(string(said))
		for _, p := range node {
			if slices.Contains(packages, p) != want {
				t.Errorf("with the tag %q, that %s is built is %t; want %t", tag, p, !want, want)
			}
		}
	}
}
