package e2e

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// mortal is the path of a mint402 that kills itself where MINT402_FAILPOINT
// says, built when the first test asks for it.
var mortal = sync.OnceValues(func() (string, error) { return build("mint402-failpoints", "-tags", "failpoints") })

func mortalProgram(t *testing.T) string {
	t.Helper()
	path, err := mortal()
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// point is where the program kills itself.
type point struct {
	name    string
	most    int // passes that a run is sure to make, about
	trouble trouble
}

// points are all that there are, with how often a crowd passes them.
var points = slices.Concat(
	[]point{{"after-begin", 12, none}, {"mid-write", 40, none}, {"before-commit", 12, none}, {"after-commit", 12, none}},
	both("claim", 5, none), both("revive", 1, crowded), both("park", 1, crowded), both("void", 1, crowded),
	both("carry", 3, none), both("attempt", 1, stuck), both("resolve", 2, none), both("release", 1, displaced), both("drop", 1, displaced), both("advance", 4, none),
	both("head", 5, none), both("events", 4, none), both("inspect", 4, none), both("simulate", 2, none), both("simulate-settled", 1, none),
	both("conditions", 3, none), both("fees", 4, none), both("account-nonce", 3, none),
	both("sign-batch", 2, none), both("sign-settled", 1, none), both("resign", 1, stuck), both("send", 3, none), both("receipts", 3, none),
)

func both(method string, most int, trouble trouble) []point {
	return []point{{"before-" + method, most, trouble}, {"after-" + method, most, trouble}}
}

func TestEveryPointWhereTheProgramCanKillItselfIsInTheMatrix(t *testing.T) {
	begin(t)
	refused := exec.Command(mortalProgram(t), "version")
	refused.Env = environment("MINT402_FAILPOINT=nowhere:1")
	said, err := refused.CombinedOutput()
	if err == nil {
		t.Fatalf("a point that does not exist is accepted: %s", said)
	}
	_, names, _ := strings.Cut(string(said), "a name of ")
	var known []string
	for _, p := range points {
		known = append(known, p.name)
	}
	there := strings.Fields(names)
	slices.Sort(known)
	slices.Sort(there)
	if !slices.Equal(there, known) {
		t.Errorf("the program has the points\n%v\nand the matrix\n%v", there, known)
	}
}

func TestTheOrdinaryProgramHasNoFailpoints(t *testing.T) {
	begin(t)
	for path, want := range map[string]bool{program: false, mortalProgram(t): true} {
		binary, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := bytes.Contains(binary, []byte("MINT402_FAILPOINT")); got != want {
			t.Errorf("%s knows MINT402_FAILPOINT: %t", filepath.Base(path), got)
		}
	}
	quiet := exec.Command(program, "version")
	quiet.Env = environment("MINT402_FAILPOINT=nowhere:1")
	if said, err := quiet.CombinedOutput(); err != nil {
		t.Errorf("MINT402_FAILPOINT means something to it: %v: %s", err, said)
	}
}
