package store_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"math/big"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// commits counts those of a store from now on.
func commits(f *faults) *int {
	n := 0
	f.before = func(query string, _ []driver.NamedValue) error {
		if query == "COMMIT" {
			n++
		}
		return nil
	}
	return &n
}

func orders(n int) (orders []mint.Order) {
	for i := range n {
		orders = append(orders, order("ping", i, 1, 1))
	}
	return orders
}

func TestClaimsThatComeTogetherShareCommits(t *testing.T) {
	s, f := faultySale(t, 1000)
	n := commits(f)
	for i, r := range claimTogether(s, rich, orders(200)...) {
		if r.err != nil || !r.isNew {
			t.Fatalf("claim %d: new %v, %v", i, r.isNew, r.err)
		}
	}
	if *n != 2 { // 128 and the rest
		t.Errorf("200 claims took %d commits", *n)
	}
	counts(t, s, "ping", 0, 200)
	claim(t, s, order("ping", 999, 1, 1))
	if *n != 3 {
		t.Errorf("a claim alone took %d commits", *n-2)
	}
}

func TestOnePaymentManyTimesInOneCommitIsNewOnce(t *testing.T) {
	s, f := faultySale(t, 1)
	n := commits(f)
	results := claimTogether(s, credit(big.NewInt(price)), slices.Repeat([]mint.Order{order("ping", 1, 1, 1)}, 64)...)
	for i, r := range results {
		if r.err != nil || r.isNew != (i == 0) || !equal(*r.order, *results[0].order) {
			t.Errorf("claim %d: new %v, %v, %+v", i, r.isNew, r.err, r.order)
		}
	}
	if *n != 1 {
		t.Errorf("%d commits", *n)
	}
	counts(t, s, "ping", 0, 1)
}

func TestTheConditionsHoldAcrossTheClaimsOfOneCommit(t *testing.T) {
	s, f := faultySale(t, 10)
	parked := claim(t, s, order("ping", 50, 1, 2))
	must(t, s.Park(ctx, map[mint.PaymentID]string{parked.ID: "no balance"}))
	n := commits(f)
	type attempt struct {
		order  mint.Order
		credit mint.Credit
		want   error
	}
	two := credit(big.NewInt(2 * price))
	attempts := []attempt{
		{order("ping", 1, 1, 1), two, nil},
		{order("ping", 1, 2, 1), two, nil},
		{order("ping", 1, 3, 1), two, mint.ErrOvercommitted},
		{order("ping", 2, 1, 1), mint.Credit{Balance: rich.Balance, Orders: 1}, nil},
		{order("ping", 2, 2, 1), mint.Credit{Balance: rich.Balance, Orders: 1}, mint.ErrTooMany},
		{order("ping", 3, 1, 6), rich, nil},
		{order("ping", 4, 1, 2), rich, mint.ErrReserved},
		{parked, rich, mint.ErrReserved}, // revived
		{order("ping", 4, 2, 11), rich, mint.ErrSoldOut},
		{order("pong", 4, 3, 1), rich, mint.ErrNotFound},
		{order("ping", 4, 4, 1), rich, nil},
		{order("ping", 5, 1, 1), rich, mint.ErrReserved},
	}
	errs := make([]error, len(attempts))
	var calls []func()
	for i, a := range attempts {
		calls = append(calls, func() {
			if a.order.ID == parked.ID {
				_, errs[i] = s.Revive(ctx, a.order.ID, a.credit)
			} else {
				_, _, errs[i] = s.Claim(ctx, a.order, a.credit)
			}
		})
	}
	together(s, calls...)
	for i, a := range attempts {
		if !errors.Is(errs[i], a.want) || (a.want == nil) != (errs[i] == nil) {
			t.Errorf("attempt %d: %v, want %v", i, errs[i], a.want)
		}
	}
	if *n != 1 {
		t.Errorf("%d commits", *n)
	}
	counts(t, s, "ping", 0, 10)
}

