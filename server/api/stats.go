package api

import (
	"context"
	"sync"
	"time"

	"github.com/mint402/mint402/mint"
)

// Stats is the history of a launch's mints, computed from the chain's events.
type Stats struct {
	Launch   string    `json:"launch"` // slug
	Mints    int64     `json:"mints"`  // payments
	Payers   int64     `json:"payers"` // distinct ones
	Sold     int64     `json:"sold"`   // allotments
	Proceeds Price     `json:"proceeds"`
	From     time.Time `json:"from"`   // when the sale could start
	To       time.Time `json:"to"`     // time of the newest block read
	Points   []Point   `json:"points"` // in chain order, 64 at most; see [mint.Tally]
}

// Point holds the totals up to and including a block.
type Point struct {
	Block    uint64    `json:"block"`
	At       time.Time `json:"at"`       // the block's own time
	Sold     int64     `json:"sold"`     // allotments
	Proceeds string    `json:"proceeds"` // whole units of the asset
	Mints    int64     `json:"mints"`    // payments
}

// maxTimesWait is how long we wait for block times from the chain.
const maxTimesWait = 5 * time.Second

// Stats returns the history of a launch's mints. A block without a known time, or one
// that is no longer on the chain, gives no point; its mints are in the next point. The
// result is cached with the tally, so requests for the same tally read the chain only once.
func (p *Presenter) Stats(ctx context.Context, l mint.Launch) (Stats, error) {
	t, err := p.tally(ctx, l.Slug)
	if err != nil {
		return Stats{}, err
	}
	t.statsLock.Lock()
	defer t.statsLock.Unlock()
	if t.stats == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxTimesWait)
		defer cancel()
		stats := p.computeStats(ctx, l, t)
		t.stats = &stats
	}
	return *t.stats, nil
}

// computeStats makes the history from a tally. Each stretch of the tally becomes a point at
// its last block.
func (p *Presenter) computeStats(ctx context.Context, l mint.Launch, t *cachedTally) Stats {
	last := make([]mint.Block, len(t.Stretches))
	for i, stretch := range t.Stretches {
		last[i] = mint.Block{Number: stretch.Last, Hash: stretch.Hash}
	}
	p.FetchTimes(ctx, map[uint64][]mint.Block{l.ChainID: last})
	amount := l.Total(t.Sold)
	stats := Stats{Launch: l.Slug, Mints: t.Mints, Payers: t.Payers, Sold: t.Sold, Proceeds: Price{amount.String(), l.Asset.Format(amount)},
		To: t.head.Time.UTC(), Points: make([]Point, 0, len(t.Stretches))}
	var mints, sold int64
	for _, stretch := range t.Stretches {
		mints, sold = mints+stretch.Mints, sold+stretch.Sold
		if at, ok := p.times.Get(stretch.Hash); ok {
			stats.Points = append(stats.Points, Point{stretch.Last, at.UTC(), sold, l.Asset.Format(l.Total(sold)), mints})
		}
	}
	stats.From = p.startOf(ctx, l)
	if n := len(stats.Points); n > 0 {
		if first := stats.Points[0].At; stats.From.IsZero() || first.Before(stats.From) {
			stats.From = first
		}
		if last := stats.Points[n-1].At; last.After(stats.To) {
			stats.To = last
		}
	}
	return stats
}

// starts caches when the sale of each launch could start: at its deployment, or at its
// opening if that is later.
type starts struct{ bySlug sync.Map } // slug → time.Time

// startOf returns when the sale of a launch could start. If the chain does not answer, it
// returns the opening, which may be zero.
func (p *Presenter) startOf(ctx context.Context, l mint.Launch) time.Time {
	if at, ok := p.starts.bySlug.Load(l.Slug); ok {
		return at.(time.Time)
	}
	at := l.OpensAt
	on := p.Of(&l)
	b, err := on.block(ctx, l.DeployedAt)
	if err != nil {
		return at
	}
	if b.Time.After(at) {
		at = b.Time
	}
	if l.DeployedAt <= on.Engine.Health().Final.Number { // a reorg could move a later deployment to another block
		p.starts.bySlug.Store(l.Slug, at.UTC())
	}
	return at.UTC()
}
