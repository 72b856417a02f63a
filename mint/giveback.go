package mint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// giveBack gives up a transaction that no node will ever accept. In one write it
// releases the orders and stores an empty transaction for the account nonce. The next
// batch is half as large. If the refused transaction had only one order and the verdict
// is about the order, that order is parked. If nodes refuse the empty transaction as
// well, the sender is at fault, not the orders.
func (e *Engine) giveBack(ctx context.Context, tx Transaction, why *Refusal) error {
	if e.memory.taken[tx.ID] {
		// Only the last signing was refused; a node has an earlier one. That one stays
		// valid, at its price.
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

// blame parks an order that no node accepts even alone. If the price of gas is too high
// for the node, the order is not at fault, and it waits.
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

// tooLarge handles orders that together exceed a pool's byte limit: the next batch has
// fewer. A single order that is too large is parked or, if it is settled, gets the
// reason why it stays owed.
func (e *Engine) tooLarge(ctx context.Context, launch string, orders []Order, err error) error {
	if len(orders) > 1 {
		e.narrow(launch, len(orders))
		return err
	}
	return e.blame(ctx, orders[0].ID, &Refusal{Class: Oversized, Err: err})
}

// narrow halves the size of a launch's next batch after a batch of that many orders was
// refused or could not be simulated. This isolates the order at fault. Each batch that
// succeeds doubles the size.
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

// unsimulated records that a batch could not be simulated, which does not prove that an
// order is at fault. An order is parked after 3 such failures alone while the node
// answers everything else about the launch: then the order is at fault.
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

// lost releases the orders of a transaction after another one used its account nonce in
// a block that is not final yet. They are sent again immediately, by another
// transaction. If a reorg brings this one back, each payment nonce is still used only
// once.
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

// handOverAfter is the number of blocks that nodes may refuse one sender's transaction
// before another sender carries its orders. It is less than refusedBlocks, so that the
// sale continues.
const handOverAfter = 2

// handOver releases the orders of transactions that do not move, so that another sender
// carries them. A key that ran out of coin, or that nodes block, therefore holds up no
// payment. The signed transaction stays at its account nonce and may still be mined;
// each payment nonce is still used only once.
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

// stalled reports whether nodes have refused a transaction for handOverAfter blocks, or
// it was re-priced maxReplaced times and is not mined.
func (e *Engine) stalled(tx Transaction) bool {
	r, refused := e.memory.refusedSince[tx.ID]
	return refused && e.memory.head.Number >= r.since+handOverAfter || len(tx.Attempts) > maxReplaced
}

// replaceable reports whether another sender could send now and has no refused
// transaction.
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

// restLine pauses a sender after a failure; the other senders continue.
func (e *Engine) restLine(sender common.Address) {
	e.memory.resting.add(sender, e.memory.head.Number, e.Clock())
}
