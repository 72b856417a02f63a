package mint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// fillGaps uses the account nonces that our transactions wait for and that none
// of them has: somebody used the key elsewhere, we signed what comes after, and
// a reorg lost what came before. An empty batch takes its place.
func (e *Engine) fillGaps(ctx context.Context, launches []Launch, txs []Transaction) error {
	lowest := map[common.Address]bool{}
	var troubles []error     // one sender's do not hold up the others
	for _, tx := range txs { // in order of sender and account nonce
		if tx.Mined.Seen() || lowest[tx.Sender] {
			continue
		}
		lowest[tx.Sender] = true
		if e.memory.head.Number < tx.Attempts[0].Block+e.Replace {
			continue
		}
		next, err := e.Chain.AccountNonce(ctx, tx.Sender, 0)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		taken := func(o Transaction) bool { return o.Sender == tx.Sender && o.AccountNonce == next }
		at := slices.IndexFunc(launches, func(l Launch) bool { return l.Slug == tx.Launch })
		if next >= tx.AccountNonce || slices.ContainsFunc(txs, taken) || at < 0 {
			continue
		}
		e.Log.Warn("account nonce lost", "sender", tx.Sender, "accountNonce", next, "tx", tx.Latest().Hash)
		if err := e.fill(ctx, launches[at], tx.Sender, next); err != nil && !errors.Is(err, ErrTooDear) {
			troubles = append(troubles, fmt.Errorf("fill account nonce %d of %s: %w", next, tx.Sender, err))
		}
	}
	return errors.Join(troubles...)
}

func (e *Engine) fill(ctx context.Context, l Launch, sender common.Address, accountNonce uint64) error {
	fees, err := e.fees(ctx)
	if err != nil {
		return err
	}
	attempt, err := e.Chain.SignBatch(l, nil, sender, accountNonce, fees.Cap, fees.Tip)
	if err != nil {
		return err
	}
	attempt.Block, attempt.CreatedAt = e.memory.head.Number, e.Clock()
	tx := Transaction{Kind: Batch, Launch: l.Slug, Sender: sender, AccountNonce: accountNonce, Attempts: []Attempt{attempt}}
	if tx.ID, err = e.Store.Carry(ctx, tx); err != nil {
		return err
	}
	return e.broadcast(ctx, tx, attempt)
}
