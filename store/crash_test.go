package store_test

import (
	"bufio"
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// childOf names the database that this process is a child for.
const childOf = "MINT402_STORE_TEST_CHILD"

// diesAt has the child kill itself when it has run that many statements, before
// the next or, if it begins with +, after the last; empty: it waits to be killed.
const diesAt = "MINT402_STORE_TEST_DIES_AT"

// underKeys has the child claim two payments under each idempotency key.
const underKeys = "MINT402_STORE_TEST_KEYS"

// claimers is how many goroutines of a child claim.
const claimers = 16

func TestMain(m *testing.M) {
	if path := os.Getenv(childOf); path != "" {
		claimForEver(path)
	}
	os.Exit(m.Run())
}

// claimForEver claims from several goroutines and says which claims were
// acknowledged, until it is killed.
func claimForEver(path string) {
	f := &faults{}
	faulty.at[path] = f
	s, err := store.OpenDriver(path, faultyDriver)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	begin := 0
	if at, after := strings.CutPrefix(os.Getenv(diesAt), "+"); at != "" {
		left, _ := strconv.Atoi(at)
		begin = os.Getpid() << 16 // other payments than the one before
		step := func() {
			if left--; left == 0 {
				self, _ := os.FindProcess(os.Getpid())
				self.Kill()
				select {} // until it arrives
			}
		}
		f.before = func(string, []driver.NamedValue) error {
			if !after {
				step()
			}
			return nil
		}
		f.after = func(string) error {
			if after {
				step()
			}
			return nil
		}
	}
	fmt.Println("open")
	for p := range claimers {
		go func() {
			for n := begin; ; n++ {
				o := order("ping", p, n, 1+int64(n%3))
				if os.Getenv(underKeys) != "" {
					o.Keys = []string{keyOf(n)}
				}
				var used *mint.KeyUsedError
				if _, isNew, err := s.Claim(context.Background(), o, rich); errors.As(err, &used) {
					continue
				} else if err != nil {
					fmt.Fprintln(os.Stderr, err)
					os.Exit(1)
				} else if isNew {
					os.Stdout.WriteString(o.ID.String() + "\n") // one write, not buffered
				}
			}
		}()
	}
	select {}
}

// keyOf is the key of a child's n-th claim; each two have the same.
func keyOf(n int) string { return fmt.Sprintf("purchase-%d", n/2) }

// child starts a process that claims at path, and waits until it has it open.
func child(t *testing.T, path string, env ...string) (*exec.Cmd, *bufio.Reader) {
	t.Helper()
	limit, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	cmd := exec.CommandContext(limit, os.Args[0])
	cmd.Env = append(append(os.Environ(), childOf+"="+path), env...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(t, err)
	must(t, cmd.Start())
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	says := bufio.NewReader(out)
	if line, err := says.ReadString('\n'); line != "open\n" {
		t.Fatalf("the child says %q, %v", line, err)
	}
	return cmd, says
}

func TestEveryAcknowledgedClaimIsThereAfterAKill(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	must(t, s.Close())

	acknowledged := map[mint.PaymentID]bool{}
	for life := range 4 {
		cmd, says := child(t, path)
		for n := 0; ; n++ {
			line, err := says.ReadString('\n')
			if errors.Is(err, io.EOF) && line == "" {
				break
			}
			if line == "" || line[len(line)-1] != '\n' {
				break // killed while it spoke
			}
			id, err := mint.ParsePaymentID(line[:len(line)-1])
			must(t, err)
			if acknowledged[id] {
				t.Fatalf("%s was new twice", id)
			}
			acknowledged[id] = true
			if n == 100*life {
				must(t, cmd.Process.Kill())
			}
		}

		s := openAt(t, path)
		if problem := store.Pragma(s, "PRAGMA integrity_check"); problem != "ok" {
			t.Fatalf("integrity: %s", problem)
		}
		for id := range acknowledged {
			wants(t, s, id, mint.Claimed)
		}
		var reserved int64
		orders := take[[]mint.Order](t)(s.Orders(ctx, mint.Query{}))
		for _, o := range orders {
			reserved += o.Quantity
		}
		counts(t, s, "ping", 0, reserved)
		journaled(t, s, orders)
		t.Logf("%d acknowledged, %d stored", len(acknowledged), len(orders))
		if len(acknowledged) == 0 || len(orders) > len(acknowledged)+claimers*(life+1) {
			t.Errorf("of %d orders %d were acknowledged", len(orders), len(acknowledged))
		}
		must(t, s.Close())
	}
}

// journaled checks that a killed process left one change for each order, and no other.
func journaled(t *testing.T, s *store.Store, orders []mint.Order) {
	t.Helper()
	known := map[mint.PaymentID]mint.Change{}
	for last := int64(0); ; {
		changes := take[[]mint.Change](t)(s.Changes(ctx, last, 10_000))
		if last = replay(t, known, last, changes); len(changes) == 0 {
			break
		}
	}
	for _, o := range orders {
		if known[o.ID].State != o.State() {
			t.Errorf("order %s is %s, and the journal has %+v", o.ID, o.State(), known[o.ID])
		}
	}
	if len(known) != len(orders) {
		t.Errorf("the journal has %d orders, and there are %d", len(known), len(orders))
	}
}

// A commit of several claims, cut before and after each of its statements: what
// was acknowledged is there, and what is there is whole.
func TestNoStatementOfASharedCommitIsAPlaceToLoseAClaim(t *testing.T) {
	stride := 2
	if testing.Short() {
		stride = 10
	}
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	must(t, s.Close())
	stored := map[mint.PaymentID]bool{}
	for at := 40; at < 40+claimers+6; at += stride {
		for _, sign := range []string{"", "+"} {
			cmd, says := child(t, path, fmt.Sprintf("%s=%s%d", diesAt, sign, at))
			said, err := io.ReadAll(says)
			must(t, err)
			cmd.Wait()
			s := openAt(t, path)
			for line := range strings.Lines(string(said)) {
				if !strings.HasSuffix(line, "\n") {
					break
				}
				id, err := mint.ParsePaymentID(strings.TrimSpace(line))
				must(t, err)
				if stored[id] {
					t.Fatalf("%s was new twice", id)
				}
				wants(t, s, id, mint.Claimed)
			}
			var reserved int64
			orders := take[[]mint.Order](t)(s.Orders(ctx, mint.Query{}))
			for _, o := range orders {
				stored[o.ID] = true
				reserved += o.Quantity
			}
			counts(t, s, "ping", 0, reserved)
			journaled(t, s, orders)
			must(t, s.Close())
		}
	}
	if len(stored) < 2*claimers {
		t.Errorf("only %d orders were stored", len(stored))
	}
}

func TestAProcessTakesOverOnceTheOtherIsGone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	must(t, s.Close())

	cmd, says := child(t, path)
	go io.Copy(io.Discard, says)
	if s, err := store.Open(path); !errors.Is(err, store.ErrLocked) {
		t.Fatalf("a second process opened the database: %v, %v", s, err)
	}
	reader, err := store.OpenReader(path)
	must(t, err)
	take[int](t)(reader.Count(ctx, mint.Query{}))
	must(t, reader.Close())
	must(t, cmd.Process.Kill())
	cmd.Wait()
	claim(t, openAt(t, path), order("ping", 99, 1, 1))
}
