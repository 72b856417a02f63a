package mint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// giveBack ends what no node will ever take. The account nonce goes to a
// transaction that carries nothing, in the same write that releases the orders,
// and the next batch is half as large. A verdict on one order alone parks it. If
// nodes refuse the empty transaction as well, it is the line that is at fault, and
// no order.
func (e *Engine) giveBack(ctx context.Context, tx Transaction, why *Refusal) error {
	if e.memory.taken[tx.ID] {
		// Only the last signing was refused; a node has an earlier one. That one
		// goes on, at its price.
		e.memory.capped[tx.ID] = true
		return nil
	}
	if len(tx.Orders) == 0 {
		e.memory.refusedLines[tx.Sender] = why.Class
		return nil
	}
	l, err := e.Store.Launch(ctx, tx.Launch)
	if err != nil {
		return err
	}
	fees, err := e.fees(ctx)
	if err != nil {
		return err
	}
	empty, err := e.Chain.SignBatch(l, nil, tx.Sender, tx.AccountNonce, fees.Cap, fees.Tip)
	if err != nil {
		return err
	}
	empty.Block, empty.CreatedAt = e.memory.head.Number, e.Clock()
	if err := e.Store.Release(ctx, tx.ID, &empty); errors.Is(err, ErrStale) {
		return nil // it was mined after all
	} else if err != nil {
		return err
	}
	orders := tx.Orders
	e.Log.Warn("refused by every node", "tx", tx.Latest().Hash, "class", why.Class, "orders", len(orders), "err", why.Err)
	e.memory.delivery.GivenBack++
	e.narrow(tx.Launch, len(orders))
	tx.Orders, tx.Attempts = nil, append(slices.Clip(tx.Attempts), empty)
	again := e.submit(ctx, tx, empty)
	switch {
	case again != nil && again.Class.Verdict():
		e.memory.refusedLines[tx.Sender] = again.Class
	case len(orders) == 1:
		return e.blame(ctx, orders[0], why)
	}
	e.tell(ctx, orders)
	return nil
}

// blame parks an order that no node takes even alone. Where it is the price of gas
// that is too high for the node, the order is not to blame, and waits.
func (e *Engine) blame(ctx context.Context, id PaymentID, why *Refusal) error {
	e.memory.held.add(id, e.memory.head.Number, e.Clock())
	if why.Class.ofOrders() {
		reason := fmt.Sprintf("no node takes a transaction with this payment (%s)", why.Class)
		if err := e.Store.Park(ctx, map[PaymentID]string{id: reason}); err != nil {
			return err
		}
	}
	e.tell(ctx, []PaymentID{id})
	return nil
}

// tooLarge is for orders that are above a pool's bytes together: fewer are tried,
// and one alone that is is parked, or if it is settled says why it stays owed.
func (e *Engine) tooLarge(ctx context.Context, launch string, orders []Order, err error) error {
	if len(orders) > 1 {
		e.narrow(launch, len(orders))
		return err
	}
	return e.blame(ctx, orders[0].ID, &Refusal{Class: Oversized, Err: err})
}

// narrow halves what the next batch of a launch may carry, after one of so many
// orders was refused or could not be simulated: so the one at fault is found, and
// stands alone. Each batch that goes well doubles it.
func (e *Engine) narrow(launch string, orders int) {
	e.memory.portion[launch] = max(1, orders/2)
}

func (e *Engine) widen(launch string) {
	if n, narrow := e.memory.portion[launch]; narrow {
		if n *= 2; n < e.BatchSize {
			e.memory.portion[launch] = n
		} else {
			delete(e.memory.portion, launch)
		}
	}
}

