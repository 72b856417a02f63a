package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// ErrOtherAmount: the payer signed the payment nonce twice, and the other authorization
// paid the launch an amount that buys nothing. The money is in the launch's books and
// only its owner can return it. Stored orders have this text: it must not change.
var ErrOtherAmount = errors.New("another authorization with the same nonce paid this launch an amount that buys nothing: its owner can return it")

// OtherAmountError reports that an authorization with the payment's nonce paid a launch an
// amount that buys nothing. It wraps ErrOtherAmount.
type OtherAmountError struct {
	Launch   Launch
	Money    Event          // the payment, as the launch's books have it
	Refunder common.Address // may return it
}

// Unwrap returns ErrOtherAmount.
func (e *OtherAmountError) Unwrap() error { return ErrOtherAmount }

// Error says where the money is, and how the payer gets it back.
func (e *OtherAmountError) Error() string {
	l := &e.Launch
	in := func(amount *big.Int) string { return l.Asset.Format(amount) + " " + l.Asset.Symbol }
	return fmt.Sprintf("do not sign again: an authorization with this payment's nonce paid %s to the contract of %s in transaction %s. "+
		"That buys nothing, since the price is %s and a payment may buy 1 to %d. The contract keeps the money apart until %s, who may return it, "+
		"runs mint402 refund %s --token %s: ask there",
		in(e.Money.Amount), l.Slug, e.Money.At.Tx, in(l.Price), l.Limit, e.Refunder, e.Money.ID, l.Token)
}

// MayKeep reports whether the launch may keep an amount that arrived, although err, for which
// it is not sold, says that such money is returned. The minter returns only amounts that pay
// for allotments.
func (l *Launch) MayKeep(amount *big.Int, err error) bool {
	returned := errors.Is(err, ErrSoldOut) || errors.Is(err, ErrClosed)
	return returned && amount != nil && amount.Sign() > 0 && l.Quantity(amount) == 0
}

// usageLook schedules the next search for the use of a payment nonce.
type usageLook struct {
	next uint64 // final block from which to search again
	wait uint64 // blocks to wait the next time
}

const (
	// maxUsageWait is the maximum number of final blocks between two searches.
	maxUsageWait = 64
	// maxUsage is the maximum number of payment nonces remembered, and requested at
	// once.
	maxUsage = 100
	// claimSlack is the maximum difference between a claim's clock and the chain's.
	claimSlack = 10 * time.Minute
)

// explain searches for the uses of orders' payment nonces, since the orders were
// claimed. It adds to ends those that the asset's own log shows to be used for
// something else. If the money reached one of our launches and is not in its books, the
// blocks are read again. The other orders are parked with a reason that says so.
func (x *expirer) explain(ctx context.Context, l Launch, s *standing, launches []Launch, used []Order, ends map[PaymentID]reason) error {
	final := x.view.final
	var due []Order
	for _, o := range used {
		if s.usage[o.ID].next <= final.Number && len(due) < maxUsage {
			due = append(due, o)
		}
	}
	if len(due) == 0 {
		return nil
	}
	keys, claimed := make([]PayerKey, len(due)), due[0].CreatedAt
	for i, o := range due {
		keys[i] = PayerKey{o.Payer, o.Authorization.Nonce}
		if o.CreatedAt.Before(claimed) {
			claimed = o.CreatedAt
		}
	}
	from, err := x.blockBefore(ctx, l, claimed.Add(-claimSlack))
	if err != nil {
		return err
	}
	uses, err := x.chain.Usage(ctx, l, keys, from, x.view.head)
	if err != nil {
		return err
	}
	if len(s.usage) > maxRound {
		clear(s.usage)
	}
	parked := map[PaymentID]reason{}
	for i, o := range due {
		switch u := uses[i]; {
		case u.How == UseUnknown:
			parked[o.ID] = unknownUse.of()
		case u.At.Block > final.Number:
			s.usage[o.ID] = usageLook{next: u.At.Block}
		case u.How == UseCancelled:
			ends[o.ID] = cancelled.of()
		default:
			kind, err := x.paidUs(ctx, launches, o.ID, u)
			if err != nil {
				return err
			}
			if kind == nil {
				ends[o.ID] = paidElsewhere.of()
			} else {
				parked[o.ID] = kind.of()
			}
		}
	}
	return x.parkUsed(ctx, s, due, parked)
}

// parkUsed parks orders with used payment nonces and schedules the next search for the
// use. Once the use is known, there is no further search.
func (x *expirer) parkUsed(ctx context.Context, s *standing, due []Order, parked map[PaymentID]reason) error {
	final := x.view.final
	for _, o := range due {
		why, is := parked[o.ID]
		if !is {
			continue
		}
		wait := max(s.usage[o.ID].wait, 1)
		s.usage[o.ID] = usageLook{final.Number + wait, min(2*wait, maxUsageWait)}
		if kindOf(why.text) != unknownUse {
			s.usage[o.ID] = usageLook{next: math.MaxUint64}
		}
		if o.State() == Minting || o.ParkedFor == why.text {
			delete(parked, o.ID)
		}
	}
	if len(parked) == 0 {
		return nil
	}
	err := park(ctx, x.store, parked)
	x.notify.announce(ctx, slices.Collect(maps.Keys(parked)))
	return err
}

