package chain

import (
	"fmt"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// mostJoints is how many blocks joints remembers of each kind.
const mostJoints = 64

// joints detects that two calls of the client were answered from different branches. It
// remembers the blocks at which callers combine several calls: those that Block
// returned, and the last blocks of Events.
//
// A caller continues from a block it thinks is canonical, and accepts the events if
// their last block matches. If different nodes, or different nodes behind one balancer,
// answered these questions, the match proves nothing. So joints returns an error, once,
// if events do not continue from a block that was returned, or if a block is not the
// one that events ended with.
type joints struct {
	mu         sync.Mutex
	told, read []mint.Block
}

// tell checks and records a block that Block is about to return.
func (j *joints) tell(b mint.Block) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := other(j.read, b)
	j.read = without(j.read, b.Number, b.Number)
	j.told = with(j.told, b)
	return err
}

// join checks and records the block before the events that are about to be returned,
// and their last block.
func (j *joints) join(before, last mint.Block) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := other(j.told, before)
	if err == nil {
		err = other(j.told, last)
	}
	// All blocks in between were read again.
	j.told = without(j.told, before.Number, last.Number)
	if err == nil {
		j.read = with(j.read, last)
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
	if len(blocks) == mostJoints {
		blocks = slices.Delete(blocks, 0, 1)
	}
	return append(blocks, b)
}

func without(blocks []mint.Block, from, to uint64) []mint.Block {
	return slices.DeleteFunc(blocks, func(b mint.Block) bool { return from <= b.Number && b.Number <= to })
}
