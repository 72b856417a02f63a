package store_test

import (
	"errors"
	"math/big"
	"reflect"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

func TestAMintOfAClaimedOrderMovesItFromReservedToSold(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 3))
	b := block(4, "a")
	e := event(mint.EventMinted, o, b, 9)
	if changed := advance(t, s, 0, b, block(0, "a"), e); !reflect.DeepEqual(changed, []mint.PaymentID{o.ID}) {
		t.Errorf("changed: %v", changed)
	}
	if got := wants(t, s, o.ID, mint.Mined); got.Mint != e.At {
		t.Errorf("mark is %+v", got.Mint)
	}
	counts(t, s, "ping", 3, 0)
	if changed := advance(t, s, 4, block(6, "a"), block(4, "a")); !reflect.DeepEqual(changed, []mint.PaymentID{o.ID}) {
		t.Errorf("changed when final: %v", changed)
	}
	wants(t, s, o.ID, mint.Minted)
	if changed := advance(t, s, 6, block(7, "a"), block(5, "a")); len(changed) != 0 {
		t.Errorf("changed: %v", changed)
	}
	counts(t, s, "ping", 3, 0)
}

func TestAMintInABlockThatIsFinalAlreadyIsFinal(t *testing.T) {
	s := sale(t, 100)
	o := order("ping", 1, 1, 3)
	advance(t, s, 0, block(9, "a"), block(8, "a"), event(mint.EventMinted, o, block(8, "a"), 0))
	wants(t, s, o.ID, mint.Minted)
}

func TestAnEventToldAgainChangesNothing(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 3))
	b := block(4, "a")
	events := []mint.Event{event(mint.EventSettled, o, b, 0), event(mint.EventMinted, o, b, 1), event(mint.EventMinted, order("ping", 2, 1, 1), b, 2)}
	advance(t, s, 0, b, block(0, "a"), events...)
	before := read(t, s, o.ID)
	for _, again := range []uint64{4, 0} { // as it is, and after taking everything back
		if changed := advance(t, s, again, b, block(0, "a"), events...); len(changed) != 0 {
			t.Errorf("changed: %v", changed)
		}
		if !equal(read(t, s, o.ID), before) {
			t.Error("the order changed")
		}
		counts(t, s, "ping", 4, 0)
	}
	if n := len(take[[]mint.Event](t)(s.Events(ctx, "ping", 0))); n != 3 {
		t.Errorf("%d events are stored", n)
	}
}

func TestAReorgTakesBackWhatItsBlocksShowed(t *testing.T) {
	s := sale(t, 100)
	claimed, parked, foreign := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 2)), order("ping", 3, 1, 4)
	must(t, s.Park(ctx, map[mint.PaymentID]string{parked.ID: "no balance"}))
	kept, lost := block(4, "a"), block(5, "a")
	advance(t, s, 0, kept, block(0, "a"), event(mint.EventSettled, foreign, kept, 0))
	advance(t, s, 4, lost, block(0, "a"), event(mint.EventMinted, claimed, lost, 0), event(mint.EventMinted, parked, lost, 1), event(mint.EventMinted, foreign, lost, 2))
	counts(t, s, "ping", 7, 0)

	changed := advance(t, s, 4, block(5, "b"), block(0, "a"))
	if len(changed) != 3 {
		t.Errorf("changed: %v", changed)
	}
	wants(t, s, claimed.ID, mint.Claimed)
	wants(t, s, parked.ID, mint.Parked)
	wants(t, s, foreign.ID, mint.Settled)
	counts(t, s, "ping", 0, 1+4)

	// A branch that has them in another order.
	won := block(6, "b")
	advance(t, s, 5, won, block(0, "a"), event(mint.EventMinted, foreign, won, 0), event(mint.EventMinted, claimed, won, 1))
	if o := wants(t, s, claimed.ID, mint.Mined); o.Mint.BlockHash != won.Hash {
		t.Errorf("mark is %+v", o.Mint)
	}
	wants(t, s, foreign.ID, mint.Mined)
	counts(t, s, "ping", 5, 0)
}

