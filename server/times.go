package server

import (
	"context"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// times remembers when blocks were made. A hash has one time for ever, so what a
// reorg takes away is never said of what came instead.
type times struct {
	mu   sync.Mutex
	seen map[common.Hash]time.Time
}

// maxTimes is a few for each of many launches' charts.
const maxTimes = 16384

func (t *times) put(b mint.Block) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.seen == nil || len(t.seen) >= maxTimes {
		t.seen = map[common.Hash]time.Time{}
	}
	t.seen[b.Hash] = b.Time
}

func (t *times) get(hash common.Hash) (time.Time, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	at, ok := t.seen[hash]
	return at, ok
}

// glance is how long the chain may take to say when blocks were made, where there
// is something else to say.
const glance = time.Second

// blockAt is the block of a mark, of which the time is not known.
func blockAt(m mint.Mark) mint.Block { return mint.Block{Number: m.Block, Hash: m.BlockHash} }

// of is when the block of a mark was made; not ok if the chain does not say in time, or has
// another of that number.
func (t *times) of(ctx context.Context, e *mint.Engine, m mint.Mark) (at time.Time, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, glance)
	defer cancel()
	t.fetch(ctx, e, blockAt(m))
	return t.get(m.BlockHash)
}

// fetch has the times of all blocks asked for, a few at a time. What the chain has
// no more, or does not say before ctx ends, it has not.
func (t *times) fetch(ctx context.Context, e *mint.Engine, blocks ...mint.Block) {
	head := e.Health().Head
	asked := map[common.Hash]bool{}
	var all sync.WaitGroup
	turn := make(chan struct{}, 8)
	for _, b := range blocks {
		if b.Hash == head.Hash {
			t.put(head)
		}
		if _, known := t.get(b.Hash); known || asked[b.Hash] {
			continue
		}
		asked[b.Hash] = true
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			_ = sheltered(func() error {
				now, err := e.Chain.Block(ctx, b.Number)
				if err == nil {
					t.put(now)
				}
				return err
			})
		})
	}
	all.Wait()
}
