package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Money that reached the contract without a mint, through a facilitator or a stranger's
// transaction, becomes tokens or goes back. The minter mints for it. If the terms
// forbid that, or the supply does not suffice, the minter returns the money as far as
// the contract allows. For a payer with a long history it folds the history first.

const (
	// maxSettledPages is the maximum number of pages of settled orders in one round.
	maxSettledPages = 10
	// maxRoundTroubles is how many chain errors for orders in a row end a round: then the
	// chain is at fault, not the orders.
	maxRoundTroubles = 3
)

// settler concludes settled payments: it mints for the money, or returns it.
type settler struct {
	*Settings
	store interface {
		OrderStore
		ClaimStore
	}
	chain interface {
		BlockReader
		StateReader
		Signer
	}
	turns  *turns
	log    *slog.Logger
	clock  func() time.Time
	minter common.Address
	clocks *clocks
	notify *notifier
	view   *view
	audit  *audit
	txs    *txManager

	settled map[string]PaymentID // launch slug → last settled order of the last round
	busy    map[account]bool     // accounts with a settled call in flight
	guarded map[string]bool      // launch slug → its contract was seen to find blocks of the chain
	unbound pauses[string]       // launches with a contract that did not
	unread  map[account]reason   // accounts with a history too long for the budget → the reason for their orders
	folding int                  // folds in flight
	folded  []fold               // paid for within budgetPeriod
}

// sendSettled processes a launch's settled orders, oldest first. If one cannot be
// concluded, it stores the reason and goes on. It fails only if the store fails or no
// transaction can be signed at all.
//
// The contract spends the payment's id for any quantity that we pass. So the events
// must be complete: a settled mint is sent only after the books agreed at the block of
// the settlement or a later one.
//
// After the call was sent, a reorg can execute another authorization with the same nonce,
// or none, and the asset knows only that a nonce is used. So the call names the block of
// the settlement, and fails on every branch without it. It does not wait until that block is
// final: a stranger could turn mints near the close into refunds, at the price of gas. Where
// the contract cannot find the chain's blocks, it does wait.
func (s *settler) sendSettled(ctx context.Context, l Launch) error {
	page := Query{Launch: l.Slug, States: []State{Settled}, Oldest: true, Limit: s.BatchSize, After: s.settled[l.Slug]}
	troubles := 0
	for range maxSettledPages {
		orders, err := s.store.Orders(ctx, page)
		if err != nil {
			return err
		}
		for _, o := range orders {
			if s.txs.inFlight[s.minter] >= s.InFlight && s.minter != (common.Address{}) {
				return nil
			}
			page.After = o.ID
			s.settled[l.Slug] = o.ID
			if !s.addsUp(l, o) {
				continue
			}
			if s.txs.gas.overdrawn(l.Slug) {
				if err := s.note(ctx, o, noCreatorGas.of()); err != nil {
					return err
				}
				continue
			}
			if waits, err := s.untilFinal(ctx, l, o); err != nil {
				return err
			} else if waits {
				if err := s.note(ctx, o, untilFinal.of()); err != nil {
					return err
				}
				continue
			}
			if why, is := s.unread[account{l.Slug, o.Payer}]; is {
				if err := s.note(ctx, o, why); err != nil {
					return err
				}
				continue
			}
			if s.busy[account{l.Slug, o.Payer}] || s.waits(l, o) {
				continue
			}
			failed, err := s.conclude(ctx, l, o)
			if err != nil {
				return err
			}
			if troubles++; !failed {
				troubles = 0
			}
			if troubles == maxRoundTroubles {
				return nil // the next round goes on behind them
			}
		}
		if len(orders) < s.BatchSize {
			delete(s.settled, l.Slug) // the next round begins with the oldest
			return nil
		}
	}
	return nil
}

