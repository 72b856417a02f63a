// Package audit checks that the money of a launch adds up. It compares every payment, mint,
// refund and withdrawal on the chain with the database and with the contract's own
// counters. Each disagreement is reported as a difference with a code. The package only
// reads.
package audit

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// Audit compares a launch in the database with the chain, up to a block that both
// have. It reads three things from the chain: the launch's events, every transfer of
// its asset from or to the launch, and the contract's counters in the state after that
// block. All exported fields must be set.
type Audit struct {
	Client *chain.Client
	Store  *store.Store
	Launch mint.Launch
	Say    func(format string, args ...any) // prints a line about the progress

	solvency mint.Solvency
	books    *mint.Books
	in, out  *big.Int // sums of the asset's transfers to and from the launch, in base units
	omitted  int      // differences that are not in the report; see maxDifferences
}

// errReorg means that a reorg removed the audited block.
var errReorg = errors.New("a reorg replaced blocks while they were read")

// maxDifferences is the number of differences after which differ only counts. The few
// differences of mint.Solvency.Check are always in the report.
const maxDifferences = 50

// differ adds a difference to the report. id is the payment that it is about, or zero.
func (a *Audit) differ(code string, id mint.PaymentID, format string, args ...any) {
	if len(a.solvency.Differences) >= maxDifferences {
		a.omitted++
		return
	}
	var payment *mint.PaymentID
	if id != (mint.PaymentID{}) {
		payment = &id
	}
	a.solvency.Differ(code, payment, format, args...)
}

// MissingBlockError means that the node does not have a block that the database says
// is final. The node is behind, or serves another chain.
type MissingBlockError struct{ Block mint.Block }

// Error implements error.
func (e *MissingBlockError) Error() string {
	return fmt.Sprintf("the node does not have block %d (%s), which the database says is final", e.Block.Number, e.Block.Hash)
}

// Run audits the launch, and repeats the audit at most twice if a reorg interrupts it.
// The differences are in the result; an error means that the chain or the database
// could not be read.
func (a *Audit) Run(ctx context.Context) (mint.Solvency, error) {
	for try := 0; ; try++ {
		err := a.once(ctx)
		if err == nil {
			return a.solvency, nil
		}
		if !errors.Is(err, errReorg) || try == 2 {
			return mint.Solvency{}, fmt.Errorf("audit %s: %w", a.Launch.Slug, err)
		}
		a.Say("a reorg replaced block %d; the audit starts again", a.solvency.At.Number)
	}
}

// once audits the launch once. It returns errReorg if the audited block was removed during
// that time.
func (a *Audit) once(ctx context.Context) error {
	a.solvency, a.books, a.in, a.out, a.omitted = mint.Solvency{}, mint.NewBooks(a.Launch), new(big.Int), new(big.Int), 0
	at, final, err := a.block(ctx)
	if err != nil {
		return err
	}
	a.solvency.At = at
	if young := a.Launch.DeployedAt; young > at.Number {
		return fmt.Errorf("it was deployed in block %d, and the database has been read up to block %d: audit it once its server has read on", young, at.Number)
	}
	// Read the state first, because nodes delete a block's state earlier than its logs.
	conditions, err := a.Client.Conditions(ctx, a.Launch, at.Number)
	if err != nil {
		return err
	}
	if err := Blocks(a.Launch.DeployedAt, at.Number, a.Say, func(from, to uint64) error { return a.checkRange(ctx, from, to) }); err != nil {
		return err
	}
	noted := a.solvency.Differences
	a.solvency = a.books.Solvency(at)
	a.solvency.Final = final
	a.solvency.Differences = append(a.solvency.Differences, noted...)
	a.solvency.Check(conditions)
	a.checkTransfers()
	if err := a.Store.View(ctx, func(v *store.View) error { return a.orders(ctx, v) }); err != nil {
		return err
	}
	if a.omitted > 0 {
		a.solvency.Differ("more", nil, "%d more differences", a.omitted)
	}
	again, err := a.Client.Block(ctx, at.Number)
	if err == nil && again.Hash != at.Hash {
		err = errReorg
	}
	return err
}

