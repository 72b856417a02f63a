package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
)

const asItIs = -1 // in place of a breakage: none

// brokenEnv names the breakage that a joint build runs with; none runs the code as it is.
const brokenEnv = "MINT402_BROKEN"

// A joint build holds many breakages at once, because to compile and link a
// package for each of them takes far longer than its test. Each changed function
// begins with one condition a breakage, which calls that breakage's copy.
type joint struct {
	dir   string
	files map[string]string // the changed files' texts, by path
	holds map[int]bool      // breakages by their index; others need a build of their own

	mu       sync.Mutex
	packages map[string]func() error // by directory: builds the package's tests, once
}

// joinBreakages writes a joint build's sources into dir.
func joinBreakages(dir string, chosen map[int]breakage) (*joint, error) {
	j := &joint{dir: dir, holds: map[int]bool{}, packages: map[string]func() error{}}
	inserts := map[string][]insert{}
	for _, i := range slices.Sorted(maps.Keys(chosen)) {
		files, err := chosen[i].broken()
		if err != nil {
			continue // its own test says so
		}
		added, fits := map[string][]insert{}, true
		for file, text := range files {
			original, err := os.ReadFile(file)
			if err != nil {
				return nil, err
			}
			more, ok := switches(file, string(original), text, i)
			added[file], fits = more, fits && ok
		}
		if !fits {
			continue
		}
		j.holds[i] = true
		for file, more := range added {
			inserts[file] = append(inserts[file], more...)
		}
	}
	replaced := map[string]string{}
	for file, list := range inserts {
		original, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		replaced[file] = apply(string(original), list)
		parsed, err := parser.ParseFile(token.NewFileSet(), file, original, parser.PackageClauseOnly)
		if err != nil {
			return nil, err
		}
		replaced[filepath.Join(filepath.Dir(file), "breakage_switch.go")] =
			fmt.Sprintf("package %s\n\nimport \"os\"\n\nvar breakageSwitch = os.Getenv(%q)\n", parsed.Name, brokenEnv)
	}
	j.files = replaced
	_, err := writeOverlay(dir, replaced)
	return j, err
}

// An insert is text that is added at, or stands in place of, a part of a file.
type insert struct {
	from, to int
	text     string
}

// apply makes all inserts. The same one twice is made once: breakages of one
// function name its parameters alike.
func apply(text string, list []insert) string {
	slices.SortStableFunc(list, func(a, b insert) int { return a.from - b.from })
	var out strings.Builder
	at := 0
	done := map[insert]bool{}
	for _, in := range list {
		if done[in] {
			continue
		}
		done[in] = true
		out.WriteString(text[at:in.from])
		out.WriteString(in.text)
		at = in.to
	}
	return out.String() + text[at:]
}

// switches compares a file with a breakage of it. It reports false if anything
// but the bodies of functions differs.
func switches(file, original, broken string, index int) ([]insert, bool) {
	if filepath.Ext(file) != ".go" {
		return nil, false
	}
	set := token.NewFileSet()
	before, err := parser.ParseFile(set, file, original, parser.SkipObjectResolution)
	if err != nil {
		return nil, false
	}
	after, err := parser.ParseFile(set, file, broken, parser.SkipObjectResolution)
	if err != nil || len(before.Decls) != len(after.Decls) {
		return nil, false
	}
	text := func(source string, from, to token.Pos) string {
		return source[set.Position(from).Offset:set.Position(to).Offset]
	}
	var list []insert
	for i, decl := range before.Decls {
		other := after.Decls[i]
		if text(original, decl.Pos(), decl.End()) == text(broken, other.Pos(), other.End()) {
			continue
		}
		f, isFunc := decl.(*ast.FuncDecl)
		g, alsoFunc := other.(*ast.FuncDecl)
		if !isFunc || !alsoFunc || text(original, f.Pos(), f.Body.Pos()) != text(broken, g.Pos(), g.Body.Pos()) {
			return nil, false
		}
		offset := func(at token.Pos) int { return set.Position(at).Offset }
		// Every parameter needs a name, to be passed on by.
		n := 0
		names := func(fields *ast.FieldList) (all []string) {
			if fields == nil {
				return nil
			}
			for _, field := range fields.List {
				if len(field.Names) == 0 {
					n++
					name := fmt.Sprintf("breakageArg%d", n)
					list = append(list, insert{offset(field.Type.Pos()), offset(field.Type.Pos()), name + " "})
					all = append(all, name)
				}
				for _, id := range field.Names {
					name := id.Name
					if name == "_" {
						n++
						name = fmt.Sprintf("breakageArg%d", n)
						list = append(list, insert{offset(id.Pos()), offset(id.End()), name})
					}
					all = append(all, name)
				}
				if _, variadic := field.Type.(*ast.Ellipsis); variadic {
					all[len(all)-1] += "..."
				}
			}
			return all
		}
		name := fmt.Sprintf("%sBreakage%d", f.Name.Name, index)
		call := name
		if receiver := names(f.Recv); len(receiver) == 1 {
			call = receiver[0] + "." + name
		}
		call += "(" + strings.Join(names(f.Type.Params), ", ") + ")"
		if f.Type.Results != nil {
			call = "return " + call
		} else {
			call += "\n\t\treturn"
		}
		body := offset(f.Body.Lbrace) + 1
		list = append(list, insert{body, body, fmt.Sprintf("\n\tif breakageSwitch == \"%d\" {\n\t\t%s\n\t}\n", index, call)})
		copied := text(broken, g.Pos(), g.Name.Pos()) + name + text(broken, g.Name.End(), g.End())
		list = append(list, insert{offset(f.End()), offset(f.End()), "\n\n" + copied})
	}
	return list, len(list) > 0
}

