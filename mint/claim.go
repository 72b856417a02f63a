package mint

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/mint402/mint402/x402"
)

// Mint takes a payment for a quantity of a launch's allotments and returns its
// order once it is mined, or parked, voided or refunded; or as it stands when
// ctx is done, which is not an error. The same payment again gets the same
// order, whatever has become of the sale meanwhile.
//
// Errors: ErrNotFound, ErrConflict, ErrOtherAmount, ErrDelisted, ErrSoldOut, ErrClosed,
// *NotOpenError, *QuantityError, ErrReserved, ErrBusy, *UnavailableError, *x402.RefusedError;
// after any of them nothing is claimed. Any other error is ours, and the payment
// may be presented again.
func (e *Engine) Mint(ctx context.Context, slug string, quantity int64, p *x402.Payment) (*Order, error) {
	// What takes much room on the stack has returned before the waiting begins:
	// a thousand may wait at a time.
	order, changed, cancel, err := e.take(ctx, slug, quantity, p)
	if err != nil {
		return nil, err
	}
	defer cancel()
	e.await(ctx, order, changed)
	return order, nil
}

// take claims a payment, or finds that it is known, and subscribes to what
// becomes of it.
func (e *Engine) take(ctx context.Context, slug string, quantity int64, p *x402.Payment) (_ *Order, changed <-chan struct{}, cancel func(), err error) {
	// What decides about money is not abandoned because a caller hung up.
	work := context.WithoutCancel(ctx)
	launch, err := e.Store.Launch(work, slug)
	if err != nil {
		return nil, nil, nil, err
	}
	id := NewPaymentID(e.ChainID, launch.Asset.Address, p.Authorization.From, p.Authorization.Nonce)
	changed, cancel = e.waiters.order(id)
	order, err := e.claim(ctx, launch, quantity, id, p)
	if err == nil && (order.Launch != slug || order.Quantity != quantity) {
		err = ErrConflict
	}
	if err != nil {
		cancel()
		return nil, nil, nil, err
	}
	return &order, changed, cancel, nil
}

// claim is the payment's order, claimed now or before. Whoever waits for it has
// subscribed already, so that no change of it falls between.
func (e *Engine) claim(ctx context.Context, launch Launch, quantity int64, id PaymentID, p *x402.Payment) (Order, error) {
	work := context.WithoutCancel(ctx)
	order, err := e.Store.Order(work, id)
	switch {
	case err == nil && (order.Launch != launch.Slug || order.Quantity != quantity):
		return Order{}, ErrConflict
	case err == nil:
		return e.again(work, launch, order, p), nil
	case !errors.Is(err, ErrNotFound):
		return Order{}, err
	}
	e.opened.wait(ctx)
	if err := e.offer(launch, quantity); err != nil {
		return Order{}, err
	}
	good, err := e.verify(work, launch, quantity, *p)
	if errors.Is(err, errUsed) {
		return e.used(ctx, launch, quantity, id, PayerKey{p.Authorization.From, p.Authorization.Nonce})
	}
	if err != nil {
		// A copy of it may have been claimed, and even mined, since we looked: then
		// that is why it does not pass.
		if order, lost := e.Store.Order(work, id); lost == nil && order.Launch == launch.Slug && order.Quantity == quantity {
			return order, nil
		}
		return Order{}, err
	}
	now := e.Clock()
	order, isNew, err := e.Store.Claim(work, Order{
		ID: id, Launch: launch.Slug, Payer: p.Authorization.From, Quantity: quantity, Value: p.Authorization.Value,
		Authorization: p.Authorization, Signature: good.signature, CreatedAt: now, UpdatedAt: now,
	}, good.credit)
	if errors.Is(err, ErrOvercommitted) {
		return Order{}, &x402.RefusedError{Reason: x402.ReasonBalance, Detail: ErrOvercommitted.Error()}
	}
	if err != nil {
		return Order{}, err
	}
	if isNew {
		e.queued.Add(1)
		e.log(&order)
		e.changes.announce()
	}
	e.nudge()
	return order, nil
}

