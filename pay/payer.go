package pay

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// A Payer is an http.RoundTripper that pays. It sends a request; if the answer is a 402
// within the limits, it signs one payment, stores it in the ledger, and sends the
// request with it. It speaks x402 versions 1 and 2, and MPP.
//
// While the outcome of a payment is unknown, the same request sends the same payment
// again and never signs another: after a timeout, an error, a crash, in another process.
// So it does if the chain shows that the payment was charged, and no answer delivered
// what it paid for. [WithIntent] makes equal requests separate purchases.
//
// A Payer does not follow redirects, and sends a payment only to the URL that asked for
// it. A request that the limits do not allow fails with *LimitError, one whose outcome
// is unknown with *UnresolvedError; every other final answer is returned as it is.
type Payer struct {
	Signer Signer
	Ledger Ledger
	Limits Limits

	// Transport sends the requests; nil means Limits.Transport, which dials no private
	// address.
	Transport http.RoundTripper

	// Witness reads outcomes from the chain; it may be nil. Then no budget is returned.
	Witness Witness

	// Confirm is called before a payment is signed; its error stops the call. It may
	// be nil.
	Confirm func(context.Context, Offer) error

	// Patience is how long to wait in total for answers; 0 means 1 min.
	Patience time.Duration

	// MaxBody is the part of an answer that is returned, in bytes; 0 means 32 MiB.
	// Reading past it fails.
	MaxBody int64

	// Now and Wait are the clock; nil means the real one.
	Now  func() time.Time
	Wait func(context.Context, time.Duration) error
}

// An UnresolvedError means that a payment was sent and its outcome is unknown. The same
// request sends it again.
type UnresolvedError struct {
	Record Record
	err    error
}

// Error states the payment's id and price, and why its outcome is unknown.
func (e *UnresolvedError) Error() string {
	return fmt.Sprintf("payment %s of %s: %v", e.Record.ID, e.Record.Price, e.err)
}

// Unwrap returns the error that left the outcome unknown.
func (e *UnresolvedError) Unwrap() error { return e.err }

const (
	defaultPatience = time.Minute
	defaultMaxBody  = 32 << 20
)

// RoundTrip implements http.RoundTripper.
func (p *Payer) RoundTrip(req *http.Request) (*http.Response, error) {
	result, _, err := p.Do(req, nil)
	var status *StatusError
	var unresolved *UnresolvedError
	if result == nil || err != nil && (errors.As(err, &unresolved) || !errors.As(err, &status)) {
		return nil, err
	}
	return result.response(req), nil
}

// Look asks for the price and signs nothing. It returns the answer and the offers that
// the limits allow, the best first. There are none if the answer is not a 402; if it is
// one that the limits refuse, that is the error.
func (p *Payer) Look(req *http.Request) (*Result, []Offer, error) {
	if err := p.check(req); err != nil {
		return nil, nil, err
	}
	c, left, result := p.client(nil), p.patience(), &Result{}
	offers, err := c.ask(req, result, &left)
	return result.orNil(), offers, err
}

// Do is RoundTrip with more to return: the last answer, and the record of the payment
// if there is one. With accept, only offers for which it returns nil are paid. The error
// also covers final answers other than success, as *StatusError.
func (p *Payer) Do(req *http.Request, accept func(Offer) error) (*Result, *Record, error) {
	if err := p.check(req); err != nil {
		return nil, nil, err
	}
	key, err := RequestKey(req)
	if err != nil {
		return nil, nil, fmt.Errorf("pay: %w", err)
	}
	c := p.client(accept)
	live, err := p.liveOf(req.Context(), key)
	if err != nil {
		return nil, nil, err
	}
	if live != nil {
		return p.again(c, req, *live)
	}
	var record *Record
	c.reserve = func(ctx context.Context, o Offer) (x402.Signed, error) {
		r, err := p.sign(ctx, req, key, o)
		if err != nil {
			return x402.Signed{}, err
		}
		record = &r
		return r.Payment, nil
	}
	result, err := c.Pay(req)
	var other *LiveError
	switch {
	case errors.As(err, &other): // a concurrent call has signed it
		return p.again(c, req, other.Record)
	case record == nil:
		return result, nil, err
	}
	return p.finish(req.Context(), *record, result, err)
}

// check returns an error for a request that no payment may be made for.
func (p *Payer) check(req *http.Request) error {
	switch {
	case p.Signer == nil || p.Ledger == nil:
		return errors.New("pay: the payer has no signer or no ledger")
	case carriesPayment(req.Header):
		return errors.New("pay: the request carries a payment already")
	case req.Host != "" && req.Host != req.URL.Host:
		return beyond("host", "the request names another host in Host than in its URL")
	}
	if err := p.Limits.CheckURL(req.URL); err != nil {
		return err
	}
	if err := rewindable(req); err != nil {
		return fmt.Errorf("pay: %w", err)
	}
	return nil
}