// byOpening sorts launches for processing their settled payments. Launches that are not
// open yet come first, the next to open before all: the minter can return early money
// only until the opening.
func (s *settler) byOpening(launches []Launch) []Launch {
	launches = slices.Clone(launches)
	slices.SortStableFunc(launches, func(a, b Launch) int {
		switch early, late := s.beforeOpening(a), s.beforeOpening(b); {
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
func (s *settler) beforeOpening(l Launch) bool { return s.view.head.Time.Before(l.OpensAt) }

// waits reports whether an order must not be tried yet. Before the opening each block
// is a try: the minter can return money only until then.
func (s *settler) waits(l Launch, o Order) bool {
	if s.beforeOpening(l) {
		last, held := s.txs.held[o.ID]
		return held && last.head == s.view.head.Number
	}
	return s.txs.held.has(o.ID, s.view.head.Number, s.clock())
}

// conclude sends the next transaction for one settled order, or stores why that is not
// possible. failed reports that the chain did not answer for this order.
func (s *settler) conclude(ctx context.Context, l Launch, o Order) (failed bool, err error) {
	if s.minter == (common.Address{}) {
		return false, s.refuse(ctx, o, noMinter.of())
	}
	if why := s.lacksRole(l); why.text != "" {
		return false, s.refuse(ctx, o, why)
	}
	history, err := s.store.History(ctx, l.Slug, o.Payer)
	if err != nil {
		return false, err
	}
	folding := NewFolding(history, s.Fold)
	if len(folding.Points()) > 0 {
		// Reading so long a history takes time, and no other transaction is sent during
		// it. So a round reads it once, even if its account is owed for many payments.
		s.busy[account{l.Slug, o.Payer}] = true
	}
	asking, cancel := context.WithTimeout(ctx, s.Patience)
	defer cancel()
	var call SettledCall
	var why reason
	var unready error
	s.turns.all(
		func() { call, why, err = s.plan(asking, l, o, folding) },
		func() { unready = s.txs.ready(ctx, s.minter) },
	)
	if err == nil && call.Kind != "" {
		err = unready
	}
	switch {
	case ctx.Err() != nil:
		return false, ctx.Err()
	case err == nil && !s.same(ctx, l, o):
		return false, nil // the next round looks again
	case errors.Is(err, ErrUnknownBlock):
		return true, s.refuse(ctx, o, untilFinal.of()) // a reorg, which the next step sees, or the block is too old
	case err != nil:
		s.log.Warn("settled payment cannot be concluded now", "payment", o.ID, "launch", l.Slug, "err", err)
		return true, s.refuse(ctx, o, noAnswer.of())
	case call.Kind == "":
		if why.text != o.ParkedFor {
			s.log.Warn("settled payment waits", "payment", o.ID, "launch", l.Slug, "payer", o.Payer, "reason", why.text)
		}
		return false, s.refuse(ctx, o, why)
	case call.Kind == Fold && !s.mayFold():
		return false, nil // sent when one of the folds in flight is mined
	case call.Kind != SettledMint && s.txs.gas.room() == 0:
		return false, s.refuse(ctx, o, noGasBudget.of())
	}
	if why.text != "" {
		if err := s.note(ctx, o, why); err != nil {
			return false, err
		}
	}
	sent, err := s.txs.carry(ctx, Transaction{Kind: call.Kind, Launch: l.Slug, Sender: s.minter}, []Order{o}, func() bool { return s.same(ctx, l, o) },
		func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
			return s.chain.SignSettled(ctx, l, call, s.minter, accountNonce, feeCap, tipCap)
		})
	if err != nil || !sent {
		return false, err
	}
	delete(s.txs.held, o.ID)
	s.busy[account{l.Slug, o.Payer}] = true // the next one needs a history that includes this one
	if call.Kind == Fold {
		s.folding++
		s.folded = append(s.folded, fold{o.Payer, len(call.Proof.IDs), s.clock()})
	}
	return false, nil
}

// same reports whether an order and its launch's books are still as they were when its call
// was planned.
func (s *settler) same(ctx context.Context, l Launch, was Order) bool {
	o, err := s.store.Order(ctx, was.ID)
	return err == nil && s.view.current && o.State() == Settled && o.Settlement == was.Settlement && o.Quantity == was.Quantity && o.Value.Cmp(was.Value) == 0 &&
		s.addsUp(l, o) && s.bound(l, o) && s.lacksRole(l).text == ""
}

// addsUp reports whether the books agreed at the block of a settlement or later.
func (s *settler) addsUp(l Launch, o Order) bool {
	return s.audit.standing(l.Slug).agrees(o.Settlement.Block)
}

// refuse stores why an order cannot be processed now. Retries come at growing pauses.
func (s *settler) refuse(ctx context.Context, o Order, why reason) error {
	s.txs.held.add(o.ID, s.view.head.Number, s.clock())
	return s.note(ctx, o, why)
}

// note stores a reason for an order if it is new, and announces it.
func (s *settler) note(ctx context.Context, o Order, why reason) error {
	if why.text == o.ParkedFor {
		return nil
	}
	if err := park(ctx, s.store, map[PaymentID]reason{o.ID: why}); err != nil {
		return err
	}
	s.notify.announce(ctx, []PaymentID{o.ID})
	return nil
}

// owedFaults returns a fault for each launch that owes money which no key here can mint
// for or return. It must not take more.
func (s *settler) owedFaults(ctx context.Context, launches []Launch) []Fault {
	var faults []Fault
	for _, l := range launches {
		st := s.audit.standing(l.Slug)
		if s.minter != (common.Address{}) && (!st.known || st.conditions.Minter == s.minter) {
			continue
		}
		n, err := s.store.Count(ctx, Query{Launch: l.Slug, States: []State{Settled}})
		if err != nil || n == 0 {
			continue
		}
		payments, minter := "1 payment", "the minter's key"
		if n > 1 {
			payments = fmt.Sprintf("%d payments", n)
		}
		if st.known && st.conditions.Minter != (common.Address{}) {
			minter = "the key of its minter, " + st.conditions.Minter.Hex()
		}
		faults = append(faults, delivering(launchFault("owed_without_minter", l,
			"it is the turn of the owner of %s. %s reached the contract without a mint, and no key of this server may mint or return them. "+
				"The owner runs mint402 refund --token %s, or starts the server with %s; until then %s is not sold here",
			l.Slug, payments, l.Token, minter, l.Slug)))
	}
	return faults
}
