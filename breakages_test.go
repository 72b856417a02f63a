package main_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"go/token"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A breakage is code changed on purpose, with the test that has to fail for it.
// Each package keeps its own in testdata/breakages.txt, as blocks between empty
// lines; a line that begins with # is a comment:
//
//	law:  a full queue names no price
//	file: mint/engine.go
//	-	case e.queued.Load() >= int64(e.Queue):
//	+	case false:
//	test: server TestAFullQueueIsA503
//
// What follows - stands in the file exactly once and is replaced by what follows
// + (lines keep their indentation; an empty one within is a bare - or +; a - line
// after a + line begins another place, another file: line another file). The test
// is a package (its directory), a test's name or a -run pattern, and further arguments of go test,
// such as a seed; NAME=value in front sets an environment variable.
type breakage struct {
	law, table string // table is the path of the list that has it
	changes    []change
	test       string
}

type change struct{ file, from, to string }

// readBreakages reads the tables of all packages.
func readBreakages(t *testing.T) (all []breakage) {
	t.Helper()
	var tables []string
	for _, pattern := range []string{"*", "*/*"} {
		found, err := filepath.Glob(pattern + "/testdata/breakages.txt")
		if err != nil {
			t.Fatal(err)
		}
		tables = append(tables, found...)
	}
	for _, table := range tables {
		text, err := os.ReadFile(table)
		if err != nil {
			t.Fatal(err)
		}
		var b *breakage
		last := byte('f') // kind of the line before, of a file: line at first
		for n, line := range strings.Split(string(text), "\n") {
			key, value, _ := strings.Cut(line, ":")
			value = strings.TrimSpace(value)
			switch {
			case line == "":
				b = nil
			case line[0] == '#':
			case key == "law":
				all = append(all, breakage{law: value, table: table})
				b, last = &all[len(all)-1], 0
			case b == nil:
				t.Fatalf("%s:%d: a block begins with its law", table, n+1)
			case key == "file":
				b.changes, last = append(b.changes, change{file: value}), 'f'
			case key == "test":
				b.test, last = value, 't'
			case line[0] == '-' && last != 0 && last != 't', line[0] == '+' && (last == '-' || last == '+'):
				c := &b.changes[len(b.changes)-1]
				if line[0] == '-' && last == '+' {
					b.changes = append(b.changes, change{file: c.file})
					c = &b.changes[len(b.changes)-1]
				}
				text := &c.from
				if line[0] == '+' {
					text = &c.to
				}
				if line[0] == last {
					*text += "\n"
				}
				*text, last = *text+line[1:], line[0]
			default:
				t.Fatalf("%s:%d: %q is no line of a breakage", table, n+1, line)
			}
		}
	}
	return all
}

// broken is the text of each of the breakage's files with it, by path.
func (b breakage) broken() (map[string]string, error) {
	files := map[string]string{}
	for _, c := range b.changes {
		text, begun := files[c.file]
		if !begun {
			data, err := os.ReadFile(c.file)
			if err != nil {
				return nil, err
			}
			text = string(data)
		}
		if n := strings.Count(text, c.from); n != 1 || c.from == "" {
			return nil, fmt.Errorf("stands %d times in %s: %q", n, c.file, c.from)
		}
		files[c.file] = strings.Replace(text, c.from, c.to, 1)
		if files[c.file] == text {
			return nil, fmt.Errorf("changes nothing in %s: %q", c.file, c.from)
		}
	}
	return files, nil
}

// split takes a test: line apart: its package, its -run pattern, further
// arguments of go test, and environment variables.
func split(test string) (dir, run string, args, env []string) {
	fields := strings.Fields(test)
	for len(fields) > 0 && strings.Contains(fields[0], "=") {
		env, fields = append(env, fields[0]), fields[1:]
	}
	run = fields[1]
	if token.IsIdentifier(run) {
		run = "^" + run + "$"
	}
	return fields[0], run, fields[2:], env
}

// command is the go test of a test: line; more go in before its own arguments.
func command(ctx context.Context, test string, more ...string) *exec.Cmd {
	dir, run, args, env := split(test)
	cmd := exec.CommandContext(ctx, "go", append(append([]string{"test", "-json", "-vet=off", "-count=1", "-timeout=5m", "-run=" + run}, more...),
		append([]string{"./" + dir}, args...)...)...)
	cmd.Env = append(append(os.Environ(), "MINT402_BREAKAGES="), env...)
	return cmd
}

// outcome is what a go test came to: which tests ran to their end, and whether
// they passed. An error is a build that failed, or a go that cannot run.
func outcome(cmd *exec.Cmd) (ended map[string]bool, output string, err error) {
	ended = map[string]bool{}
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	stdout, err := cmd.Output()
	var said strings.Builder
	for _, line := range bytes.Split(stdout, []byte("\n")) {
		var event struct{ Action, Test, Output string }
		if json.Unmarshal(line, &event) != nil {
			said.Write(line)
			continue
		}
		said.WriteString(event.Output)
		switch {
		case event.Action == "build-fail":
			return nil, said.String(), fmt.Errorf("does not build: %s%s", said.String(), stderr.String())
		case event.Test == "":
		case event.Action == "fail", event.Action == "pass":
			ended[event.Test] = event.Action == "pass"
		}
	}
	var exit *exec.ExitError
	if exited := errors.As(err, &exit); err != nil && (!exited || all(ended)) {
		return nil, said.String(), fmt.Errorf("%w: %s%s", err, said.String(), stderr.String())
	}
	return ended, said.String(), nil
}

