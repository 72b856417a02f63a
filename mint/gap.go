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

// move moves an account's transactions that are not mined: it sends them again, fills
// missing account nonces before them, and lets other senders carry their orders.
func (t *txManager) move(ctx context.Context, launches []Launch, account common.Address) error {
	return errors.Join(t.resend(ctx, account), t.fillGaps(ctx, launches, account), t.handOver(ctx, account), t.recount(ctx, account))
}

// fillGaps fills account nonces that are missing before those of an account's transactions. This
// happens if the key was used elsewhere, we signed later account nonces, and a reorg
// removed the earlier transactions. An empty batch takes each missing place. If more
// than maxGap are missing, the transactions that wait for them are abandoned.
func (t *txManager) fillGaps(ctx context.Context, launches []Launch, account common.Address) error {
	txs, err := t.resigner.waiting(ctx, account)
	if err != nil || len(txs) == 0 {
		return err
	}
	tx := txs[0] // lowest
	at := slices.IndexFunc(launches, func(l Launch) bool { return l.Slug == tx.Launch })
	if at < 0 || t.signs(account) != nil || t.view.head.Number < tx.Attempts[0].Block+t.Replace {
		return nil
	}
	if err := t.gas.readFees(ctx); err != nil {
		return err
	}
	next, err := t.nonces.newest(ctx, account)
	if err != nil || next >= tx.AccountNonce {
		return err
	}
	if tx.AccountNonce-next > maxGap {
		if err := t.abandon(ctx, tx, maxGap); err != nil {
			return fmt.Errorf("abandon account nonce %d of %s: %w", tx.AccountNonce, account, err)
		}
		return nil
	}
	t.log.Warn("account nonce lost", "sender", account, "accountNonce", next, "tx", tx.Latest().Hash)
	err = t.fill(ctx, launches[at], tx, next)
	if errors.Is(err, ErrTaken) {
		// Its transaction was given up, or called mined, because of a wrong answer.
		err = t.abandon(ctx, tx, 0)
	}
	if err != nil && !errors.Is(err, ErrTooDear) {
		return fmt.Errorf("fill account nonce %d of %s: %w", next, account, err)
	}
	return nil
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
func (t *txManager) abandon(ctx context.Context, lowest Transaction, gap uint64) error {
	head := t.view.head
	next, err := t.chain.AccountNonce(ctx, lowest.Sender, head.Number)
	if err != nil || next >= lowest.AccountNonce || lowest.AccountNonce-next <= gap {
		return err
	}
	mined, err := t.store.MinedFrom(ctx, lowest.Sender, next, maxGap)
	if err != nil {
		return err
	}
	if len(mined) > 0 {
		receipts, err := t.chain.Mined(ctx, mined, head)
		if err != nil || slices.ContainsFunc(receipts, func(r *TxResult) bool { return r != nil }) {
			return err
		}
	}
	txs, err := t.resigner.waiting(ctx, lowest.Sender)
	if err != nil || t.view.head.Hash != head.Hash {
		return err // a newer block may have mined them
	}
	orders, err := t.store.Forget(ctx, lowest.Sender, next)
	if err != nil {
		return err
	}
	forgotten := 0
	for _, tx := range txs {
		if tx.AccountNonce >= next {
			t.forget(tx.ID)
			forgotten++
		}
	}
	delete(t.stuck, lowest.Sender)
	t.log.Warn("account nonce out of reach", "sender", lowest.Sender, "accountNonce", lowest.AccountNonce, "chain", next,
		"tx", lowest.Latest().Hash, "transactions", forgotten, "orders", len(orders))
	t.notify.announce(ctx, orders)
	return nil
}

func (t *txManager) fill(ctx context.Context, l Launch, lowest Transaction, accountNonce uint64) error {
	sender := lowest.Sender
	fees, err := t.gas.fees()
	if err != nil {
		return err
	}
	attempt, err := t.resigner.empty(ctx, l, lowest, accountNonce, fees.Cap, fees.Tip)
	if err != nil {
		return unlessStale(err)
	}
	tx := Transaction{Kind: Batch, Launch: l.Slug, Sender: sender, AccountNonce: accountNonce, Attempts: []Attempt{attempt}}
	if tx.ID, err = t.store.Carry(ctx, tx); err != nil {
		return err
	}
	t.broadcast(ctx, tx, attempt)
	return nil
}
