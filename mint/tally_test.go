package mint_test

import (
	"math/rand/v2"
	"testing"

	"github.com/mint402/mint402/mint"
)

func TestATallyHasAtMost64StretchesOfTheSmallestWidthThatDoes(t *testing.T) {
	for seed := range uint64(300) {
		rng := rand.New(rand.NewPCG(seed, 402))
		var tally mint.Tally
		var blocks []mint.BlockMints
		at, gap := rng.Uint64N(1<<40), 1+rng.Uint64N(1<<rng.UintN(16))
		for range rng.IntN(400) {
			at += 1 + rng.Uint64N(gap)
			m := mint.BlockMints{Block: at, Mints: 1 + rng.Int64N(3), Sold: 3 + rng.Int64N(9)}
			m.Hash[0], m.Hash[1] = byte(at), byte(at>>8)
			blocks = append(blocks, m)
			tally.Add(m)
		}
		stretches := func(width uint64) (all []mint.Stretch) {
			for i, m := range blocks {
				if i > 0 && blocks[i-1].Block/width == m.Block/width {
					s := &all[len(all)-1]
					*s = mint.Stretch{Last: m.Block, Hash: m.Hash, Mints: s.Mints + m.Mints, Sold: s.Sold + m.Sold}
				} else {
					all = append(all, mint.Stretch{Last: m.Block, Hash: m.Hash, Mints: m.Mints, Sold: m.Sold})
				}
			}
			return all
		}
		width := uint64(1)
		for len(stretches(width)) > 64 {
			width *= 2
		}
		want := stretches(width)
		if len(blocks) > 0 && tally.Width != width || len(tally.Stretches) != len(want) {
			t.Fatalf("seed %d: %d stretches of %d blocks, want %d of %d", seed, len(tally.Stretches), tally.Width, len(want), width)
		}
		var mints, sold int64
		for i, s := range tally.Stretches {
			if s != want[i] {
				t.Fatalf("seed %d: stretch %d is %+v, want %+v", seed, i, s, want[i])
			}
			mints, sold = mints+s.Mints, sold+s.Sold
		}
		if tally.Mints != mints || tally.Sold != sold {
			t.Fatalf("seed %d: %d mints and %d sold, the stretches have %d and %d", seed, tally.Mints, tally.Sold, mints, sold)
		}
	}
}
