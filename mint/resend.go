package mint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// resend sends every transaction of an account that is not mined again: with each block, or
// after 5 s without one. It signs a transaction again with higher fees when it has waited too
// long, and drops it when its account nonce was finally used by another one. A failure
// of one transaction does not hold up the others.
func (t *txManager) resend(ctx context.Context, account common.Address) error {
	txs, err := t.resigner.waiting(ctx, account)
	if err != nil {
		return err
	}
	if len(txs) == 0 {
		// A sender without a waiting transaction is no longer refused: its next payment tries.
		delete(t.refusedSenders, account)
	}
	lost, err := t.lookFor(ctx, account, txs)
	if err != nil {
		return fmt.Errorf("send transactions of %s again: %w", account, err)
	}
	if txs, err = t.resigner.waiting(ctx, account); err != nil { // since lookFor made requests
		return err
	}
	var troubles []error
	delete(t.stuck, account)
	for _, tx := range txs {
		if !lost[tx.ID] {
			if err := t.resendOne(ctx, tx); err != nil {
				troubles = append(troubles, fmt.Errorf("send transaction %s again: %w", tx.Latest().Hash, err))
			}
		}
		if !t.usedAt[tx.ID].lost && len(tx.Attempts) > maxReplaced {
			t.stuck[account] = len(tx.Attempts) - 1
		}
	}
	return errors.Join(troubles...)
}

// due reports whether a transaction is to be sent now. It is not before the receipts at the
// newest head were read, which may have it.
func (t *txManager) due(tx Transaction) bool {
	last, known := t.sent[tx.ID]
	return !t.sending[tx.ID] && (!known || t.resolved == t.view.head && (last.head != t.view.head.Number || t.clock().Sub(last.at) >= resendEvery))
}

// lookFor makes the requests for the transactions that are to be sent again. It returns
// those with an account nonce that is used, so that they are not.
func (t *txManager) lookFor(ctx context.Context, account common.Address, txs []Transaction) (lost map[int64]bool, err error) {
	var known []Transaction // to the nodes, since we started
	late := false
	for _, tx := range txs {
		if _, sent := t.sent[tx.ID]; sent && t.due(tx) {
			known = append(known, tx)
		}
		late = late || t.due(tx) && t.late(tx)
	}
	lost = map[int64]bool{}
	next, priced, counted := uint64(0), error(nil), error(nil)
	var parts []func()
	if late {
		parts = append(parts, func() { priced = t.gas.readFees(ctx) })
	}
	if len(known) > 0 {
		parts = append(parts, func() { next, counted = t.nonces.newest(ctx, account) })
	}
	if len(parts) > 0 {
		t.turns.all(parts...)
	}
	if err := errors.Join(priced, counted); err != nil {
		return nil, err
	}
	head, read := t.view.head, next
	if len(known) > 0 && next > known[0].AccountNonce {
		// The newest state may be of a later block than the one we have read. Concluding
		// from it would be too early.
		if read, err = t.chain.AccountNonce(ctx, account, head.Number); err != nil {
			return nil, err
		}
	}
	var troubles []error
	for _, tx := range known {
		if read <= tx.AccountNonce {
			delete(t.usedAt, tx.ID)
			lost[tx.ID] = next > tx.AccountNonce // the next step sees what used it
			continue
		}
		gone, err := t.displaced(ctx, tx, head)
		if err != nil {
			troubles = append(troubles, err)
		}
		lost[tx.ID] = gone || err != nil
	}
	return lost, errors.Join(troubles...)
}

func (t *txManager) resendOne(ctx context.Context, tx Transaction) error {
	if !t.due(tx) || t.resigner.signed(ctx, tx, nil) != nil { // the transactions before it may have waited for signatures
		return nil
	}
	attempt, trouble := tx.Latest(), error(nil) // without a higher fee, this one goes out again
	if t.late(tx) {
		higher, err := t.resigner.raise(ctx, tx, nil)
		if errors.Is(err, ErrStale) {
			return nil
		}
		trouble = err
		if higher != nil {
			attempt = *higher
			tx.Attempts = append(slices.Clip(tx.Attempts), attempt)
		}
	}
	t.broadcast(ctx, tx, attempt)
	return trouble
}

