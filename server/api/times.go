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

// BlockAt returns the block of a mark, without its time.
func BlockAt(m mint.Mark) mint.Block { return mint.Block{Number: m.Block, Hash: m.BlockHash} }

// MarkTime returns the time of a mark's block on a chain. It returns false if the chain does not
// answer in time, or has another block at that height.
func (p *Presenter) MarkTime(ctx context.Context, chainID uint64, m mint.Mark) (at time.Time, ok bool) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p.FetchTimes(ctx, map[uint64][]mint.Block{chainID: {BlockAt(m)}})
	return p.times.Get(m.BlockHash)
}

// maxFetches is how many blocks of a chain are loaded at once.
const maxFetches = 8

// FetchTimes loads the times of blocks, given by chain id: 8 at a time of each chain. Blocks that
// are gone, or not answered before ctx ends, stay unknown. A chain does not wait for another.
func (p *Presenter) FetchTimes(ctx context.Context, blocks map[uint64][]mint.Block) {
	var all sync.WaitGroup
	for on, some := range blocks {
		if len(blocks) == 1 {
			p.Chains.of(on).fetchTimes(ctx, p.times, some)
			return
		}
		all.Go(func() { p.Chains.of(on).fetchTimes(ctx, p.times, some) })
	}
	all.Wait()
}

func (c *Chain) fetchTimes(ctx context.Context, known *times, blocks []mint.Block) {
	head := c.Engine.Health().Head
	requested := map[common.Hash]bool{}
	var all sync.WaitGroup
	slots := make(chan struct{}, maxFetches)
	for _, b := range blocks {
		if b.Hash == head.Hash {
			known.Add(head.Hash, head.Time)
		}
		if _, there := known.Get(b.Hash); there || requested[b.Hash] {
			continue
		}
		requested[b.Hash] = true
		slots <- struct{}{}
		all.Go(func() {
			defer func() { <-slots }()
			_ = Recovered(func() error {
				now, err := c.block(ctx, b.Number)
				if err == nil {
					known.Add(now.Hash, now.Time)
				}
				return err
			})
		})
	}
	all.Wait()
}

// BlockTime returns the time of a block that was fetched before.
func (p *Presenter) BlockTime(hash common.Hash) (time.Time, bool) { return p.times.Get(hash) }
