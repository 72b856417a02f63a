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

// A Client pays for what it asks for. Each call of Pay signs at most one
// payment, and from then on sends that one until the answer is final: a timeout,
// an error of the server or a 202 never make it sign another, so that it can
// never pay twice for one call.
type Client struct {
	Key *ecdsa.PrivateKey

	// HTTP sends the requests; nil means a client that waits a minute for each.
	HTTP *http.Client

	// Max is the most to pay at once, in base units of the asset; nil means one
	// whole unit (1.00) of an asset in the table of networks.
	Max *big.Int

	// Networks limits where to pay, by CAIP-2 name; empty means everywhere.
	Networks []string

	// AnyAsset also pays assets that are not in the table of networks, on the
	// server's word. Max has to be set then.
	AnyAsset bool

	// Confirm is asked before anything is signed; its error stops the call.
	Confirm func(Quote) error

	// Keep is given the payment before it is first sent; its error stops the
	// call with nothing sent. Whoever keeps it can Resume after a crash.
	Keep func(Signed) error

	// Patience is how long to wait in all for answers, from the first request to
	// the final answer; 0 means five minutes. A request that is under way then has
	// at least five seconds.
	Patience time.Duration

	// Now and Wait are the clock; nil means the real one.
	Now  func() time.Time
	Wait func(context.Context, time.Duration) error
}

// Pay sends the request, and if the answer is 402, pays the cheapest entry that it
// can and may. The error is nil if the last answer was a success, wraps
// *StatusError if it was not, and wraps ErrUnresolved if the payment may have
// been taken nevertheless. The Result
// is not nil once a payment was signed, whatever the error.
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

// Resume sends a payment made earlier for the same request, until the answer is
// final. It signs nothing.
func (c *Client) Resume(req *http.Request, signed Signed) (*Result, error) {
	if signed.Header != HeaderPaymentSignature && signed.Header != HeaderXPayment {
		return nil, fmt.Errorf("resume payment: %.40q is not a payment header", signed.Header)
	}
	if err := rewindable(req); err != nil {
		return nil, fmt.Errorf("resume payment: %w", err)
	}
	return c.deliver(req, signed, &Result{}, c.patience())
}

// choose returns the cheapest quote that can and may be paid. Of equal prices, one
// that settles after the work comes before one that settles first.
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

// settlesFirst is 1 for a quote whose payment settles before the work is done.
func (q Quote) settlesFirst() int {
	if f := q.Requirement.Extra.PaymentFlow; f == "" || f == FlowAuthorization {
		return 0
	}
	return 1
}

// Allows says whether a quote is within the client's limits: the kind of payment,
// the network, the asset and the price.
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

// PriceError says that a price is above the most that may be paid.
type PriceError struct {
	Quote Quote
	Max   *big.Int // base units of the asset
}

func (e *PriceError) Error() string {
	return fmt.Sprintf("price %s is above the maximum of %s", e.Quote.Price(), e.Quote.price(e.Max))
}

// leastRequest is the shortest time that a request is given, however little is
// left: one that is cut off at once would leave an outcome unknown for nothing.
const leastRequest = 5 * time.Second

func (c *Client) patience() time.Duration {
	if c.Patience == 0 {
		return 5 * time.Minute
	}
	return c.Patience
}

// deliver sends one signed payment until the answer is final, or no time is left.
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

// within makes a request in the time that is left and subtracts what it took, so
// that an answer that drips in cannot hold the caller for longer.
func (c *Client) within(ctx context.Context, left *time.Duration, request func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, max(*left, leastRequest))
	defer cancel()
	began := c.now()
	err := request(ctx)
	*left -= max(c.now().Sub(began), 0)
	return err
}

// unfinished asks where a 202 pointed whether there is news, which costs the
// server less than the payment does. Anything but another 202 is news.
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
