package cmd

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

const signHelp = `
sign reads a 402 from standard input, signs one payment for it, and prints the
header with the payment. It sends nothing. Anyone who has the header can use it,
once, until it expires.

usage: curl -si URL | mint402 sign [flags]

    $ export MINT402_KEY=…
    $ curl -si https://mint.example/mint | mint402 sign > payment.txt
    $ curl -s -H @payment.txt https://mint.example/mint

The input is the whole response (curl -si), or only the JSON body. You can send
the same file again: it is one payment, and it is charged at most once.

It prints the payment to standard error first, and asks if that is a terminal.
With --rpc it first checks that the account has the money.

flags
    --yes               do not ask
    --rpc URL           check with this node that the account has the money` + payerLimitsHelp + keyHelp

type signFlags struct {
	limits payerLimits
	keys   keyFlags
	rpc    []string
	yes    bool
}

func signVerb(p *Program) *cobra.Command {
	var f signFlags
	c := &cobra.Command{Use: "sign", Long: signHelp, Args: arguments(0, 0, "no arguments; the 402 is read from standard input"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), p) }}
	f.limits.add(c)
	f.keys.add(c, payerKey)
	c.Flags().StringSliceVar(&f.rpc, "rpc", nil, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	return c
}

func (f *signFlags) run(ctx context.Context, p *Program) error {
	key, err := f.keys.key(p)
	if err != nil {
		return err
	}
	client, err := f.limits.client(key)
	if err != nil {
		return err
	}
	res, err := p.challenge()
	if err != nil {
		return err
	}
	w := newWitness(p, f.rpc, nil, len(f.rpc) == 0)
	defer w.close()
	a, err := answerChallenge(ctx, p.Now, client, res, func(q x402.Quote) error {
		if err := w.affords(ctx, q, addressOf(key)); err != nil {
			return err
		}
		p.say("signing %s on %s from %s to %s, valid for %s", q.Price(), title(q.Requirement.Network), addressOf(key).Hex(), q.Requirement.PayTo.Hex(), q.Window())
		if d := plain(q.Resource.Description); d != "" {
			p.say("for %s", d)
		}
		if f.yes || !terminal(p.Err) {
			return nil
		}
		return p.askTerminal(ctx, "sign it?")
	})
	if err != nil {
		return err
	}
	p.say("signed payment %s, valid until %s", a.id, time.Unix(a.signed.Authorization.ValidBefore.Int64(), 0).UTC().Format(time.RFC3339))
	_, err = fmt.Fprintf(p.Out, "%s: %s\n", a.signed.Header, a.signed.Value)
	return err
}

// answered is a 402 and the payment signed for it.
type answered struct {
	quote  x402.Quote
	signed x402.Signed
	id     mint.PaymentID
}

// answerChallenge signs a payment within the client's limits after confirm has
// accepted it. It does not send the payment.
func answerChallenge(ctx context.Context, now func() time.Time, client *pay.Client, res *response, confirm func(x402.Quote) error) (*answered, error) {
	var a answered
	var stopped error
	enough := errors.New("signed")
	client.HTTP = &http.Client{Transport: cannedTransport{res}}
	client.Now = now
	client.Confirm = func(o pay.Offer) error {
		q := o.Quote
		a.quote = q
		stopped = confirm(q)
		return stopped
	}
	client.Keep = func(s x402.Signed) error { a.signed = s; return enough }
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://standard.input/", nil)
	if err != nil {
		return nil, err
	}
	result, err := client.Pay(req)
	switch {
	case stopped != nil:
		return nil, stopped
	case !errors.Is(err, enough):
		return nil, unasked(req.URL, result, err)
	}
	a.id, err = paymentID(a.quote.Requirement.Network, a.quote.Requirement.Domain(), a.signed.Authorization)
	return &a, err
}

const payerLimitsHelp = `
    --max AMOUNT        refuse a higher price (default 1, that is 1.00 USDC)
    --network NAME      pay on this network only
    --any-asset         also pay in an asset that mint402 does not know; --max is
                        then in its base units
`

// payerLimits are the flags that limit the payments a payer signs.
type payerLimits struct {
	max, network string
	anyAsset     bool
}

func (b *payerLimits) add(c *cobra.Command) {
	c.Flags().StringVar(&b.max, "max", "1", "")
	c.Flags().StringVar(&b.network, "network", "", "")
	c.Flags().BoolVar(&b.anyAsset, "any-asset", false, "")
}

// client returns a payer's client with these limits.
func (b *payerLimits) client(key *ecdsa.PrivateKey) (*pay.Client, error) {
	client := &pay.Client{Signer: pay.KeySigner(key), AnyAsset: b.anyAsset}
	if b.network != "" {
		n, ok := x402.NetworkByName(b.network)
		if !ok {
			return nil, unknownNetwork(b.network)
		}
		client.Networks = []string{n.CAIP2()}
	}
	var err error
	if b.anyAsset {
		var ok bool
		if client.Max, ok = new(big.Int).SetString(b.max, 10); !ok || client.Max.Sign() < 0 {
			return nil, usage("--max %q: expected base units, a whole number", b.max)
		}
		return client, nil
	}
	// Every asset of the table has six decimals; a test checks this.
	if client.Max, err = x402.Networks()[0].Asset.Parse(b.max); err != nil {
		return nil, usage("--max: %w", err)
	}
	return client, nil
}

func unknownNetwork(name string) error {
	see, names := "mint402 networks lists them", []string{}
	for _, n := range x402.Networks() {
		names = append(names, n.Name)
	}
	if near := nearest(name, names); near != "" {
		see = "did you mean " + near + "? " + see
	}
	return &usageError{hint(fmt.Errorf("there is no network %q", name), "%s", see)}
}
