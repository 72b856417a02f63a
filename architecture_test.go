package main_test

import (
	"fmt"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const (
	architecture = "docs/architecture.md"
	graphBegins  = "<!-- packages: written by go test . -run TestTheArchitecture -update -->\n"
	graphEnds    = "<!-- end of packages -->\n"
)

// readImports returns, for each folder with Go code that is no test, the folders of
// ours that it imports, sorted. The root is ".".
func readImports(t *testing.T) map[string][]string {
	t.Helper()
	found := map[string]map[string]bool{}
	err := filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && path != "." && (d.Name() == "node_modules" || d.Name() == "testdata" || strings.HasPrefix(d.Name(), ".")) {
			return filepath.SkipDir
		}
		if d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		folder := filepath.ToSlash(filepath.Dir(path))
		if found[folder] == nil {
			found[folder] = map[string]bool{}
		}
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.ImportsOnly)
		if err != nil {
			return err
		}
		for _, spec := range file.Imports {
			imported, err := strconv.Unquote(spec.Path.Value)
			if err != nil {
				return err
			}
			if other, ours := strings.CutPrefix(imported, module+"/"); ours {
				found[folder][other] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	all := map[string][]string{}
	for folder, others := range found {
		all[folder] = slices.Sorted(maps.Keys(others))
	}
	return all
}

// graph draws imports for Mermaid, an arrow from each package to those that it
// imports. Packages without any arrow are left out.
func graph(imports map[string][]string) string {
	var b strings.Builder
	b.WriteString("```mermaid\ngraph TD\n")
	id := strings.NewReplacer("/", "_", "-", "_")
	name := func(folder string) string { return strings.Replace(folder, ".", "mint402", 1) }
	for _, folder := range slices.Sorted(maps.Keys(imports)) {
		for _, other := range imports[folder] {
			fmt.Fprintf(&b, "    %s[%s] --> %s[%s]\n", id.Replace(name(folder)), name(folder), id.Replace(other), other)
		}
	}
	b.WriteString("```\n")
	return b.String()
}

// TestTheArchitectureIsDrawnFromTheImports compares the drawing in the document
// with the real imports; -update draws it again. Each package has a row in the
// document's table, which a person writes.
func TestTheArchitectureIsDrawnFromTheImports(t *testing.T) {
	text, err := os.ReadFile(architecture)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, begins := strings.Cut(string(text), graphBegins)
	drawn, after, ends := strings.Cut(rest, graphEnds)
	if !begins || !ends {
		t.Fatalf("%s has no drawing between %q and %q", architecture, graphBegins, graphEnds)
	}
	packages := readImports(t)
	if want := graph(packages); drawn != want {
		if !*update {
			t.Errorf("%s draws other imports than there are: go test . -run TestTheArchitecture -update", architecture)
		} else if err := os.WriteFile(architecture, []byte(before+graphBegins+want+graphEnds+after), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, folder := range slices.Sorted(maps.Keys(packages)) {
		if folder == "." {
			folder = "mint402"
		}
		if !strings.Contains(before+after, "\n| `"+folder+"` |") {
			t.Errorf("%s does not say what package %s is for", architecture, folder)
		}
	}
}
