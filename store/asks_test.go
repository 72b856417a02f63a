package store_test

import (
	"errors"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
)

func TestAFacilitatorIsAskedOnlyForAClaimedOrderThatNoOtherMaySettle(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	if _, err := s.Asks.Ask(ctx, order("ping", 2, 1, 1).ID, "a"); !errors.Is(err, mint.ErrStale) {
		t.Errorf("an order that is not there: %v", err)
	}
	for _, kind := range []facilitator.Kind{facilitator.Unsent, facilitator.Barred} {
		id := take[int64](t)(s.Asks.Ask(ctx, o.ID, "a"))
		if _, err := s.Asks.Ask(ctx, o.ID, "b"); !errors.Is(err, mint.ErrStale) {
			t.Errorf("a second facilitator, before the first answered: %v", err)
		}
		must(t, s.Asks.Answer(ctx, id, facilitator.Outcome{Kind: kind, Why: "no"}))
	}
	must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "skipped"}))
	if _, err := s.Asks.Ask(ctx, o.ID, "b"); !errors.Is(err, mint.ErrStale) {
		t.Errorf("a parked order: %v", err)
	}
	_, err := s.Revive(ctx, o.ID, rich)
	must(t, err)
	for n, kind := range []facilitator.Kind{facilitator.Unknown, facilitator.Settled, facilitator.Asked} {
		p := claim(t, s, order("ping", 3, n, 1))
		id := take[int64](t)(s.Asks.Ask(ctx, p.ID, "a"))
		must(t, s.Asks.Answer(ctx, id, facilitator.Outcome{Kind: kind, Tx: digest("tx")}))
		if _, err := s.Asks.Ask(ctx, p.ID, "b"); !errors.Is(err, mint.ErrStale) {
			t.Errorf("after the outcome %q: %v", kind, err)
		}
	}
	open := take[[]facilitator.Ask](t)(s.Asks.Open(ctx))
	if len(open) != 3 || open[0].Outcome.Tx != digest("tx") || open[0].Facilitator != "a" || open[0].AnsweredAt.IsZero() {
		t.Errorf("open: %+v", open)
	}
	if of := take[[]facilitator.Ask](t)(s.Asks.Of(ctx, o.ID)); len(of) != 2 || of[0].Outcome.Kind != facilitator.Barred || of[0].Outcome.Why != "no" {
		t.Errorf("of the first: %+v", of)
	}
}

func TestNoBatchCarriesAPaymentThatAFacilitatorMaySettle(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 100)))
	asked, free := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 1, 2, 1))
	id := take[int64](t)(s.Asks.Ask(ctx, asked.ID, "a"))
	must(t, s.Close()) // a crash between the ask and its answer
	s = openAt(t, path)
	if open := take[[]facilitator.Ask](t)(s.Asks.Open(ctx)); len(open) != 1 || open[0].ID != id || open[0].Outcome.Kind != facilitator.Asked {
		t.Fatalf("after a restart: %+v", open)
	}
	if _, err := s.Carry(ctx, transaction(mint.Batch, 1, free, asked)); !errors.Is(err, mint.ErrStale) {
		t.Fatalf("carried: %v", err)
	}
	wants(t, s, free.ID, mint.Claimed)
	carry(t, s, transaction(mint.Batch, 1, free))
	must(t, s.Asks.Answer(ctx, id, facilitator.Outcome{Kind: facilitator.Unsent}))
	carry(t, s, transaction(mint.Batch, 2, asked))
	if _, err := s.Asks.Ask(ctx, asked.ID, "b"); !errors.Is(err, mint.ErrStale) {
		t.Errorf("an order that a batch carries: %v", err)
	}
}

func TestOfManyWhoAskForOneOrderOneDoes(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	var asking sync.WaitGroup
	gate, asked := make(chan struct{}), make(chan bool, 16)
	for range cap(asked) {
		asking.Go(func() {
			<-gate
			_, err := s.Asks.Ask(ctx, o.ID, "a")
			asked <- err == nil
		})
	}
	close(gate)
	asking.Wait()
	close(asked)
	n := 0
	for ok := range asked {
		if ok {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d asked", n)
	}
}
