package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// The conditions of a claim are part of the statement that inserts it, so this is raw
// SQL: gorm has no INSERT … SELECT and no UPDATE … FROM. A claim alone takes 111 µs with
// it, of which gorm's builder would add 2.5 µs only to read the text. The quantity
// must fit next to the reservations of earlier claims in the same commit. The credit
// must cover the payer's promises and this one. For an id that exists already, no row
// is inserted. The counter changes later in the same transaction.
//
// The + in reviveClaim hides the parameter from SQLite's planner, which otherwise compiles
// the statement again for each value.
const (
	insertClaim = `INSERT INTO orders (id, launch, chain_id, asset, payer, quantity, value, state,
		claimed_launch, claimed_quantity, claimed_value,
		pay_to, auth_value, valid_after, valid_before, nonce, signature, codeless, created, updated)
		SELECT ?1, slug, chain_id, asset, ?2, ?3, ?4, 'claimed', slug, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?18, ?12, ?13
		FROM launches WHERE slug = ?14 AND ?19 IN (0, chain_id) AND ?3 <= cap - sold - reserved - ?15
		AND (SELECT ?5 <= ?16 - coalesce(sum(o.claimed_value), 0) AND (?17 = 0 OR count(*) < ?17)
			FROM orders o WHERE o.payer = ?2 AND o.asset = launches.asset AND o.chain_id = launches.chain_id AND ` + promised + `)
		ON CONFLICT (id) DO NOTHING`
	reviveClaim = `UPDATE orders SET state = 'claimed', parked_for = '', codeless = ?6, updated = ?1
		FROM launches WHERE orders.id = +?2 AND orders.state = 'parked' AND launches.slug = orders.launch
		AND orders.quantity <= launches.cap - launches.sold - launches.reserved - ?3
		AND (SELECT orders.claimed_value <= ?4 - coalesce(sum(o.claimed_value), 0) AND (?5 = 0 OR count(*) < ?5)
			FROM orders o WHERE o.payer = orders.payer AND o.asset = orders.asset AND o.chain_id = orders.chain_id AND ` + promised + `)`

	// refusalOf returns which condition did not hold.
	refusalOf = `SELECT ?1 > cap - sold, ?1 > cap - sold - reserved - ?2,
		?3 > ?4 - (SELECT coalesce(sum(o.claimed_value), 0) FROM orders o WHERE o.payer = ?5 AND o.asset = launches.asset AND o.chain_id = launches.chain_id AND ` + promised + `)
		FROM launches WHERE slug = ?6 AND ?7 IN (0, chain_id)`

	// promised selects an order o if its money is promised and has not reached a
	// launch yet. It must match the condition of the index orders_in_flight word for
	// word.
	promised = `o.state IN ('claimed', 'minting') AND o.settlement_tx IS NULL`
)

// Claim inserts the order and reserves its quantity in one write. Claims that arrive
// at the same time share a commit; see [mint.Store]. CreatedAt is kept if set. The
// order's facts are ignored: a new order has no events yet.
func (s *Store) Claim(ctx context.Context, order mint.Order, credit mint.Credit) (claimed *mint.Order, isNew bool, err error) {
	if err = claimable(&order); err == nil {
		err = s.commitGroup(ctx, func(w *tx) error {
			var err error
			claimed, isNew, err = w.claim(&order, credit)
			return err
		})
	}
	if err != nil {
		return nil, false, fmt.Errorf("claim %s: %w", order.ID, err)
	}
	return claimed, isNew, nil
}

// claimable checks the conditions that do not need the database.
func claimable(o *mint.Order) error {
	switch {
	case o.Quantity < 1:
		return fmt.Errorf("quantity %d is not positive", o.Quantity)
	case o.Value == nil || o.Value.Sign() <= 0 || !o.Value.IsInt64():
		return fmt.Errorf("value %s is not between 1 and 2⁶³-1", o.Value)
	case o.Foreign():
		return errors.New("the order has no signature")
	}
	return validKeys(o.Keys)
}

