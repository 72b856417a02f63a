package mint

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// expirer concludes payments that can never execute or never be minted.
type expirer struct {
	store interface {
		OrderStore
		ClaimStore
		EventStore
		StoreHealth
	}
	chain interface {
		BlockReader
		StateReader
	}
	log    *slog.Logger
	clock  func() time.Time
	clocks *clocks
	blocks *blocks
	notify *notifier
	view   *view
	audit  *audit
	uses   *uses

	ended, parked, held map[string]PaymentID // launch slug → last order of the last round of each

	others  outsiders
	checked Block // the head of the last check of what facilitators hold
}

// run voids orders that can never execute. Either the authorization is unused and
// its window ended before the final block, and by our clock too; or the asset's own log
// up to there shows that it was cancelled or paid to another account. A used payment
// nonce alone is no proof: a payment to us leaves one, too, even if no node returned
// its logs. All this also applies to orders in a transaction, which may be stuck
// forever, since all blocks after the final one are later. An order without a
// transaction is also voided once the final block is at the launch's close or later: no
// block after it mints it.
//
// No order is voided while its launch's books do not agree at the final block or after.
// No order is voided because of time while our clock and the chain's disagree.
func (x *expirer) run(ctx context.Context, launches []Launch) error {
	final := x.view.final
	for _, l := range launches {
		s := x.audit.standing(l.Slug)
		if final.Number == 0 || s.expired == final.Number || !s.agrees(final.Number) {
			continue
		}
		done, err := x.expireOf(ctx, l, s, launches)
		if err != nil {
			return err
		}
		if done {
			s.expired = final.Number
		}
	}
	return nil
}

// expireOf concludes the next orders of one launch and reports whether the chain
// answered all requests. An error is the store's.
func (x *expirer) expireOf(ctx context.Context, l Launch, s *standing, launches []Launch) (done bool, err error) {
	passed := x.clocks.passed(x.view.final)
	expired, err := x.round(ctx, x.ended, Query{Launch: l.Slug, States: []State{Claimed, Parked, Minting}, EndsBy: passed})
	if err != nil {
		return false, err
	}
	states := []State{Parked}
	over := func(o Order) bool { return !passed.Before(time.Unix(o.Authorization.ValidBefore.Int64(), 0)) }
	ended := l.Closed(passed)
	if ended {
		states = append(states, Claimed)
	}
	waiting, err := x.round(ctx, x.parked, Query{Launch: l.Slug, States: states, Oldest: true})
	if err != nil {
		return false, err
	}
	waiting = slices.DeleteFunc(waiting, func(o Order) bool { return o.Foreign() || over(o) })
	ends := map[PaymentID]reason{}
	var used []Order
	// Inspect the state after a block that we have read: a node that lags behind it
	// might not know the payment yet. An authorization unused there was unused at the
	// final block, too.
	err = x.eachPayer(ctx, l, append(expired, waiting...), x.view.head.Number, func(o Order, p Payer) {
		switch {
		case p.Used:
			used = append(used, o)
		case over(o):
			ends[o.ID] = expiredUnused.of()
		case ended && o.State() != Minting:
			ends[o.ID] = closed.of()
		}
	})
	if err == nil && len(used) > 0 {
		err = x.explain(ctx, l, s, launches, used, ends)
	}
	if err != nil {
		x.log.Debug("inspect payers", "launch", l.Slug, "block", x.view.head.Number, "err", err)
	}
	if len(ends) > 0 {
		if err := void(ctx, x.store, ends); err != nil {
			return false, err
		}
		x.notify.announce(ctx, slices.Collect(maps.Keys(ends)))
	}
	return err == nil, nil
}

// moneyGone is for an order that a facilitator may still settle, and holds no tokens for that long.
var moneyGone = declare(byPayer, "the account no longer has the money for this payment, and as far as is known it was not charged; if a facilitator still charges it, the tokens follow or the money goes back")

// unfunded parks the orders that facilitators hold if their payers no longer have the money for
// them: otherwise one sum of money, passed on from account to account, would hold any number of
// tokens until the payments end. It looks at a part of them after each block. A payment is checked
// at a node that may have newer blocks than ours: so only a block that is later than the claim is
// evidence, and only if the newest state agrees.
func (x *expirer) unfunded(ctx context.Context, launches []Launch) error {
	if x.others.facilitators == nil || x.checked == x.view.head {
		return nil
	}
	for _, l := range launches {
		orders, err := x.round(ctx, x.held, Query{Launch: l.Slug, States: []State{Claimed}})
		if err != nil {
			return err
		}
		orders = slices.DeleteFunc(orders, func(o Order) bool { return o.Foreign() || !x.others.hold(o.ID) || !x.view.head.Time.After(o.UpdatedAt) })
		gone, err := x.lacking(ctx, l, orders, x.view.head.Number)
		if err == nil && len(gone) > 0 {
			var newest map[PaymentID]reason
			newest, err = x.lacking(ctx, l, orders, 0)
			maps.DeleteFunc(gone, func(id PaymentID, _ reason) bool { return newest[id] == reason{} })
		}
		if err != nil { // the next block's check looks again
			x.log.Debug("inspect payers", "launch", l.Slug, "block", x.view.head.Number, "err", err)
			continue
		}
		if len(gone) == 0 {
			continue
		}
		if err := park(ctx, x.store, gone); err != nil {
			return err
		}
		x.notify.announce(ctx, slices.Collect(maps.Keys(gone)))
	}
	x.checked = x.view.head
	return nil
}

// lacking returns the orders, of one launch, that their payers have no money for in the state after
// a block, 0 for the newest.
func (x *expirer) lacking(ctx context.Context, l Launch, orders []Order, at uint64) (map[PaymentID]reason, error) {
	left, gone := map[common.Address]*big.Int{}, map[PaymentID]reason{}
	err := x.eachPayer(ctx, l, orders, at, func(o Order, p Payer) {
		if left[o.Payer] == nil {
			left[o.Payer] = new(big.Int).Set(p.Balance)
		}
		if !p.Used && left[o.Payer].Sub(left[o.Payer], o.Authorization.Value).Sign() < 0 {
			gone[o.ID] = moneyGone.of()
		}
	})
	return gone, err
}

// maxRound is the maximum number of orders of a kind checked per final block. It limits
// the calls per block when there is a flood of parked orders.
const maxRound = 1000

// round reads the next orders of a query, continuing after the last round, and starts
// over after the end.
func (x *expirer) round(ctx context.Context, at map[string]PaymentID, q Query) ([]Order, error) {
	q.After, q.Limit = at[q.Launch], maxRound
	orders, err := x.store.Orders(ctx, q)
	switch {
	case err != nil:
	case len(orders) < maxRound:
		delete(at, q.Launch)
	default:
		at[q.Launch] = orders[len(orders)-1].ID
	}
	return orders, err
}

func (x *expirer) eachPayer(ctx context.Context, l Launch, orders []Order, at uint64, do func(Order, Payer)) error {
	for len(orders) > 0 {
		n := min(len(orders), maxInspect)
		ask := make([]PayerKey, n)
		for i, o := range orders[:n] {
			ask[i] = PayerKey{o.Payer, o.Authorization.Nonce}
		}
		payers, err := x.chain.Inspect(ctx, l, ask, at)
		if err != nil {
			return fmt.Errorf("inspect payers: %w", err)
		}
		for i, o := range orders[:n] {
			do(o, payers[i])
		}
		orders = orders[n:]
	}
	return nil
}