// all says whether every test passed.
func all(ended map[string]bool) bool {
	for _, passed := range ended {
		if !passed {
			return false
		}
	}
	return true
}

// seedOf finds a history's number among a test's arguments, and in what it says.
var seedOf = regexp.MustCompile(` -seed \d+`)

func TestEveryBreakageStillFitsTheCode(t *testing.T) {
	seen := map[string]bool{}
	for _, b := range readBreakages(t) {
		if seen[b.law] {
			t.Errorf("%s: twice: %s", b.table, b.law)
		}
		seen[b.law] = true
		if _, err := b.broken(); err != nil || len(b.changes) == 0 {
			t.Errorf("%s: %s: %v", b.table, b.law, err)
		}
		fields := strings.Fields(b.test)
		for len(fields) > 0 && strings.Contains(fields[0], "=") {
			fields = fields[1:]
		}
		if len(fields) < 2 {
			t.Errorf("%s: %s: names no test", b.table, b.law)
		} else if name, _, _ := strings.Cut(fields[1], "/"); token.IsIdentifier(name) && !hasTest(t, fields[0], name) {
			t.Errorf("%s: %s: package %s has no %s", b.table, b.law, fields[0], name)
		}
	}
}

// hasTest reports whether a package's Go tests have one of that name.
func hasTest(t *testing.T, dir, name string) bool {
	t.Helper()
	files, err := filepath.Glob(dir + "/*_test.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Contains(text, []byte("\nfunc "+name+"(")) {
			return true
		}
	}
	return false
}

// TestEveryBreakageIsNoticed takes minutes: it is what `make breakages` runs.
func TestEveryBreakageIsNoticed(t *testing.T) {
	if os.Getenv("MINT402_BREAKAGES") == "" {
		t.Skip("make breakages runs it")
	}
	part, parts := uint64(0), uint64(1)
	if given := os.Getenv("PART"); given != "" {
		if n, err := fmt.Sscanf(given, "%d/%d", &part, &parts); n != 2 || err != nil || part >= parts {
			t.Fatalf("PART=%s: expected k/n, k from 0 to n-1", given)
		}
	}
	chosen := map[int]breakage{}
	for i, b := range readBreakages(t) {
		if uint64(i)%parts != part {
			continue
		}
		if dir := os.Getenv("PACKAGE"); dir != "" && !strings.HasPrefix(b.table, dir+"/") || !strings.Contains(b.law, os.Getenv("LAW")) {
			continue
		}
		chosen[i] = b
	}
	j, err := joinBreakages(t.TempDir(), chosen)
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	sound := map[string]func() error{} // whether a test passes as things are, found out once
	noticed := 0
	t.Cleanup(func() { fmt.Printf("%d of %d breakages noticed\n", noticed, len(chosen)) })
	for _, i := range slices.Sorted(maps.Keys(chosen)) {
		b := chosen[i]
		if sound[b.test] == nil {
			sound[b.test] = sync.OnceValue(func() error {
				cmd, err := j.command(t.Context(), b.test, asItIs)
				if err != nil {
					return err
				}
				ended, said, err := outcome(cmd)
				if err == nil && (!all(ended) || len(ended) == 0) {
					err = fmt.Errorf("fails or is skipped as things are:\n%s", said)
				}
				return err
			})
		}
		passes := sound[b.test]
		t.Run(b.law, func(t *testing.T) {
			t.Parallel()
			files, err := b.broken()
			if err != nil {
				t.Fatal(err)
			}
			if err := passes(); err != nil {
				t.Fatalf("%s: %v", b.test, err)
			}
			try := func(test string) (map[string]bool, string) {
				t.Helper()
				var cmd *exec.Cmd
				var err error
				if j.holds[i] {
					cmd, err = j.command(t.Context(), test, i)
				} else {
					var list string
					if list, err = writeOverlay(t.TempDir(), files); err == nil {
						cmd = command(t.Context(), test, "-overlay="+list)
					}
				}
				if err != nil {
					t.Fatal(err)
				}
				ended, said, err := outcome(cmd)
				if err != nil {
					t.Fatal(err)
				}
				return ended, said
			}
			ended, _ := try(b.test)
			by, seed := b.test, "as given"
			if many := seedOf.ReplaceAllString(b.test, " -seeds 5000"); all(ended) && many != b.test {
				// A seed is a history of the code that it was found with. Others of
				// today's may notice, until one does. To run out of time is no notice.
				var said string
				ended, said = try(many)
				seed = seedOf.FindString(said)
				by += ", or rather" + seed
			}
			mu.Lock()
			defer mu.Unlock()
			if !all(ended) && seed != "" {
				noticed++
			} else {
				by = "NOBODY (" + b.test + ")"
				t.Errorf("%s passes all the same", b.test)
			}
			fmt.Printf("%-72s noticed by %s\n", b.law, by)
		})
	}
}
