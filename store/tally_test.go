package store_test

import (
	"errors"
	"math"
	"reflect"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// tally is what mints of blocks from..to come to, and their payers.
func tally(t testing.TB, s *store.Store, slug string, from, to uint64) (blocks []mint.BlockMints, payers int64) {
	t.Helper()
	payers, err := s.Tally(ctx, slug, from, to, func(m mint.BlockMints) error { blocks = append(blocks, m); return nil })
	must(t, err)
	return blocks, payers
}

func TestATallyIsOfMintsThatNoReorgTookBack(t *testing.T) {
	s := sale(t, 100)
	must(t, s.SaveLaunch(ctx, launch("pong", 100)))
	first, second, third := block(1, "a"), block(2, "a"), block(5, "a")
	settled := order("ping", 3, 1, 4)
	advance(t, s, 0, first, block(0, "a"), event(mint.EventMinted, order("ping", 1, 1, 2), first, 0), event(mint.EventMinted, order("ping", 1, 2, 3), first, 1),
		event(mint.EventSettled, settled, first, 2), event(mint.EventMinted, order("pong", 2, 9, 7), first, 5))
	advance(t, s, 1, second, block(0, "a"), event(mint.EventRefunded, settled, second, 0), event(mint.EventReceived, order("ping", 4, 1, 1), second, 1))
	advance(t, s, 2, third, first, event(mint.EventMinted, order("ping", 2, 1, 5), third, 0), event(mint.EventMinted, order("ping", 1, 3, 1), third, 3))
	want := []mint.BlockMints{{Block: 1, Hash: first.Hash, Mints: 2, Sold: 5}, {Block: 5, Hash: third.Hash, Mints: 2, Sold: 6}}
	all, payers := tally(t, s, "ping", 0, math.MaxUint64)
	if !reflect.DeepEqual(all, want) || payers != 2 {
		t.Errorf("%+v of %d payers, want %+v of 2", all, payers, want)
	}
	// Whoever minted before has no first mint later, so stretches add up.
	if got, payers := tally(t, s, "ping", 0, 4); !reflect.DeepEqual(got, want[:1]) || payers != 1 {
		t.Errorf("%+v of %d payers", got, payers)
	}
	if got, payers := tally(t, s, "ping", 5, 5); !reflect.DeepEqual(got, want[1:]) || payers != 1 {
		t.Errorf("%+v of %d payers", got, payers)
	}
	for _, slug := range []string{"none", ""} {
		if got, payers := tally(t, s, slug, 0, math.MaxUint64); got != nil || payers != 0 {
			t.Errorf("%q: %+v of %d payers", slug, got, payers)
		}
	}
	enough := errors.New("enough")
	if _, err := s.Tally(ctx, "ping", 0, 9, func(mint.BlockMints) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("%v", err)
	}
	advance(t, s, 2, block(6, "b"), first)
	if got, payers := tally(t, s, "ping", 0, math.MaxUint64); !reflect.DeepEqual(got, want[:1]) || payers != 1 {
		t.Errorf("after a reorg: %+v of %d payers", got, payers)
	}
}
