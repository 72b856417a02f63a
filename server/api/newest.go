package api

import (
	"context"
	"fmt"
	"hash/maphash"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// LaunchMint is a minted payment in a list of all launches.
type LaunchMint struct {
	Mint
	Launch  string `json:"launch"` // slug
	Name    string `json:"name"`   // of the launch
	ChainID uint64 `json:"-"`
}

const (
	maxNewest = 12 // mints that the home page shows
	// newestEvents are how many of the newest events are searched for mints of shown launches:
	// first the few that usually suffice. If strangers' transfers or a hidden launch fill all
	// of them, the list is shorter.
	fewEvents, newestEvents = 50, 1000
)

// newest caches the last list of mints. key is a digest of all that it depends on.
type newest struct {
	last atomic.Pointer[newestMints]
	seed maphash.Seed
}

type newestMints struct {
	key   uint64
	mints []LaunchMint
}

// NewestMints returns the newest mints of all launches that are shown, newest first. It reads
// them again only after a block or a mint.
func (p *Shop) NewestMints(ctx context.Context, list *List) ([]LaunchMint, error) {
	var digest maphash.Hash
	digest.SetSeed(p.newest.seed)
	for _, c := range p.Chains {
		head := c.Engine.Health().Head.Hash
		_, _ = digest.Write(head[:]) // a Hash does not fail
	}
	var sum uint64
	for slug, l := range list.shown { // in any order
		sum += maphash.Comparable(p.newest.seed, struct {
			slug string
			sold int64
		}{slug, l.Sold})
	}
	maphash.WriteComparable(&digest, sum)
	key := digest.Sum64()
	if last := p.newest.last.Load(); last != nil && last.key == key {
		return last.mints, nil
	}
	mints, err := p.readNewest(ctx, list)
	if err != nil {
		return nil, err
	}
	p.newest.last.Store(&newestMints{key, mints})
	return mints, nil
}

func (p *Shop) readNewest(ctx context.Context, list *List) ([]LaunchMint, error) {
	tokens := map[common.Address]bool{} // launches on two chains may have the same
	for _, l := range list.shown {
		tokens[l.Token] = true
	}
	var minted []mint.Event
	for _, limit := range []int{fewEvents, newestEvents} {
		events, err := p.Reader.Newest(ctx, limit)
		if err != nil {
			return nil, fmt.Errorf("read newest mints: %w", err)
		}
		minted = minted[:0]
		for _, e := range events {
			if e.Kind == mint.EventMinted && tokens[e.Token] && len(minted) < maxNewest {
				minted = append(minted, e)
			}
		}
		if len(minted) == maxNewest || len(events) < limit {
			break
		}
	}
	var orders []mint.Order
	blocks := map[uint64][]mint.Block{}
	for _, e := range minted {
		o, err := p.Reader.Order(ctx, e.ID)
		l := list.shown[o.Launch]
		if err != nil || !o.Mint.Seen() || l == nil { // a reorg removed it since, or its launch is not shown
			continue
		}
		orders, blocks[l.ChainID] = append(orders, o), append(blocks[l.ChainID], BlockAt(o.Mint))
	}
	waiting, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p.FetchTimes(waiting, blocks)
	mints := []LaunchMint{}
	for i := range orders {
		l := list.shown[orders[i].Launch]
		mints = append(mints, LaunchMint{p.mintOf(l, &orders[i]), l.Slug, l.Name, l.ChainID})
	}
	return mints, nil
}
