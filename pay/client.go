package pay

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"time"

	"github.com/mint402/mint402/x402"
)

// A Client pays for its own requests. Each call of Pay signs at most one payment, and
// sends that same payment until the answer is final. A timeout, a server error or a 202
// never makes it sign another, so it never pays twice for one call.
type Client struct {
	Signer Signer

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
	Confirm func(Offer) error

	// Keep is called with the payment before it is first sent; its error stops the
	// call, and no payment is sent. A caller that stores the payment can Resume after a
	// crash.
	Keep func(x402.Signed) error

	// Patience is how long to wait in total for answers, from the first request to the
	// final answer; 0 means 5 min. Each request gets at least 5 s, even if less is
	// left.
	Patience time.Duration

	// Now and Wait are the clock; nil means the real one.
	Now  func() time.Time
	Wait func(context.Context, time.Duration) error

	// For Payer: further limits, a signature under the ledger's lock instead of Keep,
	// and the part of a body that is read, in bytes.
	also    func(Offer) error
	reserve func(context.Context, Offer) (x402.Signed, error)
	maxBody int64
}

// Pay sends the request. If the answer is 402, it pays the cheapest entry that it can
// pay and that the limits allow. The error is nil if the last answer was a success, and
// wraps *StatusError if it was not. It wraps ErrUnresolved if the payment may have been
// taken nevertheless. Once a payment was signed, the Result is not nil, even with an
// error.
func (c *Client) Pay(req *http.Request) (*Result, error) {
	if c.Signer == nil {
		return nil, errors.New("pay: the client has no signer")
	}
	if carriesPayment(req.Header) {
		return nil, errors.New("pay: the request carries a payment already")
	}
	if err := rewindable(req); err != nil {
		return nil, fmt.Errorf("pay: %w", err)
	}
	result, left := &Result{}, c.patience()
	offers, err := c.ask(req, result, &left)
	if err != nil || len(offers) == 0 {
		return result.orNil(), err
	}
	offer := offers[0]
	if c.Confirm != nil {
		if err := c.Confirm(offer); err != nil {
			return result, fmt.Errorf("pay: %w", err)
		}
	}
	signed, err := c.sign(req.Context(), offer)
	if err != nil {
		return result, err
	}
	result.Offer = &offer
	return c.deliver(req, signed, result, left)
}

// ask sends the request without a payment. If the answer is a 402, it returns the
// offers that the limits allow, the best first, or an error if they allow no offer. It
// returns neither if the answer is a success.
func (c *Client) ask(req *http.Request, result *Result, left *time.Duration) ([]Offer, error) {
	var asked *url.URL
	err := c.within(req.Context(), left, func(ctx context.Context) (err error) {
		asked, err = c.send(req.WithContext(ctx), nil, result)
		return err
	})
	if err != nil {
		*result = Result{}
		return nil, fmt.Errorf("ask %s: %w", req.URL.Redacted(), err)
	}
	if result.Status != http.StatusPaymentRequired {
		return nil, result.err()
	}
	if !samePlace(asked, req.URL) {
		return nil, fmt.Errorf("pay: %s redirected to %s, which asks for the payment; ask there", req.URL.Redacted(), asked.Redacted())
	}
	offers, skipped, err := readOffers(req, result.Header, result.Body, c.now())
	if err != nil {
		return nil, fmt.Errorf("pay: %w", err)
	}
	if offers, err = c.choose(offers, skipped); err != nil {
		return nil, fmt.Errorf("pay: %w", err)
	}
	return offers, nil
}

// sign signs the payment of an offer and has it kept.
func (c *Client) sign(ctx context.Context, offer Offer) (x402.Signed, error) {
	if c.reserve != nil {
		return c.reserve(ctx, offer)
	}
	signed, err := offer.Sign(ctx, c.Signer, c.now())
	if err != nil {
		return x402.Signed{}, err
	}
	if c.Keep != nil {
		if err := c.Keep(signed); err != nil {
			return x402.Signed{}, fmt.Errorf("pay: keep the payment before sending it: %w", err)
		}
	}
	return signed, nil
}

// Resume sends an existing payment for the same request, until the answer is final. It
// makes no signature.
func (c *Client) Resume(req *http.Request, signed x402.Signed) (*Result, error) {
	if !isPayment(signed.Header, signed.Value) {
		return nil, fmt.Errorf("resume payment: %.40q is not a payment header", signed.Header)
	}
	if err := rewindable(req); err != nil {
		return nil, fmt.Errorf("resume payment: %w", err)
	}
	return c.deliver(req, signed, &Result{}, c.patience())
}

// leastRequest is the minimum timeout of a request, even if less time is left. A request
// that is cut off at once has an unknown outcome, although the server may be well.
const leastRequest = 5 * time.Second

func (c *Client) patience() time.Duration {
	if c.Patience == 0 {
		return 5 * time.Minute
	}
	return c.Patience
}

// deliver sends one signed payment until the answer is final or the time is used up.
func (c *Client) deliver(req *http.Request, signed x402.Signed, result *Result, left time.Duration) (*Result, error) {
	*result = Result{Offer: result.Offer, Payment: &signed}
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

// unfinished polls the Location of a 202 once: that costs the server less than the payment
// sent again. It returns true if the answer is another 202.
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
