package api

import (
	"context"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	lru "github.com/hashicorp/golang-lru/v2"

	"github.com/mint402/mint402/mint"
)

// times caches the times of blocks by hash. A hash has one time forever, so a reorg
// cannot give a block the time of another.
type times = lru.Cache[common.Hash, time.Time]

// maxTimes is enough for the charts of 256 launches, with 64 points each.
const maxTimes = 16384

func newTimes() *times {
	cache, _ := lru.New[common.Hash, time.Time](maxTimes) // fails only for a size below 1
	return cache
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
	return p.times.Get(m.BlockHash)
}

// maxFetches is how many blocks are loaded at once.
const maxFetches = 8

// FetchTimes loads block times, 8 at a time. Blocks that are gone, or not answered before
// ctx ends, stay unknown.
func (p *Presenter) FetchTimes(ctx context.Context, blocks ...mint.Block) {
	head := p.Engine.Health().Head
	requested := map[common.Hash]bool{}
	var all sync.WaitGroup
	slots := make(chan struct{}, maxFetches)
	for _, b := range blocks {
		if b.Hash == head.Hash {
			p.times.Add(head.Hash, head.Time)
		}
		if _, known := p.times.Get(b.Hash); known || requested[b.Hash] {
			continue
		}
		requested[b.Hash] = true
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			_ = Recovered(func() error {
				now, err := p.Blocks.Block(ctx, b.Number)
				if err == nil {
					p.times.Add(now.Hash, now.Time)
				}
				return err
			})
		})
	}
	all.Wait()
}

// BlockTime returns the time of a block that was fetched before.
func (p *Presenter) BlockTime(hash common.Hash) (time.Time, bool) { return p.times.Get(hash) }
