package mint

import (
	"context"
	"sync"
	"time"
)

// Counters miss events that cancel out: a payment and a refund of the same amount, both
// missing from a node's logs. So no decision is based on counters alone. Each block is
// read a second time once it is final, from the next node; a lagging index of logs has
// long caught up by then. And an unknown payment with a used nonce is refused only
// because of the log of that use.

const (
	// twiceEvery is the number of final blocks that are read a second time together.
	twiceEvery = 64
	// maxUseBlocks is how far back we search for the log of an unknown payment's use.
	// Older uses stay unexplained.
	maxUseBlocks = 20_000
	// useRest is the pause before searching again for a use that was not found.
	useRest = 10 * time.Second
	// maxUses is the maximum number of remembered answers.
	maxUses = 10_000
)

// readTwice reads final blocks a second time and stores the events that the first
// reading missed. An error is the store's.
func (e *Engine) readTwice(ctx context.Context, launches []Launch) error {
	final := e.memory.final
	if e.memory.behind || final.Hash == (Block{}).Hash {
		return nil
	}
	for _, l := range launches {
		s := e.standing(l.Slug)
		if s.twice == 0 {
			s.twice = final.Number // since the start
		}
		if final.Number < s.twice+twiceEvery || !l.upTo(e.memory.head) {
			continue
		}
		from := max(s.twice, max(l.DeployedAt, 1)-1, final.Number-min(final.Number, maxBlocks))
		found, err := e.Chain.Reread(ctx, []Launch{l}, Block{Number: from}, final, 0)
		if err != nil {
			e.Log.Debug("read final blocks a second time", "launch", l.Slug, "from", from+1, "to", final.Number, "err", err)
			continue
		}
		added, err := e.compare(ctx, l, &repair{at: Block{Number: from}}, found, final)
		if err != nil {
			return err
		}
		if added {
			s.unchecked()
		}
		s.twice = final.Number
	}
	return nil
}

// uses is a cache of the uses of unknown payments' nonces, so that presenting such a
// payment repeatedly makes no request to a node.
type uses struct {
	turn sync.Mutex // one search at a time

	mu     sync.Mutex
	found  map[PaymentID]found
	missed map[PaymentID]found // payments to our launches that the ledger lacks; the loop reads their blocks
}

type found struct {
	use  Use
	next time.Time // when to search again, if it was not found
}

// useOf returns the use of a payment nonce, as far as logs up to a block show it.
func (e *Engine) useOf(ctx context.Context, l Launch, id PaymentID, key PayerKey, head Block) (Use, error) {
	if u, known := e.uses.recall(id, e.Clock()); known {
		return u, nil
	}
	e.uses.turn.Lock()
	defer e.uses.turn.Unlock()
	if u, known := e.uses.recall(id, e.Clock()); known {
		return u, nil
	}
	after := max(max(l.DeployedAt, 1)-1, head.Number-min(head.Number, maxUseBlocks))
	got, err := e.Chain.Usage(ctx, l, []PayerKey{key}, Block{Number: after}, head)
	if err != nil {
		return Use{}, err
	}
	e.uses.note(id, found{got[0], e.Clock().Add(useRest)})
	return got[0], nil
}

func (u *uses) recall(id PaymentID, now time.Time) (Use, bool) {
	u.mu.Lock()
	defer u.mu.Unlock()
	f, known := u.found[id]
	return f.use, known && (f.use.How != UseUnknown || now.Before(f.next))
}

func (u *uses) note(id PaymentID, f found) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.found == nil || len(u.found) >= maxUses {
		u.found = map[PaymentID]found{}
	}
	u.found[id] = f
}

// miss makes the loop read a payment that the ledger lacks.
func (u *uses) miss(id PaymentID, use Use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.found, id)
	if u.missed == nil {
		u.missed = map[PaymentID]found{}
	}
	if _, known := u.missed[id]; !known && len(u.missed) < maxUsage {
		u.missed[id] = found{use: use}
	}
}

// due returns the missed payments to be read now. They are due again after a pause,
// until they are in the books.
func (u *uses) due(now time.Time) map[PaymentID]Use {
	u.mu.Lock()
	defer u.mu.Unlock()
	due := map[PaymentID]Use{}
	for id, f := range u.missed {
		if !now.Before(f.next) {
			due[id] = f.use
			u.missed[id] = found{f.use, now.Add(useRest)}
		}
	}
	return due
}

// clear forgets all uses that were found.
func (u *uses) clear() {
	u.mu.Lock()
	defer u.mu.Unlock()
	clear(u.found)
}

func (u *uses) forget(id PaymentID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	delete(u.missed, id)
}

// readMissed reads blocks again if requests showed that a payment in them is missing.
// An error is the store's.
func (e *Engine) readMissed(ctx context.Context, launches []Launch) error {
	for id, use := range e.uses.due(e.Clock()) {
		if _, err := e.Store.Order(ctx, id); err == nil {
			e.uses.forget(id)
			continue
		}
		reason, err := e.paidUs(ctx, launches, id, use)
		switch {
		case err != nil:
			e.Log.Debug("read a missing payment", "tx", use.At.Tx, "err", err)
			if e.Store.Failed(err) {
				return err
			}
		case reason != unknownUse:
			e.uses.forget(id) // it was read, and buys nothing
		}
	}
	return nil
}
