package main_test

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// An attack is one of docs/attacks.md, with the tests that try it as "package Name".
type attack struct {
	name, title string // "A13", "A wallet …"
	tests       []string
	applies     bool
}

var (
	attackTitle = regexp.MustCompile(`^## (A[0-9]+)\. (.+)$`)
	attackTest  = regexp.MustCompile("`([a-z0-9/]+) ((?:Test|Fuzz|test|invariant)[A-Za-z0-9_]+)`")
)

func readAttacks(t *testing.T) (attacks []attack) {
	t.Helper()
	text, err := os.ReadFile("docs/attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		if m := attackTitle.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			attacks = append(attacks, attack{name: m[1], title: m[2], applies: true})
			continue
		}
		if len(attacks) == 0 {
			continue
		}
		a := &attacks[len(attacks)-1]
		a.applies = a.applies && !strings.HasPrefix(line, "Does not apply")
		for _, m := range attackTest.FindAllStringSubmatch(line, -1) {
			a.tests = append(a.tests, m[1]+" "+m[2])
		}
	}
	return attacks
}

// TestEveryAttackIsTriedAndItsDefenceWasSwitchedOff holds the catalogue to the
// code: the tests that it names exist, and for each attack that a Go test tries
// there is a breakage that this test notices. (The contracts keep their own list
// of breakages, each of which some test of theirs notices.)
func TestEveryAttackIsTriedAndItsDefenceWasSwitchedOff(t *testing.T) {
	noticed := map[string]bool{}
	for _, b := range readBreakages(t) {
		if fields := strings.Fields(b.test); len(fields) > 1 {
			noticed[fields[0]+" "+fields[1]] = true
		}
	}
	contracts := ""
	sources, err := os.ReadDir("contracts/test")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sources {
		if strings.HasSuffix(s.Name(), ".t.sol") {
			text, err := os.ReadFile("contracts/test/" + s.Name())
			if err != nil {
				t.Fatal(err)
			}
			contracts += string(text)
		}
	}
	for i, a := range readAttacks(t) {
		if want := fmt.Sprintf("A%d", i+1); a.name != want {
			t.Errorf("%s stands where %s should", a.name, want)
		}
		if a.applies != (len(a.tests) > 0) {
			t.Errorf("%s: applies %t, and is tried by %d tests", a.name, a.applies, len(a.tests))
		}
		inGo := false
		for _, test := range a.tests {
			dir, name, _ := strings.Cut(test, " ")
			if dir == "contracts" {
				if !strings.Contains(contracts, "function "+name+"(") {
					t.Errorf("%s: there is no %s", a.name, test)
				}
				continue
			}
			inGo = true
			if !hasTest(t, dir, name) {
				t.Errorf("%s: there is no %s", a.name, test)
			}
		}
		if inGo && !slices.ContainsFunc(a.tests, func(test string) bool { return noticed[test] }) {
			t.Errorf("%s: no breakage is noticed by a test that tries it", a.name)
		}
	}
}

// TestEveryAttackFails tries them all: it is what `make attacks` runs.
func TestEveryAttackFails(t *testing.T) {
	if os.Getenv("MINT402_ATTACKS") == "" {
		t.Skip("make attacks runs it")
	}
	only, packages := os.Getenv("ATTACK"), map[string][]string{}
	attacks := slices.DeleteFunc(readAttacks(t), func(a attack) bool { return only != "" && a.name != only })
	for _, a := range attacks {
		for _, test := range a.tests {
			dir, name, _ := strings.Cut(test, " ")
			if !slices.Contains(packages[dir], name) {
				packages[dir] = append(packages[dir], name)
			}
		}
	}
	// Two packages at a time: those of e2e mostly wait, so they come first.
	passed, mu, turns := map[string]bool{}, sync.Mutex{}, make(chan struct{}, 2)
	var running sync.WaitGroup
	dirs := slices.Sorted(maps.Keys(packages))
	slices.SortStableFunc(dirs, func(a, b string) int { return strings.Count(b, "e2e") - strings.Count(a, "e2e") })
	for _, dir := range dirs {
		turns <- struct{}{}
		running.Go(func() {
			defer func() { <-turns }()
			of := tryAttacks(t, dir, packages[dir])
			mu.Lock()
			defer mu.Unlock()
			maps.Copy(passed, of)
		})
	}
	running.Wait()
	failed := 0
	for _, a := range attacks {
		held := 0
		for _, test := range a.tests {
			if passed[test] {
				held++
			} else {
				t.Errorf("%s: %s did not pass", a.name, test)
			}
		}
		switch {
		case !a.applies:
			fmt.Printf("%-4s %-78s does not apply\n", a.name, a.title)
		case held == len(a.tests):
			failed++
			fmt.Printf("%-4s %-78s failed, tried by %d tests\n", a.name, a.title, held)
		default:
			fmt.Printf("%-4s %-78s HOLDS? %d of %d tests passed\n", a.name, a.title, held, len(a.tests))
		}
	}
	fmt.Printf("%d attacks failed\n", failed)
}

// tryAttacks runs tests of a package and returns whether each of them passed, as
// "package Name".
func tryAttacks(t *testing.T, dir string, names []string) map[string]bool {
	passed := map[string]bool{}
	pattern := "^(" + strings.Join(names, "|") + ")"
	if dir == "contracts" {
		// Forge matches names with their parameters.
		cmd := exec.CommandContext(t.Context(), "node_modules/.bin/forge", "test", "--match-test", pattern+`\(`)
		cmd.Dir = "contracts"
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Errorf("forge: %v\n%s", err, out)
		}
		for _, m := range regexp.MustCompile(`\[PASS\] (\w+)\(`).FindAllStringSubmatch(string(out), -1) {
			passed["contracts "+m[1]] = true
		}
		return passed
	}
	run := dir + " " + pattern + "$ -timeout=20m"
	if dir == "e2e" {
		run = "MINT402_E2E=1 " + run
	}
	ended, said, err := outcome(command(t.Context(), run))
	if err != nil {
		t.Errorf("%s: %v", dir, err)
	}
	for name, ok := range ended {
		if passed[dir+" "+name] = ok; !ok {
			t.Errorf("%s %s failed:\n%s", dir, name, said)
		}
	}
	return passed
}
