package server

import (
	"context"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/mint"
)

// tallies keep what each launch's mints come to. What is final is added up once;
// a head costs what is new, and only if somebody asks.
type tallies struct{ bySlug sync.Map } // slug → *tally

type tally struct {
	adding sync.Mutex
	final  mint.Tally // up to the block before next
	next   uint64
	last   atomic.Pointer[tallied]
}

// tallied is what was last added up, and, once somebody asked for it, its drawing.
type tallied struct {
	mint.Tally
	head mint.Block
	sold int64 // by the launch's counter
	at   time.Time
	took time.Duration

	drawing sync.Mutex
	drawn   *Stats
}

// seldom is how many times as long as adding up took nobody does it again.
const seldom = 20

// tally is what a launch's mints come to at the newest head, or came to a moment
// ago if adding up takes long, or somebody else is at it.
func (s *Server) tally(ctx context.Context, slug string) (*tallied, error) {
	v, ok := s.tallies.bySlug.Load(slug)
	if !ok {
		v, _ = s.tallies.bySlug.LoadOrStore(slug, &tally{})
	}
	t := v.(*tally)
	launch, err := s.Engine.Store.Launch(ctx, slug)
	if err != nil {
		return nil, err
	}
	health := s.Engine.Health()
	fresh := func(last *tallied) bool {
		return last != nil && (last.sold == launch.Sold && last.head.Hash == health.Head.Hash || s.now().Sub(last.at).Abs() < seldom*last.took)
	}
	last := t.last.Load()
	if fresh(last) {
		return last, nil
	}
	if last == nil {
		t.adding.Lock()
	} else if !t.adding.TryLock() {
		return last, nil
	}
	defer t.adding.Unlock()
	if last = t.last.Load(); fresh(last) {
		return last, nil
	}
	// What is half added up is of no use to anybody, and others ask for it.
	now, err := t.add(context.WithoutCancel(ctx), s, launch, health.Final)
	if err != nil {
		return nil, err
	}
	now.head = health.Head
	t.last.Store(now)
	return now, nil
}

// tallyAll adds up the mints of every launch, which takes seconds for a million.
func (s *Server) tallyAll() {
	err := sheltered(func() error {
		launches, err := s.Engine.Store.Launches(s.life)
		for _, l := range launches {
			if err == nil && s.life.Err() == nil {
				_, err = s.tally(s.life, l.Slug)
			}
		}
		return err
	})
	if err != nil && s.life.Err() == nil {
		s.Log.Warn("tally mints", "err", err)
	}
}

// add brings the tally up to what is stored now.
func (t *tally) add(ctx context.Context, s *Server, launch mint.Launch, final mint.Block) (*tallied, error) {
	began := s.now()
	for anew := false; ; anew = true {
		if t.next <= final.Number {
			if err := tallyUp(ctx, s.Engine.Store, &t.final, launch.Slug, t.next, final.Number); err != nil {
				t.final, t.next = mint.Tally{}, 0 // a part of it was added
				return nil, err
			}
			t.next = final.Number + 1
		}
		whole := t.final
		whole.Stretches = slices.Clone(whole.Stretches)
		if err := tallyUp(ctx, s.Engine.Store, &whole, launch.Slug, t.next, math.MaxUint64); err != nil {
			return nil, err
		}
		after, err := s.Engine.Store.Launch(ctx, launch.Slug)
		if err != nil {
			return nil, err
		}
		if whole.Sold == after.Sold || after.Sold != launch.Sold || anew {
			now := s.now()
			return &tallied{Tally: whole, sold: launch.Sold, at: now, took: max(0, now.Sub(began))}, nil
		}
		// Events came to final blocks, as they do when a launch is registered late.
		t.final, t.next = mint.Tally{}, 0
	}
}

func tallyUp(ctx context.Context, store mint.Store, t *mint.Tally, slug string, from, to uint64) error {
	payers, err := store.Tally(ctx, slug, from, to, func(m mint.BlockMints) error { t.Add(m); return nil })
	t.Payers += payers
	return err
}
