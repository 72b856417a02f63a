package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

var (
	// ErrTaken means that another transaction has that sender's account nonce.
	ErrTaken = mint.ErrTaken
	// ErrUnread: the receipt is from a block above the cursor. The events of a block
	// are stored first. Otherwise an order that it minted would look as not minted.
	ErrUnread = errors.New("the block was not read yet")
)

// Carry stores a signed transaction and makes its orders minting, either all of them
// or no order; see [mint.Store].
func (s *Store) Carry(ctx context.Context, t mint.Transaction) (id int64, err error) {
	needs := map[mint.TransactionKind]mint.State{mint.Batch: mint.Claimed, mint.SettledMint: mint.Settled,
		mint.Return: mint.Settled, mint.Fold: mint.Settled}[t.Kind]
	switch {
	case needs == "":
		return 0, fmt.Errorf("carry: unknown kind of transaction %q", t.Kind)
	case len(t.Attempts) == 0 || len(t.Orders) == 0 && t.Kind != mint.Batch:
		return 0, errors.New("carry: a transaction has an attempt, and one of the settled way an order")
	}
	err = s.write(ctx, "carry", func(w *tx) error {
		err := w.row(`INSERT INTO transactions (kind, launch, sender, account_nonce, created) VALUES (?, ?, ?, ?, ?)
			ON CONFLICT (sender, account_nonce) DO NOTHING RETURNING id`,
			string(t.Kind), t.Launch, t.Sender[:], t.AccountNonce, w.now.UnixNano()).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("account nonce %d of %s: %w", t.AccountNonce, t.Sender, ErrTaken)
		}
		if err != nil {
			return err
		}
		for _, attempt := range t.Attempts {
			if err := w.attempt(id, attempt); err != nil {
				return err
			}
		}
		for n, order := range t.Orders {
			o, err := w.order(order)
			if errors.Is(err, mint.ErrNotFound) {
				err = fmt.Errorf("order %s is gone: %w", order, mint.ErrStale)
			}
			if err != nil {
				return err
			}
			if o.State() != needs || o.Launch != t.Launch {
				return fmt.Errorf("order %s is %s at %s: %w", order, o.State(), o.Launch, mint.ErrStale)
			}
			if err := w.change(o, func() { o.Transaction = id }); err != nil {
				return err
			}
			if _, err := w.exec("INSERT INTO carried (transaction_id, n, order_id) VALUES (?, ?, ?)", id, n, order[:]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// Attempt adds another signed version to a transaction in flight. The same version is
// stored only once.
func (s *Store) Attempt(ctx context.Context, id int64, attempt mint.Attempt) error {
	return s.write(ctx, fmt.Sprintf("attempt transaction %d", id), func(w *tx) error {
		if t, err := w.transaction(id); err != nil {
			return err
		} else if t.concluded {
			return mint.ErrStale
		}
		return w.attempt(id, attempt)
	})
}

func (w *tx) attempt(id int64, a mint.Attempt) error {
	created := a.CreatedAt
	if created.IsZero() {
		created = w.now
	}
	stored, err := w.exec(`INSERT INTO attempts (transaction_id, n, hash, raw, fee_cap, tip_cap, block, created)
		VALUES (?1, (SELECT count(*) FROM attempts WHERE transaction_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (hash) DO NOTHING`,
		id, a.Hash[:], a.Raw, decimal(a.FeeCap), decimal(a.TipCap), a.Block, created.UnixNano())
	if err != nil || stored == 1 {
		return err
	}
	var owner int64
	if err := w.row("SELECT transaction_id FROM attempts WHERE hash = ?", a.Hash[:]).Scan(&owner); err != nil {
		return err
	}
	if owner != id {
		return fmt.Errorf("hash %s is of transaction %d", a.Hash, owner)
	}
	return nil
}

// txStatus holds the fields of a stored transaction that a transition needs.
type txStatus struct {
	mined     nullMark
	concluded bool
}

func (w *tx) transaction(id int64) (txStatus, error) {
	var t txStatus
	err := w.row("SELECT mined_block, mined_hash, mined_tx, concluded != '' FROM transactions WHERE id = ?", id).
		Scan(&t.mined.block, &t.mined.hash, &t.mined.tx, &t.concluded)
	if errors.Is(err, sql.ErrNoRows) {
		err = fmt.Errorf("transaction %d: %w", id, mint.ErrNotFound)
	}
	return t, err
}

// Resolve records that a transaction was mined in a block at or below the cursor. For
// a later block it returns ErrUnread; see [mint.Store].
func (s *Store) Resolve(ctx context.Context, id int64, receipt mint.TxResult) error {
	return s.write(ctx, fmt.Sprintf("resolve transaction %d", id), func(w *tx) error {
		t, err := w.transaction(id)
		if err != nil || t.concluded {
			return err
		}
		var head int64
		if err := w.row("SELECT coalesce(max(number), -1) FROM blocks").Scan(&head); err != nil {
			return err
		}
		if int64(receipt.At.Block) > head {
			return fmt.Errorf("block %d, cursor at %d: %w", receipt.At.Block, head, ErrUnread)
		}
		_, err = w.exec(`UPDATE transactions SET mined_block = ?, mined_hash = ?, mined_tx = ?,
			mined_at = coalesce(mined_at, ?), cost = coalesce(?, cost) WHERE id = ?`,
			receipt.At.Block, receipt.At.BlockHash[:], receipt.At.Tx[:], w.now.UnixNano(), decimal(receipt.Cost), id)
		if err != nil {
			return err
		}
		carried, err := w.carried(id)
		if err != nil {
			return err
		}
		for _, o := range carried {
			// A minted order stays with the transaction: a reorg may undo both.
			if o.Mint.Seen() {
				continue
			}
			reason, skipped := receipt.Skipped[o.ID]
			err := w.release(o, func() {
				if skipped && !receipt.Reverted {
					o.ParkedFor = cmp.Or(reason, "skipped")
				}
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// Release takes a transaction's orders from it and leaves it in flight; see
// [mint.Store].
func (s *Store) Release(ctx context.Context, id int64, empty *mint.Attempt) error {
	return s.write(ctx, fmt.Sprintf("release transaction %d", id), func(w *tx) error {
		t, err := w.transaction(id)
		switch {
		case err != nil:
			return err
		case t.concluded || t.mined.block.Valid:
			return mint.ErrStale
		}
		if empty != nil {
			if err := w.attempt(id, *empty); err != nil {
				return err
			}
		}
		carried, err := w.carried(id)
		if err != nil {
			return err
		}
		for _, o := range carried {
			if o.Mint.Seen() {
				continue // a reorg may undo both
			}
			if err := w.release(o, nil); err != nil {
				return err
			}
		}
		return nil
	})
}

// Drop concludes a transaction after a final block used its account nonce for another
// one, and releases its orders. It returns mint.ErrStale for a mined transaction.
func (s *Store) Drop(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("drop transaction %d", id), func(w *tx) error {
		t, err := w.transaction(id)
		switch {
		case err != nil || t.concluded:
			return err
		case t.mined.block.Valid:
			return fmt.Errorf("mined in block %d: %w", t.mined.block.Int64, mint.ErrStale)
		}
		if _, err := w.exec("UPDATE transactions SET concluded = 'dropped' WHERE id = ?", id); err != nil {
			return err
		}
		_, err = w.releaseAll(id)
		return err
	})
}

// MinedFrom returns the hashes of a sender's mined transactions, from an account
// nonce on, highest first and at most max; see [mint.Store].
func (s *Store) MinedFrom(ctx context.Context, sender common.Address, from uint64, max int) (hashes []common.Hash, err error) {
	err = s.read.WithContext(ctx).Table("transactions").Where("sender = ? AND account_nonce >= ? AND mined_tx IS NOT NULL", sender[:], from).
		Order("account_nonce DESC").Limit(max).Pluck("mined_tx", &hashes).Error
	if err != nil {
		return nil, fmt.Errorf("read mined transactions of %s: %w", sender, err)
	}
	return hashes, nil
}

// Forget deletes a sender's transactions from an account nonce on; see [mint.Store].
// The account nonces can be stored again.
func (s *Store) Forget(ctx context.Context, sender common.Address, from uint64) (released []mint.PaymentID, err error) {
	err = s.write(ctx, fmt.Sprintf("forget transactions of %s", sender), func(w *tx) error {
		released = nil
		var ids []int64
		err := w.each(func(row scanner) error {
			var id int64
			err := row.Scan(&id)
			ids = append(ids, id)
			return err
		}, "SELECT id FROM transactions WHERE sender = ? AND account_nonce >= ?", sender[:], from)
		if err != nil {
			return err
		}
		for _, id := range ids {
			orders, err := w.releaseAll(id)
			if err != nil {
				return err
			}
			released = append(released, orders...)
			for _, remove := range []string{"DELETE FROM carried WHERE transaction_id = ?",
				"DELETE FROM attempts WHERE transaction_id = ?", "DELETE FROM transactions WHERE id = ?"} {
				if _, err := w.exec(remove, id); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return released, nil
}

// releaseAll takes a transaction's orders from it, and returns their ids.
func (w *tx) releaseAll(id int64) (released []mint.PaymentID, err error) {
	carried, err := w.carried(id)
	if err != nil {
		return nil, err
	}
	for _, o := range carried {
		if err := w.release(o, nil); err != nil {
			return nil, err
		}
		released = append(released, o.ID)
	}
	return released, nil
}

// carried reads the orders that a transaction holds.
func (w *tx) carried(id int64) ([]*record, error) {
	var orders []*record
	err := w.each(func(row scanner) error {
		o, err := scanOrder(row)
		orders = append(orders, o)
		return err
	}, selectOrder+" WHERE transaction_id = ?", id)
	return orders, err
}

// release takes an order from its transaction. It deletes a foreign order that has no
// events any more, because that was only kept for the transaction.
func (w *tx) release(o *record, also func()) error {
	err := w.change(o, func() {
		o.Transaction = 0
		if also != nil {
			also()
		}
	})
	if err != nil || !gone(o) {
		return err
	}
	return w.remove(o)
}

func gone(o *record) bool {
	return o.Foreign() && !o.Mint.Seen() && !o.Settlement.Seen() && !o.Refund.Seen() && o.Transaction == 0
}

func (w *tx) remove(o *record) error {
	w.move(bucketOf(&o.Order), bucket{})
	if _, err := w.exec("DELETE FROM orders WHERE seq = ?", o.seq); err != nil {
		return fmt.Errorf("remove order %s: %w", o.ID, err)
	}
	return nil
}

// NextAccountNonce returns the highest stored account nonce of the sender plus one,
// or 0.
func (s *Store) NextAccountNonce(ctx context.Context, sender common.Address) (uint64, error) {
	var next uint64
	err := scanOne(s.read.WithContext(ctx).Raw("SELECT coalesce(max(account_nonce) + 1, 0) FROM transactions WHERE sender = ?", sender[:]), &next)
	if err != nil {
		return 0, fmt.Errorf("read account nonce of %s: %w", sender, err)
	}
	return next, nil
}

// Spent returns the wei that transactions paid for gas, for those whose block was
// first seen at or after a time and whose receipt contained the cost.
func (s *Store) Spent(ctx context.Context, since time.Time) (*big.Int, error) {
	if epoch := time.Unix(0, 0); since.Before(epoch) {
		since = epoch // earlier times do not fit into nanoseconds
	}
	var costs []amount
	err := s.read.WithContext(ctx).Table("transactions").Where("cost IS NOT NULL AND mined_at >= ?", since.UnixNano()).Pluck("cost", &costs).Error
	if err != nil {
		return nil, fmt.Errorf("read what was spent: %w", err)
	}
	sum := new(big.Int) // in wei, a sum soon overflows SQLite's integers
	for _, c := range costs {
		sum.Add(sum, c.Int)
	}
	return sum, nil
}
