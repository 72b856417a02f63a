package mint

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// giveBack gives up a transaction that no node will ever accept. In one write it
// releases the orders and stores an empty transaction for the account nonce. The next
// batch is half as large. If the refused transaction had only one order and the verdict
// is about the order, that order is parked. If nodes refuse the empty transaction as
// well, the sender is at fault, not the orders.
func (t *txManager) giveBack(ctx context.Context, tx Transaction, why *Refusal) error {
	if t.taken[tx.ID] {
		// Only the last signing was refused; a node has an earlier one. That one stays
		// valid, at its price.
		t.resigner.capped[tx.ID] = true
		return nil
	}
	if len(tx.Orders) == 0 {
		t.refusedSenders[tx.Sender] = why.Class
		return nil
	}
	if t.signs(tx.Sender) != nil {
		return nil // once its key signs again, or after handOver
	}
	l, err := t.store.Launch(ctx, tx.Launch)
	if err != nil {
		return err
	}
	fees, err := t.gas.fees()
	if err != nil {
		return err
	}
	empty, err := t.resigner.empty(ctx, l, tx, tx.AccountNonce, fees.Cap, fees.Tip)
	if err != nil {
		return unlessStale(err)
	}
	if err := t.store.Release(ctx, tx.ID, &empty); errors.Is(err, ErrStale) {
		return nil // it was mined after all
	} else if err != nil {
		return err
	}
	orders := tx.Orders
	t.log.Warn("refused by every node", "tx", tx.Latest().Hash, "class", why.Class, "orders", len(orders), "err", why.Err)
	t.delivery.GivenBack++
	t.portions.narrow(tx.Launch, len(orders))
	tx.Orders, tx.Attempts = nil, append(slices.Clip(tx.Attempts), empty)
	again := t.submit(ctx, tx, empty)
	switch {
	case again != nil && again.Class.Verdict():
		t.refusedSenders[tx.Sender] = again.Class
	case len(orders) == 1:
		return t.blame(ctx, orders[0], why)
	}
	t.notify.announce(ctx, orders)
	return nil
}

// blame parks an order that no node accepts even alone. If the price of gas is too high
// for the node, the order is not at fault, and it waits.
func (t *txManager) blame(ctx context.Context, id PaymentID, why *Refusal) error {
	t.held.add(id, t.view.head.Number, t.clock())
	if why.Class.ofOrders() {
		if err := park(ctx, t.store, map[PaymentID]reason{id: notAccepted.of(why.Class)}); err != nil {
			return err
		}
	}
	t.notify.announce(ctx, []PaymentID{id})
	return nil
}

// tooLarge handles orders that together exceed a pool's byte limit: the next batch has
// fewer. A single order that is too large is parked or, if it is settled, gets the
// reason why it stays owed.
func (t *txManager) tooLarge(ctx context.Context, launch string, orders []Order, err error) error {
	if len(orders) > 1 {
		t.portions.narrow(launch, len(orders))
		return err
	}
	return t.blame(ctx, orders[0].ID, &Refusal{Class: Oversized, Err: err})
}

// usedNonce is an account nonce of a transaction that another one seems to have used.
type usedNonce struct {
	at   Block // head when that was first seen, or zero
	seen time.Time
	lost bool // it was seen again, and the orders are released
}

// look judges an account nonce that is used at the head although none of our signings is
// mined. A single reading does not show that it is lost: some nodes answer
// from the state of a block that they have not announced, which may have our transaction. So
// it is lost if it was used at the same block when asked again after the next block, or after
// resendEvery.
func (u usedNonce) look(ctx context.Context, nodes Broadcaster, tx Transaction, head Block, now time.Time) (usedNonce, error) {
	if u.at == head && now.Sub(u.seen) < resendEvery {
		return u, nil
	}
	if u.at != (Block{}) {
		count, err := nodes.AccountNonce(ctx, tx.Sender, u.at.Number)
		if err != nil && !errors.Is(err, ErrDisputed) {
			return u, err
		}
		if err == nil && count > tx.AccountNonce {
			return usedNonce{u.at, u.seen, true}, nil
		}
	}
	return usedNonce{at: head, seen: now}, nil
}

// lost releases the orders of a transaction after another one used its account nonce in
// a block that is not final yet. They are sent again immediately, by another
// transaction. If a reorg brings this one back, each payment nonce is still used only
// once.
func (t *txManager) lost(ctx context.Context, tx Transaction) error {
	t.log.Warn("account nonce used by another transaction", "sender", tx.Sender, "accountNonce", tx.AccountNonce, "tx", tx.Latest().Hash, "orders", len(tx.Orders))
	t.delivery.LostNonces++
	t.lostAt[tx.Sender] = append(t.lostAt[tx.Sender], t.view.head.Number)
	if len(t.lostAt[tx.Sender]) == maxLost {
		t.log.Warn("the sender's key is used elsewhere; it is set aside while another sender can send", "sender", tx.Sender)
	}
	if len(tx.Orders) == 0 {
		return nil
	}
	if err := t.store.Release(ctx, tx.ID, nil); err != nil && !errors.Is(err, ErrStale) {
		return err
	}
	t.notify.announce(ctx, tx.Orders)
	return nil
}

// handOver releases the orders of an account's transactions that do not move, so that another sender
// carries them. A key that ran out of coin, or that nodes block, therefore holds up no
// payment. The signed transaction stays at its account nonce and may still be mined;
// each payment nonce is still used only once.
func (t *txManager) handOver(ctx context.Context, account common.Address) error {
	txs, err := t.resigner.waiting(ctx, account)
	troubles := []error{err}
	for _, tx := range txs {
		if tx.Kind != Batch || len(tx.Orders) == 0 || !t.stalled(tx) || !t.replaceable(tx.Sender) {
			continue
		}
		t.rest(tx.Sender)
		if err := t.store.Release(ctx, tx.ID, nil); errors.Is(err, ErrStale) {
			continue
		} else if err != nil {
			troubles = append(troubles, fmt.Errorf("hand over the orders of transaction %s: %w", tx.Latest().Hash, err))
			continue
		}
		signal(t.signals.work)
		t.log.Warn("another sender carries the orders", "tx", tx.Latest().Hash, "sender", tx.Sender, "orders", len(tx.Orders))
		t.notify.announce(ctx, tx.Orders)
	}
	return errors.Join(troubles...)
}
