package mint

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/mint402/mint402/x402"
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

// used handles an unknown payment with a payment nonce that is used on chain. If it
// paid us, the block that shows it was read or will be read soon. We can say that it
// did not pay us only for blocks that we have read, and only if their events explain
// all the contract's counters. So the nonce must be used before the newest such block.
// The newest state is no evidence about the blocks that the same node, or another,
// lists: a node that is about to list a block can already answer with that block's
// state for the one before.
func (a *admission) used(ctx context.Context, launch Launch, quantity int64, id PaymentID, key PayerKey) (Order, error) {
	work := context.WithoutCancel(ctx)
	for {
		head := a.notify.waiters.last(launch.Slug)
		order, err := a.store.Order(work, id)
		switch {
		case err == nil:
			return order, nil
		case !errors.Is(err, ErrNotFound):
			return Order{}, err
		}
		if head == (Block{}) {
			return Order{}, a.unexplained(launch)
		}
		before, err := a.usedBelow(work, launch, key, head)
		if err != nil {
			return Order{}, a.unreachable(fmt.Errorf("inspect payer %s below block %d: %w", key.Payer, head.Number, err), mayBeCharged)
		}
		if before {
			return Order{}, a.usedBy(work, launch, id, key, head)
		}
		if err := a.notify.waiters.waitHead(ctx, launch.Slug, head.Number+1); err != nil {
			return Order{}, &UnavailableError{[]Fault{{Code: "chain_behind", Launch: launch.Slug,
				Detail: fmt.Sprintf("a block after %d, which may show this payment, is not read yet", head.Number)}}}
		}
	}
}

// usedBy returns the error for an unknown payment with a used nonce. Only the log of
// the use makes it a refusal, because a refusal invites the payer to sign another
// payment. Counters that agree are not enough: two missing events may cancel out.
func (a *admission) usedBy(ctx context.Context, launch Launch, id PaymentID, key PayerKey, head Block) error {
	use, err := a.useOf(ctx, launch, id, key, head)
	if err != nil {
		return a.unreachable(fmt.Errorf("find what used payment %s: %w", id, err), mayBeCharged)
	}
	launches, err := a.store.Launches(ctx)
	if err != nil {
		return err
	}
	payee, ours := payee(launches, use)
	switch {
	case use.How == UseCancelled:
		return &x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: "this authorization was cancelled"}
	case use.How == UsePaid && !ours:
		return &x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: "this authorization was used for another payment"}
	case use.How == UsePaid:
		switch money, err := recorded(ctx, a.store, payee, id, use); {
		case err != nil:
			return err
		case money != nil:
			refunder := payee.Owner
			if c, read := a.monitor.latest.Load().conditions[payee.Slug]; read {
				refunder = c.Refunder
			}
			return &OtherAmountError{payee, *money, refunder}
		}
		a.uses.miss(id, use)
		signal(a.signals.read)
	}
	return &UnavailableError{[]Fault{{Code: "payment_unexplained", Launch: launch.Slug,
		Detail: "this authorization is used on chain, and its use is being searched for: " + mayBeCharged}}}
}

// mayBeCharged tells a payer what to do if the nonce is used on chain and unknown here.
const mayBeCharged = "you may have been charged, so do not sign another; present the same one again"

// usedBelow reports whether the payment nonce was used before a block that we have read
// and that is still the chain's. It waits at most maxSilence.
func (a *admission) usedBelow(ctx context.Context, launch Launch, key PayerKey, head Block) (bool, error) {
	if head.Number < 2 {
		return false, nil // block 0 would be the newest
	}
	ctx, cancel := context.WithTimeout(ctx, maxSilence)
	defer cancel()
	payers, err := a.chain.Inspect(ctx, launch, []PayerKey{key}, head.Number-1)
	if err != nil || !payers[0].Used {
		return false, err
	}
	now, err := a.chain.Block(ctx, head.Number)
	return err == nil && now.Hash == head.Hash, err
}

// unexplained returns the error if the use of a nonce cannot be known, because the
// launch's events are not read completely.
func (a *admission) unexplained(l Launch) *UnavailableError {
	faults := a.monitor.faults(l.Slug)
	if len(faults) == 0 { // the launch's books changed state since the caller looked
		faults = []Fault{{Code: "books_differ", Launch: l.Slug, Detail: "the events of " + l.Slug + " are being read again"}}
	}
	return &UnavailableError{faults}
}