// overlayFile is the name of the list of files that an overlay replaces.
const overlayFile = "overlay.json"

// writeOverlay writes files for go build -overlay into dir.
func writeOverlay(dir string, files map[string]string) (list string, err error) {
	replace := map[string]string{}
	for file, text := range files {
		path, err := filepath.Abs(file)
		if err != nil {
			return "", err
		}
		replace[path] = filepath.Join(dir, strings.ReplaceAll(file, "/", "_"))
		if err := os.WriteFile(replace[path], []byte(text), 0o600); err != nil {
			return "", err
		}
	}
	overlay, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	list = filepath.Join(dir, overlayFile)
	return list, os.WriteFile(list, overlay, 0o600)
}

// command is the test of a test: line in the joint build, with a breakage or
// asItIs.
func (j *joint) command(ctx context.Context, test string, index int) (*exec.Cmd, error) {
	dir, run, args, env := split(test)
	binary := filepath.Join(j.dir, strings.ReplaceAll(dir, "/", "_")+".test")
	j.mu.Lock()
	build := j.packages[dir]
	if build == nil {
		build = sync.OnceValue(func() error {
			out, err := exec.CommandContext(ctx, "go", "test", "-c", "-vet=off", "-overlay="+filepath.Join(j.dir, "overlay.json"),
				"-ldflags=-s -w", "-o", binary, "./"+dir).CombinedOutput()
			if err != nil {
				return fmt.Errorf("the joint build of %s: %w\n%s", dir, err, out)
			}
			return nil
		})
		j.packages[dir] = build
	}
	j.mu.Unlock()
	if err := build(); err != nil {
		return nil, err
	}
	for i, arg := range args {
		if strings.HasPrefix(arg, "-timeout") {
			args[i] = "-test." + arg[1:]
		}
	}
	cmd := exec.CommandContext(ctx, "go", append([]string{"tool", "test2json", "-p", dir, binary,
		"-test.v=test2json", "-test.timeout=5m", "-test.run=" + run}, args...)...)
	cmd.Dir = dir
	cmd.Env = append(append(os.Environ(), "MINT402_BREAKAGES=", "PWD="), env...)
	if index != asItIs {
		cmd.Env = append(cmd.Env, brokenEnv+"="+strconv.Itoa(index))
	}
	return cmd, nil
}

func TestAJointBuildRunsTheCodeAsItIsOrOneBreakageOfIt(t *testing.T) {
	original := "package p\n\nfunc f(_ int, s string, more ...int) int {\n\treturn 1\n}\n\nfunc (*t) g() {\n\tg()\n}\n"
	list, ok := switches("p.go", original, strings.Replace(original, "return 1", "return 2", 1), 7)
	two, also := switches("p.go", original, strings.Replace(original, "\tg()", "\tf()", 1), 8)
	joined := apply(original, append(list, two...))
	if _, err := parser.ParseFile(token.NewFileSet(), "p.go", joined, 0); err != nil || !ok || !also {
		t.Fatal(ok, also, err)
	}
	want := "if breakageSwitch == \"7\" {\n\t\treturn fBreakage7(breakageArg1, s, more...)\n\t}\n\n\treturn 1"
	if !strings.Contains(joined, want) || !strings.Contains(joined, "breakageArg1.gBreakage8()\n\t\treturn\n") {
		t.Error(joined)
	}
	if _, ok := switches("p.go", original, strings.Replace(original, "f(_ int", "f(_ uint", 1), 9); ok {
		t.Error("a changed signature cannot be switched")
	}
}
