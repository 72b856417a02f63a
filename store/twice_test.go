package store_test

import (
	"path/filepath"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestHowFarALaunchWasReadASecondTimeIsKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "orders.db")
	s := openAt(t, path)
	must(t, s.SaveLaunch(ctx, launch("ping", 10)))
	found := order("ping", 1, 1, 1)
	advance(t, s, 0, block(9, "a"), block(5, "a"))
	if _, err := s.Fill(ctx, mint.Fill{Launch: "ping", Twice: 6}); err == nil {
		t.Error("a block that is not final counts as read a second time")
	}
	if _, err := s.Fill(ctx, mint.Fill{Launch: "pong", Twice: 5}); err == nil {
		t.Error("an unknown launch was read a second time")
	}
	take[[]mint.PaymentID](t)(s.Fill(ctx, mint.Fill{Launch: "ping", Twice: 5, Events: []mint.Event{event(mint.EventSettled, found, block(4, "a"), 0)}}))
	wants(t, s, found.ID, mint.Settled)
	is := func(want uint64) {
		t.Helper()
		if got := take[mint.Launch](t)(s.Launch(ctx, "ping")).Twice; got != want {
			t.Errorf("block %d, want %d", got, want)
		}
	}
	is(5)
	take[[]mint.PaymentID](t)(s.Fill(ctx, mint.Fill{Launch: "ping"}))
	advance(t, s, 9, block(12, "a"), block(9, "a"))
	is(5)
	must(t, s.Close())
	s = openAt(t, path)
	is(5)

	shared := block(4, "a")
	take[[]mint.PaymentID](t)(s.Advance(ctx, mint.Advance{RevertTo: 4, Head: shared, Final: shared, Unfinal: true}))
	is(4) // the blocks above it are not the chain's
	earlier := launch("ping", 10)
	earlier.DeployedAt = 2
	must(t, s.SaveLaunch(ctx, earlier))
	is(1)
}
