package store_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestHistoryIsWhatTheContractsHashChainWasMadeOf(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	a, b, c, d := order("ping", 1, 1, 1), order("ping", 1, 2, 1), order("ping", 1, 3, 1), order("ping", 1, 4, 1)
	first, second := block(1, "a"), block(2, "a")
	advance(t, s, 0, first, block(0, "a"), event(mint.EventSettled, a, first, 0), event(mint.EventReceived, d, first, 1),
		event(mint.EventMinted, c, first, 7), event(mint.EventMinted, order("ping", 2, 1, 1), first, 8), event(mint.EventMinted, order("pong", 1, 9, 1), first, 9))
	advance(t, s, 1, second, block(0, "a"), event(mint.EventRefunded, d, second, 1), event(mint.EventMinted, a, second, 11), event(mint.EventMinted, b, second, 2))
	want := []mint.PaymentID{c.ID, d.ID, b.ID, a.ID}
	if got := take[[]mint.PaymentID](t)(s.History(ctx, "ping", a.Payer)); !reflect.DeepEqual(got, want) {
		t.Errorf("history %v, want %v", got, want)
	}
	if got := take[[]mint.PaymentID](t)(s.History(ctx, "ping", address("nobody"))); len(got) != 0 {
		t.Errorf("history of nobody: %v", got)
	}
	advance(t, s, 1, block(2, "b"), block(0, "a"))
	if got := take[[]mint.PaymentID](t)(s.History(ctx, "ping", a.Payer)); !reflect.DeepEqual(got, want[:1]) {
		t.Errorf("history after a reorg %v", got)
	}
}

func TestEventsAreTheNewestOfALaunchOfTheKindsAskedFor(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	b, c := block(1, "a"), block(2, "a")
	all := []mint.Event{ // newest first
		event(mint.EventMinted, order("ping", 1, 1, 1), c, 1),
		event(mint.EventSettled, order("ping", 2, 1, 1), c, 0),
		event(mint.EventReceived, order("ping", 3, 1, 1), b, 4),
		event(mint.EventMinted, order("ping", 4, 1, 1), b, 3),
	}
	advance(t, s, 0, c, block(0, "a"), all[3], all[2], event(mint.EventMinted, order("pong", 1, 1, 1), b, 5), all[1], all[0])
	check := func(want []mint.Event, limit int, kinds ...mint.EventKind) {
		t.Helper()
		if got := take[[]mint.Event](t)(s.Events(ctx, "ping", limit, kinds...)); !reflect.DeepEqual(got, want) {
			t.Errorf("limit %d of %v:\n%+v\nwant\n%+v", limit, kinds, got, want)
		}
	}
	check(all, 0)
	check(all, 10)
	check(all[:2], 2)
	check([]mint.Event{all[0], all[3]}, 10, mint.EventMinted)
	check(all[1:3], 10, mint.EventReceived, mint.EventSettled)
}

func TestEachEventOfABlockRangeComesInChainOrder(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	b, c := block(1, "a"), block(2, "a")
	all := []mint.Event{
		event(mint.EventMinted, order("ping", 4, 1, 1), b, 3),
		event(mint.EventReceived, order("ping", 3, 1, 1), b, 4),
		event(mint.EventSettled, order("ping", 2, 1, 1), c, 0),
	}
	advance(t, s, 0, c, block(0, "a"), all[2], all[1], event(mint.EventMinted, order("pong", 1, 1, 1), b, 5), all[0])
	check := func(want []mint.Event, from, to uint64) {
		t.Helper()
		var got []mint.Event
		must(t, s.EachEvent(ctx, "ping", from, to, func(e mint.Event) error { got = append(got, e); return nil }))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("blocks %d to %d:\n%+v\nwant\n%+v", from, to, got, want)
		}
	}
	check(all, 0, math.MaxUint64)
	check(all[:2], 0, 1)
	check(all[2:], 2, 2)
	check(nil, 3, 9)
	enough := errors.New("enough")
	if err := s.EachEvent(ctx, "ping", 0, 9, func(mint.Event) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("stopped by %v", err)
	}
	if err := s.EachEvent(ctx, "nope", 0, 9, nil); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("of a launch that is not there: %v", err)
	}
}
