package mint

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Money that reached the contract without a mint, through a facilitator or a stranger's
// transaction, becomes tokens or goes back. The minter mints for it. If the terms
// forbid that, or the supply does not suffice, the minter returns the money as far as
// the contract allows. For a payer with a long history it folds the history first.

// SettledCall is the minter's call for one such payment.
type SettledCall struct {
	Kind  TransactionKind // SettledMint, Return or Fold
	Order Order
	Proof Proof
}

const (
	// settledPages is the maximum number of pages of settled orders in one round.
	settledPages = 10
	// roundTroubles is how many chain errors for orders in a row end a round: then the
	// chain is at fault, not the orders.
	roundTroubles = 3
)

// sendSettled processes a launch's settled orders, oldest first. If one cannot be
// concluded, it stores the reason and goes on. It fails only if the store fails or no
// transaction can be signed at all.
//
// The contract spends the payment's id for any quantity that we pass. So the events
// must be complete: a settled mint is sent only after the books agreed at the block of
// the settlement or a later one.
func (e *Engine) sendSettled(ctx context.Context, l Launch, lines lines) error {
	page := Query{Launch: l.Slug, States: []State{Settled}, Oldest: true, Limit: e.BatchSize, After: e.memory.settled[l.Slug]}
	troubles := 0
	for range settledPages {
		orders, err := e.Store.Orders(ctx, page)
		if err != nil {
			return err
		}
		for _, o := range orders {
			if lines[e.Minter] >= e.InFlight && e.Minter != (common.Address{}) {
				return nil
			}
			page.After = o.ID
			e.memory.settled[l.Slug] = o.ID
			if !e.standing(l.Slug).agrees(o.Settlement.Block) {
				continue
			}
			if reason := e.memory.unread[account{l.Slug, o.Payer}]; reason != "" {
				if err := e.note(ctx, o, reason); err != nil {
					return err
				}
				continue
			}
			if e.memory.busy[account{l.Slug, o.Payer}] || e.waits(l, o) {
				continue
			}
			failed, err := e.conclude(ctx, l, o, lines)
			if err != nil {
				return err
			}
			if troubles++; !failed {
				troubles = 0
			}
			if troubles == roundTroubles {
				return nil // the next round goes on behind them
			}
		}
		if len(orders) < e.BatchSize {
			delete(e.memory.settled, l.Slug) // the next round begins with the oldest
			return nil
		}
	}
	return nil
}

// byOpening sorts launches for processing their settled payments. Launches that are not
// open yet come first, the next to open before all: the minter can return early money
// only until the opening.
func (e *Engine) byOpening(launches []Launch) []Launch {
	launches = slices.Clone(launches)
	slices.SortStableFunc(launches, func(a, b Launch) int {
		switch early, late := e.beforeOpening(a), e.beforeOpening(b); {
		case early && late:
			return a.OpensAt.Compare(b.OpensAt)
		case early:
			return -1
		case late:
			return 1
		}
		return 0
	})
	return launches
}

// beforeOpening reports whether the newest block is before a launch's opening.
func (e *Engine) beforeOpening(l Launch) bool { return e.memory.head.Time.Before(l.OpensAt) }

// waits reports whether an order must not be tried yet. Before the opening each block
// is a try: the minter can return money only until then.
func (e *Engine) waits(l Launch, o Order) bool {
	if e.beforeOpening(l) {
		last, held := e.memory.held[o.ID]
		return held && last.head == e.memory.head.Number
	}
	return e.memory.held.has(o.ID, e.memory.head.Number, e.Clock())
}

