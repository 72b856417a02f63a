package mint

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// resend sends every transaction that is not mined with each block, and now and
// then where blocks come on demand only; signs it anew with higher fees when it
// has waited too long; and drops it when its account nonce was finally used by
// another.
func (e *Engine) resend(ctx context.Context, txs []Transaction) error {
	head := e.memory.head.Number
	for _, tx := range txs {
		last, known := e.memory.sent[tx.ID]
		if tx.Mined.Seen() || (known && last.head == head && e.Clock().Sub(last.at) < resendEvery) {
			continue
		}
		if known {
			gone, err := e.displaced(ctx, tx)
			if err != nil {
				return err
			}
			if gone {
				continue
			}
		}
		attempt := tx.Latest()
		if head >= attempt.Block+e.Replace {
			higher, err := e.raise(ctx, tx)
			if err != nil {
				return err
			}
			if higher != nil {
				attempt = *higher
			}
		}
		e.broadcast(ctx, tx.ID, attempt)
	}
	return nil
}

const resendEvery = 5 * time.Second

// broadcast hands an attempt to the node. The answer is advice: whatever it says,
// the chain decides.
func (e *Engine) broadcast(ctx context.Context, id int64, a Attempt) {
	e.memory.sent[id] = sending{e.memory.head.Number, e.Clock()}
	// A node that thinks about it holds up nothing else; it goes out again anyway.
	ctx, cancel := context.WithTimeout(ctx, e.Patience)
	defer cancel()
	if err := e.Chain.Send(ctx, a.Raw); err != nil {
		e.Log.Debug("send", "tx", a.Hash, "err", err)
	}
}

// displaced says whether the account nonce went to a transaction that is not
// ours, and drops the transaction once that is final.
func (e *Engine) displaced(ctx context.Context, tx Transaction) (bool, error) {
	next, err := e.Chain.AccountNonce(ctx, tx.Sender, 0)
	if err != nil || next <= tx.AccountNonce {
		delete(e.memory.usedAt, tx.ID)
		return false, err
	}
	hashes := make([]common.Hash, len(tx.Attempts))
	for i, a := range tx.Attempts {
		hashes[i] = a.Hash
	}
	receipts, err := e.Chain.Mined(ctx, hashes, e.memory.head)
	if errors.Is(err, ErrUnknownBlock) {
		return true, nil // the next step sees
	}
	if err != nil {
		return false, err
	}
	if slices.ContainsFunc(receipts, func(r *Receipt) bool { return r != nil }) {
		delete(e.memory.usedAt, tx.ID)
		return true, nil // ours; the next step resolves it
	}
	// The newest state may be of a block after the one that we have read, and a
	// conclusion drawn from that one would come too early.
	if read, err := e.Chain.AccountNonce(ctx, tx.Sender, e.memory.head.Number); err != nil {
		return true, err
	} else if read <= tx.AccountNonce {
		delete(e.memory.usedAt, tx.ID)
		return true, nil
	}
	first, seen := e.memory.usedAt[tx.ID]
	if !seen {
		e.memory.usedAt[tx.ID] = e.memory.head.Number
		e.Log.Warn("account nonce used by another transaction", "sender", tx.Sender, "accountNonce", tx.AccountNonce, "tx", tx.Latest().Hash)
		return true, nil
	}
	if e.memory.final.Number < first {
		return true, nil
	}
	// A reorg may have moved it to a later block meanwhile; a node that has
	// forgotten the final block's state cannot say.
	if final, err := e.Chain.AccountNonce(ctx, tx.Sender, e.memory.final.Number); err == nil && final <= tx.AccountNonce {
		return true, nil
	}
	if err := e.Store.Drop(ctx, tx.ID); err != nil {
		return true, err
	}
	delete(e.memory.usedAt, tx.ID)
	e.Log.Warn("dropped", "tx", tx.Latest().Hash, "orders", len(tx.Orders))
	return true, e.released(ctx, tx.Orders)
}

// raise signs the same calls with fees that nodes take as a replacement (10 %
// more is the rule; an eighth is safe), and stores that. Nil if that would be
// more than MaxFee: then what was sent last goes out again.
func (e *Engine) raise(ctx context.Context, tx Transaction) (*Attempt, error) {
	fees, err := e.fees(ctx)
	if errors.Is(err, ErrTooDear) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	last := tx.Latest()
	feeCap, tipCap := larger(fees.Cap, eighthMore(last.FeeCap)), larger(fees.Tip, eighthMore(last.TipCap))
	if feeCap.Cmp(e.MaxFee) > 0 {
		e.Log.Warn("fee cap reached", "tx", last.Hash, "feeCap", feeCap, "max", e.MaxFee)
		return nil, nil
	}
	attempt, err := e.Chain.Resign(last, tx.Sender, feeCap, tipCap)
	if err != nil {
		return nil, err
	}
	attempt.Block, attempt.CreatedAt = e.memory.head.Number, e.Clock()
	if err := e.Store.Attempt(ctx, tx.ID, attempt); err != nil {
		return nil, err
	}
	e.Log.Info("replaced", "tx", last.Hash, "by", attempt.Hash, "feeCap", attempt.FeeCap)
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
