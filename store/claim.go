package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math"
	"math/big"

	"github.com/mint402/mint402/mint"
)

// The conditions of a claim are in the statement that inserts: room for the
// quantity, and a balance that covers the payer's promises and this one. An id
// that is taken inserts nothing. The counter follows in the same transaction.
const (
	insertClaim = `INSERT INTO orders (id, launch, asset, payer, quantity, value, state,
		claimed_launch, claimed_quantity, claimed_value,
		pay_to, auth_value, valid_after, valid_before, nonce, signature, created, updated)
		SELECT ?1, slug, asset, ?2, ?3, ?4, 'claimed', slug, ?3, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?12
		FROM launches WHERE slug = ?13 AND ?3 <= cap - sold - reserved
		AND (SELECT ?5 <= ?14 - coalesce(sum(o.claimed_value), 0) AND (?15 = 0 OR count(*) < ?15)
			FROM orders o WHERE o.payer = ?2 AND o.asset = launches.asset AND ` + promised + `)
		ON CONFLICT (id) DO NOTHING`
	reviveClaim = `UPDATE orders SET state = 'claimed', parked_for = '', updated = ?1
		FROM launches WHERE orders.id = ?2 AND orders.state = 'parked' AND launches.slug = orders.launch
		AND orders.quantity <= launches.cap - launches.sold - launches.reserved
		AND (SELECT orders.claimed_value <= ?3 - coalesce(sum(o.claimed_value), 0) AND (?4 = 0 OR count(*) < ?4)
			FROM orders o WHERE o.payer = orders.payer AND o.asset = orders.asset AND ` + promised + `)`
	reserve = `UPDATE launches SET reserved = reserved + ?1 WHERE slug = ?2 AND ?1 <= cap - sold - reserved`

	// refusalOf says which condition did not hold.
	refusalOf = `SELECT ?1 > cap - sold, ?1 > cap - sold - reserved,
		?2 > ?3 - (SELECT coalesce(sum(o.claimed_value), 0) FROM orders o WHERE o.payer = ?4 AND o.asset = launches.asset AND ` + promised + `)
		FROM launches WHERE slug = ?5`

	// promised is an order o whose money is promised and not with a launch yet;
	// word for word the condition of the index orders_in_flight.
	promised = `o.state IN ('claimed', 'minting') AND o.settlement_tx IS NULL`
)

// Claim inserts the order and reserves its quantity in one write; see
// [mint.Store]. CreatedAt is kept if set. Facts are not taken from the order
// given: a new order has none.
func (s *Store) Claim(ctx context.Context, order mint.Order, credit mint.Credit) (claimed mint.Order, isNew bool, err error) {
	err = s.write(ctx, fmt.Sprintf("claim %s", order.ID), func(w *writing) error {
		claimed, isNew, err = w.claim(order, credit)
		return err
	})
	if err != nil {
		return mint.Order{}, false, err
	}
	return claimed, isNew, nil
}

// claim writes nothing when it returns an error that mint declares, so that
// other claims may share the transaction.
func (w *writing) claim(order mint.Order, credit mint.Credit) (mint.Order, bool, error) {
	switch {
	case order.Quantity < 1:
		return mint.Order{}, false, fmt.Errorf("quantity %d is not positive", order.Quantity)
	case order.Value == nil || order.Value.Sign() <= 0 || !order.Value.IsInt64():
		return mint.Order{}, false, fmt.Errorf("value %s is not between 1 and 2⁶³-1", order.Value)
	case order.Foreign():
		return mint.Order{}, false, errors.New("the order has no signature")
	}
	o := mint.Order{
		ID: order.ID, Launch: order.Launch, Payer: order.Payer, Quantity: order.Quantity, Value: order.Value,
		Authorization: order.Authorization, Signature: order.Signature, CreatedAt: order.CreatedAt.UTC(), UpdatedAt: w.now,
	}
	if o.CreatedAt.IsZero() {
		o.CreatedAt = w.now
	}
	a := o.Authorization
	inserted, err := w.exec(insertClaim, o.ID[:], o.Payer[:], o.Quantity, decimal(o.Value), o.Value.Int64(),
		a.To[:], decimal(a.Value), decimal(a.ValidAfter), decimal(a.ValidBefore), a.Nonce[:], o.Signature,
		o.CreatedAt.UnixNano(), o.Launch, capped(credit.Balance), max(0, credit.Orders))
	if err != nil {
		return mint.Order{}, false, err
	}
	if inserted == 0 {
		existing, err := w.order(o.ID)
		if errors.Is(err, mint.ErrNotFound) {
			err = w.refusal(&o, o.Value.Int64(), credit)
		}
		if err != nil {
			return mint.Order{}, false, err
		}
		return existing.Order, false, nil
	}
	if err := w.reserve(o.Launch, o.Quantity); err != nil {
		return mint.Order{}, false, err
	}
	return o, true, nil
}

func (w *writing) reserve(launch string, quantity int64) error {
	n, err := w.exec(reserve, quantity, launch)
	if err == nil && n != 1 {
		err = fmt.Errorf("reserve %d of launch %s: no room", quantity, launch)
	}
	return err
}

// refusal says which condition of a claim did not hold, in the order that
// mint.Store states.
func (w *writing) refusal(o *mint.Order, value int64, credit mint.Credit) error {
	var soldOut, reserved, overcommitted bool
	err := w.row(refusalOf, o.Quantity, value, capped(credit.Balance), o.Payer[:], o.Launch).Scan(&soldOut, &reserved, &overcommitted)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("launch %s: %w", o.Launch, mint.ErrNotFound)
	case err != nil:
		return err
	case soldOut:
		return mint.ErrSoldOut
	case reserved:
		return mint.ErrReserved
	case overcommitted:
		return mint.ErrOvercommitted
	}
	return mint.ErrTooMany
}

// capped is a balance as SQLite can compare it.
func capped(balance *big.Int) int64 {
	switch {
	case balance == nil || balance.Sign() < 0:
		return 0
	case balance.IsInt64():
		return balance.Int64()
	}
	return math.MaxInt64
}

// Revive makes a parked order claimed again under the conditions of a claim. An
// order in any other state is returned as it is.
func (s *Store) Revive(ctx context.Context, id mint.PaymentID, credit mint.Credit) (order mint.Order, err error) {
	err = s.write(ctx, fmt.Sprintf("revive %s", id), func(w *writing) error {
		revived, err := w.exec(reviveClaim, w.now.UnixNano(), id[:], capped(credit.Balance), max(0, credit.Orders))
		if err != nil {
			return err
		}
		o, err := w.order(id)
		if err != nil {
			return err
		}
		if revived == 0 && o.State() == mint.Parked {
			return w.refusal(&o.Order, o.claimed.value.Int64, credit)
		}
		if revived == 1 {
			if err := w.reserve(o.Launch, o.Quantity); err != nil {
				return err
			}
		}
		order = o.Order
		return nil
	})
	if err != nil {
		return mint.Order{}, err
	}
	return order, nil
}