// paidUs returns the kind of reason for parking an order if its payment nonce paid one of
// our launches; nil if it did not. If the books lack that money, the blocks are read
// again: the books agreed only because another event was missing, too.
func (x *expirer) paidUs(ctx context.Context, launches []Launch, id PaymentID, u Use) (kind *reasonKind, err error) {
	l, ours := payee(launches, u)
	if !ours {
		return nil, nil
	}
	money, err := recorded(ctx, x.store, l, id, u)
	switch {
	case err != nil:
		return nil, err
	case money != nil:
		return otherAmount, nil
	}
	x.log.Warn("payment was missing from the events", "launch", l.Slug, "tx", u.At.Tx, "block", u.At.Block)
	x.audit.standing(l.Slug).unchecked()
	return unknownUse, x.audit.readAgain(ctx, launches, l.Slug, max(u.At.Block, 1)-1)
}

// payee returns our launch that an authorization paid, if it paid one.
func payee(launches []Launch, u Use) (Launch, bool) {
	i := slices.IndexFunc(launches, func(l Launch) bool { return l.Token == u.To })
	if i < 0 {
		return Launch{}, false
	}
	return launches[i], true
}

// recorded returns the event with which the launch's books have the money of an
// authorization, as an amount that buys nothing; then no event is missing. It returns nil if
// there is none. An error is the store's.
func recorded(ctx context.Context, store EventStore, l Launch, id PaymentID, u Use) (money *Event, err error) {
	err = store.EachEvent(ctx, l.Slug, u.At.Block, u.At.Block, func(ev Event) error {
		if ev.Kind == EventReceived && ev.ID == id && ev.At.BlockHash == u.At.BlockHash {
			money = &ev
		}
		return nil
	})
	return money, err
}

// blockBefore returns a block made before a time, or the block before the launch's
// first. It may be several times further back than needed.
func (x *expirer) blockBefore(ctx context.Context, l Launch, t time.Time) (b Block, err error) {
	first := max(l.DeployedAt, 1) - 1
	b = x.view.final
	for step := uint64(16); b.Time.After(t) && b.Number > first; step *= 2 {
		if b, err = x.blocks.at(ctx, max(first, b.Number-min(b.Number, step))); err != nil {
			return b, errors.Join(errors.New("find the block of a claim"), err)
		}
	}
	return b, nil
}

// readAgain reads the blocks above one again for a launch, by another method, and
// stores the events that were missing and are confirmed.
func (a *audit) readAgain(ctx context.Context, launches []Launch, slug string, above uint64) error {
	for _, l := range launches {
		if l.Slug != slug {
			continue
		}
		if !l.upTo(a.view.head) {
			return fmt.Errorf("launch %s is read up to block %d only", slug, l.Read.Number)
		}
		events, err := a.chain.Reread(ctx, []Launch{l}, Block{Number: above}, a.view.head, AttemptReceipts)
		if err != nil {
			return err
		}
		missing, err := a.compare(ctx, l, &repair{at: Block{Number: above}}, events, a.view.head)
		if err == nil {
			_, err = a.addConfirmed(ctx, l, missing)
		}
		return err
	}
	return nil
}

// Executed returns the order of a payment that the caller is about to refuse for a reason of
// its own, such as an expired challenge, if the authorization is used on chain. Somebody may
// have submitted it to the asset, in a block that was not read yet: then the payer has paid,
// and a refusal that asks for another signature would make the payer pay twice. It returns
// nil without an error if the payment nonce is not used. It waits, and fails, as Mint does.
func (e *Engine) Executed(ctx context.Context, slug string, quantity int64, p *x402.Payment) (*Order, error) {
	order, _, cancel, err := e.admission.take(ctx, slug, quantity, p, e.admission.ifExecuted)
	switch {
	case errors.Is(err, errUnused):
		return nil, nil
	case err != nil:
		return nil, err
	}
	cancel()
	return order, nil
}

var errUnused = errors.New("payment nonce is not used") // on chain

// ifExecuted returns the order of a payment with a used nonce, or errUnused.
func (a *admission) ifExecuted(ctx context.Context, launch *Launch, quantity int64, id PaymentID, p *x402.Payment) (*Order, error) {
	asking, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxSilence)
	defer cancel()
	switch used, err := a.executed(asking, launch, p); {
	case err != nil:
		return nil, err
	case !used:
		return nil, errUnused
	}
	return a.explained(ctx, launch, quantity, id, p)
}