func TestTheChainIsRightEvenBeyondTheCap(t *testing.T) {
	s := sale(t, 3)
	parked, voided, claimed := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 1)), claim(t, s, order("ping", 3, 1, 1))
	must(t, s.Park(ctx, map[mint.PaymentID]string{parked.ID: "no balance"}))
	must(t, s.Void(ctx, map[mint.PaymentID]string{voided.ID: "expired"}))
	claim(t, s, order("ping", 4, 1, 2))
	b := block(1, "a")
	unknown, settled := order("ping", 5, 1, 2), order("ping", 6, 1, 3)
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, parked, b, 0), event(mint.EventMinted, voided, b, 1),
		event(mint.EventMinted, unknown, b, 2), event(mint.EventSettled, settled, b, 3))
	for _, o := range []mint.Order{parked, unknown} {
		wants(t, s, o.ID, mint.Mined)
	}
	wants(t, s, settled.ID, mint.Settled)
	wants(t, s, claimed.ID, mint.Claimed)
	wants(t, s, voided.ID, mint.Voided) // until its mint is final
	counts(t, s, "ping", 3, 1+2+3)
	advance(t, s, 0, block(1, "b"), block(0, "a"))
	wants(t, s, parked.ID, mint.Parked)
	wants(t, s, voided.ID, mint.Voided)
	counts(t, s, "ping", 0, 3)
	b = block(2, "b")
	advance(t, s, 1, b, block(0, "a"), event(mint.EventMinted, voided, b, 0))
	wants(t, s, voided.ID, mint.Voided)
	advance(t, s, 2, block(3, "b"), b)
	wants(t, s, voided.ID, mint.Minted)
	counts(t, s, "ping", 1, 3)
}

func TestAnEventWithoutAnOrderMakesAForeignOne(t *testing.T) {
	s := sale(t, 100)
	settled, minted, refunded := order("ping", 1, 1, 2), order("ping", 2, 1, 3), order("ping", 3, 1, 0)
	refunded.Value = new(big.Int).Lsh(big.NewInt(1), 99) // a refund may return anything
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, settled, b, 0), event(mint.EventMinted, minted, b, 1), event(mint.EventRefunded, refunded, b, 2))

	o := wants(t, s, settled.ID, mint.Settled)
	if !o.Foreign() || o.Launch != "ping" || o.Payer != settled.Payer || o.Quantity != 2 || o.Value.Cmp(settled.Value) != 0 ||
		o.Authorization.From != settled.Payer || o.Authorization.Nonce != settled.Authorization.Nonce || o.Authorization.Value.Cmp(settled.Value) != 0 {
		t.Errorf("settled: %+v", o)
	}
	o = wants(t, s, minted.ID, mint.Mined)
	if !o.Foreign() || o.Quantity != 3 || o.Authorization.From != minted.Payer || o.Authorization.Nonce != (common.Hash{}) || o.Authorization.Value != nil {
		t.Errorf("minted: %+v", o)
	}
	o = wants(t, s, refunded.ID, mint.Refunded)
	if o.Value.Cmp(refunded.Value) != 0 {
		t.Errorf("refunded: %+v", o)
	}
	counts(t, s, "ping", 3, 2)
	if _, isNew, err := s.Claim(ctx, settled, rich); err != nil || isNew {
		t.Errorf("claim of what is there: new %v, %v", isNew, err)
	}
}

func TestAForeignOrderGoesWithItsLastEvent(t *testing.T) {
	s := sale(t, 100)
	o := order("ping", 1, 1, 2)
	first, second := block(1, "a"), block(2, "a")
	advance(t, s, 0, first, block(0, "a"), event(mint.EventSettled, o, first, 0))
	advance(t, s, 1, second, block(0, "a"), event(mint.EventMinted, o, second, 0))
	advance(t, s, 1, block(2, "b"), block(0, "a"))
	wants(t, s, o.ID, mint.Settled)
	if changed := advance(t, s, 0, block(2, "c"), block(0, "a")); !reflect.DeepEqual(changed, []mint.PaymentID{o.ID}) {
		t.Errorf("changed: %v", changed)
	}
	if _, err := s.Order(ctx, o.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
	counts(t, s, "ping", 0, 0)
}

func TestAForeignOrderStaysWhileATransactionCarriesIt(t *testing.T) {
	s := sale(t, 100)
	o := order("ping", 1, 1, 2)
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventSettled, o, b, 0))
	id := carry(t, s, transaction(mint.SettledMint, 0, o))
	advance(t, s, 0, block(1, "b"), block(0, "a"))
	wants(t, s, o.ID, mint.Minting)
	counts(t, s, "ping", 0, 2)
	again := block(2, "b") // the settlement lands on the other branch: carried still
	advance(t, s, 1, again, block(0, "a"), event(mint.EventSettled, o, again, 0))
	if o := wants(t, s, o.ID, mint.Minting); o.Transaction != id {
		t.Errorf("carried by %d", o.Transaction)
	}
	advance(t, s, 1, block(2, "c"), block(0, "a"))
	receipt := landed(0, block(2, "c"))
	receipt.Reverted = true
	must(t, s.Resolve(ctx, id, receipt))
	if _, err := s.Order(ctx, o.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("it is there: %v", err)
	}
	counts(t, s, "ping", 0, 0)
	advance(t, s, 1, block(2, "d"), block(0, "a")) // which takes the transaction back
	if txs := take[[]mint.Transaction](t)(s.InFlight(ctx)); len(txs) != 1 || len(txs[0].Orders) != 0 || len(txs[0].Latest().Raw) == 0 {
		t.Errorf("what was signed is forgotten: %+v", txs)
	}
}

