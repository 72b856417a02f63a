package checkout

import (
	"context"
	"encoding/base64"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// messagePaymentRequired is the error of a version 2 challenge for a request without a payment.
const messagePaymentRequired = "Payment required"

// Extension adds to the 402 of a request: to Extensions, OutputSchema or Resource. It may
// use only the request and configuration, because 402s are kept for maxPriceAge and given
// to other clients. Its texts must be ASCII, since clients send them back in a header.
type Extension func(r *Request, required *x402.PaymentRequired)

// Price is the 402 of a request, as objects and as bytes.
type Price struct {
	Required x402.PaymentRequired // version 2
	Body     Body                 // version 1
	Header   string               // Required in base64: the value of PAYMENT-REQUIRED
	JSON     []byte               // Body as JSON
	Answer   atomic.Value         // what the transport of the request keeps with the price

	made         time.Time
	form, formV1 *form // of Required, and of Body
}

// Body is the body of a 402, of version 1. Detail is a sentence for people, in addition to
// the error code.
type Body struct {
	x402.PaymentRequiredV1
	Detail string `json:"detail,omitempty"`
}

// Offer returns the error why the request cannot be sold now, or nil.
func (c *Checkout) Offer(ctx context.Context, r *Request) error {
	_, err := c.Presenter.Of(&r.Launch).Engine.Offer(ctx, r.Launch.Slug, r.Quantity)
	return err
}

// Price returns the 402 of a request, or the error of Offer. The caller must not change
// the result: it is shared.
func (c *Checkout) Price(ctx context.Context, r *Request) (*Price, error) {
	if err := c.Offer(ctx, r); err != nil {
		return nil, err
	}
	return c.price(r)
}

// required returns the version 2 object of a request. Apart from the message, it depends
// only on the request, the launch's terms and our configuration.
func (c *Checkout) required(r *Request, message string) x402.PaymentRequired {
	l := &r.Launch
	required := x402.NewPaymentRequired(message, x402.Resource{
		URL:         c.URL(r),
		Description: "Mint " + Sells(l, r.Quantity) + madeBy(l),
		MimeType:    "application/json",
	}, l.Requirement(r.Quantity))
	required.Extensions = map[string]any{x402.ExtensionIdentifier: identifier}
	for _, add := range c.Extensions {
		add(r, &required)
	}
	return required
}

// identifier lets a payer name the purchase, so that a second signature for it is refused.
var identifier = x402.IdentifierExtension()

// refusedPrice returns the 402 for a payment that was refused and that a new signature
// can replace. Both versions have the error code for the reason. The code in the body is
// that of the payment's version.
func (c *Checkout) refusedPrice(p *Purchase, why *x402.RefusedError) (*Price, error) {
	kept, err := c.price(&p.Request)
	if err != nil {
		return nil, err
	}
	refused := &Price{Required: kept.Required, Body: kept.Body}
	refused.Required.Error = string(why.Reason)
	refused.Body.Error, refused.Body.Payer, refused.Body.Detail = reasonFor(&p.Payment, why.Reason), p.Payment.Authorization.From.Hex(), why.Detail
	more := `,"payer":"` + refused.Body.Payer + `"`
	if why.Detail != "" {
		detail, err := quoted(why.Detail)
		if err != nil {
			return nil, err
		}
		more += `,"detail":` + detail
	}
	refused.JSON = kept.formV1.with(refused.Body.Error, more)
	refused.Header = kept.form.header(refused.Required.Error)
	return refused, nil
}

// reasonFor returns a reason in the spelling of the payment's version.
func reasonFor(p *x402.Payment, reason x402.Reason) string {
	if p.Version == 1 {
		return reason.V1()
	}
	return string(reason)
}

// priceKey is the key of a cached price. Two launches of a chain never have the same token.
type priceKey struct {
	chain    uint64
	token    common.Address
	path     string
	method   string
	quantity int64
}

const (
	// maxCached402 is how many 402s are cached. There is one for each launch, path, method
	// and quantity that clients request.
	maxCached402 = 4096
	// maxPriceAge is how long a 402 is given out before it is made again. A launch's terms
	// never change, but an extension may have a date.
	maxPriceAge = time.Minute
)

// priceCache caches 402s. The other caches are LRU caches, but this one is not: it is read
// for every request without a payment, 60,000 times a second on one core, and an LRU cache
// takes a lock for each read. A full cache keeps its entries. Each request for another
// quantity is then encoded again.
type priceCache struct {
	kept sync.Map     // priceKey → *Price
	n    atomic.Int64 // entries that were made for a new key, stored or not
}

// price returns the 402 for a request without a payment: from the cache, or a new one.
func (c *Checkout) price(r *Request) (*Price, error) {
	key := priceKey{r.Launch.ChainID, r.Launch.Token, r.Path, r.Method, r.Quantity}
	now := c.Presenter.Now()
	kept, known := c.prices.kept.Load(key)
	if known {
		if p := kept.(*Price); now.Sub(p.made).Abs() < maxPriceAge {
			return p, nil
		}
	}
	asked := *r // of its own, so that the request of a cached price stays on the stack
	required := c.required(&asked, messagePaymentRequired)
	body := Body{PaymentRequiredV1: required.V1()}
	body.Error = x402.HeaderXPayment + " header is required"
	data, v2, err := newForm(required, required.Error)
	if err != nil {
		return nil, err
	}
	p := &Price{Required: required, Body: body, Header: base64.StdEncoding.EncodeToString(data), made: now, form: v2}
	if p.JSON, p.formV1, err = newForm(body, body.Error); err != nil {
		return nil, err
	}
	if known || c.prices.n.Add(1) <= maxCached402 {
		c.prices.kept.Store(key, p)
	}
	return p, nil
}
