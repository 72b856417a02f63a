package chain

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// maxGuarded is how many blocks branchGuard remembers of each kind.
const maxGuarded = 64

// branchGuard detects that two calls of the client were answered from different branches. It
// remembers the blocks at which callers combine several calls: those that Block
// returned, and the last blocks of Events.
//
// A caller continues from a block it thinks is canonical, and accepts the events if
// their last block matches. If different nodes, or different nodes behind one balancer,
// answered these questions, the match proves nothing. So branchGuard returns an error, once,
// if events do not continue from a block that was returned, or if a block is not the
// one that events ended with.
type branchGuard struct {
	mu             sync.Mutex
	returned, read []mint.Block
}

// sawBlock checks and records a block that Block is about to return.
func (g *branchGuard) sawBlock(b mint.Block) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := other(g.read, b)
	g.read = without(g.read, b.Number, b.Number)
	g.returned = with(g.returned, b)
	return err
}

// readThrough checks and records the block before the events that are about to be returned,
// and their last block.
func (g *branchGuard) readThrough(before, last mint.Block) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	err := other(g.returned, before)
	if err == nil {
		err = other(g.returned, last)
	}
	// All blocks in between were read again.
	g.returned = without(g.returned, before.Number, last.Number)
	if err == nil {
		g.read = with(g.read, last)
	}
	return err
}

// other returns an error if blocks has another block with the number of b.
func other(blocks []mint.Block, b mint.Block) error {
	for _, o := range blocks {
		if o.Number == b.Number && o.Hash != b.Hash && b.Hash != (common.Hash{}) {
			return fmt.Errorf("block %d is %s, and was %s: %w", b.Number, b.Hash, o.Hash, errMoved)
		}
	}
	return nil
}

func with(blocks []mint.Block, b mint.Block) []mint.Block {
	if slices.ContainsFunc(blocks, func(o mint.Block) bool { return o.Number == b.Number && o.Hash == b.Hash }) {
		return blocks
	}
	if len(blocks) == maxGuarded {
		blocks = slices.Delete(blocks, 0, 1)
	}
	return append(blocks, b)
}

func without(blocks []mint.Block, from, to uint64) []mint.Block {
	return slices.DeleteFunc(blocks, func(b mint.Block) bool { return from <= b.Number && b.Number <= to })
}
