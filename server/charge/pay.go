package charge

import (
	"context"
	"errors"
	"strconv"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// Purchase is a request with a credential. Callers allocate it on the heap, as they do a
// checkout.Purchase.
type Purchase struct {
	checkout.Purchase
	Credential mpp.Credential
}

// NewPurchase returns the purchase of a credential.
func NewPurchase(r checkout.Request, c mpp.Credential) *Purchase {
	return &Purchase{checkout.Purchase{Request: r, Payment: c.Payment(r.Launch.ChainID)}, c}
}

// Outcome is the result of a payment by MPP.
type Outcome struct {
	*checkout.Outcome
	// Problem is the body of an answer that MPP defines; nil for every other answer. Its
	// status takes precedence over that of checkout.Outcome.
	Problem *mpp.Problem
	// Challenge is the challenge of the answer. It is nil if no new payment could be
	// accepted: the payer then has nothing to sign.
	Challenge *mpp.Challenge
	// Confirmation is the receipt of MPP; nil unless the payment is minted.
	Confirmation *mpp.Receipt
}

// Pay takes the payment and waits for the outcome, as Checkout.Pay does.
//
// A known payment gets its order, whatever its challenge. A new one is checked in this
// order: the launch can be sold; the challenge is ours, for this launch, quantity and
// price, and not expired; the nonce is the challenge's; then the rules of every payment.
// Before a new challenge asks for another signature, the chain is asked whether somebody
// has executed this one.
func (s *Seller) Pay(ctx context.Context, p *Purchase) *Outcome {
	a := &p.Payment.Authorization
	id := mint.NewPaymentID(p.Launch.ChainID, p.Launch.Asset.Address, a.From, a.Nonce)
	switch _, err := s.Checkout.Presenter.Reader.Order(ctx, id); {
	case err == nil:
		return s.outcome(p, s.Checkout.Pay(ctx, &p.Purchase))
	case !errors.Is(err, mint.ErrNotFound):
		return &Outcome{Outcome: s.Checkout.Failed(&p.Purchase, err)}
	}
	if err := s.Checkout.Offer(ctx, &p.Request); err != nil {
		if p.Launch.MayKeep(a.Value, err) {
			if of := s.Checkout.Executed(ctx, &p.Purchase); of != nil {
				return s.outcome(p, of)
			}
		}
		return &Outcome{Outcome: s.Checkout.Failed(&p.Purchase, err)}
	}
	var refused *mpp.Error
	switch err := s.check(p); {
	case errors.As(err, &refused):
		if of := s.Checkout.Executed(ctx, &p.Purchase); of != nil {
			return s.outcome(p, of)
		}
		return s.refuse(&p.Request, refused)
	case err != nil:
		return &Outcome{Outcome: s.Checkout.Failed(&p.Purchase, err)}
	}
	return s.outcome(p, s.Checkout.Pay(ctx, &p.Purchase))
}

// Refuse returns the outcome of a credential that cannot be decoded. If the request cannot
// be sold, it is that error, without a challenge.
func (s *Seller) Refuse(ctx context.Context, r *checkout.Request, why *mpp.Error) *Outcome {
	if err := s.Checkout.Offer(ctx, r); err != nil {
		return &Outcome{Outcome: s.Checkout.Failed(&checkout.Purchase{Request: *r}, err)}
	}
	return s.refuse(r, why)
}

// refuse returns a refusal with a new challenge, unless no challenge cures it.
func (s *Seller) refuse(r *checkout.Request, why *mpp.Error) *Outcome {
	o := &Outcome{Outcome: &checkout.Outcome{Class: checkout.Invalid, Status: why.Kind.Status(), Err: why,
		Fault: api.Fault{Code: string(why.Kind), Message: why.Detail}}}
	if o.Status != 402 {
		o.problem(why.Kind, why.Detail)
		return o
	}
	o.Class = checkout.Curable
	c, err := s.Challenge(r)
	if err != nil {
		return &Outcome{Outcome: s.Checkout.Failed(&checkout.Purchase{Request: *r}, err)}
	}
	o.Challenge = &c
	o.problem(why.Kind, why.Detail)
	return o
}

// problem sets the body, for the challenge that the outcome has.
func (o *Outcome) problem(kind mpp.Kind, detail string) {
	id := ""
	if o.Challenge != nil {
		id = o.Challenge.ID
	}
	problem := kind.Problem(detail, id)
	o.Problem = &problem
}

// check checks the challenge of a new payment. Its errors are *mpp.Error, and
// *api.HTTPError for a challenge of ours for something else.
func (s *Seller) check(p *Purchase) error {
	c := &p.Credential.Challenge
	if c.Realm != s.realm || !s.secret.Made(*c) {
		return &mpp.Error{Kind: mpp.InvalidChallenge, Detail: "the challenge is not one of this server, or was changed"}
	}
	data, err := c.Data()
	if err != nil {
		return &mpp.Error{Kind: mpp.InvalidChallenge, Detail: "the challenge's data cannot be read"}
	}
	if quantity := strconv.FormatInt(p.Quantity, 10); data[dataLaunch] != p.Launch.Slug || data[dataQuantity] != quantity {
		return &api.HTTPError{Status: 409, Fault: api.Fault{Code: "conflict",
			Message: "this challenge is for a quantity of " + data[dataQuantity] + " of " + data[dataLaunch] + ", and the request for " + quantity + " of " + p.Launch.Slug}}
	}
	t, err := s.termsOf(&p.Request)
	if err != nil {
		return err
	}
	if c.Request != t.request {
		return &mpp.Error{Kind: mpp.InvalidChallenge, Detail: "the challenge's terms are not those of the launch"}
	}
	now := s.Checkout.Presenter.Now()
	deadline, ok := c.Deadline()
	if !ok {
		return &mpp.Error{Kind: mpp.InvalidChallenge, Detail: "the challenge has no end"}
	}
	// If the authorization has expired as well, the engine refuses it, after it has read
	// from the chain whether somebody else has executed it.
	if before := p.Payment.Authorization.ValidBefore; !deadline.After(now) && (!before.IsInt64() || before.Int64() > now.Unix()) {
		return &mpp.Error{Kind: mpp.PaymentExpired, Detail: "the challenge expired at " + c.Expires}
	}
	return p.Credential.Verify(p.Launch.ChainID)
}

// outcome returns the outcome of a payment by MPP, from that of any payment.
func (s *Seller) outcome(p *Purchase, of *checkout.Outcome) *Outcome {
	o := &Outcome{Outcome: of}
	switch of.Class {
	case checkout.Minted:
		id := ""
		if c := &p.Credential.Challenge; c.Nonce() == p.Payment.Authorization.Nonce {
			id = c.ID
		}
		receipt := mpp.NewReceipt(id, common.HexToHash(of.Receipt.Transaction), p.Launch.ChainID, of.Receipt.UpdatedAt)
		o.Confirmation = &receipt
	case checkout.Curable:
		kind := mpp.VerificationFailed
		if of.Refused != nil && of.Refused.Reason == x402.ReasonValidBefore {
			kind = mpp.PaymentExpired
		}
		return s.refuse(&p.Request, &mpp.Error{Kind: kind, Detail: of.Fault.Message})
	case checkout.Refused:
		s.refused(p, o)
	}
	return o
}

// refused sets the answer to a payment that no new signature makes good. If waiting may
// cure it, the answer repeats the same challenge: the client then signs the same payment,
// and at most one of its copies can execute. Otherwise the answer is a 403, since a 402
// would ask for a signature.
func (s *Seller) refused(p *Purchase, o *Outcome) {
	if o.Refused == nil || o.Refused.Reason != x402.ReasonBalance {
		o.Status = 403
		return
	}
	c := p.Credential.Challenge
	now := s.Checkout.Presenter.Now()
	deadline, ok := c.Deadline()
	if !ok || deadline.Sub(now) < s.Checkout.Presenter.Of(&p.Launch).Engine.Margin {
		var err error
		if c, err = s.Challenge(&p.Request); err != nil {
			o.Outcome = s.Checkout.Failed(&p.Purchase, err)
			return
		}
	}
	o.Challenge = &c
	o.problem(mpp.VerificationFailed, o.Fault.Message)
}
