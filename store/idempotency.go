package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// A payer's key belongs to the order that was claimed under it. Once that order is voided,
// it can never buy anything, and the next claim under the key takes the key over.
const (
	selectKeyed = `SELECT i.order_id FROM idempotency i JOIN orders o ON o.id = i.order_id
		WHERE i.payer = ?1 AND i.key = ?2 AND o.state <> 'voided'`
	insertKeyed = `INSERT INTO idempotency (payer, key, order_id) VALUES (?1, ?2, ?3)
		ON CONFLICT (payer, key) DO UPDATE SET order_id = excluded.order_id`
)

// Keyed returns the order that a payer claimed under one of the keys, unless it is voided.
// It returns mint.ErrNotFound if there is none.
func (s *Store) Keyed(ctx context.Context, payer common.Address, keys []string) (mint.PaymentID, error) {
	for _, key := range keys {
		rows, err := s.read.WithContext(ctx).Raw(selectKeyed, payer[:], key).Rows()
		id, err := scanKeyed(oneRow{rows, err})
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

// keysFree returns an error of type refused if one of the order's keys belongs to another
// payment. This transaction is the only one that writes, so the keys are free until it
// ends.
func (w *tx) keysFree(o *mint.Order) error {
	for _, key := range o.Keys {
		switch first, err := scanKeyed(w.row(selectKeyed, o.Payer[:], key)); {
		case errors.Is(err, mint.ErrNotFound):
		case err != nil:
			return err
		case first != o.ID:
			return refused{&mint.KeyUsedError{First: first}}
		}
	}
	return nil
}

// saveKeys makes the order's keys its own.
func (w *tx) saveKeys(o *mint.Order) error {
	for _, key := range o.Keys {
		if _, err := w.exec(insertKeyed, o.Payer[:], key, o.ID[:]); err != nil {
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
