package x402

import (
	"cmp"
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"slices"
	"time"
)

// A Client pays for its own requests. Each call of Pay signs at most one payment, and
// sends that same payment until the answer is final. A timeout, a server error or a 202
// never makes it sign another, so it never pays twice for one call.
type Client struct {
	Key *ecdsa.PrivateKey

	// HTTP sends the requests; nil means a client with a timeout of 1 min.
	HTTP *http.Client

	// Max is the maximum price of one call, in base units of the asset; nil means one
	// whole unit (1.00) of an asset in the table of networks.
	Max *big.Int

	// Networks limits the networks to pay on, by CAIP-2 name; empty means all.
	Networks []string

	// AnyAsset also allows assets that are not in the table of networks, on the
	// server's word. It requires Max.
	AnyAsset bool

	// Confirm is called before a payment is signed; its error stops the call.
	Confirm func(Quote) error

	// Keep is called with the payment before it is first sent; its error stops the
	// call, and no payment is sent. A caller that stores the payment can Resume after a
	// crash.
	Keep func(Signed) error

	// Patience is how long to wait in total for answers, from the first request to the
	// final answer; 0 means 5 min. Each request gets at least 5 s, even if less is
	// left.
	Patience time.Duration

	// Now and Wait are the clock; nil means the real one.
	Now  func() time.Time
	Wait func(context.Context, time.Duration) error
}

// Pay sends the request. If the answer is 402, it pays the cheapest entry that it can
// pay and that the limits allow. The error is nil if the last answer was a success, and
// wraps *StatusError if it was not. It wraps ErrUnresolved if the payment may have been
// taken nevertheless. Once a payment was signed, the Result is not nil, even with an
// error.
func (c *Client) Pay(req *http.Request) (*Result, error) {
	if c.Key == nil {
		return nil, errors.New("pay: the client has no key")
	}
	if req.Header.Get(HeaderPaymentSignature) != "" || req.Header.Get(HeaderXPayment) != "" {
		return nil, errors.New("pay: the request carries a payment already")
	}
	if err := rewindable(req); err != nil {
		return nil, fmt.Errorf("pay: %w", err)
	}
	result, left := &Result{}, c.patience()
	var asked *url.URL
	err := c.within(req.Context(), &left, func(ctx context.Context) (err error) {
		asked, err = c.send(req.WithContext(ctx), nil, result)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", req.URL.Redacted(), err)
	}
	if result.Status != http.StatusPaymentRequired {
		return result, result.err()
	}
	if origin(asked) != origin(req.URL) {
		return result, fmt.Errorf("pay: %s sent us on to %s, which asks for the payment; ask there", origin(req.URL), origin(asked))
	}
	challenge, err := ParsePaymentRequired(result.Header, result.Body)
	if err != nil {
		return result, fmt.Errorf("pay: %w", err)
	}
	quote, err := c.choose(challenge)
	if err != nil {
		return result, fmt.Errorf("pay: %w", err)
	}
	if c.Confirm != nil {
		if err := c.Confirm(quote); err != nil {
			return result, fmt.Errorf("pay: %w", err)
		}
	}
	signed, err := quote.Sign(c.Key, c.now())
	if err != nil {
		return result, err
	}
	if c.Keep != nil {
		if err := c.Keep(signed); err != nil {
			return result, fmt.Errorf("pay: keep the payment before sending it: %w", err)
		}
	}
	result.Quote = &quote
	return c.deliver(req, signed, result, left)
}

// Resume sends an existing payment for the same request, until the answer is final. It
// signs nothing.
func (c *Client) Resume(req *http.Request, signed Signed) (*Result, error) {
	if signed.Header != HeaderPaymentSignature && signed.Header != HeaderXPayment {
		return nil, fmt.Errorf("resume payment: %.40q is not a payment header", signed.Header)
	}
	if err := rewindable(req); err != nil {
		return nil, fmt.Errorf("resume payment: %w", err)
	}
	return c.deliver(req, signed, &Result{}, c.patience())
}

// choose returns the cheapest quote that can be paid and that the limits allow. At
// equal prices, a quote that settles after the work is preferred to one that settles
// first.
func (c *Client) choose(challenge *Challenge) (Quote, error) {
	var allowed []Quote
	refusals := slices.Clone(challenge.Skipped)
	for _, q := range challenge.Quotes {
		if err := c.Allows(q); err != nil {
			refusals = append(refusals, err)
			continue
		}
		allowed = append(allowed, q)
	}
	if len(allowed) == 0 {
		if len(refusals) == 0 {
			return Quote{}, errors.New("the server offers no way to pay")
		}
		return Quote{}, fmt.Errorf("none of the ways to pay will do: %w", errors.Join(refusals...))
	}
	return slices.MinFunc(allowed, func(a, b Quote) int {
		return cmp.Or(a.Requirement.Amount.Cmp(b.Requirement.Amount), cmp.Compare(a.settlesFirst(), b.settlesFirst()))
	}), nil
}

// settlesFirst returns 1 for a quote that settles before the work is done, else 0.
func (q Quote) settlesFirst() int {
	if f := q.Requirement.Extra.PaymentFlow; f == "" || f == FlowAuthorization {
		return 0
	}
	return 1
}

// Allows returns an error if a quote is outside the client's limits: the kind of
// payment, the network, the asset and the price.
func (c *Client) Allows(q Quote) error {
	if err := q.Payable(); err != nil {
		return err
	}
	r := q.Requirement
	if len(c.Networks) > 0 && !slices.Contains(c.Networks, r.Network) {
		return fmt.Errorf("network %s is not among those allowed", r.Network)
	}
	asset, known := q.Asset()
	if !known && !c.AnyAsset {
		return fmt.Errorf("asset %s calls itself %.40q version %.40q and is not the one known on %s", r.Asset, r.Extra.Name, r.Extra.Version, r.Network)
	}
	limit := c.Max
	if limit == nil {
		if !known {
			return errors.New("an asset that is not known takes an explicit maximum")
		}
		limit = new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(asset.Decimals)), nil)
	}
	if r.Amount.Cmp(limit) > 0 {
		return &PriceError{q, limit}
	}
	return nil
}

