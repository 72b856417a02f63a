//go:build failpoints

package cmd

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// This build kills itself, as kill -9 would, at the n-th pass of the point that
// MINT402_FAILPOINT=NAME:N names. It is for tests; the ordinary build has none
// of these files.
const failpointVariable = "MINT402_FAILPOINT"

// methods are the methods that can be cut short: before-METHOD is a pass, and so is
// after-METHOD, when the method has done its work and its caller knows nothing yet.
var methods = []string{
	// of the store
	"claim", "revive", "park", "void", "carry", "attempt", "resolve", "drop", "advance",
	// of the chain
	"head", "events", "inspect", "simulate", "simulate-settled", "conditions", "fees", "account-nonce",
	"sign-batch", "sign-settled", "resign", "send", "receipts",
}

// writes are the points within a write of the database, whoever asked for it.
var writes = []string{"after-begin", "mid-write", "before-commit", "after-commit"}

// failpoint is where this process dies.
type failpoint struct {
	name string
	left atomic.Int64 // passes until then
}

var armed = arm(os.Getenv(failpointVariable))

// arm refuses what it does not know: a test that never kills shows nothing.
func arm(setting string) *failpoint {
	p := &failpoint{}
	if setting == "" {
		return p
	}
	names := slices.Clone(writes)
	for _, method := range methods {
		names = append(names, "before-"+method, "after-"+method)
	}
	name, number, _ := strings.Cut(setting, ":")
	n, err := strconv.ParseInt(number, 10, 64)
	if err != nil || n < 1 || !slices.Contains(names, name) {
		fmt.Fprintf(os.Stderr, "%s %q: expected NAME:N with a name of %s\n", failpointVariable, setting, strings.Join(names, " "))
		os.Exit(2)
	}
	p.name = name
	p.left.Store(n)
	return p
}

// pass ends the process if this is the pass that was asked for. Nothing runs
// after it: no deferred call, no write, no answer.
func (p *failpoint) pass(name string) {
	if name == p.name && p.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// around is the two points of a method: defer armed.around("carry")().
func (p *failpoint) around(method string) (done func()) {
	p.pass("before-" + method)
	return func() { p.pass("after-" + method) }
}

// instrument puts the points between the engine and what it works with.
func instrument(s mint.Store, c mint.Chain) (mint.Store, mint.Chain) {
	return mortalStore{s}, mortalChain{c}
}

// openDatabase opens it with the driver that has points within a write.
func openDatabase(path string) (*store.Store, error) { return store.OpenDriver(path, mortalDriver) }
