package store

import (
	"encoding/json"
	"fmt"
	"reflect"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// change applies f to an order, stores it with the state that results, and records
// the change for the counters and the journal.
func (w *tx) change(o *record, f func()) error {
	return w.writeEdits([]edit{w.edit(o, f)})
}

// edit is a change of an order that is not written yet.
type edit struct {
	o      *record
	set    string // assignments
	values []any  // the values for set
}

// edit applies f to an order, and records the change for the counters and the journal.
// writeEdits stores it.
func (w *tx) edit(o *record, f func()) edit {
	was, view := o.Order, mint.ViewOf(&o.Order)
	f()
	o.UpdatedAt = w.now
	w.move(bucketOf(&was), bucketOf(&o.Order))
	w.record(&o.Order, view, mint.ViewOf(&o.Order))
	set, values := assignments(&was, &o.Order)
	return edit{o, set, values}
}

// writeEdits stores edits. Neighbors with the same values share a statement, as the orders
// of a Carry and those that become final do. It is raw for json_each: for 100 orders, that
// statement takes 0.4 to 0.6 ms of processor time, and 100 statements take 1.0 to 4.8 ms.
// For one order, it takes 120 to 160 µs, and the statement without it 11 to 37 µs.
func (w *tx) writeEdits(edits []edit) error {
	for len(edits) > 0 {
		first, seqs := edits[0], []int64{edits[0].o.seq}
		for _, e := range edits[1:] {
			if e.set != first.set || !reflect.DeepEqual(e.values, first.values) {
				break
			}
			seqs = append(seqs, e.o.seq)
		}
		edits = edits[len(seqs):]
		where, arg := "= ?", any(first.o.seq)
		if len(seqs) > 1 {
			list, err := json.Marshal(seqs)
			if err != nil {
				return err
			}
			where, arg = "IN (SELECT value FROM json_each(?))", string(list)
		}
		if _, err := w.exec("UPDATE orders SET "+first.set+" WHERE seq "+where, append(first.values, arg)...); err != nil {
			return fmt.Errorf("write order %s and %d more: %w", first.o.ID, len(seqs)-1, err)
		}
	}
	return nil
}

// assignments returns the columns that differ between two versions of an order, the state
// and the time, as the list of an UPDATE, and their values. It leaves out the others: SQLite
// writes an index and checks a foreign key again if a statement assigns the column, even to
// the same value. With all 24 columns, an Advance with 100 mints took 1.14 times as long.
func assignments(was, is *mint.Order) (set string, values []any) {
	assign := func(columns string, new ...any) { set, values = set+columns+", ", append(values, new...) }
	if was.Launch != is.Launch {
		assign("launch = ?", is.Launch)
	}
	if was.Quantity != is.Quantity || was.Value.Cmp(is.Value) != 0 {
		assign("quantity = ?, value = ?", is.Quantity, decimal(is.Value))
	}
	if was.Authorization.Nonce != is.Authorization.Nonce {
		var nonce any
		if is.Authorization.Nonce != (common.Hash{}) {
			nonce = is.Authorization.Nonce[:]
		}
		assign("nonce = ?", nonce)
	}
	if was.Mint != is.Mint {
		assign("mint_block = ?, mint_hash = ?, mint_log = ?, mint_tx = ?", columns(is.Mint)...)
	}
	if was.Settlement != is.Settlement {
		assign("settlement_block = ?, settlement_hash = ?, settlement_log = ?, settlement_tx = ?", columns(is.Settlement)...)
	}
	if was.Refund != is.Refund {
		assign("refund_block = ?, refund_hash = ?, refund_log = ?, refund_tx = ?", columns(is.Refund)...)
	}
	if was.Final != is.Final {
		assign("final = ?", is.Final)
	}
	if was.Transaction != is.Transaction {
		var transaction any
		if is.Transaction != 0 {
			transaction = is.Transaction
		}
		assign("transaction_id = ?", transaction)
	}
	if was.ParkedFor != is.ParkedFor {
		assign("parked_for = ?", is.ParkedFor)
	}
	if was.VoidedFor != is.VoidedFor {
		assign("voided_for = ?", is.VoidedFor)
	}
	return set + "state = ?, updated = ?", append(values, string(is.State()), is.UpdatedAt.UnixNano())
}
