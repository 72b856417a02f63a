package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// resolve reads the receipts of the transactions in flight and applies them.
func (t *txManager) resolve(ctx context.Context, launches []Launch) error {
	txs, err := t.store.InFlight(ctx)
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
	now, head := t.clock(), t.view.head
	if len(hashes) == 0 || t.resolved == head && now.Sub(t.resolvedAt) < t.Poll {
		return nil
	}
	receipts, err := t.chain.Mined(ctx, hashes, head)
	t.resolved, t.resolvedAt = head, now
	if errors.Is(err, ErrUnknownBlock) {
		return nil // a node that lags, or a reorg that the next step sees
	}
	if err != nil {
		return err
	}
	for i, r := range receipts {
		if r == nil && head.Number > owner[i].Latest().Block+1 {
			if r, err = minedByEvents(ctx, t.store, t.audit.standing(owner[i].Launch), owner[i], hashes[i]); err != nil {
				return err
			}
		}
		if r == nil || r.At.Block > head.Number {
			continue // not mined, or in a block that we have yet to read
		}
		err := t.resolveOne(ctx, launches, owner[i], *r)
		if errors.Is(err, ErrReplaced) {
			return err
		}
		// A failure of one transaction does not hold up the others; the next step
		// retries.
		t.failing.report(fmt.Sprintf("resolve transaction %d", owner[i].ID), err)
	}
	return nil
}

// minedByEvents returns the result of a transaction without a receipt by the events that it
// made, as read from logs, or nil. Nodes lose receipts and still have the logs. The books
// must agree at its block, so that its mints are complete. Its cost is not known.
func minedByEvents(ctx context.Context, store OrderStore, books *standing, tx Transaction, hash common.Hash) (*TxResult, error) {
	r := &TxResult{}
	for _, id := range tx.Orders {
		o, err := store.Order(ctx, id)
		switch {
		case errors.Is(err, ErrNotFound):
		case err != nil:
			return nil, err
		case o.Mint.Seen() && o.Mint.Tx == hash:
			r.At, r.Minted = o.Mint, append(r.Minted, id)
		case o.Refund.Seen() && o.Refund.Tx == hash:
			r.At = o.Refund
		}
	}
	if !r.At.Seen() || !books.agrees(r.At.Block) {
		return nil, nil
	}
	r.At.LogIndex = 0
	return r, nil
}

func (t *txManager) resolveOne(ctx context.Context, launches []Launch, tx Transaction, r TxResult) error {
	for _, id := range r.Minted {
		o, err := t.store.Order(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if err == nil && o.Mint.Seen() {
			continue
		}
		// The receipt has a mint that the logs did not show. Releasing the order would
		// be wrong, so the block is read again first.
		if err := t.audit.readAgain(ctx, launches, tx.Launch, max(r.At.Block, 1)-1); err != nil {
			return err
		}
		if o, err = t.store.Order(ctx, id); err != nil || !o.Mint.Seen() {
			return fmt.Errorf("the receipt says that %s was minted and the logs from block %d on do not", id, r.At.Block)
		}
	}
	for _, id := range r.ByCode {
		r.Skipped[id] = burnt.of(Skips{ByCode: t.clock()}.until(), r.Skipped[id]).text
	}
	if err := ofCode(ctx, t.store, &r, tx.Latest().FeeCap); err != nil {
		return err
	}
	if err := t.store.Resolve(ctx, tx.ID, r); err != nil {
		return err
	}
	t.forget(tx.ID)
	t.refusing = refusing{} // a later failure begins a new run
	t.unsent.end(tx)
	t.log.Info("mined", "tx", r.At.Tx, "block", r.At.Block, "minted", len(r.Minted), "skipped", len(r.Skipped), "reverted", r.Reverted)
	if r.Reverted && (tx.Kind == SettledMint || tx.Kind == Return) {
		for _, id := range tx.Orders {
			t.failures[id]++ // see [settler.bound]
		}
	}
	return t.released(ctx, tx.Orders)
}

// ofCode limits burned gas to the most that skipped orders of payers with code could use. An
// account without code burns nothing, even if many of its payments fail.
func ofCode(ctx context.Context, store OrderStore, r *TxResult, feeCap *big.Int) error {
	if r.Burned == nil {
		return nil
	}
	coded := 0
	for id := range r.Skipped {
		o, err := store.Order(ctx, id)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return err
		}
		if !o.Codeless {
			coded += o.units()
		}
	}
	if r.Burned = smaller(r.Burned, dearest(Batch, coded, feeCap)); coded == 0 {
		r.Burned = nil
	}
	return nil
}

// maxFailures is how many transactions of ours may carry an order and not reach it
// before the order is parked. An order that passes simulation and fails on chain must
// not burn gas without limit.
const maxFailures = 5

// released announces a transaction's orders that it did not mint, and parks those that
// failed this way too often.
func (t *txManager) released(ctx context.Context, ids []PaymentID) error {
	var released []PaymentID
	tooOften := map[PaymentID]reason{}
	for _, id := range ids {
		o, err := t.store.Order(ctx, id)
		if errors.Is(err, ErrNotFound) {
			continue // foreign, and its settlement was taken back
		}
		if err != nil {
			return err
		}
		if o.Mint.Seen() || o.Refund.Seen() {
			delete(t.failures, id)
			continue
		}
		released = append(released, id)
		if o.State() != Claimed {
			continue
		}
		if t.failures[id]++; t.failures[id] >= maxFailures {
			tooOften[id] = notReached.of(maxFailures)
			delete(t.failures, id)
		}
	}
	if len(tooOften) > 0 {
		if err := park(ctx, t.store, tooOften); err != nil {
			return err
		}
	}
	t.notify.announce(ctx, released)
	return nil
}
