package mint

import (
	"context"
)

// submit hands a signing to the nodes and records their answers. It returns nil if one
// node accepted it.
func (t *txManager) submit(ctx context.Context, tx Transaction, a Attempt) *Refusal {
	head := t.view.head.Number
	t.sent[tx.ID] = sending{head, t.clock()}
	// A slow node must not hold up other work; the transaction is sent again anyway.
	ctx, cancel := context.WithTimeout(ctx, t.Patience)
	defer cancel()
	err := t.chain.Send(ctx, a.Raw)
	if err == nil {
		t.taken[tx.ID] = true
		delete(t.refusedSince, tx.ID)
		t.refusing = refusing{}
		delete(t.refusedSenders, tx.Sender)
		t.logFailure("send transaction", nil)
		return nil
	}
	r := asRefusal(err)
	t.log.Debug("send", "tx", a.Hash, "class", r.Class, "err", err)
	t.refused[r.Class]++
	if _, known := t.refusedSince[tx.ID]; !known && r.Class.ofSender() {
		t.refusedSince[tx.ID] = refusedTx{tx.Sender, head}
	}
	if r.Class.counts() && len(tx.Orders) > 0 {
		row := &t.refusing
		if row.since == 0 {
			row.since = head
		}
		if row.last != head || row.class != r.Class {
			t.logFailure("send transaction", r)
		}
		row.last, row.class = head, r.Class
	}
	return r
}

// logFailure logs an operation that keeps failing: at the 1st, 2nd, 4th, 8th … failure in
// a row. A nil error resets the count.
func (t *txManager) logFailure(what string, err error) {
	if err == nil {
		delete(t.failing, what)
		return
	}
	t.failing[what]++
	if n := t.failing[what]; n&(n-1) == 0 {
		t.log.Error(what, "err", err, "failures", n)
	}
}