func TestASettlementOfAKnownOrderMakesItOwed(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 2))
	b := block(1, "a")
	e := event(mint.EventSettled, o, b, 3)
	advance(t, s, 0, b, block(0, "a"), e)
	if got := wants(t, s, o.ID, mint.Settled); got.Settlement != e.At || got.Foreign() {
		t.Errorf("settled: %+v", got)
	}
	counts(t, s, "ping", 0, 2)
	refund := block(2, "a")
	advance(t, s, 1, refund, block(0, "a"), event(mint.EventRefunded, o, refund, 0))
	if got := wants(t, s, o.ID, mint.Refunded); got.Final {
		t.Error("final before its block is")
	}
	counts(t, s, "ping", 0, 0)
	advance(t, s, 2, block(3, "a"), refund)
	if got := wants(t, s, o.ID, mint.Refunded); !got.Final || got.Quantity != 2 {
		t.Errorf("refunded: %+v", got)
	}
}

func TestWhatReachedTheChainReplacesWhatWasClaimedUntilAReorg(t *testing.T) {
	// A payer may sign one payment nonce for two launches and two amounts.
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	claimed := claim(t, s, order("ping", 1, 1, 2))
	id := carry(t, s, transaction(mint.Batch, 0, claimed))
	direct := order("pong", 1, 1, 5)
	if direct.ID != claimed.ID {
		t.Fatal("these are one payment id")
	}
	b := block(1, "a")
	advance(t, s, 0, b, block(0, "a"), event(mint.EventMinted, direct, b, 0))
	if o := wants(t, s, claimed.ID, mint.Mined); o.Launch != "pong" || o.Quantity != 5 || o.Value.Cmp(direct.Value) != 0 || o.Authorization.Value.Cmp(claimed.Value) != 0 {
		t.Errorf("mined: %+v", o)
	}
	counts(t, s, "ping", 0, 0)
	counts(t, s, "pong", 5, 0)
	advance(t, s, 0, block(1, "b"), block(0, "a"))
	if o := wants(t, s, claimed.ID, mint.Minting); o.Launch != "ping" || o.Quantity != 2 || o.Value.Cmp(claimed.Value) != 0 || o.Transaction != id {
		t.Errorf("taken back: %+v", o)
	}
	counts(t, s, "ping", 0, 2)
	counts(t, s, "pong", 0, 0)
}

func TestMoneyReceivedAndWithdrawnIsKeptAndMakesNoOrder(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 2))
	b := block(1, "a")
	odd := order("ping", 2, 1, 0)
	odd.Value, _ = new(big.Int).SetString("123456789012345678901234567890", 10)
	withdrawn := mint.Event{Kind: mint.EventWithdrawn, Token: address("token", "ping"), Amount: big.NewInt(5), At: event("", o, b, 2).At}
	if changed := advance(t, s, 0, b, block(0, "a"), event(mint.EventReceived, odd, b, 0), event(mint.EventReceived, o, b, 1), withdrawn); len(changed) != 0 {
		t.Errorf("changed: %v", changed)
	}
	wants(t, s, o.ID, mint.Claimed)
	if _, err := s.Order(ctx, odd.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("it made an order: %v", err)
	}
	got := take[[]mint.Event](t)(s.Events(ctx, "ping", 0))
	want := []mint.Event{withdrawn, event(mint.EventReceived, o, b, 1), event(mint.EventReceived, odd, b, 0)}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("events\n%+v\nwant\n%+v", got, want)
	}
	advance(t, s, 0, block(1, "b"), block(0, "a"))
	if got := take[[]mint.Event](t)(s.Events(ctx, "ping", 0)); len(got) != 0 {
		t.Errorf("after the reorg: %+v", got)
	}
}

