package store

import (
	"context"
	"errors"
	"fmt"

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
	return s.write(ctx, verb, func(w *tx) error {
		for id, reason := range reasons {
			if reason == "" {
				return fmt.Errorf("order %s: no reason given", id)
			}
			o, err := w.order(id)
			if errors.Is(err, mint.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			if change := by(o, reason); change != nil {
				if err := w.change(o, change); err != nil {
					return err
				}
			}
		}
		return nil
	})
}