// client returns the client for one request.
func (p *Payer) client(accept func(Offer) error) *Client {
	transport := p.Transport
	if transport == nil {
		transport = p.Limits.Transport()
	}
	c := &Client{Signer: p.Signer, HTTP: &http.Client{Transport: transport, CheckRedirect: lastAnswer, Timeout: time.Minute},
		Patience: p.patience(), Now: p.Now, Wait: p.Wait, maxBody: p.MaxBody,
		AnyAsset: true, Max: new(big.Int).Lsh(big.NewInt(1), 256)} // the limits decide, in also
	if c.maxBody == 0 {
		c.maxBody = defaultMaxBody
	}
	c.also = func(o Offer) error {
		if _, _, err := p.Limits.CheckOffer(o, p.Signer.Address()); err != nil {
			return err
		}
		if accept != nil {
			return accept(o)
		}
		return nil
	}
	return c
}

func (p *Payer) patience() time.Duration {
	if p.Patience == 0 {
		return defaultPatience
	}
	return p.Patience
}

func (p *Payer) now() time.Time {
	if p.Now != nil {
		return p.Now()
	}
	return time.Now()
}

// Live returns the payment that Do sends again for the request, or nil if Do would sign
// one.
func (p *Payer) Live(req *http.Request) (*Record, error) {
	if err := p.check(req); err != nil {
		return nil, err
	}
	key, err := RequestKey(req)
	if err != nil {
		return nil, fmt.Errorf("pay: %w", err)
	}
	return p.liveOf(req.Context(), key)
}

// liveOf returns the live payment of a request's key, or nil. The chain may show that it
// is decided.
func (p *Payer) liveOf(ctx context.Context, key string) (*Record, error) {
	all, err := p.Ledger.Records(ctx)
	if err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Request != key || !all[i].Live(p.now()) {
			continue
		}
		r := p.reconciled(ctx, all[i])
		if r.Live(p.now()) {
			return &r, nil
		}
	}
	return nil, nil
}

// sign has the ledger sign and store a payment of an offer.
func (p *Payer) sign(ctx context.Context, req *http.Request, key string, o Offer) (Record, error) {
	if p.Confirm != nil {
		if err := p.Confirm(ctx, o); err != nil {
			return Record{}, err
		}
	}
	asset, cost, err := p.Limits.CheckOffer(o, p.Signer.Address())
	if err != nil {
		return Record{}, err
	}
	now := p.now()
	a, err := o.authorize(p.Signer.Address(), now)
	if err != nil {
		return Record{}, err
	}
	domain := o.Requirement.Domain()
	draft := Record{
		ID: mint.NewPaymentID(domain.ChainID, domain.VerifyingContract, a.From, a.Nonce), Request: key, Method: req.Method, URL: req.URL.String(),
		Protocol: o.Protocol, Network: o.Requirement.Network, Asset: asset.Address, Name: asset.Name, Version: asset.Version,
		Price: asset.Format(a.Value) + " " + asset.Symbol, Cost: cost, Payment: x402.Signed{Authorization: a},
	}
	return p.Ledger.Sign(ctx, draft, &p.Limits, now, func() (x402.Signed, error) { return o.seal(ctx, p.Signer, a) })
}

// again sends a payment that was signed before.
func (p *Payer) again(c *Client, req *http.Request, r Record) (*Result, *Record, error) {
	result, err := c.Resume(req, r.Payment)
	return p.finish(req.Context(), r, result, err)
}

// finish stores what the server's last answer says about a payment.
func (p *Payer) finish(ctx context.Context, r Record, result *Result, err error) (*Result, *Record, error) {
	m := Mark{ID: r.ID, State: StateUndecided, Delivered: err == nil, At: p.now()}
	switch {
	case err != nil:
		m.Note = clip(err.Error())
	case result.receipt() == nil:
		m.Note = "the server answered without a receipt"
	default:
		m.State, m.Transaction = StateAnswered, clip(*result.receipt())
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), maxLock)
	defer cancel()
	if kept := p.Ledger.Mark(ctx, m); kept != nil {
		err = errors.Join(err, kept)
	}
	r.mark(m)
	if err != nil && errors.Is(err, ErrUnresolved) {
		err = &UnresolvedError{r, err}
	}
	return result, &r, err
}

// maxNote bounds a server's words in the ledger, in bytes.
const maxNote = 200

func clip(s string) string {
	if len(s) > maxNote {
		s = s[:maxNote]
	}
	return string(bytes.ToValidUTF8([]byte(s), []byte("?")))
}
