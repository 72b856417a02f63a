package main_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// TestEveryBreakageCompiles type-checks the joint build, and each breakage that has no place in it
// alone. `make breakages` would find one that does not compile, but runs a part of them with
// each commit.
func TestEveryBreakageCompiles(t *testing.T) {
	if testing.Short() {
		t.Skip("compiles every package")
	}
	all := map[int]breakage{}
	for i, b := range readBreakages(t) {
		all[i] = b
	}
	j, err := joinBreakages(t.TempDir(), all)
	if err != nil {
		t.Fatal(err)
	}
	c := newCompiler(t)
	for i, faults := range c.joined(t, j) {
		t.Errorf("%s: %s\n%s", all[i].table, all[i].law, faults)
	}
	for i, b := range all {
		if files, err := b.broken(); err == nil && !j.holds[i] { // the error is that of another test
			if faults := c.alone(t, files); faults != "" {
				t.Errorf("%s: %s\n%s", b.table, b.law, faults)
			}
		}
	}

	text := func(from, to string) breakage {
		return breakage{law: "a misspelled one", changes: []change{{"amount/amount.go", from, to}}}
	}
	const at = 7
	inside := text("return strconv.FormatFloat(short,", "return strconv.FormatFlot(short,")
	if j, err = joinBreakages(t.TempDir(), map[int]breakage{at: inside}); err != nil || !j.holds[at] {
		t.Fatal(j, err)
	}
	if faults := c.joined(t, j); !strings.Contains(faults[at], "undefined: strconv.FormatFlot") {
		t.Errorf("a misspelled one in the joint build: %q", faults[at])
	}
	files, err := text("Decimals: 18}", `Decimals: "18"}`).broken()
	if faults := c.alone(t, files); err != nil || !strings.Contains(faults, "amount/amount.go") {
		t.Errorf("a misspelled one alone: %q, %v", faults, err)
	}
	files, err = text("func Tokens(base *big.Int) string {", "func Tokens(base *big.Int) any {").broken()
	asItIs, _, faults := c.check("amount", nil)
	changed, _, _ := c.check("amount", files) // its other functions may not compile with it
	if err != nil || len(faults) != 0 || exported(changed) == exported(asItIs) {
		t.Errorf("another signature is not seen: %v, %v", faults, err)
	}
}

// A compiler type-checks changed packages of this module. It reads the packages that they
// import from their export data, as they are.
type compiler struct {
	packages map[string]listed // by directory, relative to the root
	files    *token.FileSet
	imports  types.Importer
}

// listed is a package as go list prints it.
type listed struct {
	ImportPath, Dir, Export string
	GoFiles                 []string
}

func newCompiler(t *testing.T) *compiler {
	t.Helper()
	list := exec.CommandContext(t.Context(), "go", "list", "-export", "-deps", "-json=ImportPath,Dir,Export,GoFiles", "./...")
	var stderr bytes.Buffer
	list.Stderr = &stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("%v\n%s", err, stderr.String())
	}
	root, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	c := &compiler{packages: map[string]listed{}, files: token.NewFileSet()}
	exports := map[string]string{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		exports[p.ImportPath] = p.Export
		if dir, err := filepath.Rel(root, p.Dir); err == nil {
			c.packages[dir] = p
		}
	}
	c.imports = importer.ForCompiler(c.files, "gc", func(path string) (io.ReadCloser, error) { return os.Open(exports[path]) })
	return c
}

