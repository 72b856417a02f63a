package mint

import (
	"context"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// plan decides on the call for an order: mint, return, or first fold its payer's
// history. If call.Kind is empty, no call is possible now, and why is the reason.
func (s *settler) plan(ctx context.Context, l Launch, o Order, history Folding) (call SettledCall, why reason, err error) {
	call = SettledCall{Kind: SettledMint, Order: o, Seen: s.seen(o)}
	untimely, err := s.untimely(ctx, l, o)
	if err != nil {
		return call, reason{}, err
	}
	if untimely == tooLate && !s.clocks.agree() {
		return SettledCall{}, clocksDiffer.of(tooLate), nil
	}
	folded := 0
	if points := history.Points(); len(points) > 0 {
		if folded, err = s.chain.Folded(ctx, l, o.ID, points); err != nil {
			return call, reason{}, err
		}
	}
	proof, whole := history.Next(folded)
	call.Proof = proof
	if !whole {
		call.Kind = Fold
		if until, enough := s.foldBudget(o.Payer, len(history.history)-folded*history.size); !enough {
			why = longHistory.of(len(history.history), until.UTC().Format("2006-01-02 15:04 MST"))
			s.unread[account{l.Slug, o.Payer}] = why
			return SettledCall{}, why, nil
		}
		refused, err := s.simulate(ctx, l, call)
		if err != nil || refused == "" {
			return call, reason{}, err
		}
		return SettledCall{}, contractSays.of(refused), nil
	}
	refused := untimely
	if untimely == "" {
		if refused, err = s.simulate(ctx, l, call); err != nil || refused == "" {
			return call, reason{}, err
		}
	}
	call.Kind = Return
	kept, err := s.simulate(ctx, l, call)
	switch {
	case err != nil:
		return call, reason{}, err
	case kept == "":
		return call, goesBack.of(refused), nil
	case untimely != "":
		return SettledCall{}, s.untilReturned(l, o, refused, kept), nil
	}
	return SettledCall{}, contractSays.of(refused), nil
}

// untilFinal reports whether an order waits until its settlement is final, since no call for
// it can be bound to the settlement's branch. Whether a launch finds blocks is asked once,
// and again later if it did not.
func (s *settler) untilFinal(ctx context.Context, l Launch, o Order) (bool, error) {
	if s.bound(l, o) {
		return false, nil
	}
	if s.guarded[l.Slug] || s.unbound.has(l.Slug, s.view.head.Number, s.clock()) {
		return true, nil
	}
	guards, err := s.chain.Guards(ctx, l)
	switch {
	case ctx.Err() != nil:
		return true, ctx.Err()
	case err == nil && guards:
		s.guarded[l.Slug] = true
		delete(s.unbound, l.Slug)
		return !s.bound(l, o), nil
	}
	if s.unbound.add(l.Slug, s.view.head.Number, s.clock()) == 1 || err != nil {
		s.log.Warn("the launch does not find the chain's blocks; a settled payment waits until it is final", "launch", l.Slug, "err", err)
	}
	return true, nil
}

// bound reports whether a call for an order cannot use the money of others: its settlement
// is final, or the contract finds the block of it. Calls that failed on chain too often
// are not bound, as far as we know.
func (s *settler) bound(l Launch, o Order) bool {
	return s.seen(o) == (Block{}) || s.guarded[l.Slug] && s.txs.failures[o.ID] < maxFailures
}

// seen returns the block that a call for an order names: none if the settlement is final.
func (s *settler) seen(o Order) Block {
	if o.Settlement.Block <= s.view.final.Number {
		return Block{}
	}
	return o.Settlement.block()
}

// simulate simulates a call. The state after the newest block does not find that block yet.
func (s *settler) simulate(ctx context.Context, l Launch, call SettledCall) (string, error) {
	if call.Seen.Number >= s.view.head.Number {
		call.Seen = Block{}
	}
	return s.chain.SimulateSettled(ctx, l, call, s.minter)
}

// untilReturned returns the reason for money that is not minted for, because it is
// untimely, and that the minter may not return now. The contract allows the return once a
// mint is no longer possible. This server then tries again; the owner is not needed.
func (s *settler) untilReturned(l Launch, o Order, untimely, kept string) reason {
	if !l.Open(s.view.head.Time) {
		return goesBackOnce.of(untimely, kept)
	}
	latest := ""
	if !l.ClosesAt.IsZero() {
		latest = ", at the latest after the close at " + l.ClosesAt.UTC().Format("2006-01-02 15:04:05 MST")
	}
	return ownerReturns.of(untimely, o.Quantity, latest)
}

// tooLate is the reason for returning money that arrived after the close. The return
// waits until both clocks agree.
const tooLate = "the payment arrived after the sale closed"

// untimely returns why money may not be minted for because of its arrival time: before
// the opening, or at the close or later. The contract cannot know that time. The block
// of the settlement has it, if it is still the canonical one.
func (s *settler) untimely(ctx context.Context, l Launch, o Order) (string, error) {
	if l.OpensAt.IsZero() && l.ClosesAt.IsZero() {
		return "", nil
	}
	b, err := s.chain.Block(ctx, o.Settlement.Block)
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

// fold is a part of a payer's history that the minter has paid for.
type fold struct {
	payer common.Address
	ids   int
	at    time.Time
}

// mayFold limits folds to half of the minter's transactions in flight. The other half
// is for payments that need no fold.
func (s *settler) mayFold() bool {
	return s.folding < max(1, s.InFlight/2)
}

// foldBudget reports whether the minter may pay for reading so many more ids of a
// payer's history and, if not, until when it may not. An account can have any number of
// mints, and each of its payments that a stranger submits has them all read again. So
// one payer gets half of the daily budget.
func (s *settler) foldBudget(payer common.Address, ids int) (until time.Time, enough bool) {
	now := s.clock()
	live := s.folded[:0]
	mine, all := 0, 0
	for _, f := range s.folded {
		if !now.Before(f.at.Add(budgetPeriod)) {
			continue
		}
		live = append(live, f)
		all += f.ids
		if f.payer == payer {
			mine += f.ids
		}
	}
	s.folded = live
	// A history begun within the budget is finished: its folds are counted already.
	if mine+ids <= s.FoldBudget/2 && all+ids <= s.FoldBudget {
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

// lacksRole returns why the minter's key of this server can neither mint for a launch nor
// return its money, or a reason without text. Without it, the contract's own refusal would be
// the reason, which names no role.
func (s *settler) lacksRole(l Launch) reason {
	c := s.audit.standing(l.Slug).conditions
	if !s.audit.standing(l.Slug).known || c.Minter == s.minter || c.Refunder == s.minter {
		return reason{}
	}
	minter := "it has none"
	if c.Minter != (common.Address{}) {
		minter = "that is " + c.Minter.Hex()
	}
	return wrongMinter.of(s.minter, l.Token, minter, s.minter, l.Token)
}
