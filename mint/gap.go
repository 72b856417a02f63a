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

// fillGaps fills account nonces that are missing before those of an account's transactions. This
// happens if the key was used elsewhere, we signed later account nonces, and a reorg
// removed the earlier transactions. An empty batch takes each missing place. If more
// than maxGap are missing, the transactions that wait for them are abandoned.
func (t *txManager) fillGaps(ctx context.Context, launches []Launch, account common.Address) error {
	txs, err := t.waiting(ctx, account)
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
	txs, err := t.waiting(ctx, lowest.Sender)
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
	attempt, err := t.chain.SignBatch(ctx, l, nil, sender, accountNonce, fees.Cap, fees.Tip)
	if err = t.signed(ctx, lowest, err); err != nil {
		return unlessStale(err)
	}
	attempt.Block, attempt.CreatedAt = t.view.head.Number, t.clock()
	tx := Transaction{Kind: Batch, Launch: l.Slug, Sender: sender, AccountNonce: accountNonce, Attempts: []Attempt{attempt}}
	if tx.ID, err = t.store.Carry(ctx, tx); err != nil {
		return err
	}
	t.broadcast(ctx, tx, attempt)
	return nil
}

// nonces keeps how many account nonces of our accounts the chain has used.
type nonces struct {
	store  Outbox
	chain  Broadcaster
	view   *view
	counts map[common.Address]accountCount
}

// accountCount is an account's number of used account nonces.
type accountCount struct {
	newest uint64 // by one node, when the newest block was at
	at     Block
	agreed uint64 // by all nodes, at a block that was read
}

// known reports whether an account's used account nonces were read since the start.
func (n *nonces) known(account common.Address) bool {
	_, known := n.counts[account]
	return known
}

// next returns the account nonce for a sender's next transaction. count was called before.
func (n *nonces) next(ctx context.Context, sender common.Address) (uint64, error) {
	stored, err := n.store.NextAccountNonce(ctx, sender)
	return max(stored, n.counts[sender].agreed), err
}

// count finds out whether the chain is ahead of the store: then the key was used elsewhere.
// One answer about the newest state does not prove that: the nodes must agree at the block
// that we have read. A transaction with too high an account nonce is never mined. If the
// account nonce turns out to be used, the transaction is treated as displaced and its orders
// are sent again.
func (n *nonces) count(ctx context.Context, sender common.Address) error {
	newest, err := n.newest(ctx, sender)
	if err != nil {
		return err
	}
	stored, err := n.store.NextAccountNonce(ctx, sender)
	if err != nil || max(stored, n.counts[sender].agreed) >= newest {
		return err
	}
	read, err := n.chain.AccountNonce(ctx, sender, n.view.head.Number)
	if errors.Is(err, ErrDisputed) && stored > 0 {
		return nil
	}
	if err == nil {
		c := n.counts[sender]
		c.agreed = min(newest, read)
		n.counts[sender] = c
	}
	return err
}

// newest returns the account's used account nonces by one node, at most resendEvery ago and
// since the newest head.
func (n *nonces) newest(ctx context.Context, account common.Address) (uint64, error) {
	head := n.view.head
	if c := n.counts[account]; c.at.Hash == head.Hash && head.Number > 0 {
		return c.newest, nil
	}
	used, err := n.chain.AccountNonce(ctx, account, 0)
	if err == nil {
		c := n.counts[account]
		c.newest, c.at, c.agreed = used, head, min(c.agreed, used)
		n.counts[account] = c
	}
	return used, err
}
