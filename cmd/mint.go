package cmd

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

const mintHelp = `
mint asks a URL for its price, pays it with a signature (no gas), and waits
until the tokens are minted.

usage: mint402 mint URL [flags]

    $ export MINT402_KEY=…
    $ mint402 mint https://mint.example/mint
    $ mint402 mint https://mint.example/launches/ping/mint --quantity 3 --max 0.30 --yes

It signs once. The payment is kept on disk until its outcome is known: run the
same command again after an interruption, and it goes on with that payment.
It never signs a second one while the first is undecided, unless --anew says
that both may be paid.

flags
    --quantity N        allotments to buy (default 1)
    --yes               do not ask
    --anew              sign another payment although one is undecided
    --json              print the result as JSON
    --patience TIME     how long to wait for the outcome (default 5m)
    --state-dir DIR     where payments are kept` + budgetHelp + keyHelp

type mintFlags struct {
	limits            budget
	keys              keyFlags
	quantity          int64
	yes, anew, asJSON bool
	patience          time.Duration
	stateDir          string
}

// minted is what mint --json prints.
type minted struct {
	PaymentID   mint.PaymentID  `json:"paymentId"`
	Payer       common.Address  `json:"payer"`
	Network     string          `json:"network"` // CAIP-2
	Price       string          `json:"price"`
	Transaction string          `json:"transaction,omitempty"`
	Explorer    string          `json:"explorer,omitempty"`
	Receipt     json.RawMessage `json:"receipt,omitempty"` // the server's answer, if it is JSON
}

func (p *Program) mint() *cobra.Command {
	var f mintFlags
	c := &cobra.Command{Use: "mint", Long: mintHelp, Args: arguments(1, 1, "the URL to mint at"),
		RunE: func(c *cobra.Command, args []string) error { return p.pay(c.Context(), args[0], &f) }}
	f.limits.add(c)
	f.keys.add(c, payerKey)
	c.Flags().Int64Var(&f.quantity, "quantity", 1, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.anew, "anew", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	c.Flags().DurationVar(&f.patience, "patience", 5*time.Minute, "")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", "")
	return c
}

// mintURL is the URL that is asked for a quantity.
func mintURL(raw string, quantity int64) (*url.URL, error) {
	u, err := url.Parse(raw)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
		return nil, usage("%q is not an http or https URL", raw)
	case quantity < 1:
		return nil, usage("--quantity %d: expected 1 or more", quantity)
	case u.User != nil:
		return nil, usage("the URL holds a password, which would be stored with the payment")
	}
	u.Fragment = ""
	if quantity > 1 {
		q := u.Query()
		if q.Has("quantity") {
			return nil, usage("the URL names a quantity already")
		}
		q.Set("quantity", strconv.FormatInt(quantity, 10))
		u.RawQuery = q.Encode()
	}
	return u, nil
}

func (p *Program) pay(ctx context.Context, raw string, f *mintFlags) error {
	u, err := mintURL(raw, f.quantity)
	if err != nil {
		return err
	}
	key, err := p.key(&f.keys)
	if err != nil {
		return err
	}
	client, err := f.limits.client(key)
	if err != nil {
		return err
	}
	client.Now, client.Patience = p.Now, f.patience
	client.HTTP = &http.Client{Timeout: time.Minute, Transport: &watch{p: p}}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	d, err := p.openDrawer(f.stateDir, u.String(), addressOf(key))
	if err != nil {
		return err
	}
	defer d.close()
	before, err := d.load()
	switch {
	case err != nil:
		return err
	case before != nil && f.anew:
		p.say("the payment signed at %s is set aside; it may still be taken until %s", clockTime(before.At), until(before))
	case before != nil:
		p.say("going on with the payment of %s signed at %s", before.Price, clockTime(before.At))
		result, err := client.Resume(req, before.Payment)
		gone, unclear := p.expiredUnused(before, err)
		if unclear != nil {
			return unclear
		}
		if !gone {
			return p.settled(f, d, before, result, err)
		}
		if err := d.forget(); err != nil {
			return err
		}
		p.say("that payment expired unused; asking for the price again")
	}
	return p.payAnew(client, req, d, f)
}

// payAnew asks for the price, signs one payment, keeps it and sends it.
func (p *Program) payAnew(client *x402.Client, req *http.Request, d *drawer, f *mintFlags) error {
	var quote x402.Quote
	var declined error
	client.Confirm = func(q x402.Quote) error {
		quote = q
		p.showQuote(req.Context(), req.URL, q, addressOf(client.Key))
		if !f.yes {
			declined = p.ask(req.Context(), "pay?")
		}
		return declined
	}
	var k *kept
	client.Keep = func(s x402.Signed) error {
		r := quote.Requirement
		id, err := paymentID(r.Network, r.Domain(), s.Authorization)
		if err != nil {
			return err
		}
		k = &kept{URL: req.URL.String(), ID: id, Network: r.Network, Asset: r.Asset, Name: r.Extra.Name, Version: r.Extra.Version,
			Price: quote.Price(), Payment: s, At: p.Now()}
		if err := d.save(*k); err != nil {
			return err
		}
		p.say("signed; waiting until it is mined")
		return nil
	}
	result, err := client.Pay(req)
	var answer *x402.StatusError
	switch {
	case k != nil:
		return p.settled(f, d, k, result, err)
	case err == nil:
		return fmt.Errorf("%s asked for no payment: %s", req.URL, describe(result.Status, result.Body))
	case errors.As(err, &answer):
		return fmt.Errorf("ask %s: %s", req.URL, describe(result.Status, result.Body))
	case declined != nil:
		return declined
	}
	return tooDear(err)
}

