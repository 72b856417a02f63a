package checkout

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// Purchase is a request with a payment. Callers allocate it on the heap, so that the
// stacks of thousands of waiting requests stay small.
type Purchase struct {
	Request
	Payment x402.Payment
}

// Seconds after which a client should ask again for an order that is not decided.
const (
	retryMinting = 1
	retryParked  = 5
)

// Pay takes the payment and waits for the outcome: until a block has the mint, the order
// is parked, voided or refunded, Wait is over, or ctx or Life is done. If too many
// payments wait, in total or for this client, it does not wait. The payment is taken even
// if ctx is done.
func (c *Checkout) Pay(ctx context.Context, p *Purchase) *Outcome {
	order, err := c.wait(ctx, p, c.Presenter.Of(&p.Launch).Engine.Mint)
	if err != nil {
		return c.failed(ctx, p, err)
	}
	return c.outcome(ctx, p, order)
}

// Executed returns the outcome of a payment that the caller is about to refuse with a price or
// a challenge, if its authorization is used on chain: the payer may have paid. Otherwise it
// returns nil. It waits as Pay does.
func (c *Checkout) Executed(ctx context.Context, p *Purchase) *Outcome {
	switch order, err := c.wait(ctx, p, c.Presenter.Of(&p.Launch).Engine.Executed); {
	case err != nil:
		return c.failed(ctx, p, err)
	case order == nil:
		return nil
	default:
		return c.outcome(ctx, p, order)
	}
}

// wait calls the engine for a payment, with the bounds of a request that waits.
func (c *Checkout) wait(ctx context.Context, p *Purchase, do func(context.Context, string, int64, *x402.Payment) (*mint.Order, error)) (*mint.Order, error) {
	ctx, cancel := context.WithTimeout(ctx, c.Wait)
	defer cancel()
	defer context.AfterFunc(c.Life, cancel)()
	if c.held.Take(p.Who) {
		defer c.held.Give(p.Who)
	} else {
		cancel()
	}
	return do(mint.WithCaller(ctx, p.Who), p.Launch.Slug, p.Quantity, &p.Payment)
}

// crowd is the number of waiting payments above which the memory of each counts for more than
// the time to free some of it.
const crowd = 256

// IsCrowded reports whether so many payments wait that requests should free their memory.
func (c *Checkout) IsCrowded() bool { return c.held.Taken() >= crowd }

// outcome returns the outcome of a payment that has an order.
func (c *Checkout) outcome(ctx context.Context, p *Purchase, order *mint.Order) *Outcome {
	receipt := c.Presenter.Receipt(&p.Launch, order)
	o := &Outcome{Order: order, Receipt: &receipt}
	switch order.State() {
	case mint.Mined, mint.Minted:
		o.Class, o.Status = Minted, 200
		o.Settle = &x402.SettleResponse{Success: true, Transaction: receipt.Transaction, Network: x402.CAIP2(p.Launch.ChainID),
			Payer: order.Payer.Hex(), Amount: receipt.Paid.Amount}
		if c.Presenter.Sign(&receipt, &p.Launch, order, c.URL(&p.Request)); receipt.Proof != nil {
			o.Settle.Extensions = proof.Delivered(*receipt.Proof)
		}
	case mint.Voided:
		return c.voided(ctx, p, o)
	case mint.Refunded:
		o.Class, o.Status, o.Settle = Refunded, 410, c.unsettled(p, x402.ReasonTransaction, receipt.Settlement)
		o.Fault = api.Fault{Code: "refunded", Message: "this payment was refunded", Details: map[string]any{"refund": receipt.Refund, "order": receipt}}
	default:
		if order.IsBarred() {
			return c.refused(p, &x402.RefusedError{Reason: x402.ReasonBarred, Detail: order.Reason()})
		}
		o.Class, o.Status, o.RetryAfter, o.Location = Pending, 202, retryMinting, orderPath(order.ID)
		if order.State() == mint.Parked {
			o.RetryAfter = retryParked
		}
	}
	return o
}

// voided returns the outcome of a payment that can never execute, as a final block shows:
// the payer may sign a new one. If a new one could not be delivered, the outcome is that
// error, without a price.
func (c *Checkout) voided(ctx context.Context, p *Purchase, o *Outcome) *Outcome {
	now := c.Presenter.Of(&p.Launch).Engine.Clock()
	why := x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: o.Order.Reason()}
	if before := o.Order.Authorization.ValidBefore; before != nil && before.IsInt64() && now.Unix() >= before.Int64() {
		why.Reason = x402.ReasonValidBefore
	}
	if o.Order.MayArrive(now) {
		why.Reason = x402.ReasonTransaction // the nonce is not used, and the authorization has not expired
	}
	settle := c.unsettled(p, why.Reason, "")
	if err := c.Offer(ctx, &p.Request); err != nil {
		o = c.problem(p, err)
	} else {
		o = c.curable(p, &why)
	}
	o.Settle = settle
	return o
}

