package mint

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/sync/singleflight"

	"github.com/mint402/mint402/x402"
)

// admission takes payments: it checks one, claims it in one durable write, and answers for
// those that are known already. Requests use it concurrently.
type admission struct {
	*Settings
	store interface {
		LaunchStore
		OrderStore
		ClaimStore
		EventStore
	}
	chain interface {
		BlockReader
		StateReader
	}
	log     *slog.Logger
	clock   func() time.Time
	chainID uint64
	from    common.Address // simulations are run as if it sent the batch
	monitor *monitor
	notify  *notifier
	signals *signals
	queued  *queue
	opened  *opening
	uses    *uses

	decisions singleflight.Group // under way, by decisionKey
	payers    sync.Map           // launch slug → *inspectors
	knownEOAs *accounts          // accounts that had no code when last inspected
	wallets   places             // limits concurrent runs of wallet code
	coded     coded              // orders of accounts with code; see allow
}

// offer returns why a quantity cannot be sold now, or nil; see [Engine.Offer].
func (a *admission) offer(l *Launch, quantity int64) error {
	now := a.clock()
	switch {
	case l.Delisted:
		return ErrDelisted
	case quantity < 1 || quantity > l.Limit:
		return &QuantityError{quantity, l.Limit}
	case l.Sold+quantity > l.Cap:
		return ErrSoldOut
	case l.Closed(now):
		return ErrClosed
	case now.Before(l.OpensAt):
		return &NotOpenError{l.OpensAt}
	}
	if faults := a.monitor.faults(l.Slug); len(faults) > 0 {
		return &UnavailableError{faults}
	}
	switch {
	case l.Closed(a.monitor.latest.Load().next(now)): // no block can include it before the close
		return ErrClosed
	case l.Sold+l.Reserved+quantity > l.Cap:
		return ErrReserved
	case a.queued.full(l, a.Queue):
		return ErrBusy
	}
	return nil
}

// Mint takes a payment for a quantity of a launch's allotments. It returns the order
// once it is mined, parked, voided or refunded, or in its current state when ctx is
// done, which is not an error. The same payment again gets the same order, even if the
// sale has changed or ended since.
//
// Errors: ErrNotFound, ErrConflict, ErrOtherAmount, *KeyUsedError, *KeyNotStoredError, ErrDelisted, ErrSoldOut,
// ErrClosed, *NotOpenError, *QuantityError, ErrReserved, ErrBusy, ErrOvercommitted, ErrTooMany, *UnavailableError,
// *x402.RefusedError; after any of them nothing is claimed. After another, the payment may be presented again.
func (e *Engine) Mint(ctx context.Context, slug string, quantity int64, p *x402.Payment) (*Order, error) {
	order, changed, cancel, err := e.admission.take(ctx, slug, quantity, p, e.admission.claim)
	if err != nil {
		return nil, err
	}
	defer cancel()
	e.notify.await(ctx, order, changed)
	if !order.bought(slug, quantity) { // another signature with the nonce paid another launch in the meantime
		return nil, ErrConflict
	}
	return order, nil
}

// take claims a payment, or finds its existing order, with the given function, and
// subscribes to the order's changes.
func (a *admission) take(ctx context.Context, slug string, quantity int64, p *x402.Payment,
	claim func(context.Context, *Launch, int64, PaymentID, *x402.Payment) (*Order, error)) (_ *Order, changed <-chan struct{}, cancel func(), err error) {
	work := context.WithoutCancel(ctx) // decisions about money continue if the caller hangs up
	launch, err := launchOf(work, a.store, slug)
	if err != nil {
		return nil, nil, nil, err
	}
	// The order that it would find may be of the same account and nonce on this chain.
	if own := x402.CAIP2(a.chainID); p.Network != own {
		return nil, nil, nil, &x402.RefusedError{Reason: x402.ReasonNetwork, Detail: "the network is " + own}
	}
	id := NewPaymentID(a.chainID, launch.Asset.Address, p.Authorization.From, p.Authorization.Nonce)
	changed, cancel = a.notify.waiters.order(id)
	order, err := claim(ctx, launch, quantity, id, p)
	if err == nil && !order.bought(slug, quantity) {
		err = ErrConflict
	}
	if err != nil {
		cancel()
		return nil, nil, nil, err
	}
	return order, changed, cancel, nil
}

// claim returns the payment's order, claimed now or before. The caller has already
// subscribed to its changes, so it cannot miss one.
//
// Copies of a payment that overlap share one decision. Alone, each would read its payer at a
// block of its own: one could be refused for a balance that the other still saw. The client
// would read the 402, sign again and pay twice. A copy that arrives after a refusal is decided
// again: the payer may have the money by then.
//
// Only the decision is shared: each copy waits for the opening and for blocks on its own.
func (a *admission) claim(ctx context.Context, launch *Launch, quantity int64, id PaymentID, p *x402.Payment) (*Order, error) {
	work := context.WithoutCancel(ctx)
	switch order, err := orderOf(work, a.store, id); {
	case err == nil:
		if err := a.name(work, launch, order, p); err != nil {
			return nil, err
		}
		if order.bought(launch.Slug, quantity) {
			order = a.again(work, launch, order, p)
		}
		return order, nil
	case !errors.Is(err, ErrNotFound):
		return nil, err
	}
	if err := a.keyed(work, p); err != nil {
		return nil, err
	}
	a.opened.wait(ctx)
	if err := a.offer(launch, quantity); err != nil {
		return a.ended(ctx, launch, quantity, id, p, err)
	}
	decided, err, _ := a.decisions.Do(decisionKey(launch.Slug, quantity, p), func() (any, error) {
		return a.decide(work, launch, quantity, id, p)
	})
	if errors.Is(err, errUsed) {
		return a.explained(ctx, launch, quantity, id, p)
	}
	if err != nil {
		return nil, err
	}
	order := *decided.(*Order) // each copy of the payment has its own
	return &order, nil
}