// broadcast hands a signing to the nodes. It does not wait for their answers: the chain
// decides, whatever they are.
func (t *txManager) broadcast(ctx context.Context, tx Transaction, a Attempt) {
	t.sending[tx.ID] = true
	t.turns.start(func() {
		defer delete(t.sending, tx.ID)
		if err := t.hand(ctx, tx, a); err != nil && ctx.Err() == nil {
			t.troubles = append(t.troubles, fmt.Errorf("send transaction %s: %w", a.Hash, err))
		}
	})
}

// hand hands a signing to the nodes. An "underpriced" refusal is answered immediately with
// the fee that the pool wants, and a transaction that no node will ever accept is given up
// (see giveBack).
func (t *txManager) hand(ctx context.Context, tx Transaction, a Attempt) error {
	refusal := t.submit(ctx, tx, a)
	if refusal != nil && refusal.Class == Underpriced {
		higher, err := t.resigner.raise(ctx, tx, refusal)
		if err != nil {
			return unlessStale(err)
		}
		if higher != nil {
			tx.Attempts = append(slices.Clip(tx.Attempts), *higher)
			wanted := refusal.MinTip
			if refusal = t.submit(ctx, tx, *higher); refusal == nil && wanted != nil {
				t.gas.learnTip(wanted)
			}
		}
	}
	switch {
	case refusal == nil:
		for _, id := range tx.Orders {
			delete(t.held, id)
		}
	case refusal.Class == NoFunds:
		t.rest(tx.Sender)
	case refusal.Class.Verdict():
		return t.giveBack(ctx, tx, refusal)
	}
	return nil
}

// displaced reports whether a transaction that is not ours used the account nonce, which is
// used at a block that was read. If so, it releases the orders (see [usedNonce.look]) and drops ours
// when that is final.
func (t *txManager) displaced(ctx context.Context, tx Transaction, head Block) (bool, error) {
	final := t.view.final
	hashes := make([]common.Hash, len(tx.Attempts))
	for i, a := range tx.Attempts {
		hashes[i] = a.Hash
	}
	receipts, err := t.chain.Mined(ctx, hashes, head)
	if errors.Is(err, ErrUnknownBlock) {
		return true, nil // the next step sees
	}
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(receipts, func(r *TxResult) bool { return r != nil }) {
		delete(t.usedAt, tx.ID)
		return true, nil // ours; the next step resolves it
	}
	if seen := t.usedAt[tx.ID]; !seen.lost {
		if seen, err = seen.look(ctx, t.chain, tx, head, t.clock()); err != nil {
			return true, err
		}
		if waits, err := t.stillWaits(ctx, tx, head); err != nil || !waits {
			return true, err
		}
		if seen.lost {
			err = t.lost(ctx, tx)
		}
		if err == nil {
			t.usedAt[tx.ID] = seen
		}
		return true, err
	}
	if final.Number < t.usedAt[tx.ID].at.Number {
		return true, nil
	}
	// A reorg may have moved it to a later block since; a node that no longer has the
	// final block's state cannot tell.
	used, err := t.chain.AccountNonce(ctx, tx.Sender, final.Number)
	if errors.Is(err, ErrDisputed) || err == nil && used <= tx.AccountNonce {
		return true, nil
	}
	if waits, err := t.stillWaits(ctx, tx, head); err != nil || !waits {
		return true, err
	}
	if err := t.store.Drop(ctx, tx.ID); err != nil {
		return true, err
	}
	t.forget(tx.ID)
	t.log.Warn("dropped", "tx", tx.Latest().Hash, "orders", len(tx.Orders))
	return true, t.released(ctx, tx.Orders)
}

// stillWaits reports whether a transaction still waits for a block under the same hashes,
// and the newest block is the one that was asked about. Otherwise the next round looks again.
func (t *txManager) stillWaits(ctx context.Context, tx Transaction, head Block) (bool, error) {
	txs, err := t.resigner.waiting(ctx, tx.Sender)
	same := func(o Transaction) bool { return o.ID == tx.ID && len(o.Attempts) == len(tx.Attempts) }
	return t.view.head.Hash == head.Hash && slices.ContainsFunc(txs, same), err
}
