package api

import (
	"context"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// times caches the times of blocks by hash. A hash has one time forever, so a reorg
// cannot give a block the time of another.
type times struct {
	mu   sync.Mutex
	seen map[common.Hash]time.Time
}

// maxTimes is enough for the charts of 256 launches, with 64 points each. A full cache
// is emptied.
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

// blockTimeTimeout is how long we wait for block times if an answer is useful without them.
const blockTimeTimeout = time.Second

// BlockAt returns the block of a mark, without its time.
func BlockAt(m mint.Mark) mint.Block { return mint.Block{Number: m.Block, Hash: m.BlockHash} }

// MarkTime returns the time of a mark's block. It returns false if the chain does not answer
// in time, or has another block at that height.
func (p *Presenter) MarkTime(ctx context.Context, m mint.Mark) (at time.Time, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, blockTimeTimeout)
	defer cancel()
	p.FetchTimes(ctx, BlockAt(m))
	return p.times.get(m.BlockHash)
}

// FetchTimes loads block times, 8 at a time. Blocks that are gone, or not answered before
// ctx ends, stay unknown.
func (p *Presenter) FetchTimes(ctx context.Context, blocks ...mint.Block) {
	head := p.Engine.Health().Head
	asked := map[common.Hash]bool{}
	var all sync.WaitGroup
	turn := make(chan struct{}, 8)
	for _, b := range blocks {
		if b.Hash == head.Hash {
			p.times.put(head)
		}
		if _, known := p.times.get(b.Hash); known || asked[b.Hash] {
			continue
		}
		asked[b.Hash] = true
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			_ = Recovered(func() error {
				now, err := p.Blocks.Block(ctx, b.Number)
				if err == nil {
					p.times.put(now)
				}
				return err
			})
		})
	}
	all.Wait()
}

// BlockTime returns the time of a block that was fetched before.
func (p *Presenter) BlockTime(hash common.Hash) (time.Time, bool) { return p.times.get(hash) }