// Thousands of requests wait at a time: for a node's answer about the payer, for the commit of
// the claim, for the block with the mint. Go doubles a stack that has no room, so what they have
// on it has to stay below 8 KB. Functions with an order, a launch or a requirement in
// their frame, which takes a kilobyte or two, return before the wait or begin after it, so they
// must not be inlined. bench -groups memory shows the effect.

//go:noinline
func launchOf(ctx context.Context, store LaunchStore, slug string) (*Launch, error) {
	launch, err := store.Launch(ctx, slug)
	if err != nil {
		return nil, err
	}
	return &launch, nil
}

//go:noinline
func orderOf(ctx context.Context, store OrderStore, id PaymentID) (*Order, error) {
	order, err := store.Order(ctx, id)
	if err != nil {
		return nil, err
	}
	return &order, nil
}

// newOrder returns the order that a verified payment claims.
//
//go:noinline
func newOrder(now time.Time, launch *Launch, quantity int64, id PaymentID, p *x402.Payment, signature []byte) *Order {
	return &Order{
		ID: id, Launch: launch.Slug, Payer: p.Authorization.From, Quantity: quantity, Value: p.Authorization.Value,
		Authorization: p.Authorization, Signature: signature, Keys: p.Keys, CreatedAt: now, UpdatedAt: now,
	}
}

//go:noinline
func insert(ctx context.Context, store ClaimStore, order *Order, credit Credit) (claimed *Order, isNew bool, err error) {
	return store.Claim(ctx, *order, credit)
}

// ended returns err, for which a launch is not sold; or if the launch keeps money of the payment,
// the order or the error that says where.
func (a *admission) ended(ctx context.Context, launch *Launch, quantity int64, id PaymentID, p *x402.Payment, err error) (*Order, error) {
	if !launch.MayKeep(p.Authorization.Value, err) {
		return nil, err
	}
	order, why := a.ifExecuted(ctx, launch, quantity, id, p)
	var refused *x402.RefusedError
	if errors.Is(why, errUnused) || errors.As(why, &refused) { // no money of it came here
		return nil, err
	}
	return order, why
}

// explained returns the order of an unknown payment with a used nonce, under the payment's keys,
// or the error that explains the use.
func (a *admission) explained(ctx context.Context, launch *Launch, quantity int64, id PaymentID, p *x402.Payment) (*Order, error) {
	order, err := a.used(ctx, *launch, quantity, id, PayerKey{p.Authorization.From, p.Authorization.Nonce})
	if err == nil {
		err = a.name(context.WithoutCancel(ctx), launch, &order, p)
	}
	if err != nil {
		return nil, err
	}
	return &order, nil
}

// decide verifies a payment that was unknown, and claims it, once for all copies that arrive
// before it ends, even if their clients hang up. The error is errUsed if the payment nonce is
// used on chain.
func (a *admission) decide(ctx context.Context, launch *Launch, quantity int64, id PaymentID, p *x402.Payment) (*Order, error) {
	good, err := a.verify(ctx, launch, quantity, p)
	if errors.Is(err, errUsed) {
		return nil, err
	}
	if err != nil {
		// The id may have been claimed, and even mined, since we looked, and that may be
		// why this payment fails. If that cannot be read, the payment is not refused.
		if order, lost := orderOf(ctx, a.store, id); !errors.Is(lost, ErrNotFound) {
			if lost == nil {
				lost = a.name(ctx, launch, order, p)
			}
			return order, lost
		}
		return nil, err
	}
	wanted := newOrder(a.clock(), launch, quantity, id, p, good.signature)
	order, isNew, err := insert(ctx, a.store, wanted, good.credit)
	if a.isKnown(ctx, wanted.Payer, &good.credit, err) {
		order, isNew, err = insert(ctx, a.store, wanted, good.credit)
	}
	if err != nil {
		a.coded.drop(id)
		return nil, err
	}
	if isNew {
		a.queued.Add(1)
		a.notify.logOrder(order)
		a.notify.changes.announce()
	}
	signal(a.signals.work)
	return order, nil
}

// again returns the order of a known payment. It tries to revive a parked one.
func (a *admission) again(ctx context.Context, launch *Launch, order *Order, p *x402.Payment) *Order {
	if order.State() != Parked || a.offer(launch, order.Quantity) != nil || order.Foreign() {
		return order
	}
	good, err := a.verify(ctx, launch, order.Quantity, p)
	if err != nil {
		return order
	}
	revived, err := a.store.Revive(ctx, order.ID, good.credit)
	if a.isKnown(ctx, order.Payer, &good.credit, err) {
		revived, err = a.store.Revive(ctx, order.ID, good.credit)
	}
	if err == nil {
		order = &revived
		a.notify.logOrder(order)
		a.notify.changes.announce()
		signal(a.signals.work)
	}
	return order
}
