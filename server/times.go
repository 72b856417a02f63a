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

// of is when the block was made; not ok if the chain does not say, or has another
// of that number.
func (t *times) of(ctx context.Context, e *mint.Engine, number uint64, hash common.Hash) (at time.Time, ok bool) {
	if at, ok = t.get(hash); ok {
		return at, true
	}
	if h := e.Health().Head; h.Hash == hash {
		t.put(h)
		return h.Time, true
	}
	b, err := e.Chain.Block(ctx, number)
	if err != nil {
		return at, false
	}
	t.put(b)
	return b.Time, b.Hash == hash
}

// fetch has the times of all blocks asked for, a few at a time.
func (t *times) fetch(ctx context.Context, e *mint.Engine, stretches []mint.Stretch) {
	var all sync.WaitGroup
	turn := make(chan struct{}, 8)
	for _, s := range stretches {
		if _, known := t.get(s.Hash); known {
			continue
		}
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			t.of(ctx, e, s.Last, s.Hash)
		})
	}
	all.Wait()
}