// check type-checks the package in dir. changed has the text of each file, by path, that differs
// from the one on disk, or is not on disk.
func (c *compiler) check(dir string, changed map[string]string) (*types.Package, []*ast.File, []types.Error) {
	p, found := c.packages[dir]
	var faults []types.Error
	note := func(err error) {
		var fault types.Error
		if !errors.As(err, &fault) {
			fault = types.Error{Fset: c.files, Msg: err.Error()}
		}
		faults = append(faults, fault)
	}
	paths := slices.Collect(maps.Keys(changed))
	for _, name := range p.GoFiles {
		if path := filepath.Join(dir, name); changed[path] == "" {
			paths = append(paths, path)
		}
	}
	var files []*ast.File
	for _, path := range paths {
		var source any
		if text, ok := changed[path]; ok {
			source = text
		}
		file, err := parser.ParseFile(c.files, path, source, parser.SkipObjectResolution)
		if err != nil {
			note(err)
			return nil, nil, faults
		}
		files = append(files, file)
	}
	if !found {
		note(fmt.Errorf("no package is in %s", dir))
	}
	config := types.Config{Importer: c.imports, Error: note}
	checked, _ := config.Check(p.ImportPath, c.files, files, nil) // note has the errors
	return checked, files, faults
}

// byDir sorts Go files by their directory.
func byDir(files map[string]string) map[string]map[string]string {
	dirs := map[string]map[string]string{}
	for path, text := range files {
		if filepath.Ext(path) != ".go" {
			continue // nothing compiles it
		}
		dir := filepath.Dir(path)
		if dirs[dir] == nil {
			dirs[dir] = map[string]string{}
		}
		dirs[dir][path] = text
	}
	return dirs
}

// copyOf finds a breakage's index in the name of its copy of a function.
var copyOf = regexp.MustCompile(`Breakage(\d+)$`)

// joined type-checks the joint build, and returns its faults by the breakage whose copy of a
// function has them. A fault outside of them fails the test.
func (c *compiler) joined(t *testing.T, j *joint) map[int]string {
	t.Helper()
	found := map[int]string{}
	for dir, changed := range byDir(j.files) {
		_, files, faults := c.check(dir, changed)
		for _, fault := range faults {
			of := ""
			for _, file := range files {
				for _, decl := range file.Decls {
					if f, ok := decl.(*ast.FuncDecl); ok && f.Pos() <= fault.Pos && fault.Pos < f.End() {
						of = f.Name.Name
					}
				}
			}
			if name := copyOf.FindStringSubmatch(of); name != nil {
				i, _ := strconv.Atoi(name[1]) // digits
				found[i] += fault.Error() + "\n"
			} else {
				t.Errorf("the joint build: %v", fault)
			}
		}
	}
	return found
}

// alone type-checks one breakage's files, and returns its faults. If other packages see the
// difference, it builds all of them.
func (c *compiler) alone(t *testing.T, files map[string]string) (faults string) {
	t.Helper()
	visible := false
	for dir, changed := range byDir(files) {
		broken, _, found := c.check(dir, changed)
		for _, fault := range found {
			faults += fault.Error() + "\n"
		}
		if faults == "" {
			asItIs, _, _ := c.check(dir, nil)
			visible = visible || exported(broken) != exported(asItIs)
		}
	}
	if faults != "" || !visible {
		return faults
	}
	list, err := writeOverlay(t.TempDir(), files)
	if err != nil {
		t.Fatal(err)
	}
	out, err := exec.CommandContext(t.Context(), "go", "build", "-gcflags=-e", "-overlay="+list, "./...").CombinedOutput()
	if err != nil {
		return fmt.Sprintf("%v\n%s", err, out)
	}
	return ""
}

// exported describes what other packages see of one: its exported names, with their types and
// methods, and the values of constants.
func exported(p *types.Package) string {
	var all strings.Builder
	for _, name := range p.Scope().Names() {
		if !token.IsExported(name) {
			continue
		}
		object := p.Scope().Lookup(name)
		fmt.Fprintln(&all, object)
		if constant, ok := object.(*types.Const); ok {
			fmt.Fprintln(&all, constant.Val())
		}
		for method := range types.NewMethodSet(types.NewPointer(object.Type())).Methods() {
			fmt.Fprintln(&all, method)
		}
	}
	return all.String()
}
