package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// resend sends every transaction that is not mined again: with each block, or after 5 s
// without one. It signs a transaction again with higher fees when it has waited too
// long, and drops it when its account nonce was finally used by another one. A failure
// of one transaction does not hold up the others.
func (t *txManager) resend(ctx context.Context, txs []Transaction) error {
	var troubles []error
	clear(t.stuck)
	waiting := map[common.Address]bool{}
	for _, tx := range txs {
		if tx.Mined.Seen() {
			continue
		}
		waiting[tx.Sender] = true
		if err := t.resendOne(ctx, tx); err != nil {
			troubles = append(troubles, fmt.Errorf("send transaction %s again: %w", tx.Latest().Hash, err))
		}
		if _, displaced := t.usedAt[tx.ID]; !displaced && len(tx.Attempts) > maxReplaced {
			t.stuck[tx.Sender] = len(tx.Attempts) - 1
		}
	}
	// A sender without a waiting transaction is no longer refused: its next payment
	// tries.
	maps.DeleteFunc(t.refusedSenders, func(s common.Address, _ RefusalClass) bool { return !waiting[s] })
	return errors.Join(troubles...)
}

func (t *txManager) resendOne(ctx context.Context, tx Transaction) error {
	head := t.view.head.Number
	last, known := t.sent[tx.ID]
	if known && last.head == head && t.clock().Sub(last.at) < resendEvery {
		return nil
	}
	if known {
		gone, err := t.displaced(ctx, tx)
		if err != nil || gone {
			return err
		}
	}
	attempt := tx.Latest()
	if _, refused := t.refusedSenders[tx.Sender]; !refused && head >= attempt.Block+t.Replace {
		higher, err := t.raise(ctx, tx, nil)
		if err != nil {
			return err
		}
		if higher != nil {
			attempt = *higher
			tx.Attempts = append(slices.Clip(tx.Attempts), attempt)
		}
	}
	return t.broadcast(ctx, tx, attempt)
}

const resendEvery = 5 * time.Second

// broadcast hands a signing to the nodes. Whatever they answer, the chain decides. But
// an "underpriced" refusal is answered immediately with the fee that the pool wants,
// and a transaction that no node will ever accept is given up (see giveBack).
func (t *txManager) broadcast(ctx context.Context, tx Transaction, a Attempt) error {
	refusal := t.submit(ctx, tx, a)
	if refusal != nil && refusal.Class == Underpriced {
		higher, err := t.raise(ctx, tx, refusal)
		if err != nil {
			return err
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

// displaced reports whether a transaction that is not ours used the account nonce. If
// so, it releases the orders at once and drops ours when that is final.
func (t *txManager) displaced(ctx context.Context, tx Transaction) (bool, error) {
	next, err := t.chain.AccountNonce(ctx, tx.Sender, 0)
	if err != nil || next <= tx.AccountNonce {
		delete(t.usedAt, tx.ID)
		return false, err
	}
	hashes := make([]common.Hash, len(tx.Attempts))
	for i, a := range tx.Attempts {
		hashes[i] = a.Hash
	}
	receipts, err := t.chain.Mined(ctx, hashes, t.view.head)
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
	// The newest state may be of a later block than the one we have read. Concluding
	// from it would be too early.
	if read, err := t.chain.AccountNonce(ctx, tx.Sender, t.view.head.Number); err != nil {
		return true, err
	} else if read <= tx.AccountNonce {
		delete(t.usedAt, tx.ID)
		return true, nil
	}
	first, seen := t.usedAt[tx.ID]
	if !seen {
		if err := t.lost(ctx, tx); err != nil {
			return true, err
		}
		t.usedAt[tx.ID] = t.view.head.Number
		return true, nil
	}
	if t.view.final.Number < first {
		return true, nil
	}
	// A reorg may have moved it to a later block since; a node that no longer has the
	// final block's state cannot tell.
	final, err := t.chain.AccountNonce(ctx, tx.Sender, t.view.final.Number)
	if errors.Is(err, ErrDisputed) || err == nil && final <= tx.AccountNonce {
		return true, nil
	}
	if err := t.store.Drop(ctx, tx.ID); err != nil {
		return true, err
	}
	t.forget(tx.ID)
	t.log.Warn("dropped", "tx", tx.Latest().Hash, "orders", len(tx.Orders))
	return true, t.released(ctx, tx.Orders)
}

// maxOffer limits a replacement to this multiple of today's fees: at that price, the
// price is not why it is not mined.
const maxOffer = 10

// raise signs the same calls with fees that nodes accept as a replacement (10 % more is
// the rule; an eighth is safe) and stores the signing. After a refusal it offers the
// fee that the pool wants, or four times the tip if the pool did not say. It returns
// nil if that exceeds the limits; then the last signing is sent again.
func (t *txManager) raise(ctx context.Context, tx Transaction, refusal *Refusal) (*Attempt, error) {
	fees, err := t.gas.fees(ctx)
	if errors.Is(err, ErrTooDear) || t.capped[tx.ID] {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	last := tx.Latest()
	tipCap, bound := larger(fees.Tip, eighthMore(last.TipCap)), t.MaxFee
	switch {
	case refusal == nil:
		bound = smaller(bound, new(big.Int).Mul(fees.Cap, big.NewInt(maxOffer)))
	case refusal.MinTip != nil:
		if last.TipCap.Cmp(refusal.MinTip) >= 0 {
			return nil, nil // already more than the pool wanted
		}
		tipCap = larger(tipCap, refusal.MinTip)
	case refusal.MinCap == nil:
		tipCap = larger(tipCap, new(big.Int).Lsh(last.TipCap, 2))
	}
	feeCap := larger(fees.Cap, eighthMore(last.FeeCap))
	feeCap = larger(feeCap, new(big.Int).Add(fees.Base, tipCap))
	if refusal != nil && refusal.MinCap != nil {
		feeCap = larger(feeCap, refusal.MinCap)
	}
	if feeCap.Cmp(bound) > 0 {
		t.logFailure("replace transaction", fmt.Errorf("%s: a fee cap of %s gwei is needed and at most %s may be offered", last.Hash, gwei(feeCap), gwei(bound)))
		return nil, nil
	}
	attempt, err := t.chain.Resign(last, tx.Sender, feeCap, tipCap)
	if err != nil {
		return nil, err
	}
	attempt.Block, attempt.CreatedAt = t.view.head.Number, t.clock()
	if err := t.store.Attempt(ctx, tx.ID, attempt); err != nil {
		return nil, err
	}
	t.delivery.Replaced++
	t.log.Info("replaced", "tx", last.Hash, "by", attempt.Hash, "feeCap", attempt.FeeCap)
	return &attempt, nil
}

func eighthMore(n *big.Int) *big.Int {
	more := new(big.Int).Rsh(n, 3)
	return more.Add(more.Add(more, n), big.NewInt(1))
}

func larger(a, b *big.Int) *big.Int {
	if a.Cmp(b) >= 0 {
		return a
	}
	return b
}
