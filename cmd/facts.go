package cmd

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// facts are the first event of each kind for an order.
type facts struct{ minted, settled, refunded *mint.Event }

func (f *facts) add(e mint.Event) {
	for _, kind := range []struct {
		kind mint.EventKind
		fact **mint.Event
	}{{mint.EventMinted, &f.minted}, {mint.EventSettled, &f.settled}, {mint.EventRefunded, &f.refunded}} {
		if e.Kind == kind.kind && *kind.fact == nil {
			*kind.fact = &e
		}
	}
}

// decisive returns the event that determines the quantity and the launch.
func (f *facts) decisive() *mint.Event {
	switch {
	case f.minted != nil:
		return f.minted
	case f.settled != nil:
		return f.settled
	}
	return f.refunded
}

// contradicts returns how an order differs from its events, or "" if it does not.
func (f *facts) contradicts(o mint.Order, token common.Address, final uint64) string {
	for _, fact := range []struct {
		what string
		mark mint.Mark
		e    *mint.Event
	}{{"mint", o.Mint, f.minted}, {"settlement", o.Settlement, f.settled}, {"refund", o.Refund, f.refunded}} {
		switch {
		case fact.e == nil && fact.mark.Seen():
			return "its " + fact.what + " has no event"
		case fact.e != nil && fact.e.At != fact.mark:
			return "its " + fact.what + " is not where the event is"
		case fact.e != nil && fact.e.Payer != o.Payer:
			return "its payer is another than that of its " + fact.what
		}
	}
	if e := f.decisive(); e != nil && e != f.refunded && (e.Token != token || e.Quantity != o.Quantity || e.Amount.Cmp(o.Value) != 0) {
		return "its launch, quantity or value is another than that of the event"
	}
	below := func(m mint.Mark) bool { return m.Seen() && m.Block <= final }
	if o.Final && !below(o.Mint) && !below(o.Refund) { // the reverse is normal until the books are checked
		return "it is final and its block is not"
	}
	return ""
}

// orders compares the orders, and the launch's counters, with the database's own
// events, all from one snapshot.
func (a *audit) orders(ctx context.Context, v *store.View) error {
	cursor, err := v.Cursor(ctx)
	if err != nil {
		return err
	}
	launches, err := v.Launches(ctx)
	if err != nil {
		return err
	}
	seen := map[mint.PaymentID]*facts{}
	for _, l := range launches {
		err := v.EachEvent(ctx, l.Slug, 0, cursor[0].Number, func(e mint.Event) error {
			if e.Kind != mint.EventReceived && e.Kind != mint.EventWithdrawn {
				if seen[e.ID] == nil {
					seen[e.ID] = &facts{}
				}
				seen[e.ID].add(e)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	var sold, reserved int64
	err = v.EachOrder(ctx, a.launch.Slug, func(o mint.Order, stored mint.State) error {
		state := o.State()
		if state.Sold() {
			sold += o.Quantity
		}
		if state.Reserves() {
			reserved += o.Quantity
		}
		if stored != state {
			a.differ("order_state", o.ID, "it is stored as %q and its facts make it %s", stored, state)
		}
		f := seen[o.ID]
		if f == nil {
			f = &facts{}
		}
		if how := f.contradicts(o, a.launch.Token, cursor[len(cursor)-1].Number); how != "" {
			a.differ("order_differs", o.ID, "%s", how)
		}
		delete(seen, o.ID)
		return nil
	})
	if err != nil {
		return err
	}
	for id, f := range seen {
		if e := f.decisive(); e.Token == a.launch.Token {
			a.differ("order_missing", id, "the database has %s and no order of it", told(*e))
		}
	}
	for _, l := range launches {
		if l.Slug == a.launch.Slug && (l.Sold != sold || l.Reserved != reserved) {
			a.differ("database_counters", mint.PaymentID{}, "the database counts %d sold and %d reserved, its orders make %d and %d", l.Sold, l.Reserved, sold, reserved)
		}
	}
	return nil
}
