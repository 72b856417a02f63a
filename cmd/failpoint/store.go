//go:build failpoints

package failpoint

import (
	"context"

	"github.com/mint402/mint402/mint"
)

// mortalStore passes a point before and after each method below. The other methods that
// write, such as Fill, have only the points within a write: not every crash
// test makes the program call them.
type mortalStore struct{ mint.Store }

func (s mortalStore) Claim(ctx context.Context, order mint.Order, credit mint.Credit) (*mint.Order, bool, error) {
	defer armed.around("claim")()
	return s.Store.Claim(ctx, order, credit)
}

func (s mortalStore) Revive(ctx context.Context, id mint.PaymentID, credit mint.Credit) (mint.Order, error) {
	defer armed.around("revive")()
	return s.Store.Revive(ctx, id, credit)
}

func (s mortalStore) Park(ctx context.Context, reasons map[mint.PaymentID]string) error {
	defer armed.around("park")()
	return s.Store.Park(ctx, reasons)
}

func (s mortalStore) Void(ctx context.Context, reasons map[mint.PaymentID]string) error {
	defer armed.around("void")()
	return s.Store.Void(ctx, reasons)
}

func (s mortalStore) Carry(ctx context.Context, tx mint.Transaction) (int64, error) {
	defer armed.around("carry")()
	return s.Store.Carry(ctx, tx)
}

func (s mortalStore) Attempt(ctx context.Context, id int64, attempt mint.Attempt) error {
	defer armed.around("attempt")()
	return s.Store.Attempt(ctx, id, attempt)
}

func (s mortalStore) Resolve(ctx context.Context, id int64, receipt mint.TxResult) error {
	defer armed.around("resolve")()
	return s.Store.Resolve(ctx, id, receipt)
}

func (s mortalStore) Release(ctx context.Context, id int64, empty *mint.Attempt) error {
	defer armed.around("release")()
	return s.Store.Release(ctx, id, empty)
}

func (s mortalStore) Drop(ctx context.Context, id int64) error {
	defer armed.around("drop")()
	return s.Store.Drop(ctx, id)
}

func (s mortalStore) Advance(ctx context.Context, a mint.Advance) ([]mint.PaymentID, error) {
	defer armed.around("advance")()
	return s.Store.Advance(ctx, a)
}