// unsimulated notes that a batch could not be simulated, which says nothing about
// any of its orders. If one alone could not be, three times, while the node answers
// everything else about the launch, it is that one, and it is parked.
func (e *Engine) unsimulated(ctx context.Context, l Launch, orders []Order, trouble error) error {
	e.memory.delivery.Unsimulated++
	e.narrow(l.Slug, len(orders))
	if len(orders) > 1 {
		return trouble
	}
	id := orders[0].ID
	times := e.memory.held.add(id, e.memory.head.Number, e.Clock())
	if times < maxUnsimulated || e.memory.checked != e.memory.head || e.standing(l.Slug).checked != e.memory.head {
		return trouble
	}
	if err := e.Store.Park(ctx, map[PaymentID]string{id: "no node could simulate its mint"}); err != nil {
		return err
	}
	delete(e.memory.held, id)
	e.tell(ctx, []PaymentID{id})
	return trouble
}

const maxUnsimulated = 3

// lost releases the orders of a transaction whose account nonce another one has
// used in a block that is not final yet. They go out again at once, by another
// transaction: should a reorg bring this one back, each payment nonce is used once
// all the same.
func (e *Engine) lost(ctx context.Context, tx Transaction) error {
	e.Log.Warn("account nonce used by another transaction", "sender", tx.Sender, "accountNonce", tx.AccountNonce, "tx", tx.Latest().Hash, "orders", len(tx.Orders))
	e.memory.delivery.LostNonces++
	e.memory.lostAt[tx.Sender] = append(e.memory.lostAt[tx.Sender], e.memory.head.Number)
	if len(tx.Orders) == 0 {
		return nil
	}
	if err := e.Store.Release(ctx, tx.ID, nil); err != nil && !errors.Is(err, ErrStale) {
		return err
	}
	e.tell(ctx, tx.Orders)
	return nil
}

// handOverAfter is for how many blocks nodes may refuse one sender's transaction
// before another sender carries its orders. It is less than refusedBlocks, so that
// the sale goes on.
const handOverAfter = 2

// handOver releases the orders of transactions that do not move, so that another
// sender carries them: one key that ran dry, or that nodes block, holds up no
// payment. What was signed stays at its account nonce, and may still be mined: each
// payment nonce is used once all the same.
func (e *Engine) handOver(ctx context.Context, txs []Transaction, lines lines) error {
	var troubles []error
	for _, tx := range txs {
		if tx.Kind != Batch || tx.Mined.Seen() || len(tx.Orders) == 0 || !e.stalled(tx) || !e.replaceable(tx.Sender, lines) {
			continue
		}
		e.restLine(tx.Sender)
		if err := e.Store.Release(ctx, tx.ID, nil); errors.Is(err, ErrStale) {
			continue
		} else if err != nil {
			troubles = append(troubles, fmt.Errorf("hand over the orders of transaction %s: %w", tx.Latest().Hash, err))
			continue
		}
		e.Log.Warn("another sender carries the orders", "tx", tx.Latest().Hash, "sender", tx.Sender, "orders", len(tx.Orders))
		e.tell(ctx, tx.Orders)
	}
	return errors.Join(troubles...)
}

// stalled says that nodes have refused a transaction for some blocks, or take it and
// do not mine it at any price.
func (e *Engine) stalled(tx Transaction) bool {
	r, refused := e.memory.refusedSince[tx.ID]
	return refused && e.memory.head.Number >= r.since+handOverAfter || len(tx.Attempts) > maxReplaced
}

// replaceable says that another sender could send now, and that none of its
// transactions is refused.
func (e *Engine) replaceable(sender common.Address, lines lines) bool {
	refused := map[common.Address]bool{sender: true}
	for _, r := range e.memory.refusedSince {
		refused[r.sender] = true
	}
	return slices.ContainsFunc(e.Senders, func(s common.Address) bool { return !refused[s] && e.usable(s) && lines[s] < e.InFlight })
}

// refusedTx is a transaction that nodes refuse.
type refusedTx struct {
	sender common.Address
	since  uint64 // head
}

// restLine keeps a sender whose transaction could not be signed or stored from the
// next ones; the others go on.
func (e *Engine) restLine(sender common.Address) {
	e.memory.resting.add(sender, e.memory.head.Number, e.Clock())
}
