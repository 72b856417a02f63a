package mint

import (
	"github.com/ethereum/go-ethereum/common"
)

// BlockMints is the number of mints of a launch in one block.
type BlockMints struct {
	Block uint64
	Hash  common.Hash
	Mints int64 // payments
	Sold  int64 // allotments
}

// Tally summarizes a launch's mints, up to the newest that was read.
type Tally struct {
	Mints  int64 // payments
	Payers int64 // different ones
	Sold   int64 // allotments
	// Width is the number of blocks in a stretch. It is the smallest power of two that
	// gives at most maxStretchesInTally stretches with mints; each begins at a multiple of it.
	Width uint64
	// Stretches are the stretches with mints, in chain order.
	Stretches []Stretch
}

// Stretch is a range of blocks and the mints in it.
type Stretch struct {
	Last  uint64 // its newest block with a mint
	Hash  common.Hash
	Mints int64
	Sold  int64
}

// maxStretchesInTally is the maximum number of stretches in a tally.
const maxStretchesInTally = 64

// Add adds a block. It must be later than the blocks added before.
func (t *Tally) Add(m BlockMints) {
	t.Mints += m.Mints
	t.Sold += m.Sold
	t.Width = max(t.Width, 1)
	t.enter(Stretch{m.Block, m.Hash, m.Mints, m.Sold})
	for len(t.Stretches) > maxStretchesInTally {
		t.Width *= 2
		narrow := t.Stretches
		t.Stretches = make([]Stretch, 0, maxStretchesInTally+1)
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
