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

// joints are the blocks at which callers put together what they read in several
// calls: those that Block told, and those that Events ended with.
//
// Who reads events goes on from a block that he believes is shared with the
// chain, and believes them if he then finds the block that he meant at their end.
// If another node answered those questions, or another behind a balancer, which
// is on another branch, its word would say nothing about the events. So events
// that do not go on from what was told, and a block that is not the one that
// events ended with, are an error, once.
type joints struct {
	mu         sync.Mutex
	told, read []mint.Block
}

// tell takes a block that is about to be told.
func (j *joints) tell(b mint.Block) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := other(j.read, b)
	j.read = without(j.read, b.Number, b.Number)
	j.told = with(j.told, b)
	return err
}

// join takes the block before events that are about to be told, and their last.
func (j *joints) join(before, last mint.Block) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	err := other(j.told, before)
	if err == nil {
		err = other(j.told, last)
	}
	// All in between were read anew.
	j.told = without(j.told, before.Number, last.Number)
	if err == nil {
		j.read = with(j.read, last)
	}
	return err
}

// other says if the blocks have another of that number.
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