// expiredUnused judges what came of sending a kept payment again: gone if it can
// never be taken, so that another may be signed; an error if nobody can tell.
func (p *Program) expiredUnused(k *kept, err error) (gone bool, unclear error) {
	var refused *x402.StatusError
	if err == nil || errors.Is(err, x402.ErrUnresolved) || !errors.As(err, &refused) || !k.expired(p.Now()) {
		return false, nil
	}
	if used := x402.ReasonNonceUsed; refused.Reason == string(used) || refused.Reason == used.V1() {
		return false, hint(fmt.Errorf("payment %s was used on chain and the server does not know it", k.ID),
			"look at the account's USDC transfers; --anew signs another payment")
	}
	return true, nil
}

// settled tells what came of a payment, and forgets it if that is certain.
func (p *Program) settled(f *mintFlags, d *drawer, k *kept, result *x402.Result, err error) error {
	if err != nil {
		if errors.Is(err, context.Canceled) || errors.Is(err, x402.ErrUnresolved) {
			return hint(fmt.Errorf("payment %s: %w", k.ID, err), "run the same command again to go on with it; mint402 cancel %s takes it back", k.URL)
		}
		if result != nil && result.Status != 0 {
			err = fmt.Errorf("payment %s was refused: %s", k.ID, describe(result.Status, result.Body))
		}
		return hint(err, "it stays valid until %s: run the same command again, or mint402 cancel %s", until(k), k.URL)
	}
	done := minted{PaymentID: k.ID, Payer: k.Payment.Authorization.From, Network: k.Network, Price: k.Price}
	if json.Valid(result.Body) {
		done.Receipt = result.Body
	}
	if result.Settle != nil {
		done.Transaction = result.Settle.Transaction
	}
	var receipt server.Receipt
	ours := json.Unmarshal(result.Body, &receipt) == nil && receipt.PaymentID == k.ID
	switch n, known := x402.NetworkByName(k.Network); {
	case ours:
		done.Transaction, done.Explorer = receipt.Transaction, receipt.Explorer
	case known && n.Explorer != "" && done.Transaction != "":
		done.Explorer = n.Explorer + "/tx/" + done.Transaction
	}
	if err := d.forget(); err != nil {
		return err
	}
	if f.asJSON {
		return p.json(done)
	}
	if ours {
		fmt.Fprintf(p.Out, "minted %s %s to %s\n", grouped(plain(receipt.Tokens)), plain(receipt.Symbol), done.Payer.Hex())
	} else {
		fmt.Fprintf(p.Out, "paid %s: %s\n", done.Price, describe(result.Status, result.Body))
	}
	if done.Transaction != "" {
		fmt.Fprintf(p.Out, "transaction %s\n", plain(done.Transaction))
	}
	if done.Explorer != "" {
		fmt.Fprintln(p.Out, plain(done.Explorer))
	}
	return nil
}

func clockTime(t time.Time) string { return t.Local().Format(time.TimeOnly) }

// until is when the payment can no longer be taken.
func until(k *kept) string {
	return clockTime(time.Unix(k.Payment.Authorization.ValidBefore.Int64(), 0))
}

// tooDear adds what helps against the client's own limit.
func tooDear(err error) error {
	var dear *x402.PriceError
	if errors.As(err, &dear) {
		return hint(err, "--max AMOUNT raises the limit")
	}
	return err
}

// showQuote says what would be paid, to whom, and what for.
func (p *Program) showQuote(ctx context.Context, u *url.URL, q x402.Quote, payer common.Address) {
	r := q.Requirement
	what := plain(q.Resource.Description)
	if what == "" {
		what = u.String()
	}
	p.say("%s", p.bold(p.Err, what))
	p.say("  price    %s on %s", q.Price(), title(r.Network))
	p.say("  from     %s", payer.Hex())
	p.say("  to       %s", r.PayTo.Hex())
	if l := launchSoldAt(ctx, u, r.PayTo); l != nil {
		p.say("  token    %s (%s), %s a mint", plain(l.Name), plain(l.Symbol), grouped(plain(l.Allotment)))
		p.say("  left     %s of %s mints", grouped(fmt.Sprint(l.Left)), grouped(fmt.Sprint(l.Cap.Allotments)))
	}
	if said, err := url.Parse(q.Resource.URL); err == nil && said.Host != "" && said.Host != u.Host {
		p.say("  the server calls itself %s", plain(said.Host))
	}
}

// launchSoldAt asks the server what it sells for payments to that contract; nil
// if it does not say, for it may be another's server.
func launchSoldAt(ctx context.Context, u *url.URL, payTo common.Address) *server.Launch {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	var list server.Launches
	if fetchJSON(ctx, u.Scheme+"://"+u.Host+"/launches", &list) != nil {
		return nil
	}
	for _, l := range list.Launches {
		if l.Token.Address == payTo {
			return &l
		}
	}
	return nil
}

// watch says once what keeps a payment from being mined.
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
		news = "the server cannot be reached; sending the same payment again"
	case res.StatusCode == http.StatusAccepted:
		news = "the server has the payment; not mined yet"
	case res.StatusCode >= 500:
		news = fmt.Sprintf("the server answered %d; sending the same payment again", res.StatusCode)
	}
	if news != "" && news != w.said {
		w.said = news
		w.p.say("%s", news)
	}
	return res, err
}