func (w *tx) claim(order *mint.Order, credit mint.Credit) (*mint.Order, bool, error) {
	o := mint.Order{
		ID: order.ID, Launch: order.Launch, Payer: order.Payer, Quantity: order.Quantity, Value: order.Value,
		Authorization: order.Authorization, Signature: order.Signature, Codeless: credit.Codeless, CreatedAt: order.CreatedAt.UTC(), UpdatedAt: w.now,
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = w.now
	}
	used, err := w.keyUsed(o.Payer, o.ID, order.Keys)
	if err != nil {
		return nil, false, err
	}
	if used != (mint.PaymentID{}) {
		return w.claimed(order, func() error { return refused{&mint.KeyUsedError{First: used}} })
	}
	a := o.Authorization
	seq, err := w.insert(insertClaim, o.ID[:], o.Payer[:], o.Quantity, decimal(o.Value), o.Value.Int64(),
		a.To[:], decimal(a.Value), decimal(a.ValidAfter), decimal(a.ValidBefore), a.Nonce[:], o.Signature,
		o.CreatedAt.UnixNano(), w.now.UnixNano(), o.Launch, w.pending(o.Launch), capped(credit.Balance), max(0, credit.Orders), o.Codeless, w.chain)
	if err != nil {
		return nil, false, err
	}
	if seq == 0 {
		return w.claimed(order, func() error { return w.refusal(&o, o.Value.Int64(), credit) })
	}
	if err := w.saveKeys(o.Payer, o.ID, order.Keys); err != nil {
		return nil, false, err
	}
	w.s.filter.add(o.ID)
	w.edited[o.ID] = newRecord(seq, o)
	w.move(bucket{}, bucketOf(&o))
	w.record(&o, mint.OrderView{}, mint.ViewOf(&o))
	return &o, true, nil
}

// claimed gives the claim's keys to the order that has its id, and returns that order. If
// there is none, it returns why the claim was not taken.
func (w *tx) claimed(order *mint.Order, why func() error) (*mint.Order, bool, error) {
	existing, err := w.order(order.ID)
	switch {
	case errors.Is(err, mint.ErrNotFound):
		err = why()
	case err == nil:
		err = w.name(&existing.Order, order.Keys)
	}
	if err != nil {
		return nil, false, err
	}
	found := existing.Order // the caller's own
	return &found, false, nil
}

// refusal returns the condition of a claim that did not hold, checked in the order
// that mint.Store states. The error is of type refused unless the database failed.
func (w *tx) refusal(o *mint.Order, value int64, credit mint.Credit) error {
	var soldOut, reserved, overcommitted bool
	err := w.row(refusalOf, o.Quantity, w.pending(o.Launch), value, capped(credit.Balance), o.Payer[:], o.Launch, w.chain).Scan(&soldOut, &reserved, &overcommitted)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return refused{fmt.Errorf("launch %s: %w", o.Launch, mint.ErrNotFound)}
	case err != nil:
		return err
	case soldOut:
		return refused{mint.ErrSoldOut}
	case reserved:
		return refused{mint.ErrReserved}
	case overcommitted:
		return refused{mint.ErrOvercommitted}
	}
	return refused{mint.ErrTooMany}
}

// capped converts a balance to an integer that SQLite can compare, at most 2⁶³-1.
func capped(balance *big.Int) int64 {
	switch {
	case balance == nil || balance.Sign() < 0:
		return 0
	case balance.IsInt64():
		return balance.Int64()
	}
	return math.MaxInt64
}

// Revive makes a parked order claimed again, under the conditions of a claim and in a
// shared commit. It returns an order in any other state unchanged.
func (s *Store) Revive(ctx context.Context, id mint.PaymentID, credit mint.Credit) (order mint.Order, err error) {
	err = s.commitGroup(ctx, func(w *tx) error {
		order, err = w.revive(id, credit)
		return err
	})
	if err != nil {
		return mint.Order{}, fmt.Errorf("revive %s: %w", id, err)
	}
	return order, nil
}

func (w *tx) revive(id mint.PaymentID, credit mint.Credit) (mint.Order, error) {
	o, err := w.order(id)
	switch {
	case errors.Is(err, mint.ErrNotFound):
		return mint.Order{}, refused{err}
	case err != nil:
		return mint.Order{}, err
	case o.State() != mint.Parked:
		return o.Order, nil
	}
	revived, err := w.exec(reviveClaim, w.now.UnixNano(), id[:], w.pending(o.Launch), capped(credit.Balance), max(0, credit.Orders), credit.Codeless)
	if err == nil && revived == 0 {
		err = w.refusal(&o.Order, o.claimed.value.Int64, credit)
	}
	if err != nil {
		return mint.Order{}, err
	}
	before, view := bucketOf(&o.Order), mint.ViewOf(&o.Order)
	o.ParkedFor, o.Codeless, o.UpdatedAt = "", credit.Codeless, w.now
	w.edited[id] = o
	w.move(before, bucketOf(&o.Order))
	w.record(&o.Order, view, mint.ViewOf(&o.Order))
	return o.Order, nil
}

