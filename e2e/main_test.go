package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// program is the path of the built mint402.
var program string

func TestMain(m *testing.M) {
	if !enabled() {
		os.Exit(m.Run())
	}
	dir, err := os.MkdirTemp("", "mint402-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, "make directory for the program:", err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "mint402")
	build := exec.Command("go", "build", "-o", program, ".")
	build.Dir, build.Stdout, build.Stderr = "..", os.Stderr, os.Stderr
	if err := build.Run(); err != nil {
		fmt.Fprintln(os.Stderr, "build the program:", err)
		os.Exit(1)
	}
	status := m.Run()
	os.RemoveAll(dir)
	os.Exit(status)
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

// until polls a condition that is about to hold.
func until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	tick := time.NewTicker(25 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline.C:
			t.Fatalf("waited %v and still not: %s", patience, what)
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
