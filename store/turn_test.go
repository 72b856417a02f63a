package store_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// awaitBlocked returns once a goroutine waits in a select of the function. It fails the test
// after 10 s. A driver may call it.
func awaitBlocked(t *testing.T, function string) {
	stacks := make([]byte, 4<<20)
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); runtime.Gosched() {
		for _, s := range strings.Split(string(stacks[:runtime.Stack(stacks, true)]), "\n\n") {
			if state, calls, _ := strings.Cut(s, "\n"); strings.Contains(state, "[select") && strings.HasPrefix(calls, function) {
				return
			}
		}
	}
	t.Errorf("no goroutine waits in %s", function)
}

func TestAWriteWaitsForOneGroupOfClaimsAtMost(t *testing.T) {
	s, f := faultySale(t, 1000)
	parked := claim(t, s, order("ping", 999, 1, 1))
	var done sync.WaitGroup
	var order []string
	var group string
	f.before = func(query string, _ []driver.NamedValue) error {
		switch {
		case strings.HasPrefix(query, "INSERT INTO orders"):
			group = "claims"
		case strings.HasPrefix(query, "UPDATE orders"):
			group = "park"
		case query == "COMMIT":
			if order = append(order, group); len(order) == 1 {
				done.Go(func() {
					if err := s.Park(ctx, map[mint.PaymentID]string{parked.ID: "no balance"}); err != nil {
						t.Error(err)
					}
				})
				awaitBlocked(t, "github.com/mint402/mint402/store.(*Store).write(")
			}
		}
		return nil
	}
	for i, r := range claimTogether(s, rich, orders(300)...) {
		if r.err != nil || !r.isNew {
			t.Fatalf("claim %d: new %v, %v", i, r.isNew, r.err)
		}
	}
	done.Wait()
	if got := strings.Join(order, ", "); got != "claims, park, claims, claims" {
		t.Errorf("commits: %s", got)
	}
}

// On one core, a claim that was committed while it was ready to run used to commit again, for
// the few claims that had come until then: two claims a commit, with any number of claimants.
func TestClaimsShareTheirCommitsOnOneCore(t *testing.T) {
	s, f := faultySale(t, 1<<40)
	n := commits(f)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	const claimants, each = 32, 50
	var done sync.WaitGroup
	for p := range claimants {
		done.Go(func() {
			for n := range each {
				if _, isNew, err := s.Claim(ctx, order("ping", p, n, 1), rich); err != nil || !isNew {
					t.Errorf("claim: new %v, %v", isNew, err)
				}
			}
		})
	}
	done.Wait()
	if most := claimants * each / 4; *n > most {
		t.Errorf("%d claims by %d claimants took %d commits, and may take %d", claimants*each, claimants, *n, most)
	}
	counts(t, s, "ping", 0, claimants*each)
}

func TestTheOthersAreCommittedIfTheClaimThatLeadsStopsWaiting(t *testing.T) {
	s, f := faultySale(t, 100)
	n := commits(f)
	release := store.Hold(s)
	leading, cancel := context.WithCancel(ctx)
	first := make(chan error)
	go func() {
		_, _, err := s.Claim(leading, order("ping", 100, 1, 1), rich)
		first <- err
	}()
	awaitBlocked(t, "github.com/mint402/mint402/store.(*waiter).lead(")
	soon, end := context.WithTimeout(ctx, 10*time.Second)
	defer end()
	var others sync.WaitGroup
	var failed atomic.Int64
	for i, o := range orders(8) {
		others.Go(func() {
			if _, isNew, err := s.Claim(soon, o, rich); err != nil || !isNew {
				failed.Add(1)
			}
		})
		store.AwaitWaiters(s, 2+i)
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the claim that led: %v", err)
	}
	release()
	others.Wait()
	if failed.Load() > 0 || *n != 1 {
		t.Errorf("%d of the others failed, in %d commits", failed.Load(), *n)
	}
	counts(t, s, "ping", 0, 8)
}
