package store

import (
	"context"
	"fmt"
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Advance applies a move of the chain in one write; see [mint.Store].
func (s *Store) Advance(ctx context.Context, a mint.Advance) (changed []mint.PaymentID, err error) {
	if a.RevertTo > a.Head.Number || a.Final.Number > a.Head.Number {
		return nil, fmt.Errorf("advance to block %d: it is below block %d, to which it reverts, or below block %d, which is final",
			a.Head.Number, a.RevertTo, a.Final.Number)
	}
	if s.chain == 0 {
		return nil, fmt.Errorf("advance: %w", errNoChain)
	}
	err = s.write(ctx, fmt.Sprintf("advance to block %d", a.Head.Number), func(w *tx) error {
		final, err := w.moveCursor(a)
		if err != nil {
			return err
		}
		touched, err := w.takeBack(a.RevertTo)
		if err == nil && a.Unfinal {
			err = w.reopen(a.Head, touched)
		}
		if err != nil {
			return err
		}
		if err := w.addEvents(a.Events, a.Head.Number, touched); err != nil {
			return err
		}
		for _, slug := range a.Launches {
			if err := w.readUpTo(slug, a.Head); err != nil {
				return err
			}
		}
		w.doubt(a.Doubted...)
		if err := w.finalize(final, touched); err != nil {
			return err
		}
		changed, err = w.refreshAll(touched, final)
		return err
	})
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// idSet is a set of payment ids that keeps the order in which they were added.
type idSet struct {
	ids []mint.PaymentID
	in  map[mint.PaymentID]bool
}

func (s *idSet) add(id mint.PaymentID) {
	if !s.in[id] {
		s.in[id] = true
		s.ids = append(s.ids, id)
	}
}

// collect adds the ids that a query returns to a set.
func (w *tx) collect(into *idSet, query string, args ...any) error {
	return w.each(func(row scanner) error {
		var id common.Hash
		err := row.Scan(&id)
		into.add(mint.PaymentID(id))
		return err
	}, query, args...)
}

const eventsAbove = "SELECT payment_id FROM events WHERE chain_id = +? AND block > ? AND " + ofOrders + " ORDER BY block, log_index"

// takeBack removes all events above a block, in statements that run with each block and
// mostly change no row: raw, like block. It undoes their effects on launches and
// transactions. It returns the ids of the orders that they belonged to.
func (w *tx) takeBack(to uint64) (*idSet, error) {
	touched := &idSet{in: map[mint.PaymentID]bool{}}
	if err := w.collect(touched, eventsAbove, w.chain, to); err != nil {
		return nil, err
	}
	if _, err := w.exec("DELETE FROM events WHERE chain_id = +? AND block > ?", w.chain, to); err != nil {
		return nil, err
	}
	if err := w.unread(to); err != nil {
		return nil, err
	}
	_, err := w.exec(`UPDATE transactions SET mined_block = NULL, mined_hash = NULL, mined_tx = NULL, mined_at = NULL, cost = NULL, burned = NULL
		WHERE chain_id = +? AND concluded = '' AND mined_block > ?`, w.chain, to)
	return touched, err
}

// reopenSlack is the allowed difference between our clock, which dates orders, and
// the chain's clock.
const reopenSlack = time.Hour

// voidedSince names the launches for the sake of the index orders_by_launch.
const voidedSince = "SELECT id FROM orders WHERE launch IN (SELECT slug FROM launches WHERE chain_id = +?) AND state = 'voided' AND updated >= ?"

// reopen undoes conclusions from blocks above the shared one that were not final
// after all. Transactions concluded there are in flight again. Orders voided since
// then are parked until a final block voids them again.
func (w *tx) reopen(shared mint.Block, touched *idSet) error {
	_, err := w.exec(`UPDATE transactions SET concluded = '', mined_block = NULL, mined_hash = NULL, mined_tx = NULL, mined_at = NULL, cost = NULL, burned = NULL
		WHERE chain_id = +? AND concluded = 'final' AND mined_block > ?`, w.chain, shared.Number)
	if err != nil {
		return err
	}
	w.launchSaved = true // the snapshot is read again
	if _, err := w.exec("UPDATE launches SET read_twice_to = ?1 WHERE chain_id = +?2 AND read_twice_to > ?1", shared.Number, w.chain); err != nil {
		return err
	}
	since := shared.Time
	if w.now.Before(since) { // the node returned a wrong time
		since = w.now
	}
	voided := &idSet{in: map[mint.PaymentID]bool{}}
	if err := w.collect(voided, voidedSince, w.chain, since.Add(-reopenSlack).UnixNano()); err != nil {
		return err
	}
	for _, id := range voided.ids {
		o, err := w.order(id)
		if err != nil {
			return err
		}
		if err := w.change(o, func() {
			o.VoidedFor, o.ParkedFor = "", mint.ReasonReorged
		}); err != nil {
			return err
		}
		touched.add(id)
	}
	return nil
}

const knownOrders = "SELECT id FROM orders WHERE id " + inIDs + " AND chain_id = +?"

// addEvents stores new events, creates an order for each payment without one, and
// adds the ids of the affected orders to touched.
func (w *tx) addEvents(events []mint.Event, head uint64, touched *idSet) error {
	if len(events) == 0 {
		return nil
	}
	slugs := map[common.Address]string{}
	err := w.each(func(row scanner) error {
		var token common.Address
		var slug string
		err := row.Scan(&token, &slug)
		slugs[token] = slug
		return err
	}, "SELECT token, slug FROM launches WHERE chain_id = +?", w.chain)
	if err != nil {
		return err
	}
	// To look for all orders at once takes less time than an INSERT for each payment, which
	// would mostly find its order.
	known := &idSet{in: map[mint.PaymentID]bool{}}
	ids := make([]mint.PaymentID, len(events))
	for i, e := range events {
		ids[i] = e.ID
	}
	if err := w.collect(known, knownOrders, idList(ids), w.chain); err != nil {
		return err
	}
	for _, e := range events {
		slug, ok := slugs[e.Token]
		switch {
		case !ok:
			return fmt.Errorf("event of token %s: %w", e.Token, mint.ErrNotFound)
		case e.At.Block > head:
			return fmt.Errorf("event in block %d is above the head %d", e.At.Block, head)
		}
		if e.Amount == nil {
			e.Amount = new(big.Int)
		}
		// Raw: gorm's Create with clause.OnConflict takes 3 to 4 times as long (50 against 15
		// µs of processor time), and a block may have hundreds of events.
		added, err := w.exec(`INSERT INTO events (kind, chain_id, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx)
			VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (chain_id, block, log_index, block_hash) DO NOTHING`,
			string(e.Kind), w.chain, slug, e.ID[:], e.Payer[:], e.Nonce[:], e.Quantity, decimal(e.Amount),
			e.At.Block, e.At.BlockHash[:], int64(e.At.LogIndex), e.At.Tx[:])
		if err != nil {
			return fmt.Errorf("store event of %s: %w", e.ID, err)
		}
		if added == 0 || e.Kind == mint.EventReceived || e.Kind == mint.EventWithdrawn {
			continue
		}
		touched.add(e.ID)
		if known.in[e.ID] {
			continue
		}
		if err := w.foreign(slug, e); err != nil {
			return fmt.Errorf("store foreign order %s: %w", e.ID, err)
		}
	}
	return nil
}

// foreign inserts an order for a payment first seen on chain. refresh fills in its
// facts. It is raw SQL, because gorm has no INSERT … SELECT.
func (w *tx) foreign(slug string, e mint.Event) error {
	o := mint.Order{ID: e.ID, Launch: slug, Payer: e.Payer, Quantity: e.Quantity}
	added, err := w.exec(`INSERT INTO orders (id, launch, chain_id, asset, payer, quantity, value, state, created, updated)
		SELECT ?1, slug, chain_id, asset, ?2, ?3, ?4, ?5, ?6, ?6 FROM launches WHERE slug = ?7 ON CONFLICT (id) DO NOTHING`,
		e.ID[:], e.Payer[:], e.Quantity, decimal(e.Amount), string(o.State()), w.now.UnixNano(), slug)
	if added == 1 {
		w.s.filter.add(e.ID)
		w.move(bucket{}, bucketOf(&o))
		w.record(&o, mint.OrderView{}, mint.ViewOf(&o)) // refresh completes it
	}
	return err
}

// doubt prevents orders of these launches from becoming final in this write.
func (w *tx) doubt(slugs ...string) {
	w.doubted = make(map[string]bool, len(slugs))
	for _, slug := range slugs {
		w.doubted[slug] = true
	}
}

// finalMints and finalRefunds select the orders that become final with a block. Each reads an index of
// the orders that are not final yet, by block, and only up to that block.
const (
	finalMints   = "SELECT id FROM orders WHERE chain_id = +? AND final = 0 AND mint_tx IS NOT NULL AND mint_block <= ?"
	finalRefunds = "SELECT id FROM orders WHERE chain_id = +? AND final = 0 AND refund_tx IS NOT NULL AND refund_block <= ?"
)

// maxFinal limits how many orders with earlier events become final in one call of
// Advance. After a launch was doubted for a long time, all of its orders are due at
// once.
const maxFinal = 5000

// finalize concludes the transactions in final blocks. It adds the orders that become
// final to touched.
func (w *tx) finalize(final uint64, touched *idSet) error {
	_, err := w.exec("UPDATE transactions SET concluded = 'final' WHERE chain_id = +? AND concluded = '' AND mined_block <= ?", w.chain, final)
	if err != nil {
		return err
	}
	without, args := "", []any{w.chain, final}
	if len(w.doubted) > 0 {
		var launches int
		if err := w.row("SELECT count(*) FROM launches WHERE chain_id = +?", w.chain).Scan(&launches); err != nil || launches == len(w.doubted) {
			return err
		}
		without = " AND launch NOT IN (?" + strings.Repeat(", ?", len(w.doubted)-1) + ")"
		for slug := range w.doubted {
			args = append(args, slug)
		}
	}
	query := finalMints + without + " UNION ALL " + finalRefunds + without + fmt.Sprintf(" LIMIT %d", maxFinal)
	return w.collect(touched, query, append(args, args...)...)
}