// block returns the newest block that both the database and the node have, and whether the
// database has it as final. A server may be running and reading further blocks: the data up
// to this block does not change then.
func (a *Audit) block(ctx context.Context) (at mint.Block, final bool, err error) {
	cursor, err := a.Store.Cursor(ctx)
	if err != nil {
		return at, false, err
	}
	if len(cursor) == 0 {
		return at, false, errors.New("the database has read no block yet")
	}
	for i, b := range cursor {
		now, err := a.Client.Block(ctx, b.Number)
		switch {
		case errors.Is(err, mint.ErrUnknownBlock): // the node is behind: try an older block
		case err != nil:
			return at, false, err
		case now.Hash == b.Hash:
			return b, i == len(cursor)-1, nil
		}
	}
	return at, false, &MissingBlockError{cursor[len(cursor)-1]}
}

// logPosition is the place of a log on the chain.
type logPosition struct {
	block uint64
	index uint
}

// checkRange compares the events in a range of blocks: each atomic mint with the transfer
// that paid for it, and the chain's events with the database's.
func (a *Audit) checkRange(ctx context.Context, from, to uint64) error {
	events, err := a.Client.Events(ctx, []mint.Launch{a.Launch}, from, to)
	if err != nil {
		return err
	}
	transfers, err := a.Client.Transfers(ctx, a.Launch, from, to)
	if err != nil {
		return err
	}
	received := make(map[logPosition]chain.Transfer, len(transfers))
	for _, t := range transfers {
		if t.To == a.Launch.Token {
			a.in.Add(a.in, t.Value)
			received[logPosition{t.At.Block, t.At.LogIndex}] = t
		} else {
			a.out.Add(a.out, t.Value)
		}
	}
	unmatched := make(map[logPosition]mint.Event, len(events)) // not yet found in the database
	for _, e := range events {
		unmatched[logPosition{e.At.Block, e.At.LogIndex}] = e
		// An atomic mint has three logs in a row: the asset's Transfer, the token's
		// Transfer and Minted.
		if atomic := a.books.Add(e); atomic {
			t, paid := received[logPosition{e.At.Block, e.At.LogIndex - 2}]
			if !paid || t.At.Tx != e.At.Tx || t.From != e.Payer || t.Value.Cmp(e.Amount) != 0 {
				a.differ("unpaid_mint", e.ID, "%d were minted to %s, but no money arrived for them", e.Quantity, e.Payer)
			}
		}
	}
	err = a.Store.EachEvent(ctx, a.Launch.Slug, from, to, func(e mint.Event) error {
		at := logPosition{e.At.Block, e.At.LogIndex}
		real, known := unmatched[at]
		delete(unmatched, at)
		switch {
		case !known:
			a.differ("event_unknown", e.ID, "the database has %s, the chain does not", describe(e))
		case !sameEvent(real, e):
			a.differ("event_differs", e.ID, "the database has %s, the chain has %s", describe(e), describe(real))
		}
		return nil
	})
	for _, e := range events {
		if _, missing := unmatched[logPosition{e.At.Block, e.At.LogIndex}]; missing && err == nil {
			a.differ("event_missing", e.ID, "the chain has %s, the database does not", describe(e))
		}
	}
	return err
}

func describe(e mint.Event) string {
	return fmt.Sprintf("%s of %d, %s base units (block %d, log %d)", e.Kind, e.Quantity, e.Amount, e.At.Block, e.At.LogIndex)
}

func sameEvent(a, b mint.Event) bool {
	return a.Kind == b.Kind && a.Token == b.Token && a.ID == b.ID && a.Payer == b.Payer && a.Nonce == b.Nonce &&
		a.Quantity == b.Quantity && a.Amount.Cmp(b.Amount) == 0 && a.At == b.At
}

// checkTransfers compares the sums of the books with the sums of the asset's transfers.
func (a *Audit) checkTransfers() {
	s, money := &a.solvency, func(n *big.Int) string { return a.Launch.Asset.Format(n) + " " + a.Launch.Asset.Symbol }
	if s.Received.Cmp(a.in) != 0 {
		a.differ("received", mint.PaymentID{}, "%s arrived, but the events add up to %s", money(a.in), money(s.Received))
	}
	if gone := new(big.Int).Add(s.Refunded, s.Withdrawn); gone.Cmp(a.out) != 0 {
		a.differ("sent", mint.PaymentID{}, "%s left, but the events add up to %s", money(a.out), money(gone))
	}
}

// Blocks calls read for the blocks from..to (both included), 10,000 at a time. If there are
// more than that, it prints before each call, with say, which blocks are left.
func Blocks(from, to uint64, say func(string, ...any), read func(from, to uint64) error) error {
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