// again answers for a payment that we know. A parked one is tried once more.
func (e *Engine) again(ctx context.Context, launch Launch, order Order, p *x402.Payment) Order {
	if order.State() != Parked || e.offer(launch, order.Quantity) != nil || order.Foreign() {
		return order
	}
	good, err := e.verify(ctx, launch, order.Quantity, *p)
	if err != nil {
		return order
	}
	if revived, err := e.Store.Revive(ctx, order.ID, good.credit); err == nil {
		order = revived
		e.log(&order)
		e.changes.announce()
		e.nudge()
	}
	return order
}

// used answers for a payment that we do not know and whose payment nonce is used
// on chain. If it paid us, the block that shows it is one we have read or are
// about to read. Only of blocks that we have read, and whose events explain all
// that the contract counts, can it be said that it did not. So it has to be used
// below the newest of them: the newest state says nothing of the blocks that the
// same node, or another, lists, and a node that is about to list a block can answer
// for the one before with that block's state.
func (e *Engine) used(ctx context.Context, launch Launch, quantity int64, id PaymentID, key PayerKey) (Order, error) {
	work := context.WithoutCancel(ctx)
	for {
		head := e.waiters.last(launch.Slug)
		order, err := e.Store.Order(work, id)
		switch {
		case err == nil:
			return order, nil
		case !errors.Is(err, ErrNotFound):
			return Order{}, err
		}
		if head == (Block{}) {
			return Order{}, e.unexplained(launch)
		}
		before, err := e.usedBelow(work, launch, key, head)
		if err != nil {
			return Order{}, e.unreachable(fmt.Errorf("inspect payer %s below block %d: %w", key.Payer, head.Number, err), mayBeCharged)
		}
		if before {
			return Order{}, e.usedBy(work, launch, id, key, head)
		}
		if err := e.waitHead(ctx, launch.Slug, head.Number+1); err != nil {
			return Order{}, &UnavailableError{[]Fault{{Code: "chain_behind", Launch: launch.Slug,
				Detail: fmt.Sprintf("a block after %d, which may show this payment, is not read yet", head.Number)}}}
		}
	}
}

// usedBy is why a payment that is used and not known is not taken. Only the log that
// shows what used it makes that a refusal, which invites to sign another: counters
// that agree may lack two events that cancel out.
func (e *Engine) usedBy(ctx context.Context, launch Launch, id PaymentID, key PayerKey, head Block) error {
	use, err := e.useOf(ctx, launch, id, key, head)
	if err != nil {
		return e.unreachable(fmt.Errorf("find what used payment %s: %w", id, err), mayBeCharged)
	}
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		return err
	}
	payee, ours := payee(launches, use)
	switch {
	case use.How == UseCancelled:
		return &x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: "this authorization was cancelled"}
	case use.How == UsePaid && !ours:
		return &x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: "this authorization was used for another payment"}
	case use.How == UsePaid:
		if recorded, err := e.recorded(ctx, payee, id, use); err != nil || recorded {
			return cmp.Or(err, ErrOtherAmount)
		}
		e.uses.miss(id, use)
		e.Look()
	}
	return &UnavailableError{[]Fault{{Code: "payment_unexplained", Launch: launch.Slug,
		Detail: "this authorization is used on chain and is looked for: " + mayBeCharged}}}
}

// mayBeCharged is what to do about a payment that is used on chain and not known here.
const mayBeCharged = "you may have been charged, so do not sign another; present the same one again"

// usedBelow says that a block that we have read is the chain's still, and that the
// payment nonce was used before it. It waits at most maxSilence.
func (e *Engine) usedBelow(ctx context.Context, launch Launch, key PayerKey, head Block) (bool, error) {
	if head.Number < 2 {
		return false, nil // block 0 would be the newest
	}
	ctx, cancel := context.WithTimeout(ctx, maxSilence)
	defer cancel()
	payers, err := e.Chain.Inspect(ctx, launch, []PayerKey{key}, head.Number-1)
	if err != nil || !payers[0].Used {
		return false, err
	}
	now, err := e.Chain.Block(ctx, head.Number)
	return err == nil && now.Hash == head.Hash, err
}

// unexplained says that it cannot be known what used a payment nonce, because the
// launch's events are not read whole.
func (e *Engine) unexplained(l Launch) *UnavailableError {
	faults := e.Faults(l.Slug)
	if len(faults) == 0 { // they came to agree, or to differ, just now
		faults = []Fault{{Code: "books_differ", Launch: l.Slug, Detail: "what happened to " + l.Slug + " is being read again"}}
	}
	return &UnavailableError{faults}
}
