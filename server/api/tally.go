package api

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/mint"
)

// tallies caches the totals of each launch's mints. Final blocks are added up only
// once. For a new head, only the blocks after those are added, and only on a request.
type tallies struct{ bySlug sync.Map } // slug → *tally

type tally struct {
	lock  sync.Mutex
	final mint.Tally // up to the block before next
	next  uint64
	last  atomic.Pointer[cachedTally]
}

// cachedTally is the last totals, and their Stats once a request needed them.
type cachedTally struct {
	mint.Tally
	head mint.Block
	sold int64 // as the launch's counter had it
	at   time.Time
	cost time.Duration

	statsLock sync.Mutex
	stats     *Stats
}

// recomputeFactor limits the cost of recomputing: after a computation that took d, the result is
// served for at least seldom × d.
const recomputeFactor = 20

// tally returns the totals of a launch's mints at the newest head. It returns the last
// totals instead if computing them takes long, or while another request does it.
func (p *Presenter) tally(ctx context.Context, slug string) (*cachedTally, error) {
	v, ok := p.tallies.bySlug.Load(slug)
	if !ok {
		v, _ = p.tallies.bySlug.LoadOrStore(slug, &tally{})
	}
	t := v.(*tally)
	launch, err := p.Reader.Launch(ctx, slug)
	if err != nil {
		return nil, err
	}
	health := p.Of(&launch).Engine.Health()
	fresh := func(last *cachedTally) bool {
		return last != nil && (last.sold == launch.Sold && last.head.Hash == health.Head.Hash || p.Now().Sub(last.at).Abs() < recomputeFactor*last.cost)
	}
	last := t.last.Load()
	if fresh(last) {
		return last, nil
	}
	if last == nil {
		t.lock.Lock()
	} else if !t.lock.TryLock() {
		return last, nil
	}
	defer t.lock.Unlock()
	if last = t.last.Load(); fresh(last) {
		return last, nil
	}
	// Half of a tally is useless, and other requests wait for it, so a client that leaves
	// must not stop it.
	now, err := t.add(context.WithoutCancel(ctx), p, launch, health.Final)
	if err != nil {
		return nil, err
	}
	now.head = health.Head
	t.last.Store(now)
	return now, nil
}

// Counts returns how many payments of a launch are minted, and of how many payers.
func (p *Presenter) Counts(ctx context.Context, slug string) (mints, payers int64, err error) {
	t, err := p.tally(ctx, slug)
	if err != nil {
		return 0, 0, err
	}
	return t.Mints, t.Payers, nil
}

// TallyAll computes the tally of every launch. That takes seconds for a million mints.
func (p *Presenter) TallyAll(ctx context.Context) {
	err := Recovered(func() error {
		launches, err := p.Reader.Launches(ctx)
		for _, l := range launches {
			if err == nil && ctx.Err() == nil {
				_, err = p.tally(ctx, l.Slug)
			}
		}
		return err
	})
	if err != nil && ctx.Err() == nil {
		p.Log.Warn("tally mints", "err", err)
	}
}

// add brings the tally up to date with the store.
func (t *tally) add(ctx context.Context, p *Presenter, launch mint.Launch, final mint.Block) (*cachedTally, error) {
	began := p.Now()
	for again := false; ; again = true {
		if t.next <= final.Number {
			if err := addTally(ctx, p.Reader, &t.final, launch.Slug, t.next, final.Number); err != nil {
				t.final, t.next = mint.Tally{}, 0 // it may have been added in part
				return nil, err
			}
			t.next = final.Number + 1
		}
		whole := t.final
		whole.Stretches = slices.Clone(whole.Stretches)
		if err := addTally(ctx, p.Reader, &whole, launch.Slug, t.next, math.MaxUint64); err != nil {
			return nil, err
		}
		after, err := p.Reader.Launch(ctx, launch.Slug)
		if err != nil {
			return nil, err
		}
		if whole.Sold == after.Sold || after.Sold != launch.Sold || again {
			now := p.Now()
			return &cachedTally{Tally: whole, sold: launch.Sold, at: now, cost: max(0, now.Sub(began))}, nil
		}
		// Events were added to final blocks, as happens when a launch is registered late.
		t.final, t.next = mint.Tally{}, 0
	}
}

func addTally(ctx context.Context, reader Reader, t *mint.Tally, slug string, from, to uint64) error {
	payers, err := reader.Tally(ctx, slug, from, to, func(m mint.BlockMints) error { t.Add(m); return nil })
	t.Payers += payers
	return err
}
