package mint

import "github.com/ethereum/go-ethereum/common"

// BlockMints is what one block minted of a launch.
type BlockMints struct {
	Block uint64
	Hash  common.Hash
	Mints int64 // payments
	Sold  int64 // allotments
}

// Tally is what a launch's mints come to, up to the newest that was read.
type Tally struct {
	Mints  int64 // payments
	Payers int64 // different ones
	Sold   int64 // allotments
	// Width is how many blocks a stretch has: the smallest power of two for which
	// at most tallyPoints of them, each beginning at a multiple of it, have mints.
	Width uint64
	// Stretches are those with mints, in chain order.
	Stretches []Stretch
}

// Stretch is a number of blocks, and what they minted.
type Stretch struct {
	Last  uint64 // the newest block of it that minted
	Hash  common.Hash
	Mints int64
	Sold  int64
}

// tallyPoints is how many stretches a tally has at most.
const tallyPoints = 64

// Add enters a block after those entered before.
func (t *Tally) Add(m BlockMints) {
	t.Mints += m.Mints
	t.Sold += m.Sold
	t.Width = max(t.Width, 1)
	t.enter(Stretch{m.Block, m.Hash, m.Mints, m.Sold})
	for len(t.Stretches) > tallyPoints {
		t.Width *= 2
		narrow := t.Stretches
		t.Stretches = make([]Stretch, 0, tallyPoints+1)
		for _, s := range narrow {
			t.enter(s)
		}
	}
}

// enter adds to the last stretch, or begins another.
func (t *Tally) enter(s Stretch) {
	if n := len(t.Stretches); n > 0 && t.Stretches[n-1].Last/t.Width == s.Last/t.Width {
		last := &t.Stretches[n-1]
		last.Last, last.Hash = s.Last, s.Hash
		last.Mints += s.Mints
		last.Sold += s.Sold
		return
	}
	t.Stretches = append(t.Stretches, s)
}
