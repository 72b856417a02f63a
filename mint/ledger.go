package mint

import (
	"context"
	"errors"
)

// ErrUnread: the books could not be compared with the chain yet.
var ErrUnread = errors.New("the ledger is still being read")

// Solvency returns a launch's books as last compared with the contract's counters and
// the store's. The comparison is made once for each block that is read. The error is
// ErrNotFound if there is no such launch, ErrUnread before the first comparison.
func (e *Engine) Solvency(ctx context.Context, slug string) (Solvency, error) {
	launch, err := e.Store.Launch(ctx, slug)
	if err != nil {
		return Solvency{}, err
	}
	if last, ok := e.loop.audit.solvency.Load(launch.Slug); ok {
		return last.(Solvency), nil
	}
	return Solvency{}, ErrUnread
}

// maxReverted is the maximum number of blocks that a ledger reverts without recomputing
// everything.
const maxReverted = 64

// ledger keeps a launch's books up to the newest block that was read, so that a new
// block costs only its own events. All events come from the store.
type ledger struct {
	base *Books  // books up to the block before `next`; nil: not computed yet
	next uint64  // the first block that base lacks
	tail []Event // events of the blocks from next on
	now  *Books  // base and tail
	to   uint64  // the block up to which now is computed
}

// upTo brings the books to a block and returns them. The ledger still owns them.
func (g *ledger) upTo(ctx context.Context, store EventStore, l Launch, head uint64) (*Books, error) {
	if g.base == nil || g.to > head {
		*g = ledger{base: NewBooks(l), now: NewBooks(l)}
	}
	from := g.to + 1
	if g.to == 0 {
		from = 0
	}
	settled := head - min(head, maxReverted)
	err := store.EachEvent(ctx, l.Slug, from, head, func(e Event) error {
		if e.At.Block > settled {
			g.tail = append(g.tail, e)
		} else {
			// Only when recomputing everything: until then base is no block behind.
			g.settle()
			g.base.Add(e)
		}
		g.now.Add(e)
		return nil
	})
	if err != nil {
		*g = ledger{} // only some events were added
		return nil, err
	}
	g.to = head
	for len(g.tail) > 0 && g.tail[0].At.Block <= settled {
		g.base.Add(g.tail[0])
		g.tail = g.tail[1:]
	}
	g.next = max(g.next, settled+1)
	return g.now, nil
}

// settle moves all of the tail into base.
func (g *ledger) settle() {
	for _, e := range g.tail {
		g.base.Add(e)
	}
	g.tail = nil
}

// back reverts the books to a block, because the store's events above it are no longer
// those that were added.
func (g *ledger) back(to uint64) {
	switch {
	case g.base == nil || to >= g.to:
		return
	case to+1 < g.next:
		*g = ledger{}
		return
	}
	for n := len(g.tail); n > 0 && g.tail[n-1].At.Block > to; n-- {
		g.tail = g.tail[: n-1 : n-1]
	}
	g.now, g.to = g.base.clone(), to
	for _, e := range g.tail {
		g.now.Add(e)
	}
}
