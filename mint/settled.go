package mint

import (
	"context"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Money that is with the contract already, by a facilitator or a stranger's
// submission, ends as tokens or goes back. The minter mints it; where the terms
// forbid that, or the supply does not suffice, the minter returns it as far as
// the contract lets it. A payer with a long history has it folded first.

// SettledCall is what the minter calls for one such payment.
type SettledCall struct {
	Kind  TransactionKind // SettledMint, Return or Fold
	Order Order
	Proof Proof
}

const (
	// settledPages is how many pages of settled orders one round looks at.
	settledPages = 10
	// roundTroubles is how many orders in a row may meet an error of the chain
	// before a round ends: more of them is the chain's trouble, not the orders'.
	roundTroubles = 3
)

// sendSettled looks at a launch's settled orders, oldest first. What keeps one
// of them from being concluded is noted for that one, which then waits; the round
// goes on. It fails when the store does, or no transaction can be signed at all.
//
// The contract spends the payment's id for whatever quantity we say. So what we were
// told has to add up: a settled mint is sent only once the books agree at the block of
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

// byOpening are launches in the order in which their settled payments are looked at:
// those that are not open yet go first, the next to open before all. The minter can
// return what came too early only until then.
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

// beforeOpening says that the newest block is from before a launch's opening.
func (e *Engine) beforeOpening(l Launch) bool { return e.memory.head.Time.Before(l.OpensAt) }

// waits says that an order is not to be tried yet. Before the opening each block is
// a try: a longer pause could outlast the time in which the minter can return it.
func (e *Engine) waits(l Launch, o Order) bool {
	if e.beforeOpening(l) {
		last, held := e.memory.held[o.ID]
		return held && last.head == e.memory.head.Number
	}
	return e.memory.held.has(o.ID, e.memory.head.Number, e.Clock())
}

// conclude sends what one settled order needs next, or notes why nothing can be
// sent. failed says that the chain did not answer for this order.
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
		// To read so long a history takes time, in which nothing else is sent: a
		// round reads it once, however many payments its account is owed for.
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
		return false, nil // when one of those in flight is mined
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
	e.memory.busy[account{l.Slug, o.Payer}] = true // the next one needs a history with this one in it
	lines[e.Minter]++
	if call.Kind == Fold {
		e.memory.folding++
		e.memory.folded = append(e.memory.folded, fold{o.Payer, len(call.Proof.IDs), e.Clock()})
	}
	return false, nil
}

// plan decides what to call for an order: mint, return, or fold its payer's
// history first. Of no kind, nothing can be called now, and the reason says why.
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

// untilReturned says what money waits for that is not minted for, and that the
// minter may not return now. The contract lets it do so once the money could no longer
// be minted for: this server tries again, and the owner need not be waited for.
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

// tooLate is why money is returned that arrived after the close. A return can wait
// until that is sure.
const tooLate = "the payment arrived after the sale closed"

// untimely says why money may not be minted for when it arrived: before the
// opening, or at the close or later. The contract cannot know when that was. The
// block of the settlement does, as long as it is the canonical one.
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

// account is a payer at a launch: one history.
type account struct {
	launch string
	payer  common.Address
}

// occupied notes which accounts have a settled mint, a return or a fold in
// flight. What is signed for one of them now would present a history that is out
// of date when it lands.
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

// refuse notes why nothing can be done for an order now. It is tried again after a
// growing pause.
func (e *Engine) refuse(ctx context.Context, o Order, reason string) error {
	e.memory.held.add(o.ID, e.memory.head.Number, e.Clock())
	return e.note(ctx, o, reason)
}

// note stores a reason that is new for an order, and announces it.
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

// fold is a part of a payer's history that the minter paid for.
type fold struct {
	payer common.Address
	ids   int
	at    time.Time
}

// mayFold leaves half of the minter's line to payments that need no fold.
func (e *Engine) mayFold() bool {
	return e.memory.folding < max(1, e.InFlight/2)
}

// foldBudget says whether the minter may pay for reading so many ids more of a
// payer's history, and if not until when. An account can have any number of mints,
// and each payment of it that a stranger submits has all of them read again: one
// payer has half of what there is for a day.
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
	// What was begun within the budget is finished: its folds count already.
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

// owedFaults name launches that owe money which no key here can mint or return:
// more of it must not be taken.
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
