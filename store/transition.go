package store

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// Park takes the reservation from claimed orders and stores a reason with each. For a
// settled or parked order it only stores the reason. Ids without an order are
// skipped: a foreign order is deleted with its last event.
func (s *Store) Park(ctx context.Context, reasons map[mint.PaymentID]string) error {
	return s.transition(ctx, "park", reasons, func(o *record, reason string) func() {
		if state := o.State(); state != mint.Claimed && state != mint.Parked && state != mint.Settled {
			return nil
		}
		return func() { o.ParkedFor = reason }
	})
}

// Void marks claimed, parked and minting orders that can never execute, as a final
// block showed, and stores a reason with each. A minting order is taken from its
// transaction, which can only skip it.
func (s *Store) Void(ctx context.Context, reasons map[mint.PaymentID]string) error {
	return s.transition(ctx, "void", reasons, func(o *record, reason string) func() {
		switch o.State() {
		case mint.Claimed, mint.Parked:
		case mint.Minting:
			if o.Settlement.Seen() {
				return nil // the money has arrived
			}
		default:
			return nil
		}
		return func() { o.VoidedFor, o.Transaction = reason, 0 }
	})
}

func (s *Store) transition(ctx context.Context, verb string, reasons map[mint.PaymentID]string, by func(*record, string) func()) error {
	if len(reasons) == 0 {
		return nil
	}
	// Orders with the same reason share a statement.
	ids := slices.SortedFunc(maps.Keys(reasons), func(a, b mint.PaymentID) int {
		return cmp.Or(cmp.Compare(reasons[a], reasons[b]), bytes.Compare(a[:], b[:]))
	})
	return s.write(ctx, verb, func(w *tx) error {
		for ids := range slices.Chunk(ids, maxRefreshed) {
			orders, err := w.orders(ids)
			if err != nil {
				return err
			}
			var edits []edit
			for _, id := range ids {
				reason, o := reasons[id], orders[id]
				if reason == "" {
					return fmt.Errorf("order %s: no reason given", id)
				}
				if o == nil {
					continue
				}
				if change := by(o, reason); change != nil {
					edits = append(edits, w.edit(o, change))
				}
			}
			if err := w.writeEdits(edits); err != nil {
				return err
			}
		}
		return nil
	})
}

// Resolve records that a transaction was mined in a block at or below the cursor. For
// a later block it returns ErrUnread; see [mint.Store].
func (s *Store) Resolve(ctx context.Context, id int64, receipt mint.TxResult) error {
	return s.write(ctx, fmt.Sprintf("resolve transaction %d", id), func(w *tx) error {
		t, err := w.transaction(id)
		if err != nil || t.concluded() {
			return err
		}
		var head int64
		if err := w.row("SELECT coalesce(max(number), -1) FROM blocks WHERE chain_id = +?", t.ChainID).Scan(&head); err != nil {
			return err
		}
		if int64(receipt.At.Block) > head {
			return fmt.Errorf("block %d, cursor at %d: %w", receipt.At.Block, head, ErrUnread)
		}
		_, err = w.done(w.db.Model(&t).Updates(map[string]any{
			"mined_block": receipt.At.Block, "mined_hash": receipt.At.BlockHash, "mined_tx": receipt.At.Tx,
			"mined_at": gorm.Expr("coalesce(mined_at, ?)", w.now.UnixNano()),
			"cost":     gorm.Expr("coalesce(?, cost)", amount{receipt.Cost}), "burned": amount{receipt.Burned},
		}))
		if err != nil {
			return err
		}
		if len(receipt.Skipped) > 0 {
			s.lastSkip.Store(max(s.lastSkip.Load(), w.now.UnixNano()))
		}
		for skipped := range receipt.Skipped {
			if _, err := w.exec(insertSkip, id, slices.Contains(receipt.ByCode, skipped), skipped[:]); err != nil {
				return err
			}
		}
		return w.releaseUnminted(id, func(o *record) {
			// A batch skips an order that a stranger has settled; that is no
			// reason why the settled order is not minted.
			reason, skipped := receipt.Skipped[o.ID]
			if skipped && !receipt.Reverted && !o.Settlement.Seen() {
				o.ParkedFor = cmp.Or(reason, mint.ReasonSkipped)
			}
		})
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
		case t.concluded() || t.MinedBlock != nil:
			return mint.ErrStale
		}
		w.resigned = true
		if empty != nil {
			if err := w.attempt(id, *empty); err != nil {
				return err
			}
		}
		return w.releaseUnminted(id, nil)
	})
}