// A payer's key belongs to the order that was claimed or presented under it. Once that order
// is voided, it can never buy anything, and the next claim under the key takes the key over.
const (
	selectKeyed = `SELECT i.order_id FROM idempotency i JOIN orders o ON o.id = i.order_id
		WHERE i.payer = ?1 AND i.key = ?2 AND o.state <> 'voided'`
	insertKeyed = `INSERT INTO idempotency (payer, key, order_id) VALUES (?1, ?2, ?3)
		ON CONFLICT (payer, key) DO UPDATE SET order_id = excluded.order_id`
	countOtherKeys = `SELECT count(*) FROM idempotency WHERE order_id = ?1 AND key NOT IN (?2, ?3)`
	deleteKeys     = `DELETE FROM idempotency WHERE order_id = ?1`
)

// Keyed returns the order that a payer claimed under one of the keys, unless it is voided.
// It returns mint.ErrNotFound if there is none.
func (s *Store) Keyed(ctx context.Context, payer common.Address, keys []string) (mint.PaymentID, error) {
	for _, key := range keys {
		id, err := scanKeyed(s.read.WithContext(ctx).Raw(selectKeyed, payer[:], key).Row())
		if err == nil || !errors.Is(err, mint.ErrNotFound) {
			return id, err
		}
	}
	return mint.PaymentID{}, mint.ErrNotFound
}

func scanKeyed(row scanner) (mint.PaymentID, error) {
	var id []byte
	switch err := row.Scan(&id); {
	case errors.Is(err, sql.ErrNoRows):
		return mint.PaymentID{}, mint.ErrNotFound
	case err != nil:
		return mint.PaymentID{}, fmt.Errorf("read idempotency key: %w", err)
	}
	return mint.PaymentID(common.BytesToHash(id)), nil
}

// keyUsed returns another payment than id that has one of the payer's keys, or zero. This
// transaction is the only one that writes, so free keys are free until it ends.
func (w *tx) keyUsed(payer common.Address, id mint.PaymentID, keys []string) (first mint.PaymentID, err error) {
	for _, key := range keys {
		switch first, err := scanKeyed(w.row(selectKeyed, payer[:], key)); {
		case errors.Is(err, mint.ErrNotFound), err == nil && first == id:
		case err != nil:
			return mint.PaymentID{}, err
		default:
			return first, nil
		}
	}
	return mint.PaymentID{}, nil
}

// name gives an existing order keys. If it cannot have all of them, it gets none and the
// error is of type refused.
func (w *tx) name(o *mint.Order, keys []string) error {
	if state := o.State(); len(keys) == 0 || state == mint.Voided || state == mint.Refunded {
		return nil
	}
	used, err := w.keyUsed(o.Payer, o.ID, keys)
	if err != nil {
		return err
	}
	if used != (mint.PaymentID{}) {
		return refused{&mint.KeyUsedError{First: used, Presented: o.ID}}
	}
	var others int
	if err := w.row(countOtherKeys, o.ID[:], keys[0], keys[len(keys)-1]).Scan(&others); err != nil {
		return fmt.Errorf("count idempotency keys: %w", err)
	}
	if others+len(keys) > mint.MaxOrderKeys {
		return refused{&mint.KeyNotStoredError{Order: o.ID, Why: fmt.Sprintf("an order has at most %d keys", mint.MaxOrderKeys)}}
	}
	return w.saveKeys(o.Payer, o.ID, keys)
}

// saveKeys makes keys those of an order.
func (w *tx) saveKeys(payer common.Address, id mint.PaymentID, keys []string) error {
	for _, key := range keys {
		if _, err := w.exec(insertKeyed, payer[:], key, id[:]); err != nil {
			return err
		}
	}
	return nil
}

// validKeys checks the number and the form of an order's keys.
func validKeys(keys []string) error {
	if len(keys) > x402.MaxKeys {
		return fmt.Errorf("%d idempotency keys, and at most %d are kept", len(keys), x402.MaxKeys)
	}
	for _, key := range keys {
		if !x402.ValidKey(key) {
			return fmt.Errorf("idempotency key %.40q has a form that is not kept", key)
		}
	}
	return nil
}
