//go:build failpoints

package failpoint

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"

	"github.com/mint402/mint402/mint"
)

// variable is the environment variable that chooses the point, as NAME:N.
const variable = "MINT402_FAILPOINT"

// methods are the methods with two points, before-METHOD and after-METHOD. after-METHOD is
// passed when the method has done its work and has not returned yet.
var methods = []string{
	// of the store
	"claim", "revive", "park", "void", "carry", "attempt", "resolve", "release", "drop", "advance",
	// of the chain
	"head", "events", "inspect", "simulate", "simulate-settled", "conditions", "fees", "account-nonce",
	"sign-batch", "sign-settled", "resign", "send", "receipts",
}

// writes are the points within a write to the database; see Driver.
var writes = []string{"after-begin", "mid-write", "before-commit", "after-commit"}

// point is the place where this process kills itself; no place if name is empty.
type point struct {
	name string
	left atomic.Int64 // passes that remain until it does
}

var armed = arm(os.Getenv(variable))

// arm parses NAME:N. It exits with an error if there is no such point. Otherwise the
// process would never be killed, and a test would pass without testing recovery.
func arm(setting string) *point {
	p := &point{}
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
		fmt.Fprintf(os.Stderr, "%s %q: expected NAME:N with a name of %s\n", variable, setting, strings.Join(names, " "))
		os.Exit(2)
	}
	p.name = name
	p.left.Store(n)
	return p
}

// pass is called when the program reaches the point with that name. At the N-th call for
// the chosen point, it kills the process. No code runs after that: no deferred call, no
// write, no answer.
func (p *point) pass(name string) {
	if name == p.name && p.left.Add(-1) == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// around passes the two points of a method: defer armed.around("carry")().
func (p *point) around(method string) (done func()) {
	p.pass("before-" + method)
	return func() { p.pass("after-" + method) }
}

// Wrap returns the store and the chain with a point before and after their methods.
func Wrap(s mint.Store, c mint.Chain) (mint.Store, mint.Chain) {
	return mortalStore{s}, mortalChain{c}
}
