package mint

import (
	"context"
	"log/slog"
)

// notifier announces changes of orders and launches: to requests that wait, to listeners,
// and in the log.
type notifier struct {
	store OrderStore
	log   *slog.Logger

	waiters waiters
	changes changes
}

// logOrder logs each change of an order's state once, with the same keys everywhere. Claims
// use the debug level: thousands may arrive per second, and each is logged again later.
func (n *notifier) logOrder(o *Order) {
	level := slog.LevelInfo
	if o.State() == Claimed {
		level = slog.LevelDebug
	}
	if !n.log.Enabled(context.Background(), level) {
		return
	}
	args := []any{"payment", o.ID, "launch", o.Launch, "payer", o.Payer, "quantity", o.Quantity}
	if o.Mint.Seen() {
		args = append(args, "tx", o.Mint.Tx)
	} else if o.Settlement.Seen() {
		args = append(args, "tx", o.Settlement.Tx)
	}
	if r := o.Reason(); r != "" {
		args = append(args, "reason", r)
	}
	n.log.Log(context.Background(), level, string(o.State()), args...)
}

// announce logs and announces orders that changed.
func (n *notifier) announce(ctx context.Context, ids []PaymentID) {
	for _, id := range ids {
		if o, err := n.store.Order(ctx, id); err == nil {
			n.logOrder(&o)
		}
	}
	n.waiters.changed(ids...)
	if len(ids) > 0 {
		n.changes.announce()
	}
}
