package settle

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"mime"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// request is a request to verify or settle a payment. Its purchase is set once the payment is
// for one of our launches.
type request struct {
	x402.SettleRequest
	purchase checkout.Purchase
	on       *api.Chain   // the requirement's; nil if it was not read, or is not served
	token    *relay.Token // the payment is foreign, and settled for this token; nil: it is for a launch
	relay    *relay.Relay // of the token
}

// ForeignError means that a payment is not for one of our launches: another network, asset or
// recipient. The chain was not read, and no transaction sent.
type ForeignError struct {
	Reason x402.Reason
	Detail string
}

// Error names the foreign part.
func (e *ForeignError) Error() string { return e.Detail }

// read reads a request within the limits, and finds the launch that it pays for. The request
// is never nil: with an error, it has as much as could be read.
func (f *Facilitator) read(c *fiber.Ctx, call string) (*request, error) {
	q := &request{}
	if err := f.admit(c, call); err != nil {
		return q, err
	}
	t, err := f.token(c)
	if err != nil {
		return q, err
	}
	if c.Get(fiber.HeaderContentEncoding) != "" {
		return q, fiber.ErrUnsupportedMediaType
	}
	if kind, _, err := mime.ParseMediaType(c.Get(fiber.HeaderContentType)); err != nil || kind != fiber.MIMEApplicationJSON {
		return q, fiber.ErrUnsupportedMediaType
	}
	q.SettleRequest, err = x402.DecodeSettleRequest(c.Request().Body())
	if q.on = f.chain(q.Requirement.Network); q.on == nil && (q.Requirement.Network != "" || err == nil) {
		return q, &ForeignError{x402.ReasonForeignNetwork, "this facilitator settles on " + f.Presenter.Chains.Words() + " only"}
	}
	if err != nil {
		return q, err
	}
	l, err := f.launch(c.UserContext(), q.on, &q.Requirement)
	if foreign := (*ForeignError)(nil); errors.As(err, &foreign) {
		if id := q.on.Network.ChainID; t[id] != nil {
			q.token, q.relay = t[id], f.Relays[id]
			return q, nil
		}
	}
	if err != nil {
		return q, err
	}
	q.purchase = checkout.Purchase{Payment: q.Payment, Request: checkout.Request{Launch: l, Path: "/launches/" + l.Slug + "/mint", Method: fiber.MethodPost, Who: f.Client(c)}}
	return q, q.quoted(&l)
}

// chain returns the chain with a CAIP-2 id, or nil if it is not served.
func (f *Facilitator) chain(caip2 string) *api.Chain {
	if on := f.Presenter.Chains.Named(caip2); on != nil && on.Network.CAIP2() == caip2 {
		return on
	}
	return nil
}

// launch returns the launch on a chain that a requirement names as its recipient.
func (f *Facilitator) launch(ctx context.Context, on *api.Chain, r *x402.Requirement) (mint.Launch, error) {
	launches, err := f.Presenter.Reader.Launches(ctx)
	if err != nil {
		return mint.Launch{}, err
	}
	for _, l := range launches {
		switch {
		case l.Token != r.PayTo || l.ChainID != on.Network.ChainID:
		case l.Asset.Address != r.Asset:
			return mint.Launch{}, &ForeignError{x402.ReasonRequirement, fmt.Sprintf("the launch %s is paid in %s, and in no other asset", l.Slug, l.Asset.Address)}
		default:
			return l, nil
		}
	}
	if err := (api.Chains{on}).Starting(); err != nil { // launches that are new to this server may not be registered yet
		return mint.Launch{}, err
	}
	return mint.Launch{}, &ForeignError{x402.ReasonRequirement, "this facilitator settles payments to the launches of this server only, and " + r.PayTo.Hex() + " is none"}
}

// quoted sets the quantity that the requirement is for. It returns an error if this server
// never quotes such a requirement.
func (q *request) quoted(l *mint.Launch) error {
	r := &q.Requirement
	if q.purchase.Quantity = l.Quantity(r.Amount); q.purchase.Quantity < 1 {
		return &x402.RefusedError{Reason: x402.ReasonRequirement, Detail: fmt.Sprintf("the amount has to be that of 1 to %d allotments of %s base units", l.Limit, l.Price)}
	}
	if m := r.Extra.AssetTransferMethod; m != "" && m != "eip3009" {
		return &x402.RefusedError{Reason: x402.ReasonRequirement, Detail: "the asset transfer method is eip3009"}
	}
	return nil
}

// check checks what needs neither a signature nor the chain. The engine checks the rest, and all
// of this again.
func (q *request) check(now time.Time, margin time.Duration) error {
	if err := q.Check(now, margin); err != nil {
		return err
	}
	switch extra, asset := q.Requirement.Extra, q.purchase.Launch.Asset; {
	case extra.Name != asset.Name:
		return &x402.RefusedError{Reason: x402.ReasonTokenName, Detail: fmt.Sprintf("the asset's name is %q", asset.Name)}
	case extra.Version != asset.Version:
		return &x402.RefusedError{Reason: x402.ReasonTokenVersion, Detail: fmt.Sprintf("the asset's version is %q", asset.Version)}
	}
	return nil
}

// isOf returns an error unless the payment is the one that an order was made for. A payment
// with another signature is not: its sender may have seen only the payer and the nonce, and
// would be told that he has paid.
func (q *request) isOf(o *mint.Order) error {
	l, a := &q.purchase.Launch, &q.Payment.Authorization
	if a.To != l.Token || a.Value.Cmp(q.Requirement.Amount) != 0 || q.Payment.Scheme != x402.SchemeExact || q.Payment.Network != q.Requirement.Network {
		return &x402.RefusedError{Reason: x402.ReasonNonceUsed, Detail: "the payer has signed another payment with this nonce"}
	}
	if _, err := l.Requirement(q.purchase.Quantity).CheckSignature(q.Payment); err == nil {
		return nil
	}
	if !o.Foreign() && bytes.Equal(o.Signature, q.Payment.Signature) && sameWindow(&o.Authorization, a) {
		return nil // of a wallet with code
	}
	return &x402.RefusedError{Reason: x402.ReasonSignature, Detail: "the payer did not sign this payment"}
}

func sameWindow(a, b *x402.Authorization) bool {
	return a.ValidAfter != nil && a.ValidBefore != nil && a.ValidAfter.Cmp(b.ValidAfter) == 0 && a.ValidBefore.Cmp(b.ValidBefore) == 0
}

// admit counts a request of a client, and returns an error beyond the rate.
func (f *Facilitator) admit(c *fiber.Ctx, call string) error {
	again := f.rate.take(f.Client(c), f.Presenter.Now())
	if again == 0 {
		return nil
	}
	f.count(call, "limited")
	return &api.HTTPError{Status: fiber.StatusTooManyRequests, Fault: api.Fault{Code: "rate_limited", RetryAfter: int64(again / time.Second),
		Message: fmt.Sprintf("this facilitator answers %d requests a minute of one client", f.Rate)}}
}
