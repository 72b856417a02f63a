package cmd

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

// choose returns the kept payment for the URL, or signs a new one, which keep keeps. Either
// must be within the limits of the command. It connects to the node before it signs.
func (b *submission) choose(ctx context.Context, client *pay.Client, args []string) (k *pendingPayment, fresh bool, err error) {
	p, f, u := b.p, b.f, b.files
	address, res, err := f.source(p, args)
	if err != nil {
		return nil, false, err
	}
	if err := u.hold(ctx); err != nil {
		return nil, false, err
	}
	defer u.release()
	all, err := u.load()
	if err != nil {
		return nil, false, err
	}
	if k := conflict(all, address, common.Address{}); k != nil {
		p.say("the payment of %s signed at %s is undecided; submitting that one", k.Price, clockTime(k.At))
		if err := client.Allows(x402.Quote{Version: 2, Requirement: k.requirement()}); err != nil {
			return nil, false, refused.because(err)
		}
		return k, false, b.reach(ctx, k.Network, address)
	}
	if res == nil {
		if res, err = fetch402(ctx, address, f.patience); err != nil {
			return nil, false, err
		}
	}
	a, err := answerChallenge(ctx, p.Now, client, res, func(q x402.Quote) error {
		if k := conflict(all, address, q.Requirement.PayTo); k != nil {
			return undecided.because(hint(fmt.Errorf("a payment of %s to the same launch is undecided, signed for %s; no other was signed", k.Price, k.URL), "mint402 submit %q submits that one", k.URL))
		}
		if err := b.reach(ctx, q.Requirement.Network, address); err != nil {
			return hint(err, "nothing was signed")
		}
		return nil
	})
	if err != nil {
		return nil, false, err
	}
	r := a.quote.Requirement
	k = &pendingPayment{URL: address, ID: a.id, Network: r.Network, Asset: r.Asset, Name: r.Extra.Name, Version: r.Extra.Version, Price: a.quote.Price(), Payment: a.signed, At: p.Now()}
	return k, true, nil
}

// keep keeps the payment that was signed in this run, and locks it. It is called once the user
// agreed and before the payment is sent: a kept payment is one that a later run may spend.
func (b *submission) keep(ctx context.Context) (release func(), err error) {
	u, k := b.files, b.pending
	if err := u.hold(ctx); err != nil {
		return nil, err
	}
	defer u.release()
	all, err := u.load()
	if err != nil {
		return nil, err
	}
	if other := conflict(all, k.URL, k.Payment.Authorization.To); other != nil {
		return nil, undecided.because(hint(fmt.Errorf("another run has signed a payment of %s to the same launch meanwhile, for %s; this one was not sent", other.Price, other.URL), "mint402 submit %q submits that one", other.URL))
	}
	if err := u.add(k); err != nil {
		return nil, err
	}
	return u.use(k)
}

// source returns the URL to pay, and the 402 if it is on standard input.
func (f *submitFlags) source(p *Program, args []string) (address string, res *response, err error) {
	if len(args) == 1 {
		target, err := mintURL(args[0], f.quantity)
		if err != nil {
			return "", nil, err
		}
		return target.String(), nil, nil
	}
	if res, err = p.challenge(); err != nil {
		return "", nil, err
	}
	challenge, err := x402.ParsePaymentRequired(res.header, res.body)
	if err != nil {
		return "", nil, err
	}
	if len(challenge.Quotes) > 0 {
		address = challenge.Quotes[0].Resource.URL
	}
	return address, res, nil
}

// fetch402 asks a URL for its price, for at most patience.
func fetch402(ctx context.Context, url string, patience time.Duration) (*response, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/json")
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		return nil, hint(fmt.Errorf("ask %s: %w", url, err), "nothing was signed; without the server, give a 402 on standard input or a signed --payment")
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(io.LimitReader(answer.Body, 1<<20))
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", url, err)
	}
	if answer.StatusCode != http.StatusPaymentRequired {
		return nil, outcomeOfStatus(answer.StatusCode).say("ask %s: %s", url, describe(answer.StatusCode, body))
	}
	return &response{answer.StatusCode, answer.Header, bytes.TrimSpace(body)}, nil
}
