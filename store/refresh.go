package store

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// refreshAll refreshes orders and returns those that changed.
func (w *tx) refreshAll(touched *idSet, final uint64) (changed []mint.PaymentID, err error) {
	for _, id := range touched.ids {
		if ok, err := w.refresh(id, final); err != nil {
			return nil, err
		} else if ok {
			changed = append(changed, id)
		}
	}
	return changed, nil
}

// refresh sets an order's facts from its events, and reports whether they changed. A
// payer may sign one payment nonce twice. In that case the events on chain decide the
// launch, the quantity and the value.
func (w *tx) refresh(id mint.PaymentID, final uint64) (bool, error) {
	o, err := w.order(id)
	if err != nil {
		return false, err
	}
	seen := map[mint.EventKind]eventRow{}
	err = w.each(func(row scanner) error {
		e, err := scanEvent(row)
		if _, ok := seen[e.Kind]; !ok {
			seen[e.Kind] = e
		}
		return err
	}, selectEvent+" WHERE payment_id = ? AND "+ofOrders+" ORDER BY block, log_index", id[:])
	if err != nil {
		return false, fmt.Errorf("read events of %s: %w", id, err)
	}

	now := o.Order
	now.Mint, now.Settlement, now.Refund = seen[mint.EventMinted].mark(), seen[mint.EventSettled].mark(), seen[mint.EventRefunded].mark()
	becomes := func(e eventRow) bool { return e.mark().Seen() && e.Block <= final && !w.doubted[e.Launch] }
	now.Final = remains(o.Order, now) || becomes(seen[mint.EventMinted]) || becomes(seen[mint.EventRefunded])
	if now.Transaction != 0 && !now.Mint.Seen() {
		t, err := w.transaction(now.Transaction)
		if err != nil {
			return false, err
		}
		if t.concluded() || t.MinedBlock != nil {
			now.Transaction = 0 // it was mined and did not mint this order
		}
	}
	if o.Settlement.Seen() != now.Settlement.Seen() && !now.Mint.Seen() {
		// The reason to park it came from another state of the chain. If the settlement
		// is gone and we have its signature, it is handled like a claimed order and keeps
		// its reservation. The next simulation finds out whether it can execute now.
		now.ParkedFor = ""
	}
	kinds := []mint.EventKind{mint.EventRefunded, mint.EventSettled, mint.EventMinted}
	if now.Foreign() {
		now.Authorization.Nonce = common.Hash{}
	} else {
		now.Launch, now.Quantity, now.Value = o.claimed.launch.String, o.claimed.quantity.Int64, big.NewInt(o.claimed.value.Int64)
		kinds = kinds[1:] // a refund does not contain the quantity
	}
	for _, kind := range kinds {
		if e, ok := seen[kind]; ok {
			now.Launch, now.Quantity, now.Value = e.Launch, e.Quantity, e.Amount.Int
			if now.Foreign() && e.Nonce != (common.Hash{}) {
				now.Authorization.Nonce = e.Nonce
			}
		}
	}
	if same(&o.Order, &now) && !gone(o) {
		return false, nil
	}
	if err := w.change(o, func() { o.Order = now }); err != nil {
		return false, err
	}
	if gone(o) {
		return true, w.remove(o)
	}
	return true, nil
}

// remains reports whether the event that made an order final is unchanged.
func remains(was, now mint.Order) bool {
	return was.Final && (was.Mint.Seen() && now.Mint == was.Mint || was.Refund.Seen() && now.Refund == was.Refund)
}

// same compares the fields that depend on events.
func same(a, b *mint.Order) bool {
	return a.Mint == b.Mint && a.Settlement == b.Settlement && a.Refund == b.Refund && a.Final == b.Final &&
		a.Transaction == b.Transaction && a.Launch == b.Launch && a.Quantity == b.Quantity && a.Value.Cmp(b.Value) == 0 &&
		a.Authorization.Nonce == b.Authorization.Nonce
}
