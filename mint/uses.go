package mint

import (
	"context"
	"sync"
	"time"
)

const (
	// maxUseBlocks is how far back we search for the log of an unknown payment's use.
	// Older uses stay unexplained.
	maxUseBlocks = 20_000
	// useRest is the pause before searching again for a use that was not found.
	useRest = 10 * time.Second
	// maxUses is the maximum number of remembered answers.
	maxUses = 10_000
)

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

// useOf returns the use of a payment nonce, as far as logs up to a block show it.
func (a *admission) useOf(ctx context.Context, l Launch, id PaymentID, key PayerKey, head Block) (Use, error) {
	if u, known := a.uses.recall(id, a.clock()); known {
		return u, nil
	}
	a.uses.turn.Lock()
	defer a.uses.turn.Unlock()
	if u, known := a.uses.recall(id, a.clock()); known {
		return u, nil
	}
	after := max(max(l.DeployedAt, 1)-1, head.Number-min(head.Number, maxUseBlocks))
	got, err := a.chain.Usage(ctx, l, []PayerKey{key}, Block{Number: after}, head)
	if err != nil {
		return Use{}, err
	}
	a.uses.note(id, found{got[0], a.clock().Add(useRest)})
	return got[0], nil
}

// readMissed reads blocks again if requests showed that a payment in them is missing.
// An error is the store's.
func (x *expirer) readMissed(ctx context.Context, launches []Launch) error {
	for id, use := range x.uses.due(x.clock()) {
		if _, err := x.store.Order(ctx, id); err == nil {
			x.uses.forget(id)
			continue
		}
		kind, err := x.paidUs(ctx, launches, id, use)
		switch {
		case err != nil:
			x.log.Debug("read a missing payment", "tx", use.At.Tx, "err", err)
			if x.store.Failed(err) {
				return err
			}
		case kind != unknownUse:
			x.uses.forget(id) // it was read, and buys nothing
		}
	}
	return nil
}