// Claims and revivals that share commits do what they would one after the other.
func TestSharingACommitChangesNothingButTheirNumber(t *testing.T) {
	met, seeds := map[string]int{}, uint64(20)
	if testing.Short() {
		seeds = 2
	}
	for seed := range seeds {
		rng := rand.New(rand.NewPCG(seed, 402))
		shared, alone := sale(t, 60), sale(t, 60)
		store.Unsynced(shared)
		store.Unsynced(alone)
		var parked []mint.PaymentID
		for round := range 6 {
			head := block(uint64(round+1), "a")
			for _, s := range []*store.Store{shared, alone} { // strangers mint, too
				advance(t, s, head.Number-1, head, block(0, "a"), event(mint.EventMinted, order("ping", 90+round, 1, 9), head, 0))
			}
			var did [2][]string
			outcomes := make([]string, 40)
			var calls [2][]func()
			for i := range 40 {
				o := order("ping", rng.IntN(6), rng.IntN(25), 1+rng.Int64N(3)+rng.Int64N(2)*rng.Int64N(25))
				c := mint.Credit{Balance: big.NewInt(rng.Int64N(12) * price), Orders: rng.IntN(6)}
				revive := rng.IntN(4) == 0 && len(parked) > 0
				if revive {
					o.ID = parked[rng.IntN(len(parked))]
				}
				for k, s := range []*store.Store{shared, alone} {
					did[k] = append(did[k], "")
					calls[k] = append(calls[k], func() {
						var got mint.Order
						var isNew bool
						var err error
						if revive {
							got, err = s.Revive(ctx, o.ID, c)
						} else if claimed, new, failed := s.Claim(ctx, o, c); failed != nil {
							err = failed
						} else {
							got, isNew = *claimed, new
						}
						did[k][i] = fmt.Sprintf("revive %v: new %v, %v, %s", revive, isNew, err, got.State())
						if err == nil {
							did[k][i] += fmt.Sprintf(" %x %d %s", got.ID, got.Quantity, got.Value)
						}
						outcomes[i] = fmt.Sprintf("revive %v: new %v, %v", revive, isNew, errors.Unwrap(err))
					})
				}
			}
			together(shared, calls[0]...)
			for _, call := range calls[1] {
				call()
			}
			for i := range did[0] {
				if did[0][i] != did[1][i] {
					t.Fatalf("seed %d, call %d: shared %q, alone %q", seed, i, did[0][i], did[1][i])
				}
				met[outcomes[i]]++
			}
			park := map[mint.PaymentID]string{}
			for _, o := range take[[]mint.Order](t)(alone.Orders(ctx, mint.Query{States: []mint.State{mint.Claimed}})) {
				if rng.IntN(2) == 0 {
					park[o.ID] = "parked"
					parked = append(parked, o.ID)
				}
			}
			for _, s := range []*store.Store{shared, alone} {
				must(t, s.Park(ctx, park))
			}
		}
		a, b := take[[]mint.Order](t)(shared.Orders(ctx, mint.Query{})), take[[]mint.Order](t)(alone.Orders(ctx, mint.Query{}))
		if !slices.EqualFunc(a, b, equal) {
			t.Fatalf("seed %d: the orders differ", seed)
		}
		l := take[mint.Launch](t)(alone.Launch(ctx, "ping"))
		counts(t, shared, "ping", l.Sold, l.Reserved)
	}
	if testing.Short() {
		return // few seeds do not meet everything
	}
	for _, revive := range []bool{false, true} {
		for _, err := range []error{nil, mint.ErrSoldOut, mint.ErrReserved, mint.ErrOvercommitted, mint.ErrTooMany} {
			for _, isNew := range []bool{false, !revive && err == nil} {
				if what := fmt.Sprintf("revive %v: new %v, %v", revive, isNew, err); met[what] == 0 {
					t.Errorf("%q never happened", what)
				}
			}
		}
	}
	t.Log(met)
}

// A fault at any statement of a shared commit: nobody is told of a claim that is
// not there, nobody's is there in part, and the next ones are served.
func TestAFaultInASharedCommitFailsAllOfItAndNothingElse(t *testing.T) {
	for at := range 40 {
		for _, torn := range []bool{false, true} {
			s, f := faultySale(t, 100)
			before := claim(t, s, order("ping", 100, 1, 1))
			n, fired := 0, ""
			f.before = func(query string, _ []driver.NamedValue) error {
				if query == "ROLLBACK" && torn {
					torn = false
					return errIO
				}
				if n++; n == at+1 {
					fired = query
					return errIO
				}
				return nil
			}
			failed := map[int]bool{}
			for i, r := range claimTogether(s, rich, orders(8)...) {
				if failed[i] = r.err != nil; r.err != nil && !errors.Is(r.err, errIO) || r.isNew == failed[i] {
					t.Fatalf("fault at %d (%s): claim %d: new %v, %v", at, fired, i, r.isNew, r.err)
				}
			}
			f.before = nil
			if fired == "" {
				if at < 10 {
					t.Fatalf("the commit has %d statements only", at)
				}
				return
			}
			if !failed[0] || !failed[7] {
				t.Fatalf("fault at %d (%s): failed were %v", at, fired, failed)
			}
			for i, o := range orders(8) {
				if _, err := s.Order(ctx, o.ID); errors.Is(err, mint.ErrNotFound) != failed[i] {
					t.Fatalf("fault at %d (%s): claim %d failed: %v, and it is stored: %v", at, fired, i, failed[i], err)
				}
			}
			wants(t, s, before.ID, mint.Claimed)
			for i, r := range claimTogether(s, rich, orders(8)...) {
				if r.err != nil || r.isNew != failed[i] {
					t.Fatalf("after a fault at %d (%s): claim %d: new %v, %v", at, fired, i, r.isNew, r.err)
				}
			}
			counts(t, s, "ping", 0, 9)
			if n := take[int](t)(s.Count(ctx, mint.Query{})); n != 9 {
				t.Fatalf("fault at %d (%s): %d orders", at, fired, n)
			}
		}
	}
}

