package audit

import (
	"cmp"
	"context"
	"slices"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// orderEvents holds the first event of each kind for an order; nil where there is none.
type orderEvents struct{ minted, settled, refunded *mint.Event }

// add keeps an event if it is the first of its kind.
func (f *orderEvents) add(e mint.Event) {
	for _, kind := range []struct {
		kind mint.EventKind
		fact **mint.Event
	}{{mint.EventMinted, &f.minted}, {mint.EventSettled, &f.settled}, {mint.EventRefunded, &f.refunded}} {
		if e.Kind == kind.kind && *kind.fact == nil {
			*kind.fact = &e
		}
	}
}

// decisive returns the event that determines the order's launch and quantity: the mint if
// there is one, or else the settlement, or else the refund.
func (f *orderEvents) decisive() *mint.Event {
	switch {
	case f.minted != nil:
		return f.minted
	case f.settled != nil:
		return f.settled
	}
	return f.refunded
}

// contradicts returns how an order differs from its events, or "" if it does not. token is
// the order's launch, and final the number of the newest final block.
func (f *orderEvents) contradicts(o mint.Order, token common.Address, final uint64) string {
	for _, fact := range []struct {
		what string
		mark mint.Mark
		e    *mint.Event
	}{{"mint", o.Mint, f.minted}, {"settlement", o.Settlement, f.settled}, {"refund", o.Refund, f.refunded}} {
		switch {
		case fact.e == nil && fact.mark.Seen():
			return "its " + fact.what + " has no event"
		case fact.e != nil && fact.e.At != fact.mark:
			return "its " + fact.what + " is recorded at another place than its event"
		case fact.e != nil && fact.e.Payer != o.Payer:
			return "its payer differs from that of its " + fact.what
		}
	}
	if e := f.decisive(); e != nil && e != f.refunded && (e.Token != token || e.Quantity != o.Quantity || e.Amount.Cmp(o.Value) != 0) {
		return "its launch, quantity or value differs from the event's"
	}
	below := func(m mint.Mark) bool { return m.Seen() && m.Block <= final }
	// The reverse is normal: in a final block, an order is marked final only once the books
	// were checked.
	if o.Final && !below(o.Mint) && !below(o.Refund) {
		return "it is marked final, but its block is not final"
	}
	return ""
}

// eventsByOrder returns the database's events of all orders, from block 0 to a block. It
// reads all launches, because an id may have events at several of them.
func eventsByOrder(ctx context.Context, v *store.View, launches []mint.Launch, to uint64) (map[mint.PaymentID]*orderEvents, error) {
	seen := map[mint.PaymentID]*orderEvents{}
	for _, l := range launches {
		err := v.EachEvent(ctx, l.Slug, 0, to, func(e mint.Event) error {
			if e.Kind != mint.EventReceived && e.Kind != mint.EventWithdrawn {
				if seen[e.ID] == nil {
					seen[e.ID] = &orderEvents{}
				}
				seen[e.ID].add(e)
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return seen, nil
}

// orders compares the launch's orders and counters in the database with the events in the
// database. v is one snapshot, so a running server cannot change them in between.
func (a *Audit) orders(ctx context.Context, v *store.View) error {
	cursor, err := v.Cursor(ctx)
	if err != nil {
		return err
	}
	launches, err := v.Launches(ctx)
	if err != nil {
		return err
	}
	seen, err := eventsByOrder(ctx, v, launches, cursor[0].Number)
	if err != nil {
		return err
	}
	var sold, reserved int64
	err = v.EachOrder(ctx, a.Launch.Slug, func(o mint.Order, stored mint.State) error {
		state := o.State()
		if state.Sold() {
			sold += o.Quantity
		}
		if state.Reserves() {
			reserved += o.Quantity
		}
		if stored != state {
			a.differ("order_state", o.ID, "it is stored as %q, but its events make it %s", stored, state)
		}
		f := seen[o.ID]
		if f == nil {
			f = &orderEvents{}
		}
		if how := f.contradicts(o, a.Launch.Token, cursor[len(cursor)-1].Number); how != "" {
			a.differ("order_differs", o.ID, "%s", how)
		}
		delete(seen, o.ID)
		return nil
	})
	if err != nil {
		return err
	}
	a.missing(seen)
	for _, l := range launches {
		if l.Slug == a.Launch.Slug && (l.Sold != sold || l.Reserved != reserved) {
			a.differ("database_counters", mint.PaymentID{}, "the database counts %d sold and %d reserved, but its orders add up to %d and %d", l.Sold, l.Reserved, sold, reserved)
		}
	}
	return nil
}

// missing reports the events of the launch that have no order, in the order of the chain. So
// two audits of one state print the same.
func (a *Audit) missing(events map[mint.PaymentID]*orderEvents) {
	var without []*mint.Event
	for _, f := range events {
		if e := f.decisive(); e.Token == a.Launch.Token {
			without = append(without, e)
		}
	}
	slices.SortFunc(without, func(x, y *mint.Event) int {
		return cmp.Or(cmp.Compare(x.At.Block, y.At.Block), cmp.Compare(x.At.LogIndex, y.At.LogIndex))
	})
	for _, e := range without {
		a.differ("order_missing", e.ID, "the database has %s, but no order for it", describe(*e))
	}
}