// PriceError means that a price is above the client's maximum.
type PriceError struct {
	Quote Quote
	Max   *big.Int // base units of the asset
}

func (e *PriceError) Error() string {
	return fmt.Sprintf("price %s is above the maximum of %s", e.Quote.Price(), e.Quote.price(e.Max))
}

// leastRequest is the minimum timeout of a request, even if less time is left. If a
// request was cut off at once, its outcome would be unknown without need.
const leastRequest = 5 * time.Second

func (c *Client) patience() time.Duration {
	if c.Patience == 0 {
		return 5 * time.Minute
	}
	return c.Patience
}

// deliver sends one signed payment until the answer is final or the time is used up.
func (c *Client) deliver(req *http.Request, signed Signed, result *Result, left time.Duration) (*Result, error) {
	*result = Result{Quote: result.Quote, Payment: &signed}
	uncertain := false // an earlier attempt may have gone through
	for attempt := 0; ; attempt++ {
		pause := min(time.Second<<min(attempt, 4), 15*time.Second)
		var order *url.URL
		err := c.within(req.Context(), &left, func(ctx context.Context) error {
			_, err := c.send(req.WithContext(ctx), &signed, result)
			return err
		})
		switch {
		case err != nil:
			err = fmt.Errorf("send payment: %w", err)
		case !result.pending():
			err = result.err()
			if err != nil && (uncertain || result.repeated) {
				// "Nonce already used" may be about our own first attempt.
				err = fmt.Errorf("%w: %w", ErrUnresolved, err)
			}
			return result, err
		default:
			err = &StatusError{result.Status, result.reason()}
			pause = retryAfter(result.Header, c.now(), pause)
			order = sameOrigin(req.URL, result.Header.Get("Location"))
		}
		uncertain = true
		for {
			if left -= pause; left < 0 {
				return result, fmt.Errorf("%w: %w", ErrUnresolved, err)
			}
			if stopped := c.wait(req.Context(), pause); stopped != nil {
				return result, fmt.Errorf("%w: %w", ErrUnresolved, errors.Join(err, stopped))
			}
			if order == nil || result.Status != http.StatusAccepted || !c.unfinished(req.Context(), order, &pause, &left) {
				break
			}
		}
	}
}

// within makes a request within the remaining time and subtracts the time used. A slow
// body therefore cannot hold the caller longer.
func (c *Client) within(ctx context.Context, left *time.Duration, request func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, max(*left, leastRequest))
	defer cancel()
	began := c.now()
	err := request(ctx)
	*left -= max(c.now().Sub(began), 0)
	return err
}

// unfinished polls the Location of a 202, which costs the server less than the payment
// does. It returns true while the answer is another 202.
func (c *Client) unfinished(ctx context.Context, order *url.URL, pause, left *time.Duration) bool {
	var answer Result
	err := c.within(ctx, left, func(ctx context.Context) error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, order.String(), nil)
		if err == nil {
			_, err = c.send(req, nil, &answer)
		}
		return err
	})
	if err != nil || answer.Status != http.StatusAccepted {
		return false
	}
	*pause = retryAfter(answer.Header, c.now(), *pause)
	return true
}

func (c *Client) now() time.Time {
	if c.Now != nil {
		return c.Now()
	}
	return time.Now()
}

func (c *Client) wait(ctx context.Context, d time.Duration) error {
	if c.Wait != nil {
		return c.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
