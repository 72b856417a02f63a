package cmd

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/x402"
)

const mintHelp = `
mint requests a URL, pays its price with a signature (no gas), and waits until
the chain shows the tokens.

usage: mint402 mint URL [flags]

    $ export MINT402_KEY=…
    $ mint402 mint https://mint.example/mint
    $ mint402 mint https://mint.example/launches/ping/mint --quantity 3 --max 0.30 --yes
    $ mint402 mint https://mint.example/l/ping          # the page of a launch

It trusts the chain, not the server. Before it signs, it checks that the contract
sells this quantity at this price, and that the account has the money. It prints
"minted" only if the chain shows the mint. If no node answers, it keeps the
payment and exits with 3.

It keeps a payment on this machine until its outcome is final on the chain. If it
was interrupted, run the same command again to continue with that payment. While
it could still be executed, no second payment for the same URL or contract is
signed. --anew signs a second one anyway: both may then be charged.

flags
    --quantity N        allotments to buy (default 1)
    --yes               do not ask
    --anew              sign another payment although one is undecided; you may
                        pay twice
    --json              print the result as JSON
    --patience TIME     how long to wait for the server, and then for the chain
                        (default 5m)
    --state-dir DIR     where payments are kept; a full path` + witnessHelp + payerLimitsHelp + keyHelp

type mintFlags struct {
	limits                     payerLimits
	keys                       keyFlags
	quantity                   int64
	yes, anew, asJSON, noCheck bool
	patience                   time.Duration
	stateDir                   string
	rpc                        []string
}

func mintVerb(p *Program) *cobra.Command {
	var f mintFlags
	c := &cobra.Command{Use: "mint", Long: mintHelp, Args: arguments(1, 1, "the URL to mint at"),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c.Context(), p, args[0]) }}
	f.limits.add(c)
	f.keys.add(c, payerKey)
	c.Flags().Int64Var(&f.quantity, "quantity", 1, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.anew, "anew", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	c.Flags().BoolVar(&f.noCheck, "no-check", false, "")
	c.Flags().StringSliceVar(&f.rpc, "rpc", nil, "")
	c.Flags().DurationVar(&f.patience, "patience", 5*time.Minute, "")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", "")
	return c
}

func impatient(d time.Duration) error {
	return usage("--patience %s: expected a time above 0, such as 30s", d)
}

// mintURL returns the URL that asks for a quantity. A launch's page, which is what people
// copy, stands for the URL at which its mints are paid.
func mintURL(raw string, quantity int64) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, notURL(raw)
	case quantity < 1:
		return nil, usage("--quantity %d: expected 1 or more", quantity)
	case u.User != nil:
		return nil, usage("the URL contains a password, which would be stored with the payment; remove it")
	}
	u.Fragment = ""
	if parts := strings.Split(strings.Trim(u.Path, "/"), "/"); len(parts) == 2 && parts[0] == "l" {
		u.Path, u.RawPath = mintPath(u), ""
	}
	if quantity > 1 {
		q := u.Query()
		if q.Has("quantity") {
			return nil, usage("the URL already has a quantity; remove it or --quantity")
		}
		q.Set("quantity", strconv.FormatInt(quantity, 10))
		u.RawQuery = q.Encode()
	}
	return u, nil
}

func (f *mintFlags) run(ctx context.Context, p *Program, raw string) error {
	u, err := mintURL(raw, f.quantity)
	if err != nil {
		return err
	}
	if f.patience <= 0 {
		return impatient(f.patience)
	}
	key, err := f.keys.key(p)
	if err != nil {
		return err
	}
	b := &purchase{p: p, f: f, url: u, key: key}
	if b.client, err = f.limits.client(key); err != nil {
		return err
	}
	b.client.Now, b.client.Patience = p.Now, f.patience
	b.client.HTTP = &http.Client{Timeout: time.Minute, Transport: &watch{p: p}}
	if b.files, err = p.openPayments(f.stateDir, addressOf(key)); err != nil {
		return err
	}
	b.witness = newWitness(p, f.rpc, u, f.noCheck)
	defer b.witness.close()
	before, err := b.review(ctx)
	if err != nil {
		return err
	}
	switch {
	case before != nil && f.anew:
		p.say("warning: --anew: the payment signed at %s can still be charged until %s, in addition to the new one", clockTime(before.At), until(before))
	case before != nil:
		return b.resume(ctx, before)
	}
	return b.buy(ctx)
}

// watch is an HTTP transport that prints why a payment is not mined yet, each time
// the reason changes.
type watch struct {
	p    *Program
	said string
}

func (w *watch) RoundTrip(req *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(req)
	if req.Header.Get(x402.HeaderPaymentSignature) == "" && req.Header.Get(x402.HeaderXPayment) == "" {
		return res, err
	}
	news := ""
	switch {
	case req.Context().Err() != nil:
	case err != nil:
		news = "the server cannot be reached; sending the same payment again, which cannot charge twice"
	case res.StatusCode == http.StatusAccepted:
		news = "the server has the payment; it is not mined yet"
	case res.StatusCode >= 500:
		news = fmt.Sprintf("the server answered %d; sending the same payment again, which cannot charge twice", res.StatusCode)
	}
	if news != "" && news != w.said {
		w.said = news
		w.p.say("%s", news)
	}
	return res, err
}

// notURL returns an error for an argument that is not a URL of a server. It suggests the scheme
// that is missing, or the flag for a file.
func notURL(raw string) error {
	err := fmt.Errorf("%q is not an http or https URL", plain(raw))
	if info, missing := os.Stat(raw); missing == nil && info.Mode().IsRegular() {
		return &usageError{hint(err, "it is a file: submit and cancel take a signed payment with --payment %s", quoted(raw))}
	}
	if u, wrong := url.Parse("https://" + raw); !strings.Contains(raw, "://") && wrong == nil && u.Host != "" && (strings.Contains(u.Host, ".") || strings.Contains(raw, "/")) {
		if loopback(u.Hostname()) {
			u.Scheme = "http"
		}
		return &usageError{hint(err, "try %s", quoted(u.String()))}
	}
	return &usageError{err}
}
