package store

import (
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// maxRefreshed limits how many orders and their events are in memory at a time.
const maxRefreshed = 1000

// refreshAll refreshes orders and returns those that changed.
func (w *tx) refreshAll(touched *idSet, final uint64) (changed []mint.PaymentID, err error) {
	for ids := range slices.Chunk(touched.ids, maxRefreshed) {
		orders, err := w.orders(ids)
		if err != nil {
			return nil, err
		}
		facts, err := w.facts(ids, orders)
		if err != nil {
			return nil, err
		}
		edits := make([]edit, 0, len(ids))
		for _, id := range ids {
			o := orders[id]
			if o == nil {
				return nil, unknown{id}
			}
			now, err := w.refresh(o, facts[id], final)
			if err != nil {
				return nil, err
			}
			if same(&o.Order, &now) && !gone(o) {
				continue
			}
			changed = append(changed, id)
			e := w.edit(o, func() { o.Order = now })
			if !gone(o) {
				edits = append(edits, e)
			} else if err := w.remove(o); err != nil {
				return nil, err
			}
		}
		if err := w.writeEdits(edits); err != nil {
			return nil, err
		}
	}
	return changed, nil
}

// factsOf reads the events of orders, those of one order in chain order. It is SQL for
// inIDs. With payment_id = ?, SQLite compiled the statement again for each order, and an
// order took 29 µs of processor time; with inIDs it takes 3 µs.
const factsOf = selectEvent + " WHERE payment_id " + inIDs + " AND +chain_id = +? AND " + ofOrders + " ORDER BY payment_id, block, log_index"

// facts are the first event of each kind of an order. Of a final order, they are the event
// that made it final, even if an earlier one was found since: the chain mints or refunds a
// payment once, so a node invented the other.
type facts map[mint.EventKind]eventRow

// facts reads the facts of orders in the open transaction.
func (w *tx) facts(ids []mint.PaymentID, orders map[mint.PaymentID]*record) (map[mint.PaymentID]facts, error) {
	found := make(map[mint.PaymentID]facts, len(ids))
	err := w.each(func(row scanner) error {
		e, err := scanEvent(row)
		of := found[mint.PaymentID(e.PaymentID)]
		if of == nil {
			of = facts{}
			found[mint.PaymentID(e.PaymentID)] = of
		}
		o := orders[mint.PaymentID(e.PaymentID)]
		ended := o != nil && o.Final && (e.mark() == o.Mint || e.mark() == o.Refund)
		if _, ok := of[e.Kind]; !ok || ended {
			of[e.Kind] = e
		}
		return err
	}, factsOf, idList(ids), w.chain)
	if err != nil {
		return nil, fmt.Errorf("read events of orders: %w", err)
	}
	return found, nil
}

// refresh returns an order with the facts of its events. A payer may sign one payment
// nonce twice. In that case the events on chain decide the launch, the quantity and the
// value.
func (w *tx) refresh(o *record, seen facts, final uint64) (mint.Order, error) {
	now := o.Order
	now.Mint, now.Settlement, now.Refund = seen[mint.EventMinted].mark(), seen[mint.EventSettled].mark(), seen[mint.EventRefunded].mark()
	if o.Final && o.Mint.Seen() && now.Mint == o.Mint && !o.Refund.Seen() {
		delete(seen, mint.EventRefunded) // what is minted is not refunded: a node invented it
		now.Refund = mint.Mark{}
	}
	becomes := func(e eventRow) bool { return e.mark().Seen() && e.Block <= final && !w.doubted[e.Launch] }
	now.Final = remains(o.Order, now) || becomes(seen[mint.EventMinted]) || becomes(seen[mint.EventRefunded])
	if now.Transaction != 0 && !now.Mint.Seen() {
		t, err := w.transaction(now.Transaction)
		if err != nil {
			return mint.Order{}, err
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
	return now, nil
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
