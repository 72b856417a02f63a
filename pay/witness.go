package pay

import "context"

// A Witness reads the outcome of a payment from the chain, with a node that the payer chose.
// It returns StateSettled or StateVoid only if a final block shows it, and StateUndecided
// otherwise.
type Witness interface {
	Outcome(context.Context, Record) (Outcome, error)
}

// An Outcome is the chain's record of a payment.
type Outcome struct {
	State       State
	Transaction string
	Note        string
}

// reconciled is Reconcile for callers to whom a payment without an answer is undecided.
func (p *Payer) reconciled(ctx context.Context, r Record) Record {
	r, _ = p.Reconcile(ctx, r) // with an error it is unchanged
	return r
}

// Reconcile asks the witness for the outcome of a payment and stores it. It returns the
// record as it is then. Without a witness it changes nothing.
func (p *Payer) Reconcile(ctx context.Context, r Record) (Record, error) {
	if p.Witness == nil || r.State == StateSettled || r.State == StateVoid {
		return r, nil
	}
	o, err := p.Witness.Outcome(ctx, r)
	if err != nil || o.State != StateSettled && o.State != StateVoid {
		return r, err
	}
	m := Mark{ID: r.ID, State: o.State, Transaction: o.Transaction, Note: o.Note, At: p.now()}
	if err := p.Ledger.Mark(ctx, m); err != nil {
		return r, err
	}
	r.mark(m)
	return r, nil
}
