package mint

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// maxGap is the maximum number of missing account nonces that are filled with empty
// batches. Each of them costs gas.
const maxGap = 16

// fillGaps fills account nonces that are missing before those of our transactions. This
// happens if the key was used elsewhere, we signed later account nonces, and a reorg
// removed the earlier transactions. An empty batch takes each missing place. If more
// than maxGap are missing, the transactions that wait for them are abandoned. fillGaps
// returns the transactions that are left.
func (t *txManager) fillGaps(ctx context.Context, launches []Launch, txs []Transaction) (left []Transaction, err error) {
	lowest := map[common.Address]bool{}
	var troubles []error // one sender's failures do not hold up the others
	left = txs
	for _, tx := range txs { // in order of sender and account nonce
		if tx.Mined.Seen() || lowest[tx.Sender] {
			continue
		}
		lowest[tx.Sender] = true
		if t.view.head.Number < tx.Attempts[0].Block+t.Replace {
			continue
		}
		next, err := t.chain.AccountNonce(ctx, tx.Sender, 0)
		if err != nil {
			troubles = append(troubles, err)
			continue
		}
		taken := func(o Transaction) bool { return o.Sender == tx.Sender && o.AccountNonce == next && !o.Mined.Seen() }
		if next >= tx.AccountNonce || slices.ContainsFunc(txs, taken) {
			continue
		}
		if tx.AccountNonce-next > maxGap {
			if left, err = t.abandon(ctx, tx, maxGap, left); err != nil {
				troubles = append(troubles, fmt.Errorf("abandon account nonce %d of %s: %w", tx.AccountNonce, tx.Sender, err))
			}
			continue
		}
		at := slices.IndexFunc(launches, func(l Launch) bool { return l.Slug == tx.Launch })
		if at < 0 {
			continue
		}
		t.log.Warn("account nonce lost", "sender", tx.Sender, "accountNonce", next, "tx", tx.Latest().Hash)
		err = t.fill(ctx, launches[at], tx.Sender, next)
		if errors.Is(err, ErrTaken) {
			// Its transaction was given up, or called mined, because of a wrong answer.
			left, err = t.abandon(ctx, tx, 0, left)
		}
		if err != nil && !errors.Is(err, ErrTooDear) {
			troubles = append(troubles, fmt.Errorf("fill account nonce %d of %s: %w", next, tx.Sender, err))
		}
	}
	return left, errors.Join(troubles...)
}

// abandon forgets a sender's lowest transaction that is not mined, and those after it,
// because nodes reported an account nonce that the chain is far from. Their orders are
// sent again, beginning at the chain's account nonce. If the chain ever gets that far
// and the forgotten transactions are mined, each payment is still executed or minted
// for only once.
//
// The nodes must agree at the block that we read, and more than gap account nonces must
// be missing there. They are wrong if they still have the receipt of a transaction of
// ours with such an account nonce.
func (t *txManager) abandon(ctx context.Context, lowest Transaction, gap uint64, txs []Transaction) (left []Transaction, err error) {
	next, err := t.chain.AccountNonce(ctx, lowest.Sender, t.view.head.Number)
	if err != nil || next >= lowest.AccountNonce || lowest.AccountNonce-next <= gap {
		return txs, err
	}
	mined, err := t.store.MinedFrom(ctx, lowest.Sender, next, maxGap)
	if err != nil {
		return txs, err
	}
	if len(mined) > 0 {
		receipts, err := t.chain.Mined(ctx, mined, t.view.head)
		if err != nil || slices.ContainsFunc(receipts, func(r *TxResult) bool { return r != nil }) {
			return txs, err
		}
	}
	orders, err := t.store.Forget(ctx, lowest.Sender, next)
	if err != nil {
		return txs, err
	}
	for _, tx := range txs {
		if tx.Sender == lowest.Sender && tx.AccountNonce >= next {
			t.forget(tx.ID)
		} else {
			left = append(left, tx)
		}
	}
	delete(t.stuck, lowest.Sender)
	t.log.Warn("account nonce out of reach", "sender", lowest.Sender, "accountNonce", lowest.AccountNonce, "chain", next,
		"tx", lowest.Latest().Hash, "transactions", len(txs)-len(left), "orders", len(orders))
	t.notify.announce(ctx, orders)
	return left, nil
}

func (t *txManager) fill(ctx context.Context, l Launch, sender common.Address, accountNonce uint64) error {
	fees, err := t.gas.fees(ctx)
	if err != nil {
		return err
	}
	attempt, err := t.chain.SignBatch(l, nil, sender, accountNonce, fees.Cap, fees.Tip)
	if err != nil {
		return err
	}
	attempt.Block, attempt.CreatedAt = t.view.head.Number, t.clock()
	tx := Transaction{Kind: Batch, Launch: l.Slug, Sender: sender, AccountNonce: accountNonce, Attempts: []Attempt{attempt}}
	if tx.ID, err = t.store.Carry(ctx, tx); err != nil {
		return err
	}
	return t.broadcast(ctx, tx, attempt)
}
