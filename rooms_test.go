package main_test

import (
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/mint402/mint402"

// rooms says, for each top-level directory with Go code, which others it may
// import. Tests may import more: they put the real parts together.
var rooms = map[string][]string{
	".":        {"cmd"},
	"cmd":      {"bindings", "chain", "mint", "server", "store", "web", "x402"},
	"mint":     {"x402"},
	"x402":     {},
	"store":    {"mint", "x402"},
	"chain":    {"bindings", "mint", "x402"},
	"server":   {"mint", "web", "x402"},
	"bindings": {},
	"web":      {},
	"e2e":      {"bindings", "chain", "mint", "server", "store", "x402"},
	"bench":    {"bindings", "mint", "x402"},
	"figures":  {},
	"release":  {},
}

func TestImportsFollowTheRooms(t *testing.T) {
	seen := map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || (strings.HasPrefix(d.Name(), ".") && path != ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		room, _, nested := strings.Cut(filepath.ToSlash(filepath.Dir(path)), "/")
		may, known := rooms[room]
		if !known || nested {
			t.Errorf("%s: not a room; the rooms are listed in this test", path)
			return nil
		}
		seen[room] = true
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			other, ours := strings.CutPrefix(imported, module+"/")
			if ours && other != room && !slices.Contains(may, other) {
				t.Errorf("%s imports %s; room %s may import %v", path, other, room, may)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range []string{".", "cmd", "mint", "x402", "store", "chain", "server", "bindings", "web"} {
		if !seen[room] {
			t.Errorf("room %s has no Go code: the walk went wrong, or the list", room)
		}
	}
}

// node is what only the demo's chain needs: go-ethereum's whole node, and what
// that brings along.
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
