package store_test

import (
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestAPayersPlaceIsThatOfTheirFirstMint(t *testing.T) {
	s := sale(t, 100)
	first, second := block(1, "a"), block(5, "a")
	newest := order("ping", 1, 2, 5)
	// Payers 2 and 1 have their first mints in one block, 2 before 1. Payer 3 comes later.
	advance(t, s, 0, first, block(0, "a"), event(mint.EventMinted, order("ping", 2, 1, 3), first, 0), event(mint.EventMinted, order("ping", 1, 1, 2), first, 1))
	advance(t, s, 1, second, first, event(mint.EventMinted, newest, second, 0), event(mint.EventMinted, order("ping", 3, 1, 1), second, 3))
	for payer, want := range map[int]mint.PayerMints{
		1: {Mints: 2, Quantity: 7, Place: 2, Last: newest.ID},
		2: {Mints: 1, Quantity: 3, Place: 1, Last: order("ping", 2, 1, 3).ID},
		3: {Mints: 1, Quantity: 1, Place: 3, Last: order("ping", 3, 1, 1).ID},
		4: {},
	} {
		got, err := s.MintsOf(ctx, "ping", order("ping", payer, 1, 1).Payer, 100)
		must(t, err)
		if got != want {
			t.Errorf("payer %d: %+v, want %+v", payer, got, want)
		}
	}
	// Too many to count: the totals stay, and there is no place.
	got, err := s.MintsOf(ctx, "ping", order("ping", 3, 1, 1).Payer, 3)
	must(t, err)
	if got.Place != 0 || got.Mints != 1 {
		t.Errorf("%+v", got)
	}
	if got, err = s.MintsOf(ctx, "pong", newest.Payer, 100); err != nil || got != (mint.PayerMints{}) {
		t.Errorf("another launch: %+v, %v", got, err)
	}
	advance(t, s, 1, block(6, "b"), first)
	if got, err = s.MintsOf(ctx, "ping", order("ping", 3, 1, 1).Payer, 100); err != nil || got != (mint.PayerMints{}) {
		t.Errorf("after a reorg: %+v, %v", got, err)
	}
}