// failed returns the outcome of a payment that was not claimed, or that may have been
// claimed before an error of ours.
func (c *Checkout) failed(ctx context.Context, p *Purchase, err error) *Outcome {
	var why *x402.RefusedError
	if !errors.As(err, &why) {
		o := c.problem(p, err)
		c.pointTo(o, p, err)
		return o
	}
	if other := c.signedFor(ctx, p, why.Reason); other != "" {
		o := &Outcome{Class: Conflict, Status: 409, Err: err, Fault: api.Fault{Code: "conflict", Message: other}}
		o.Settle = c.unsettled(p, why.Reason, "")
		return o
	}
	if !why.Reason.Curable() {
		return c.refused(p, why)
	}
	return c.curable(p, why)
}

// refused returns the outcome of a payment that no new signature can replace.
func (c *Checkout) refused(p *Purchase, why *x402.RefusedError) *Outcome {
	o := &Outcome{Class: Refused, Status: 402, Err: why, Refused: why, Fault: api.Fault{Code: string(why.Reason), Message: why.Detail}}
	o.Settle = c.unsettled(p, why.Reason, "")
	o.Settle.ErrorMessage = ASCII(why.Detail)
	return o
}

// pointTo adds to a conflict the order that the payer should look at. The outcome gets no
// receipt: an unsuccessful one would say that the purchase failed, and it may be minted.
func (c *Checkout) pointTo(o *Outcome, p *Purchase, err error) {
	var used *mint.KeyUsedError
	var unnamed *mint.KeyNotStoredError
	at := func(id mint.PaymentID) string {
		o.Location = orderPath(id)
		o.Fault.Details = map[string]any{"paymentId": id}
		return c.Presenter.PublicURL + o.Location
	}
	switch {
	case errors.As(err, &used):
		o.Fault.Message = "Do not pay again: " + used.Error() + "; GET " + at(used.First)
		if used.Presented != (mint.PaymentID{}) {
			o.Fault.Details["presented"] = used.Presented
		}
	case errors.As(err, &unnamed):
		o.Fault.Message = "Do not pay again: " + unnamed.Error() + ". GET " + at(unnamed.Order) + ", or present the payment without that key"
	case errors.Is(err, mint.ErrConflict):
		o.Fault.Message = "Do not pay again: " + mint.ErrConflict.Error() + "; GET " + at(mint.NewPaymentID(p.Launch.ChainID, p.Launch.Asset.Address, p.Payment.Authorization.From, p.Payment.Authorization.Nonce))
	}
}

// signedFor returns a sentence if a payment pays for another quantity, or for another launch
// of this server, and "" otherwise. Such a payment gets no price: some clients would sign
// another one for it and send it to the same wrong URL.
func (c *Checkout) signedFor(ctx context.Context, p *Purchase, reason x402.Reason) string {
	a := &p.Payment.Authorization
	switch reason {
	case x402.ReasonValue:
		if a.Value == nil || a.Value.Sign() <= 0 {
			return ""
		}
		if n := p.Launch.Quantity(a.Value); n > 0 {
			return fmt.Sprintf("this payment is for a quantity of %d, and the request for %d", n, p.Quantity)
		}
	case x402.ReasonRecipient, x402.ReasonNetwork:
		launches, err := c.reader.Launches(ctx)
		if err != nil {
			return ""
		}
		for i := range launches {
			if pays(&p.Payment, &launches[i]) {
				return "this payment is for the launch " + launches[i].Slug + ", and the request for " + p.Launch.Slug
			}
		}
	}
	return ""
}

// curable returns the outcome of a refused payment that a new signature can replace.
func (c *Checkout) curable(p *Purchase, why *x402.RefusedError) *Outcome {
	price, err := c.refusedPrice(p, why)
	if err != nil {
		return c.problem(p, err)
	}
	return &Outcome{Class: Curable, Status: 402, Price: price, Refused: why, Err: why, Fault: api.Fault{Code: string(why.Reason), Message: why.Detail}}
}

// Failed returns the outcome of an error that a caller found before it called Pay, such as
// one of Offer.
func (c *Checkout) Failed(p *Purchase, err error) *Outcome { return c.problem(p, err) }

// problem returns the outcome of any other error.
func (c *Checkout) problem(p *Purchase, err error) *Outcome {
	v := c.Problem(&p.Request, err, true)
	return &Outcome{Class: classOf(v.Status), Status: v.Status, Err: err, Fault: v.Fault, RetryAfter: v.Fault.RetryAfter}
}

// unsettled returns the receipt of a payment that has not bought anything.
func (c *Checkout) unsettled(p *Purchase, reason x402.Reason, tx string) *x402.SettleResponse {
	return &x402.SettleResponse{ErrorReason: reason, Transaction: tx, Network: x402.CAIP2(p.Launch.ChainID), Payer: p.Payment.Authorization.From.Hex()}
}

// ReasonFor returns the reason of a refusal as the payment's protocol version spells it,
// or the code of the fault.
func (o *Outcome) ReasonFor(p *Purchase) string {
	if o.Refused != nil {
		return reasonFor(&p.Payment, o.Refused.Reason)
	}
	return o.Fault.Code
}

// Retry returns RetryAfter as a header's value.
func (o *Outcome) Retry() string { return strconv.FormatInt(o.RetryAfter, 10) }
