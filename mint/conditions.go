package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"
)

// MinGas is the most gas a transaction may use, EIP-7825's cap.
const MinGas = 1 << 24

// budgetPeriod is the time that Settings.Budget covers.
const budgetPeriod = 24 * time.Hour

// conditions reads, once per block, what could block delivery. Launches that are
// not admitted yet are skipped, since the node may not know them.
func (e *Engine) conditions(ctx context.Context, launches []Launch) error {
	sold, _ := e.admitted(launches)
	current := e.memory.checked.Hash == e.memory.head.Hash
	if current && len(e.memory.unread) == 0 {
		return nil
	}
	e.readLaunches(ctx, sold, current)
	if current {
		return nil
	}
	if err := e.readSenders(ctx); err != nil {
		return err
	}
	var err error
	if e.memory.spent, err = e.Store.Spent(ctx, e.Clock().Add(-budgetPeriod)); err != nil {
		return err
	}
	e.memory.checked = e.memory.head
	return nil
}

// readLaunches reads each launch's conditions on its own, or only those that the
// last try could not read. One that cannot be read keeps its last known values
// for display, is not sold, and is read again with the next step.
func (e *Engine) readLaunches(ctx context.Context, launches []Launch, onlyUnread bool) {
	conditions := make(map[string]Conditions, len(launches)) // a new map: other goroutines may read the last one
	unread := map[string]error{}
	for _, l := range launches {
		last, known := e.memory.conditions[l.Slug]
		if known {
			conditions[l.Slug] = last
		}
		if failed := e.memory.unread[l.Slug]; known && failed == nil && onlyUnread {
			continue
		}
		c, err := e.Chain.Conditions(ctx, l, 0)
		switch {
		case err == nil:
			conditions[l.Slug] = c
		case !errors.Is(err, context.Canceled):
			unread[l.Slug] = fmt.Errorf("read conditions of %s: %w", l.Slug, err)
		}
	}
	e.memory.conditions, e.memory.unread = conditions, unread
}

// readSenders reads which senders have enough coin for a transaction of full size.
// A sender whose balance cannot be read keeps its standing; it is an error if none
// can be read.
func (e *Engine) readSenders(ctx context.Context) error {
	fees, err := e.fees(ctx)
	if errors.Is(err, ErrTooDear) {
		return nil // nothing is signed now, whatever a sender has
	}
	if err != nil {
		return err
	}
	need := new(big.Int).Mul(fees.Cap, big.NewInt(MinGas))
	var troubles []error
	for _, s := range e.Senders {
		balance, err := e.Chain.Balance(ctx, s)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		enough := balance.Cmp(need) >= 0
		if had, known := e.memory.gas[s]; !enough && (had || !known) {
			e.Log.Warn("sender has too little coin for gas", "sender", s, "wei", balance, "needs", need)
		}
		e.memory.gas[s] = enough
	}
	if len(troubles) == len(e.Senders) {
		return errors.Join(troubles...)
	}
	return nil
}
