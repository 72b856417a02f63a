package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// program is the path of the built mint402: MINT402_PROGRAM, or one that TestMain
// builds. builds is the directory of what is built for the tests.
var program, builds string

func TestMain(m *testing.M) {
	if what := os.Getenv("MINT402_TAKER"); what != "" {
		taker(what)
		return
	}
	if !enabled() {
		os.Exit(m.Run())
	}
	os.Exit(testBuilt(m))
}

func testBuilt(m *testing.M) int {
	var err error
	if builds, err = os.MkdirTemp("", "mint402-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, "make directory for the program:", err)
		return 1
	}
	defer os.RemoveAll(builds)
	if program = os.Getenv("MINT402_PROGRAM"); program == "" {
		if program, err = build("mint402"); err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
	}
	return m.Run()
}

// build builds the program under a name, with flags of go build.
func build(name string, flags ...string) (path string, err error) {
	path = filepath.Join(builds, name)
	c := exec.Command("go", append([]string{"build", "-o", path}, append(flags, ".")...)...)
	c.Dir = ".."
	if said, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build %s: %w\n%s", name, err, said)
	}
	return path, nil
}

func enabled() bool { return os.Getenv("MINT402_E2E") == "1" }

// begin skips the test unless the room is asked for; what is missing then is a
// failure.
func begin(t *testing.T) {
	t.Helper()
	if !enabled() {
		t.Skip("make test-e2e runs this; it needs Node and npm")
	}
	if _, err := os.Stat("node_modules"); err != nil {
		t.Fatalf("the official clients, anvil and Circle's artifacts are missing (npm ci in e2e brings them): %v", err)
	}
}

// patience bounds every wait. It is long, since two cores may be shared with
// several other suites: a wait that ends early is a fault of the test.
const patience = 4 * time.Minute

// measured skips a measurement that its own make target runs.
func measured(t *testing.T, target string) {
	t.Helper()
	begin(t)
	if os.Getenv("MINT402_LOAD") == "" {
		t.Skipf("make %s runs it", target)
	}
}

// until polls a condition that is about to hold.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	untilWithin(t, patience, what, holds)
}

// untilWithin is until for what may take longer.
func untilWithin(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited %v and still not: %s", limit, what)
		case <-tick.C:
		}
	}
}

func ended(over <-chan struct{}) bool {
	select {
	case <-over:
		return true
	default:
		return false
	}
}
