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
		FROM launches WHERE slug = ?13 AND ?3 <= cap - sold - reserved AND ?5 <= ?14 - ` + inFlight + `
		ON CONFLICT (id) DO NOTHING`
	reviveClaim = `UPDATE orders SET state = 'claimed', parked_for = '', updated = ?1
		FROM launches WHERE orders.id = ?2 AND orders.state = 'parked' AND launches.slug = orders.launch
		AND orders.quantity <= launches.cap - launches.sold - launches.reserved
		AND orders.claimed_value <= ?3 - ` + inFlightOfOrder
	reserve = `UPDATE launches SET reserved = reserved + ?1 WHERE slug = ?2 AND ?1 <= cap - sold - reserved`

	inFlight = `(SELECT coalesce(sum(o.claimed_value), 0) FROM orders o WHERE o.payer = ?2
		AND o.asset = launches.asset AND o.state IN ('claimed', 'minting') AND o.settlement_tx IS NULL)`
	inFlightOfOrder = `(SELECT coalesce(sum(o.claimed_value), 0) FROM orders o WHERE o.payer = orders.payer
		AND o.asset = orders.asset AND o.state IN ('claimed', 'minting') AND o.settlement_tx IS NULL)`
)

// Claim inserts the order and reserves its quantity in one write; see
// [mint.Store]. CreatedAt is kept if set. Facts are not taken from the order
// given: a new order has none.
func (s *Store) Claim(ctx context.Context, order mint.Order, balance *big.Int) (claimed mint.Order, isNew bool, err error) {
	err = s.write(ctx, fmt.Sprintf("claim %s", order.ID), func(w *writing) error {
		claimed, isNew, err = w.claim(order, balance)
		return err
	})
	if err != nil {
		return mint.Order{}, false, err
	}
	return claimed, isNew, nil
}

// claim writes nothing when it returns an error that mint declares, so that
// other claims may share the transaction.
func (w *writing) claim(order mint.Order, balance *big.Int) (mint.Order, bool, error) {
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
		o.CreatedAt.UnixNano(), o.Launch, capped(balance))
	if err != nil {
		return mint.Order{}, false, err
	}
	if inserted == 0 {
		existing, err := w.order(o.ID)
		if errors.Is(err, mint.ErrNotFound) {
			err = w.refusal(o.Launch, o.Quantity)
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
func (w *writing) refusal(launch string, quantity int64) error {
	var soldOut, reserved bool
	err := w.row("SELECT ?1 > cap - sold, ?1 > cap - sold - reserved FROM launches WHERE slug = ?2", quantity, launch).Scan(&soldOut, &reserved)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("launch %s: %w", launch, mint.ErrNotFound)
	case err != nil:
		return err
	case soldOut:
		return mint.ErrSoldOut
	case reserved:
		return mint.ErrReserved
	}
	return mint.ErrOvercommitted
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
func (s *Store) Revive(ctx context.Context, id mint.PaymentID, balance *big.Int) (order mint.Order, err error) {
	err = s.write(ctx, fmt.Sprintf("revive %s", id), func(w *writing) error {
		revived, err := w.exec(reviveClaim, w.now.UnixNano(), id[:], capped(balance))
		if err != nil {
			return err
		}
		o, err := w.order(id)
		if err != nil {
			return err
		}
		if revived == 0 && o.State() == mint.Parked {
			return w.refusal(o.Launch, o.Quantity)
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
