package cmd

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// audit compares a launch in the database with the chain, up to a block that both
// have. It reads three things from the chain: the launch's events, every transfer of
// its asset, and the contract's counters in the state after that block.
type audit struct {
	node   *node
	store  *store.Store
	launch mint.Launch
	say    func(format string, args ...any)

	solvency mint.Solvency
	books    *mint.Books
	in, out  *big.Int // sums of the asset's transfers
	omitted  int
}

// errMoved means that a reorg removed the audited block.
var errMoved = errors.New("the chain moved on while it was read")

// mostDifferences is the maximum number of differences in a report.
const mostDifferences = 50

func (a *audit) differ(code string, id mint.PaymentID, format string, args ...any) {
	if len(a.solvency.Differences) >= mostDifferences {
		a.omitted++
		return
	}
	var payment *mint.PaymentID
	if id != (mint.PaymentID{}) {
		payment = &id
	}
	a.solvency.Differ(code, payment, format, args...)
}

// run audits, and repeats the audit if a reorg interrupts it.
func (a *audit) run(ctx context.Context) (mint.Solvency, error) {
	for try := 0; ; try++ {
		err := a.once(ctx)
		if err == nil {
			return a.solvency, nil
		}
		if !errors.Is(err, errMoved) || try == 2 {
			return mint.Solvency{}, fmt.Errorf("audit %s: %w", a.launch.Slug, err)
		}
		a.say("a reorg took block %d back; beginning again", a.solvency.At.Number)
	}
}

func (a *audit) once(ctx context.Context) error {
	a.solvency, a.books, a.in, a.out, a.omitted = mint.Solvency{}, mint.NewBooks(a.launch), new(big.Int), new(big.Int), 0
	at, final, err := a.block(ctx)
	if err != nil {
		return err
	}
	a.solvency.At = at
	// Read the state first, because it is the first thing that nodes delete of a
	// block.
	conditions, err := a.node.Conditions(ctx, a.launch, at.Number)
	if err != nil {
		return err
	}
	// The audited block may be older than this launch if others are older. The range
	// is empty then.
	if err := blocks(a.launch.DeployedAt, at.Number, a.say, func(from, to uint64) error { return a.stretch(ctx, from, to) }); err != nil {
		return err
	}
	noted := a.solvency.Differences
	a.solvency = a.books.Solvency(at)
	a.solvency.Final = final
	a.solvency.Differences = append(a.solvency.Differences, noted...)
	a.solvency.Check(conditions)
	a.moved()
	if err := a.store.View(ctx, func(v *store.View) error { return a.orders(ctx, v) }); err != nil {
		return err
	}
	if a.omitted > 0 {
		a.solvency.Differ("more", nil, "%d more differences", a.omitted)
	}
	again, err := a.node.Block(ctx, at.Number)
	if err == nil && again.Hash != at.Hash {
		err = errMoved
	}
	return err
}

// block returns the newest block that both the database and the node have. A running
// server continues to read, but its data up to that block stays.
func (a *audit) block(ctx context.Context) (at mint.Block, final bool, err error) {
	cursor, err := a.store.Cursor(ctx)
	if err != nil {
		return at, false, err
	}
	if len(cursor) == 0 {
		return at, false, errors.New("the database has read no block yet")
	}
	for i, b := range cursor {
		now, err := a.node.Block(ctx, b.Number)
		switch {
		case errors.Is(err, mint.ErrUnknownBlock): // the node is behind
		case err != nil:
			return at, false, err
		case now.Hash == b.Hash:
			return b, i == len(cursor)-1, nil
		}
	}
	last := cursor[len(cursor)-1]
	return at, false, hint(fmt.Errorf("the node does not have block %d (%s), which the database says is final", last.Number, last.Hash),
		"the node may be behind, or of another chain")
}

// place is the position of a log.
type place struct {
	block uint64
	index uint
}

// stretch compares the events of a range of blocks.
func (a *audit) stretch(ctx context.Context, from, to uint64) error {
	events, err := a.node.Events(ctx, []mint.Launch{a.launch}, from, to)
	if err != nil {
		return err
	}
	transfers, err := a.node.Transfers(ctx, a.launch, from, to)
	if err != nil {
		return err
	}
	came := make(map[place]chain.Transfer, len(transfers))
	for _, t := range transfers {
		if t.To == a.launch.Token {
			a.in.Add(a.in, t.Value)
			came[place{t.At.Block, t.At.LogIndex}] = t
		} else {
			a.out.Add(a.out, t.Value)
		}
	}
	there := make(map[place]mint.Event, len(events))
	for _, e := range events {
		there[place{e.At.Block, e.At.LogIndex}] = e
		// An atomic mint has three logs in a row: the asset's Transfer, the token's
		// Transfer and Minted.
		if atomic := a.books.Add(e); atomic {
			t, paid := came[place{e.At.Block, e.At.LogIndex - 2}]
			if !paid || t.At.Tx != e.At.Tx || t.From != e.Payer || t.Value.Cmp(e.Amount) != 0 {
				a.differ("unpaid_mint", e.ID, "%d were minted to %s and no money came for them", e.Quantity, e.Payer)
			}
		}
	}
	err = a.store.EachEvent(ctx, a.launch.Slug, from, to, func(e mint.Event) error {
		at := place{e.At.Block, e.At.LogIndex}
		real, known := there[at]
		delete(there, at)
		switch {
		case !known:
			a.differ("event_unknown", e.ID, "the database has %s, and the chain does not", told(e))
		case !sameEvent(real, e):
			a.differ("event_differs", e.ID, "the database has %s, and the chain %s", told(e), told(real))
		}
		return nil
	})
	for _, e := range events {
		if _, missing := there[place{e.At.Block, e.At.LogIndex}]; missing && err == nil {
			a.differ("event_missing", e.ID, "the chain has %s, and the database does not", told(e))
		}
	}
	return err
}

func told(e mint.Event) string {
	return fmt.Sprintf("%s of %d, %s base units (block %d, log %d)", e.Kind, e.Quantity, e.Amount, e.At.Block, e.At.LogIndex)
}

func sameEvent(a, b mint.Event) bool {
	return a.Kind == b.Kind && a.Token == b.Token && a.ID == b.ID && a.Payer == b.Payer && a.Nonce == b.Nonce &&
		a.Quantity == b.Quantity && a.Amount.Cmp(b.Amount) == 0 && a.At == b.At
}

// moved compares the books with the sums of the asset's transfers.
func (a *audit) moved() {
	s, money := &a.solvency, func(n *big.Int) string { return a.launch.Asset.Format(n) + " " + a.launch.Asset.Symbol }
	if s.Received.Cmp(a.in) != 0 {
		a.differ("received", mint.PaymentID{}, "%s came in, the events say %s", money(a.in), money(s.Received))
	}
	if gone := new(big.Int).Add(s.Refunded, s.Withdrawn); gone.Cmp(a.out) != 0 {
		a.differ("sent", mint.PaymentID{}, "%s went out, the events say %s", money(a.out), money(gone))
	}
}

// blocks calls read with steps of from..to, and prints the range if there are
// several.
func blocks(from, to uint64, say func(string, ...any), read func(from, to uint64) error) error {
	const step = 10_000
	for first := from; from <= to; from += step {
		if to-first >= step {
			say("reading blocks from %d to %d", from, to)
		}
		if err := read(from, min(from+step-1, to)); err != nil {
			return err
		}
	}
	return nil
}
