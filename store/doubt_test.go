package store_test

import (
	"slices"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestAnOrderOfALaunchThatIsDoubtedIsFinalOnlyOnceItIsDoubtedNoLonger(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	doubted, other, refunded := order("ping", 1, 1, 1), order("pong", 2, 1, 1), order("ping", 3, 1, 1)
	events := []mint.Event{
		event(mint.EventMinted, doubted, block(3, "a"), 0),
		event(mint.EventMinted, other, block(3, "a"), 1),
		event(mint.EventSettled, refunded, block(3, "a"), 2),
		event(mint.EventRefunded, refunded, block(4, "a"), 0),
	}
	finals := func() (final []bool) {
		for _, o := range []mint.Order{doubted, other, refunded} {
			final = append(final, read(t, s, o.ID).Final)
		}
		return final
	}
	move := func(from uint64, head, final mint.Block, doubted []string, events ...mint.Event) []mint.PaymentID {
		t.Helper()
		return take[[]mint.PaymentID](t)(s.Advance(ctx, mint.Advance{RevertTo: from, Head: head, Final: final, Events: events, Doubted: doubted}))
	}
	// Final with the move that tells of it, with a later move, and with one of no block.
	move(0, block(10, "a"), block(5, "a"), []string{"ping"}, events...)
	if got := finals(); !slices.Equal(got, []bool{false, true, false}) {
		t.Fatalf("final with the move that doubts one launch: %v", got)
	}
	move(10, block(12, "a"), block(8, "a"), []string{"ping"})
	move(12, block(12, "a"), block(8, "a"), []string{"ping", "pong"})
	if got := finals(); !slices.Equal(got, []bool{false, true, false}) {
		t.Fatalf("final with a later move, or what was final no longer is: %v", got)
	}
	wants(t, s, doubted.ID, mint.Mined)
	changed := move(12, block(12, "a"), block(8, "a"), nil)
	if got := finals(); !slices.Equal(got, []bool{true, true, true}) || !slices.Contains(changed, doubted.ID) || !slices.Contains(changed, refunded.ID) || len(changed) != 2 {
		t.Fatalf("with the first move that doubts none: %v, changed %v", got, changed)
	}
}

func TestWhatWasFinalIsOpenAgainOnlyWhereAMoveSaysThatItWasNot(t *testing.T) {
	s := sale(t, 100)
	early, late, ended := order("ping", 1, 1, 1), order("ping", 2, 1, 2), order("ping", 3, 1, 4)
	for n, o := range []mint.Order{early, late} {
		claim(t, s, o)
		carry(t, s, transaction(mint.Batch, uint64(n), o))
	}
	claim(t, s, ended)
	must(t, s.Void(ctx, map[mint.PaymentID]string{ended.ID: "cancelled"}))
	shared := block(5, "a")
	advance(t, s, 0, shared, shared, event(mint.EventMinted, early, block(4, "a"), 0))
	must(t, s.Resolve(ctx, 1, landed(0, block(4, "a"))))
	advance(t, s, 5, block(20, "a"), block(19, "a"), event(mint.EventMinted, late, block(9, "a"), 0))
	must(t, s.Resolve(ctx, 2, landed(1, block(9, "a"))))
	advance(t, s, 20, block(20, "a"), block(20, "a"))
	wants(t, s, late.ID, mint.Minted)
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 0 {
		t.Fatalf("in flight: %+v", txs)
	}

	changed := take[[]mint.PaymentID](t)(s.Advance(ctx, mint.Advance{RevertTo: 5, Head: shared, Final: shared, Unfinal: true}))
	if !slices.Contains(changed, late.ID) {
		t.Errorf("changed: %v", changed)
	}
	wants(t, s, early.ID, mint.Minted)
	wants(t, s, late.ID, mint.Minting)
	wants(t, s, ended.ID, mint.Parked)
	counts(t, s, "ping", 1, 2)
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 1 || txs[0].AccountNonce != 1 || txs[0].Mined.Seen() || len(txs[0].Attempts) != 1 {
		t.Errorf("in flight: %+v", txs)
	}
	if got := take[[]mint.Block](t)(s.Cursor(ctx)); len(got) != 1 || got[0] != shared {
		t.Errorf("cursor: %v", got)
	}
	advance(t, s, 5, block(21, "b"), shared, event(mint.EventMinted, late, block(10, "b"), 0))
	wants(t, s, late.ID, mint.Mined)
}

func TestAFinalOrderKeepsItsEventWhateverEventsOfItAreFoundLater(t *testing.T) {
	s := sale(t, 100)
	o, foreign := order("ping", 1, 1, 1), order("ping", 2, 2, 2)
	claim(t, s, o)
	advance(t, s, 0, block(10, "a"), block(9, "a"), event(mint.EventMinted, o, block(5, "a"), 1), event(mint.EventMinted, foreign, block(5, "a"), 2))
	was := read(t, s, o.ID)
	if !was.Final || was.State() != mint.Minted {
		t.Fatalf("%+v", was)
	}
	for _, lie := range []mint.Event{
		event(mint.EventMinted, o, block(3, "a"), 0),
		event(mint.EventMinted, o, block(5, "a"), 0),
		event(mint.EventRefunded, o, block(6, "a"), 0),
		event(mint.EventRefunded, foreign, block(6, "a"), 1),
	} {
		take[[]mint.PaymentID](t)(s.Fill(ctx, mint.Fill{Launch: "ping", Events: []mint.Event{lie}}))
		if now := read(t, s, o.ID); now.State() != mint.Minted || now.Mint != was.Mint || now.Refund.Seen() {
			t.Errorf("%s of block %d makes a final order %s, minted in block %d", lie.Kind, lie.At.Block, now.State(), now.Mint.Block)
		}
		wants(t, s, foreign.ID, mint.Minted)
	}
	advance(t, s, 10, block(11, "a"), block(10, "a"), event(mint.EventRefunded, o, block(11, "a"), 0))
	wants(t, s, o.ID, mint.Minted)
	// Where the chain drops the block after all, the other event counts.
	take[[]mint.PaymentID](t)(s.Advance(ctx, mint.Advance{RevertTo: 4, Head: block(4, "a"), Final: block(4, "a"), Unfinal: true}))
	if now := read(t, s, o.ID); now.Mint.Block != 3 {
		t.Errorf("minted in block %d", now.Mint.Block)
	}
}
