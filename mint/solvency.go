package mint

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// Solvency is a launch's books at a block: the money that came in according to chain
// events, and its use. Amounts are base units of the asset, and
// received = held + withdrawn + refunded. Money that was neither refunded nor is the
// price of something minted is unaccounted.
type Solvency struct {
	Launch     Launch
	At         Block
	Final      bool  // that block is final
	Mints      int64 // payments that were minted
	Sold       int64 // allotments minted for them
	Received   *big.Int
	Refunded   *big.Int
	Withdrawn  *big.Int
	Owed       *big.Int // for settled payments that are neither minted nor refunded
	OwedOrders int64
	// Differences lists the values that do not agree; empty if all agree.
	Differences []Difference
}

// Difference is one value that does not agree with another.
type Difference struct {
	Code    string     `json:"code"`              // stable
	Payment *PaymentID `json:"payment,omitempty"` // the payment concerned, if any
	Detail  string     `json:"detail"`
}

// Minted returns the price of everything sold.
func (s Solvency) Minted() *big.Int { return s.Launch.Total(s.Sold) }

// Held returns the amount that the contract must hold.
func (s Solvency) Held() *big.Int {
	held := new(big.Int).Sub(s.Received, s.Refunded)
	return held.Sub(held, s.Withdrawn)
}

// Unaccounted returns the money that came in beyond the price of everything sold and is
// still there. It can become mints or refunds, never proceeds.
func (s Solvency) Unaccounted() *big.Int {
	left := new(big.Int).Sub(s.Received, s.Refunded)
	return left.Sub(left, s.Minted())
}

// Differ adds a difference.
func (s *Solvency) Differ(code string, payment *PaymentID, format string, args ...any) {
	s.Differences = append(s.Differences, Difference{code, payment, fmt.Sprintf(format, args...)})
}

// Check compares the books with the contract's own counters and balance in the state
// after the same block.
func (s *Solvency) Check(c Conditions) {
	money := func(n *big.Int) string { return s.Launch.Asset.Format(n) + " " + s.Launch.Asset.Symbol }
	if c.Sold != s.Sold {
		s.Differ("contract_sold", nil, "the contract has sold %d, its events say %d", c.Sold, s.Sold)
	}
	if c.Withdrawn.Cmp(s.Withdrawn) != 0 {
		s.Differ("contract_withdrawn", nil, "the contract has paid %s to the treasury, its events say %s", money(c.Withdrawn), money(s.Withdrawn))
	}
	if held := s.Held(); c.Held.Cmp(held) != 0 {
		s.Differ("contract_held", nil, "the contract holds %s, the events say %s", money(c.Held), money(held))
	}
	if left := s.Unaccounted(); s.Owed.Cmp(left) > 0 {
		s.Differ("owed_uncovered", nil, "%s are owed and %s are unaccounted", money(s.Owed), money(left))
	}
}

// Books add up a launch's events. Each event is given once, in chain order.
type Books struct {
	launch                              Launch
	mints, sold                         int64
	received, refunded, withdrawn, owed *big.Int
	owedOrders                          int64
	open                                map[PaymentID]Event // money that is not spent, by its id
	noted                               []Difference        // differences that single events show
}

// NewBooks returns empty books.
func NewBooks(l Launch) *Books {
	return &Books{launch: l, received: new(big.Int), refunded: new(big.Int), withdrawn: new(big.Int), owed: new(big.Int), open: map[PaymentID]Event{}}
}

// Add adds an event. It reports whether the event is a mint that must have brought its
// own money in the same transaction, since no money was there for it.
func (b *Books) Add(e Event) (atomic bool) {
	switch e.Kind {
	case EventSettled, EventReceived:
		b.received.Add(b.received, e.Amount)
		if e.Kind == EventSettled {
			b.owed.Add(b.owed, e.Amount)
			b.owedOrders++
		}
		b.open[e.ID] = e
	case EventMinted:
		b.mints++
		b.sold += e.Quantity
		came, there := b.spend(e.ID)
		if !there {
			b.received.Add(b.received, e.Amount)
			return true
		}
		if came.Amount.Cmp(e.Amount) < 0 {
			b.note("unpaid_mint", e.ID, "%d were minted for %s", e.Quantity, b.money(came.Amount))
		}
	case EventRefunded:
		due := new(big.Int)
		if came, there := b.spend(e.ID); there {
			due = came.Amount
		}
		if due.Cmp(e.Amount) != 0 {
			b.note("refund_amount", e.ID, "%s came in and %s were refunded, to %s", b.money(due), b.money(e.Amount), e.Payer)
		}
		b.refunded.Add(b.refunded, e.Amount)
	case EventWithdrawn:
		b.withdrawn.Add(b.withdrawn, e.Amount)
	}
	return false
}

// note records a difference that an event shows.
func (b *Books) note(code string, id PaymentID, format string, args ...any) {
	b.noted = append(b.noted, Difference{code, &id, fmt.Sprintf(format, args...)})
}

func (b *Books) money(n *big.Int) string {
	return b.launch.Asset.Format(n) + " " + b.launch.Asset.Symbol
}

// clone returns a copy that can be changed independently.
func (b *Books) clone() *Books {
	c := *b
	for _, n := range []**big.Int{&c.received, &c.refunded, &c.withdrawn, &c.owed} {
		*n = new(big.Int).Set(*n)
	}
	c.open, c.noted = maps.Clone(b.open), slices.Clone(b.noted)
	return &c
}

// spend removes and returns the money that came for an id.
func (b *Books) spend(id PaymentID) (came Event, there bool) {
	if came, there = b.open[id]; there {
		delete(b.open, id)
		if came.Kind == EventSettled {
			b.owed.Sub(b.owed, came.Amount)
			b.owedOrders--
		}
	}
	return came, there
}

// Solvency returns the books' totals at a block.
func (b *Books) Solvency(at Block) Solvency {
	n := func(n *big.Int) *big.Int { return new(big.Int).Set(n) }
	return Solvency{Launch: b.launch, At: at, Mints: b.mints, Sold: b.sold, Received: n(b.received), Refunded: n(b.refunded),
		Withdrawn: n(b.withdrawn), Owed: n(b.owed), OwedOrders: b.owedOrders, Differences: slices.Clone(b.noted)}
}
