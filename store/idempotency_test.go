package store_test

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// keyed is an order under keys.
func keyed(p, n int, keys ...string) mint.Order {
	o := order("ping", p, n, 1)
	o.Keys = keys
	return o
}

// presentUnder presents an order again, under keys.
func presentUnder(s *store.Store, o mint.Order, keys ...string) error {
	o.Keys = keys
	_, _, err := s.Claim(ctx, o, mint.Credit{})
	return err
}

func first(t *testing.T, err error) mint.PaymentID {
	t.Helper()
	var used *mint.KeyUsedError
	if !errors.As(err, &used) {
		t.Fatalf("%v, want that the key is used", err)
	}
	return used.First
}

func TestOfAnyClaimsUnderOneKeyOneIsStored(t *testing.T) {
	s := sale(t, 1000)
	const claims = 50
	var wg sync.WaitGroup
	var mu sync.Mutex
	var stored []mint.PaymentID
	refused := map[mint.PaymentID]int{}
	for n := range claims {
		wg.Go(func() {
			o := keyed(1, n, "the-key")
			_, isNew, err := s.Claim(ctx, o, rich)
			mu.Lock()
			defer mu.Unlock()
			var used *mint.KeyUsedError
			switch {
			case err == nil && isNew:
				stored = append(stored, o.ID)
			case errors.As(err, &used):
				refused[used.First]++
			default:
				t.Errorf("%t, %v", isNew, err)
			}
		})
	}
	wg.Wait()
	if len(stored) != 1 || refused[stored[0]] != claims-1 {
		t.Fatalf("%d stored, refused for %v", len(stored), refused)
	}
	counts(t, s, "ping", 0, 1)
	if id := take[mint.PaymentID](t)(s.Keyed(ctx, address("payer", 1), []string{"other", "the-key"})); id != stored[0] {
		t.Errorf("the key is of %s", id)
	}
	// Another payer's key of the same name is another key, and the same payment its order.
	if _, isNew, err := s.Claim(ctx, keyed(2, 1, "the-key"), rich); err != nil || !isNew {
		t.Errorf("another payer: %t, %v", isNew, err)
	}
	for n := range claims {
		if o := keyed(1, n, "the-key"); o.ID == stored[0] {
			if got, isNew, err := s.Claim(ctx, o, rich); err != nil || isNew || got.ID != o.ID {
				t.Errorf("the same payment: %s %t %v", got.ID, isNew, err)
			}
		}
	}
	if _, err := s.Keyed(ctx, address("payer", 3), []string{"the-key"}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a key of nobody: %v", err)
	}
}

func TestARefusedClaimLeavesNoKey(t *testing.T) {
	s := sale(t, 1)
	must(t, claimErr(s, keyed(1, 1, "a")))
	for _, o := range []mint.Order{keyed(2, 1, "a"), keyed(1, 2, "a", "b")} {
		if err := claimErr(s, o); err == nil {
			t.Error("claimed")
		}
	}
	if _, err := s.Keyed(ctx, address("payer", 2), []string{"a"}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("sold out: %v", err)
	}
	if _, err := s.Keyed(ctx, address("payer", 1), []string{"b"}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("the other key of one that was used: %v", err)
	}
	for _, keys := range [][]string{{""}, {strings.Repeat("a", 256)}, {"a b"}, {"a", "b", "c"}} {
		if err := claimErr(s, keyed(3, 1, keys...)); err == nil || errors.Is(err, mint.ErrSoldOut) || errors.Is(err, mint.ErrReserved) {
			t.Errorf("%q: %v", keys, err)
		}
	}
}

func claimErr(s *store.Store, o mint.Order) error {
	_, _, err := s.Claim(ctx, o, rich)
	return err
}

func TestAKeyIsFreeAgainOnceItsOrderCanNeverExecute(t *testing.T) {
	s := sale(t, 100)
	one, two, three := keyed(1, 1, "k"), keyed(1, 2, "k"), keyed(1, 3, "k")
	must(t, claimErr(s, one))
	must(t, s.Park(ctx, map[mint.PaymentID]string{one.ID: "no money"}))
	if got := first(t, claimErr(s, two)); got != one.ID {
		t.Errorf("parked: the key is of %s", got)
	}
	must(t, s.Void(ctx, map[mint.PaymentID]string{one.ID: "expired"}))
	if _, err := s.Keyed(ctx, one.Payer, []string{"k"}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("voided: %v", err)
	}
	must(t, claimErr(s, two))
	if got := first(t, claimErr(s, three)); got != two.ID {
		t.Errorf("claimed again: the key is of %s", got)
	}
	if got, isNew, err := s.Claim(ctx, one, rich); err != nil || isNew || got.State() != mint.Voided {
		t.Errorf("the voided payment again: %s %t %v", got.State(), isNew, err)
	}
}