// Drop concludes a transaction after a final block used its account nonce for another
// one, and releases its orders. It returns mint.ErrStale for a mined transaction.
func (s *Store) Drop(ctx context.Context, id int64) error {
	return s.write(ctx, fmt.Sprintf("drop transaction %d", id), func(w *tx) error {
		t, err := w.transaction(id)
		switch {
		case err != nil || t.concluded():
			return err
		case t.MinedBlock != nil:
			return fmt.Errorf("mined in block %d: %w", *t.MinedBlock, mint.ErrStale)
		}
		if _, err := w.done(w.db.Model(&t).Update("concluded", "dropped")); err != nil {
			return err
		}
		_, err = w.releaseAll(id)
		return err
	})
}

// Forget deletes a sender's transactions from an account nonce on; see [mint.Store].
// The account nonces can be stored again.
func (s *Store) Forget(ctx context.Context, sender common.Address, from uint64) (released []mint.PaymentID, err error) {
	if s.chain == 0 {
		return nil, fmt.Errorf("forget transactions: %w", errNoChain)
	}
	err = s.write(ctx, fmt.Sprintf("forget transactions of %s", sender), func(w *tx) error {
		released = nil
		var ids []int64
		err := w.db.Model(&transactionRow{}).Where("chain_id = +? AND sender = ? AND account_nonce >= ?", w.chain, sender, from).Pluck("id", &ids).Error
		if err != nil {
			return err
		}
		for _, id := range ids {
			orders, err := w.releaseAll(id)
			if err != nil {
				return err
			}
			released = append(released, orders...)
			for _, rows := range []any{&carriedRow{}, &attemptRow{}} {
				if _, err := w.done(w.db.Where("transaction_id = ?", id).Delete(rows)); err != nil {
					return err
				}
			}
			if _, err := w.done(w.db.Delete(&transactionRow{}, id)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return released, nil
}

// releaseUnminted takes a transaction's orders from it, and calls also, unless nil, for
// each. A minted order stays: a reorg may undo both.
func (w *tx) releaseUnminted(id int64, also func(*record)) error {
	carried, err := w.carried(id, " AND mint_tx IS NULL")
	if err != nil {
		return err
	}
	return w.release(carried, also)
}

// releaseAll takes a transaction's orders from it, and returns their ids.
func (w *tx) releaseAll(id int64) (released []mint.PaymentID, err error) {
	carried, err := w.carried(id, "")
	if err != nil {
		return nil, err
	}
	for _, o := range carried {
		released = append(released, o.ID)
	}
	return released, w.release(carried, nil)
}

// carried reads the orders that a transaction holds and for which a further condition is true.
func (w *tx) carried(id int64, and string) ([]*record, error) {
	var orders []*record
	err := w.each(func(row scanner) error {
		o, err := scanOrder(row)
		orders = append(orders, o)
		return err
	}, selectOrder+" WHERE transaction_id = ?"+and, id)
	return orders, err
}

// release takes orders from their transaction. It deletes foreign orders that have no events
// any more, because those were only kept for the transaction.
func (w *tx) release(orders []*record, also func(*record)) error {
	edits := make([]edit, 0, len(orders))
	for _, o := range orders {
		e := w.edit(o, func() {
			o.Transaction = 0
			if also != nil {
				also(o)
			}
		})
		if !gone(o) {
			edits = append(edits, e)
		} else if err := w.remove(o); err != nil {
			return err
		}
	}
	return w.writeEdits(edits)
}

func gone(o *record) bool {
	return o.Foreign() && !o.Mint.Seen() && !o.Settlement.Seen() && !o.Refund.Seen() && o.Transaction == 0
}

func (w *tx) remove(o *record) error {
	w.move(bucketOf(&o.Order), bucket{})
	w.edited[o.ID] = nil
	w.record(&o.Order, mint.ViewOf(&o.Order), mint.OrderView{})
	if _, err := w.exec(deleteKeys, o.ID[:]); err != nil {
		return fmt.Errorf("remove order %s: %w", o.ID, err)
	}
	if _, err := w.exec("DELETE FROM orders WHERE seq = ?", o.seq); err != nil {
		return fmt.Errorf("remove order %s: %w", o.ID, err)
	}
	return nil
}