func TestACommitWhoseAnswerIsLostIsFoundOut(t *testing.T) {
	s, f := faultySale(t, 100)
	f.after = func(query string) error {
		if query == "COMMIT" {
			f.after = nil
			return errIO
		}
		return nil
	}
	for _, r := range claimTogether(s, rich, orders(8)...) {
		if !errors.Is(r.err, errIO) {
			t.Errorf("claim: new %v, %v", r.isNew, r.err)
		}
	}
	counts(t, s, "ping", 0, 8) // as it is, whatever we were told
	for _, r := range claimTogether(s, rich, orders(8)...) {
		if r.err != nil || r.isNew {
			t.Errorf("presented again: new %v, %v", r.isNew, r.err)
		}
	}
	claim(t, s, order("ping", 9, 1, 1))
	counts(t, s, "ping", 0, 9)
}

func TestAClaimIsAcknowledgedOnceItsCommitIsDurable(t *testing.T) {
	s, f := faultySale(t, 100)
	var acknowledged atomic.Int64
	f.before = func(query string, _ []driver.NamedValue) error {
		if query == "COMMIT" {
			for range 10_000 { // whoever could go on does
				runtime.Gosched()
			}
			if n := acknowledged.Load(); n != 0 {
				t.Errorf("%d claims were acknowledged before the commit", n)
			}
		}
		return nil
	}
	var calls []func()
	for _, o := range append(orders(8), orders(8)...) { // each twice: known ones wait, too
		calls = append(calls, func() {
			if _, _, err := s.Claim(ctx, o, rich); err != nil {
				t.Error(err)
			}
			acknowledged.Add(1)
		})
	}
	together(s, calls...)
	if n := acknowledged.Load(); n != 16 {
		t.Errorf("%d claims were acknowledged", n)
	}
}

func TestAClaimThatItsOwnStatementFailsFailsAlone(t *testing.T) {
	s, f := faultySale(t, 100)
	bad, broken := order("ping", 3, 1, 1).ID, errors.New("integer overflow")
	f.before = func(query string, args []driver.NamedValue) error {
		if len(args) > 0 && strings.HasPrefix(query, "INSERT INTO orders") {
			if id, ok := args[0].Value.([]byte); ok && mint.PaymentID(id) == bad {
				return broken
			}
		}
		return nil
	}
	for i, r := range claimTogether(s, rich, orders(8)...) {
		if i == 3 && !errors.Is(r.err, broken) || i != 3 && (r.err != nil || !r.isNew) {
			t.Errorf("claim %d: new %v, %v", i, r.isNew, r.err)
		}
	}
	counts(t, s, "ping", 0, 7)
	if _, err := s.Order(ctx, bad); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("the bad one: %v", err)
	}
}

func TestWhatACommitDoesIsKnownNeitherEarlierNorLater(t *testing.T) {
	s, f := faultySale(t, 100)
	id := order("ping", 1, 1, 1).ID
	looked := 0
	// What a driver calls must return, so nothing in here ends the test.
	known := func(want int) {
		looked++
		l, err := s.Launch(ctx, "ping")
		n, countErr := s.Count(ctx, mint.Query{})
		if err != nil || countErr != nil || l.Reserved != int64(n) || n > want {
			t.Errorf("%d orders, %d reserved, %v, %v", n, l.Reserved, err, countErr)
		}
		if _, err := s.Order(ctx, id); errors.Is(err, mint.ErrNotFound) != (want == 0) {
			t.Errorf("with %d orders committed: %v", want, err)
		}
	}
	f.before = func(query string, _ []driver.NamedValue) error {
		if query == "COMMIT" {
			known(0)
		}
		return nil
	}
	f.after = func(query string) error {
		if query == "COMMIT" {
			known(1) // it is durable, and whoever asks may know
		}
		return nil
	}
	claim(t, s, order("ping", 1, 1, 1))
	if looked != 2 {
		t.Errorf("looked %d times", looked)
	}
	counts(t, s, "ping", 0, 1)
}

func TestAClaimThatIsWithdrawnIsNotWrittenAndOneThatIsTakenIs(t *testing.T) {
	s, f := faultySale(t, 100)
	withdrawn, cancelFirst := context.WithCancel(ctx)
	taken, cancelSecond := context.WithCancel(ctx)
	f.before = func(query string, _ []driver.NamedValue) error {
		if query == "COMMIT" {
			cancelSecond() // too late
		}
		return nil
	}
	release := store.Hold(s)
	results := make(chan claimed, 2)
	try := func(ctx context.Context, o mint.Order) {
		_, isNew, err := s.Claim(ctx, o, rich)
		results <- claimed{&o, isNew, err}
	}
	go try(withdrawn, order("ping", 1, 1, 1))
	store.AwaitWaiters(s, 1)
	cancelFirst()
	if r := <-results; !errors.Is(r.err, context.Canceled) {
		t.Errorf("withdrawn: new %v, %v", r.isNew, r.err)
	}
	go try(taken, order("ping", 2, 1, 1))
	store.AwaitWaiters(s, 1)
	release()
	if r := <-results; r.err != nil || !r.isNew {
		t.Errorf("taken: new %v, %v", r.isNew, r.err)
	}
	counts(t, s, "ping", 0, 1)
}