func TestAnOrderGetsTheKeysUnderWhichItIsPresentedAgain(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	other, o := keyed(1, 1, "taken"), keyed(1, 2)
	must(t, claimErr(s, other))
	must(t, claimErr(s, o))
	must(t, presentUnder(s, o, "k"))
	must(t, presentUnder(s, o, "k", "l"))
	again := keyed(1, 2, "m") // a copy that was unknown when it was verified
	if got, isNew, err := s.Claim(ctx, again, rich); err != nil || isNew || got.ID != o.ID {
		t.Errorf("%+v %t %v", got, isNew, err)
	}
	for name, err := range map[string]error{"name": presentUnder(s, o, "free", "taken"), "claim": claimErr(s, keyed(1, 2, "free", "taken"))} {
		var used *mint.KeyUsedError
		if !errors.As(err, &used) || used.First != other.ID || used.Presented != o.ID {
			t.Errorf("%s: the key of another order: %v", name, err)
		}
	}
	if err := presentUnder(s, order("ping", 1, 9, 1), "free"); err == nil {
		t.Error("there is no such order")
	}
	must(t, s.Close())
	s = openAt(t, path)
	for key, want := range map[string]mint.PaymentID{"k": o.ID, "l": o.ID, "m": o.ID, "taken": other.ID, "free": {}} {
		if got, err := s.Keyed(ctx, o.Payer, []string{key}); got != want || (err == nil) != (want != mint.PaymentID{}) {
			t.Errorf("%s is of %s, %v", key, got, err)
		}
		if want == o.ID {
			if got := first(t, claimErr(s, keyed(1, 3, key))); got != o.ID {
				t.Errorf("%s is of %s", key, got)
			}
		}
	}
	must(t, s.Void(ctx, map[mint.PaymentID]string{o.ID: "expired"}))
	must(t, presentUnder(s, o, "taken", "late"))
	if _, err := s.Keyed(ctx, o.Payer, []string{"late"}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a voided order got a key: %v", err)
	}
	must(t, claimErr(s, keyed(1, 3, "k", "l")))
}

func TestTheKeysOfAnOrderAreBounded(t *testing.T) {
	s := sale(t, 100)
	o := keyed(1, 1, "key-0", "key-1")
	must(t, claimErr(s, o))
	for n := range mint.MaxOrderKeys {
		must(t, presentUnder(s, o, fmt.Sprintf("key-%d", n)))
	}
	for name, keys := range map[string][]string{"one more": {"key-x"}, "one known and one more": {"key-3", "key-x"}} {
		if err := presentUnder(s, o, keys...); !errors.Is(err, mint.ErrKeyNotStored) {
			t.Errorf("%s: %v", name, err)
		}
	}
	must(t, presentUnder(s, o, "key-3", "key-4"))
	if _, err := s.Keyed(ctx, o.Payer, []string{"key-x"}); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("the key beyond the bound: %v", err)
	}
	must(t, claimErr(s, keyed(1, 2, "key-x")))
}

func TestAForeignOrderLosesItsKeysWithItself(t *testing.T) {
	s := sale(t, 100)
	o := order("ping", 1, 2, 1)
	b := block(4, "a")
	advance(t, s, 3, b, block(0, "a"), event(mint.EventSettled, o, b, 0))
	if got, isNew, err := s.Claim(ctx, keyed(1, 2, "k"), mint.Credit{}); err != nil || isNew || got.ID != o.ID || !got.Foreign() {
		t.Errorf("%+v %t %v", got, isNew, err)
	}
	must(t, presentUnder(s, o, "l"))
	for _, key := range []string{"k", "l"} {
		if got := first(t, claimErr(s, keyed(1, 3, key))); got != o.ID {
			t.Errorf("the key is of %s", got)
		}
	}
	advance(t, s, 3, block(5, "b"), block(0, "a")) // a reorg
	if _, err := s.Order(ctx, o.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Fatal(err)
	}
	must(t, claimErr(s, keyed(1, 3, "k", "l")))
}