// conclude sends the next transaction for one settled order, or stores why that is not
// possible. failed reports that the chain did not answer for this order.
func (e *Engine) conclude(ctx context.Context, l Launch, o Order, lines lines) (failed bool, err error) {
	if e.Minter == (common.Address{}) {
		return false, e.refuse(ctx, o, "the money is with the launch and this server cannot mint for it: the launch's owner returns it")
	}
	history, err := e.Store.History(ctx, l.Slug, o.Payer)
	if err != nil {
		return false, err
	}
	folding := NewFolding(history, e.Fold)
	if len(folding.Points()) > 0 {
		// Reading so long a history takes time, and no other transaction is sent during
		// it. So a round reads it once, even if its account is owed for many payments.
		e.memory.busy[account{l.Slug, o.Payer}] = true
	}
	asking, cancel := context.WithTimeout(ctx, e.Patience)
	defer cancel()
	call, reason, err := e.plan(asking, l, o, folding)
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err != nil:
		e.Log.Warn("a settled payment cannot be concluded now", "payment", o.ID, "launch", l.Slug, "err", err)
		return true, e.refuse(ctx, o, "the money is with the launch; the chain's node gives no answer about this payment, and is asked again")
	case call.Kind == "":
		if reason != o.ParkedFor {
			e.Log.Warn("money waits", "payment", o.ID, "launch", l.Slug, "payer", o.Payer, "reason", reason)
		}
		return false, e.refuse(ctx, o, reason)
	case call.Kind == Fold && !e.mayFold():
		return false, nil // sent when one of the folds in flight is mined
	}
	if reason != "" {
		if err := e.note(ctx, o, reason); err != nil {
			return false, err
		}
	}
	sent, err := e.carry(ctx, Transaction{Kind: call.Kind, Launch: l.Slug, Sender: e.Minter}, []Order{o},
		func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
			return e.Chain.SignSettled(l, call, e.Minter, accountNonce, feeCap, tipCap)
		})
	if err != nil || !sent {
		return false, err
	}
	delete(e.memory.held, o.ID)
	e.memory.busy[account{l.Slug, o.Payer}] = true // the next one needs a history that includes this one
	lines[e.Minter]++
	if call.Kind == Fold {
		e.memory.folding++
		e.memory.folded = append(e.memory.folded, fold{o.Payer, len(call.Proof.IDs), e.Clock()})
	}
	return false, nil
}

// plan decides on the call for an order: mint, return, or first fold its payer's
// history. If call.Kind is empty, no call is possible now, and reason says why.
func (e *Engine) plan(ctx context.Context, l Launch, o Order, history Folding) (call SettledCall, reason string, err error) {
	call = SettledCall{Kind: SettledMint, Order: o}
	untimely, err := e.untimely(ctx, l, o)
	if err != nil {
		return call, "", err
	}
	if untimely == tooLate && !e.clocksAgree() {
		return SettledCall{}, tooLate + ", by a block time that the clock here contradicts: the money is with the launch, and goes back once the two agree", nil
	}
	folded := 0
	if points := history.Points(); len(points) > 0 {
		if folded, err = e.Chain.Folded(ctx, l, o.ID, points); err != nil {
			return call, "", err
		}
	}
	proof, whole := history.Next(folded)
	call.Proof = proof
	if !whole {
		call.Kind = Fold
		if until, enough := e.foldBudget(o.Payer, len(history.history)-folded*history.size); !enough {
			reason = fmt.Sprintf("the payer's %d earlier mints have to be read first, which is more than this server pays for until %s; the launch's owner can return the money",
				len(history.history), until.UTC().Format("2006-01-02 15:04 MST"))
			e.memory.unread[account{l.Slug, o.Payer}] = reason
			return SettledCall{}, reason, nil
		}
		refused, err := e.Chain.SimulateSettled(ctx, l, call, e.Minter)
		if err != nil || refused == "" {
			return call, "", err
		}
		return SettledCall{}, refused, nil
	}
	refused := untimely
	if untimely == "" {
		if refused, err = e.Chain.SimulateSettled(ctx, l, call, e.Minter); err != nil || refused == "" {
			return call, "", err
		}
	}
	call.Kind = Return
	kept, err := e.Chain.SimulateSettled(ctx, l, call, e.Minter)
	switch {
	case err != nil:
		return call, "", err
	case kept == "":
		return call, refused + ": the money goes back to the payer", nil
	case untimely != "":
		return SettledCall{}, refused + e.untilReturned(l, o, kept), nil
	}
	return SettledCall{}, refused, nil
}

// untilReturned returns the text after the reason for money that is not minted for and
// that the minter may not return now. The contract allows the return once a mint is no
// longer possible. This server then tries again; the owner is not needed.
func (e *Engine) untilReturned(l Launch, o Order, kept string) string {
	if !l.Open(e.memory.head.Time) {
		return ": the money goes back to the payer once the contract lets the minter return it (" + kept + "); the launch's owner can return it now"
	}
	text := fmt.Sprintf(": the launch's owner returns the money, or this server as soon as fewer than %d allotments are left", o.Quantity)
	if !l.ClosesAt.IsZero() {
		text += ", at the latest after the close at " + l.ClosesAt.UTC().Format("2006-01-02 15:04:05 MST")
	}
	return text
}

// tooLate is the reason for returning money that arrived after the close. The return
// waits until both clocks agree.
const tooLate = "the payment arrived after the sale closed"

