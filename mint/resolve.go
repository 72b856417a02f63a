package mint

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
)

// resolve reads the receipts of the transactions in flight and applies them.
func (e *Engine) resolve(ctx context.Context, launches []Launch) error {
	txs, err := e.Store.InFlight(ctx)
	if err != nil {
		return err
	}
	var hashes []common.Hash
	var owner []Transaction
	for _, tx := range txs {
		if tx.Mined.Seen() {
			continue
		}
		for _, a := range tx.Attempts {
			hashes, owner = append(hashes, a.Hash), append(owner, tx)
		}
	}
	if len(hashes) == 0 {
		return nil
	}
	receipts, err := e.Chain.Mined(ctx, hashes, e.memory.head)
	if errors.Is(err, ErrUnknownBlock) {
		return nil // a node that lags, or a reorg that the next step sees
	}
	if err != nil {
		return err
	}
	for i, r := range receipts {
		if r == nil {
			continue // not mined, or in a block that we have yet to read
		}
		err := e.resolveOne(ctx, launches, owner[i], *r)
		if errors.Is(err, ErrReplaced) {
			return err
		}
		// A failure of one transaction does not hold up the others; the next step
		// retries.
		e.grumble(fmt.Sprintf("resolve transaction %d", owner[i].ID), err)
	}
	return nil
}

func (e *Engine) resolveOne(ctx context.Context, launches []Launch, tx Transaction, r TxResult) error {
	for _, id := range r.Minted {
		o, err := e.Store.Order(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && o.Mint.Seen() {
			continue
		}
		// The receipt has a mint that the logs did not show. Releasing the order would
		// be wrong, so the block is read again first.
		if err := e.readAgain(ctx, launches, tx.Launch, max(r.At.Block, 1)-1); err != nil {
			return err
		}
		if o, err = e.Store.Order(ctx, id); err != nil || !o.Mint.Seen() {
			return fmt.Errorf("the receipt says that %s was minted and the logs from block %d on do not", id, r.At.Block)
		}
	}
	if err := e.Store.Resolve(ctx, tx.ID, r); err != nil {
		return err
	}
	e.memory.forget(tx.ID)
	for id := range r.Skipped {
		if o, err := e.Store.Order(ctx, id); err == nil && !o.Mint.Seen() {
			e.doubted.add(o.Payer, e.Clock())
		}
	}
	e.Log.Info("mined", "tx", r.At.Tx, "block", r.At.Block, "minted", len(r.Minted), "skipped", len(r.Skipped), "reverted", r.Reverted)
	return e.released(ctx, tx.Orders)
}

// maxFailures is how many transactions of ours may carry an order and not reach it
// before the order is parked. An order that passes simulation and fails on chain must
// not burn gas without limit.
const maxFailures = 5

// released announces a transaction's orders that it did not mint, and parks those that
// failed this way too often.
func (e *Engine) released(ctx context.Context, ids []PaymentID) error {
	var released []PaymentID
	tooOften := map[PaymentID]string{}
	for _, id := range ids {
		o, err := e.Store.Order(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // foreign, and its settlement was taken back
		}
		if err != nil {
			return err
		}
		if o.Mint.Seen() {
			delete(e.memory.failures, id)
			continue
		}
		released = append(released, id)
		if o.State() != Claimed {
			continue
		}
		if e.memory.failures[id]++; e.memory.failures[id] >= maxFailures {
			tooOften[id] = fmt.Sprintf("%d transactions did not reach it", maxFailures)
			delete(e.memory.failures, id)
		}
	}
	if len(tooOften) > 0 {
		if err := e.Store.Park(ctx, tooOften); err != nil {
			return err
		}
	}
	e.tell(ctx, released)
	return nil
}