func TestAKeyLastsAsItsClaimDoesThroughKills(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
	must(t, s.Close())
	type key struct {
		payer int
		name  string
	}
	of := map[mint.PaymentID]key{}
	for p := range claimers {
		for n := range 4000 {
			of[order("ping", p, n, 1+int64(n%3)).ID] = key{p, keyOf(n)}
		}
	}
	for life := range 4 {
		cmd, says := child(t, path, underKeys+"=yes")
		for range 60 + 100*life {
			if _, err := says.ReadString('\n'); err != nil {
				t.Fatal(err)
			}
		}
		must(t, cmd.Process.Kill())
		go io.Copy(io.Discard, says)
		cmd.Wait()
		s := openAt(t, path)
		bought := map[key]mint.PaymentID{}
		for _, o := range take[[]mint.Order](t)(s.Orders(ctx, mint.Query{})) {
			k, known := of[o.ID]
			if !known {
				continue // beyond those that the test looks at
			}
			if other, twice := bought[k]; twice {
				t.Fatalf("life %d: %s and %s were claimed under %v", life, other, o.ID, k)
			}
			bought[k] = o.ID
			if got := take[mint.PaymentID](t)(s.Keyed(ctx, o.Payer, []string{k.name})); got != o.ID {
				t.Fatalf("life %d: the key %v is of %s, and %s was claimed under it", life, k, got, o.ID)
			}
		}
		if len(bought) < 50 {
			t.Errorf("life %d: only %d", life, len(bought))
		}
		must(t, s.Close())
	}
}

// A random history of claims under keys, voids, parks and restarts, against a map.
func TestInAnyHistoryAPayerPaysOnceUnderAKey(t *testing.T) {
	for run := range uint64(*histories) {
		rng := rand.New(rand.NewPCG(*seed+run, 403))
		path := filepath.Join(t.TempDir(), fmt.Sprintf("orders%d.db", run))
		s := openAt(t, path)
		store.Unsynced(s)
		must(t, s.SaveLaunch(ctx, launch("ping", 1<<40)))
		owner := map[string]mint.PaymentID{} // payer and key → the order
		orders := map[mint.PaymentID]bool{}  // → voided
		for step := range 300 {
			p, n := rng.IntN(3), rng.IntN(40)
			var keys []string
			for range rng.IntN(3) {
				keys = append(keys, fmt.Sprintf("key-%d", rng.IntN(6)))
			}
			o := keyed(p, n, keys...)
			voided, known := orders[o.ID]
			switch what := rng.IntN(10); {
			case what == 0:
				must(t, s.Close())
				s = openAt(t, path)
				store.Unsynced(s)
			case what == 1 && known && !voided:
				must(t, s.Void(ctx, map[mint.PaymentID]string{o.ID: "cancelled"}))
				orders[o.ID] = true
			case what == 2 && known:
				must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "broke"}))
			default:
				var want mint.PaymentID
				for _, k := range keys {
					if id, used := owner[fmt.Sprint(p, k)]; used && !orders[id] && id != o.ID && want == (mint.PaymentID{}) {
						want = id
					}
				}
				_, isNew, err := s.Claim(ctx, o, rich)
				switch {
				case known && (voided || want == (mint.PaymentID{})):
					if err != nil || isNew {
						t.Fatalf("run %d, step %d: a known payment: %t, %v", run, step, isNew, err)
					}
					for _, k := range keys {
						if !voided {
							owner[fmt.Sprint(p, k)] = o.ID
						}
					}
				case want != (mint.PaymentID{}):
					if got := first(t, err); got != want {
						t.Fatalf("run %d, step %d: the key is of %s, want %s", run, step, got, want)
					}
				default:
					if err != nil || !isNew {
						t.Fatalf("run %d, step %d: %t, %v", run, step, isNew, err)
					}
					orders[o.ID] = false
					for _, k := range keys {
						owner[fmt.Sprint(p, k)] = o.ID
					}
				}
			}
		}
		if len(owner) < 10 {
			t.Errorf("only %d keys", len(owner))
		}
		must(t, s.Close())
	}
}
