package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

const signHelp = `
sign reads a 402 from standard input, signs one payment that answers it, and
prints the header that carries the payment. It sends nothing: whoever has the
header can use it, once, until it expires.

usage: curl -si URL | mint402 sign [flags]

    $ export MINT402_KEY=…
    $ curl -si https://mint.example/mint | mint402 sign > payment.txt
    $ curl -s -H @payment.txt https://mint.example/mint

The input is the whole response (curl -si), or only the JSON body. Send the
same file again as often as you like: it is one payment.

flags` + budgetHelp + keyHelp

func (p *Program) sign() *cobra.Command {
	var limits budget
	var keys keyFlags
	c := &cobra.Command{Use: "sign", Long: signHelp, Args: arguments(0, 0, "no arguments; the 402 is read from standard input"),
		RunE: func(c *cobra.Command, _ []string) error {
			key, err := p.key(&keys)
			if err != nil {
				return err
			}
			client, err := limits.client(key)
			if err != nil {
				return err
			}
			res, err := p.challenge()
			if err != nil {
				return err
			}
			answered, err := p.answerChallenge(c.Context(), client, res)
			if err != nil {
				return err
			}
			p.say("signed %s on %s from %s to %s", answered.quote.Price(), title(answered.quote.Requirement.Network),
				addressOf(key).Hex(), answered.quote.Requirement.PayTo.Hex())
			if d := plain(answered.quote.Resource.Description); d != "" {
				p.say("for %s", d)
			}
			p.say("payment %s, valid until %s", answered.id, time.Unix(answered.signed.Authorization.ValidBefore.Int64(), 0).UTC().Format(time.RFC3339))
			_, err = fmt.Fprintf(p.Out, "%s: %s\n", answered.signed.Header, answered.signed.Value)
			return err
		}}
	limits.add(c)
	keys.add(c, payerKey)
	return c
}

// answered is a 402 and the payment signed for it.
type answered struct {
	quote  x402.Quote
	signed x402.Signed
	id     mint.PaymentID
}

// answerChallenge signs a payment within the client's limits and sends nothing.
func (p *Program) answerChallenge(ctx context.Context, client *x402.Client, res *response) (*answered, error) {
	var a answered
	enough := errors.New("signed")
	client.HTTP = &http.Client{Transport: replay{res}}
	client.Now = p.Now
	client.Confirm = func(q x402.Quote) error { a.quote = q; return nil }
	client.Keep = func(s x402.Signed) error { a.signed = s; return enough }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://standard.input/", nil)
	if err != nil {
		return nil, err
	}
	if _, err := client.Pay(req); !errors.Is(err, enough) {
		return nil, tooDear(err)
	}
	a.id, err = paymentID(a.quote.Requirement.Network, a.quote.Requirement.Domain(), a.signed.Authorization)
	return &a, err
}