// untimely returns why money may not be minted for because of its arrival time: before
// the opening, or at the close or later. The contract cannot know that time. The block
// of the settlement has it, if it is still the canonical one.
func (e *Engine) untimely(ctx context.Context, l Launch, o Order) (string, error) {
	if l.OpensAt.IsZero() && l.ClosesAt.IsZero() {
		return "", nil
	}
	b, err := e.Chain.Block(ctx, o.Settlement.Block)
	if err != nil {
		return "", err
	}
	if b.Hash != o.Settlement.BlockHash {
		return "", fmt.Errorf("block %d of the settlement was replaced: %w", o.Settlement.Block, ErrUnknownBlock)
	}
	switch {
	case b.Time.Before(l.OpensAt):
		return "the payment arrived before the sale opened", nil
	case l.Closed(b.Time):
		return tooLate, nil
	}
	return "", nil
}

// account is a payer at a launch; it has one history.
type account struct {
	launch string
	payer  common.Address
}

// occupied records which accounts have a settled mint, a return or a fold in flight.
// Another transaction signed for such an account would present a history that is out of
// date when it is mined.
func (e *Engine) occupied(ctx context.Context, txs []Transaction) error {
	e.memory.busy, e.memory.unread, e.memory.folding = map[account]bool{}, map[account]string{}, 0
	for _, tx := range txs {
		if tx.Mined.Seen() || tx.Kind == Batch {
			continue
		}
		if tx.Kind == Fold {
			e.memory.folding++
		}
		for _, id := range tx.Orders {
			o, err := e.Store.Order(ctx, id)
			if err == nil {
				e.memory.busy[account{tx.Launch, o.Payer}] = true
			}
		}
	}
	return ctx.Err()
}

// refuse stores why an order cannot be processed now. Retries come at growing pauses.
func (e *Engine) refuse(ctx context.Context, o Order, reason string) error {
	e.memory.held.add(o.ID, e.memory.head.Number, e.Clock())
	return e.note(ctx, o, reason)
}

// note stores a reason for an order if it is new, and announces it.
func (e *Engine) note(ctx context.Context, o Order, reason string) error {
	if reason == o.ParkedFor {
		return nil
	}
	if err := e.Store.Park(ctx, map[PaymentID]string{o.ID: reason}); err != nil {
		return err
	}
	e.tell(ctx, []PaymentID{o.ID})
	return nil
}

// fold is a part of a payer's history that the minter has paid for.
type fold struct {
	payer common.Address
	ids   int
	at    time.Time
}

// mayFold limits folds to half of the minter's transactions in flight. The other half
// is for payments that need no fold.
func (e *Engine) mayFold() bool {
	return e.memory.folding < max(1, e.InFlight/2)
}

// foldBudget reports whether the minter may pay for reading so many more ids of a
// payer's history and, if not, until when it may not. An account can have any number of
// mints, and each of its payments that a stranger submits has them all read again. So
// one payer gets half of the daily budget.
func (e *Engine) foldBudget(payer common.Address, ids int) (until time.Time, enough bool) {
	now := e.Clock()
	live := e.memory.folded[:0]
	mine, all := 0, 0
	for _, f := range e.memory.folded {
		if !now.Before(f.at.Add(budgetPeriod)) {
			continue
		}
		live = append(live, f)
		all += f.ids
		if f.payer == payer {
			mine += f.ids
		}
	}
	e.memory.folded = live
	// A history begun within the budget is finished: its folds are counted already.
	if mine+ids <= e.FoldBudget/2 && all+ids <= e.FoldBudget {
		return now, true
	}
	until = now.Add(budgetPeriod)
	for _, f := range live {
		if end := f.at.Add(budgetPeriod); end.Before(until) {
			until = end
		}
	}
	return until, false
}

// owedFaults returns a fault for each launch that owes money which no key here can mint
// for or return. It must not take more.
func (e *Engine) owedFaults(ctx context.Context, launches []Launch) []Fault {
	var faults []Fault
	for _, l := range launches {
		if s := e.standing(l.Slug); e.Minter != (common.Address{}) && (!s.known || s.conditions.Minter == e.Minter) {
			continue
		}
		n, err := e.Store.Count(ctx, Query{Launch: l.Slug, States: []State{Settled}})
		if err != nil || n == 0 {
			continue
		}
		faults = append(faults, delivering(launchFault("owed_without_minter", l,
			"%d payments reached %s without a mint, and no key here may mint or return them: start with the minter's key, or return them with mint402 refund", n, l.Slug)))
	}
	return faults
}