func TestTheCursorKeepsWhatCanBeRevertedAndTheNewestFinalBlock(t *testing.T) {
	s := sale(t, 100)
	check := func(want ...mint.Block) {
		t.Helper()
		if got := take[[]mint.Block](t)(s.Cursor(ctx)); !(len(got) == 0 && len(want) == 0) && !reflect.DeepEqual(got, want) {
			t.Errorf("cursor\n%v\nwant\n%v", got, want)
		}
	}
	check()
	advance(t, s, 0, block(10, "a"), block(3, "a"))
	check(block(10, "a"), block(3, "a"))
	advance(t, s, 10, block(20, "a"), block(3, "a"))
	check(block(20, "a"), block(10, "a"), block(3, "a"))
	advance(t, s, 20, block(30, "a"), block(15, "a"))
	check(block(30, "a"), block(20, "a"), block(15, "a"))
	advance(t, s, 15, block(31, "b"), block(12, "a")) // a node that lags behind in what is final
	check(block(31, "b"), block(15, "a"))
	advance(t, s, 31, block(31, "b"), block(31, "b"))
	check(block(31, "b"))
}

func TestAMoveThatDoesNotContinueWhatWasReadIsRefused(t *testing.T) {
	s := sale(t, 100)
	o := order("ping", 1, 1, 1)
	advance(t, s, 0, block(10, "a"), block(5, "a"), event(mint.EventMinted, o, block(7, "a"), 0))
	for name, c := range map[string]struct {
		move mint.Advance
		want error
	}{
		"blocks are missing":        {mint.Advance{RevertTo: 11, Head: block(12, "a"), Final: block(5, "a")}, nil},
		"a final block is reverted": {mint.Advance{RevertTo: 4, Head: block(12, "b"), Final: block(5, "a")}, store.ErrFinal},
		"another final block":       {mint.Advance{RevertTo: 10, Head: block(12, "a"), Final: block(5, "b")}, store.ErrFinal},
		"a final block we had not":  {mint.Advance{RevertTo: 10, Head: block(12, "a"), Final: block(10, "b")}, nil},
		"final above head":          {mint.Advance{RevertTo: 10, Head: block(12, "a"), Final: block(13, "a")}, nil},
		"an event above head":       {mint.Advance{RevertTo: 10, Head: block(12, "a"), Final: block(5, "a"), Events: []mint.Event{event(mint.EventMinted, order("ping", 2, 1, 1), block(13, "a"), 0)}}, nil},
		"an event of no launch":     {mint.Advance{RevertTo: 10, Head: block(12, "a"), Final: block(5, "a"), Events: []mint.Event{event(mint.EventMinted, order("pong", 2, 1, 1), block(12, "a"), 0)}}, mint.ErrNotFound},
	} {
		if _, err := s.Advance(ctx, c.move); err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wants(t, s, o.ID, mint.Mined)
	counts(t, s, "ping", 1, 0)
	if got := take[[]mint.Block](t)(s.Cursor(ctx)); !reflect.DeepEqual(got, []mint.Block{block(10, "a"), block(5, "a")}) {
		t.Errorf("cursor: %v", got)
	}
}

func TestALaunchRegisteredLateIsFilledInBelowTheCursor(t *testing.T) {
	s := sale(t, 100)
	advance(t, s, 0, block(20, "a"), block(15, "a"))
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	early, late := order("pong", 1, 1, 1), order("pong", 1, 2, 2)
	cursor := take[[]mint.Block](t)(s.Cursor(ctx))
	advance(t, s, 20, block(20, "a"), block(15, "a"), event(mint.EventMinted, early, block(4, "a"), 0), event(mint.EventMinted, late, block(18, "a"), 0))
	wants(t, s, early.ID, mint.Minted)
	wants(t, s, late.ID, mint.Mined)
	counts(t, s, "pong", 3, 0)
	if got := take[[]mint.Block](t)(s.Cursor(ctx)); !reflect.DeepEqual(got, cursor) {
		t.Errorf("cursor: %v", got)
	}
}
