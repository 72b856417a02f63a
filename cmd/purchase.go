package cmd

import (
	"context"
	"crypto/ecdsa"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/cmd/safe"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

// A purchase is one run of mint402 mint.
type purchase struct {
	p       *Program
	f       *mintFlags
	url     *url.URL
	key     *ecdsa.PrivateKey
	client  *pay.Client
	witness *witness
	files   *paymentFiles
}

func (b *purchase) request(ctx context.Context) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.url.String(), nil)
	if err == nil {
		req.Header.Set("Accept", "application/json")
	}
	return req, err
}

// review checks all payments that are kept for the payer and removes those that are
// final. It returns the payment with which this run continues, or nil. That is one
// for the same URL that is undecided, or that was minted before the user knew.
func (b *purchase) review(ctx context.Context) (*pendingPayment, error) {
	all, err := b.files.load()
	if err != nil {
		return nil, err
	}
	var mine *pendingPayment
	for _, k := range all {
		if b.witness.settle(ctx, b.files, k) {
			continue
		}
		if k.URL == b.url.String() && (!k.settled() || k.Seen == "minted" && !k.Told) && mine == nil {
			mine = k
		}
	}
	return mine, nil
}

// settle asks the chain about a kept payment and stores the result. It reports
// whether it removed the payment, which it does when the outcome is final and known
// to the user.
func (w *witness) settle(ctx context.Context, u *paymentFiles, k *pendingPayment) (gone bool) {
	t, _, err := w.look(ctx, k)
	if err != nil {
		return w.off && k.longExpired(w.p.Now()) && u.forget(k) == nil
	}
	p := w.p
	seen, mark := ended(t)
	if t.Dead(k.Payment.Authorization, p.Now()) {
		p.say("the payment of %s signed at %s has expired and was not charged: a final block shows it", k.Price, clockTime(k.At))
		return u.forget(k) == nil
	}
	if mark != nil && t.IsFinal(*mark) && (seen != "minted" || k.Told) {
		if seen != "minted" {
			p.say("the payment of %s signed at %s was %s in block %d", k.Price, clockTime(k.At), seen, mark.Block)
		}
		return u.forget(k) == nil
	}
	if seen != k.Seen {
		k.Seen, k.Transaction = seen, nil
		if mark != nil {
			k.Transaction = &mark.Tx
		}
		_ = u.save(k) // not needed: the next run asks the chain again
	}
	return false
}

// longExpired replaces the check of a final block under --no-check. It compares with
// this machine's clock, which may be wrong by an hour.
func (k *pendingPayment) longExpired(now time.Time) bool {
	return k.Payment.Authorization.ValidBefore.Int64() < now.Add(-time.Hour).Unix()
}

// resume continues with a kept payment. The payment must be within the limits of this
// command, like a new one.
func (b *purchase) resume(ctx context.Context, k *pendingPayment) error {
	release, err := b.files.use(k)
	if err != nil {
		return err
	}
	defer release()
	if k.Seen == "minted" {
		b.p.say("this finishes the payment of %s signed at %s, which was minted meanwhile; nothing new is signed", k.Price, clockTime(k.At))
		return b.conclude(ctx, k, &pay.Result{}, nil)
	}
	if err := b.client.Allows(x402.Quote{Version: 2, Requirement: k.requirement()}); err != nil {
		return refused.because(hint(fmt.Errorf("the kept payment exceeds this command's limits, so it was not sent: %w", err),
			"it can still be charged until %s; mint402 cancel %s cancels it", until(k), k.URL))
	}
	b.p.say("continuing with the payment of %s signed at %s", k.Price, clockTime(k.At))
	req, err := b.request(ctx)
	if err != nil {
		return err
	}
	result, err := b.client.Resume(req, k.Payment)
	return b.conclude(ctx, k, result, err)
}

// buy asks for the price, signs one payment, keeps it and sends it.
func (b *purchase) buy(ctx context.Context) error {
	req, err := b.request(ctx)
	if err != nil {
		return err
	}
	var quote x402.Quote
	var stopped error
	var k *pendingPayment
	var head uint64
	release := func() {}
	defer func() { release() }()
	held := false
	b.client.Confirm = func(o pay.Offer) error {
		q := o.Quote
		quote = q
		head, stopped = b.agree(ctx, q)
		if stopped == nil {
			stopped = b.files.hold(ctx)
			held = stopped == nil
		}
		if stopped == nil {
			stopped = b.unopposed(q)
		}
		return stopped
	}
	b.client.Keep = func(s x402.Signed) error {
		r := quote.Requirement
		id, err := paymentID(r.Network, r.Domain(), s.Authorization)
		if err != nil {
			return err
		}
		k = &pendingPayment{URL: b.url.String(), ID: id, Network: r.Network, Asset: r.Asset, Name: r.Extra.Name, Version: r.Extra.Version,
			Price: quote.Price(), Payment: s, At: b.p.Now(), Block: head}
		if err := b.files.add(k); err != nil {
			return err
		}
		if release, err = b.files.use(k); err != nil {
			return err
		}
		b.files.release()
		held = false
		b.p.say("signed; waiting until it is mined")
		return nil
	}
	result, err := b.client.Pay(req)
	if held {
		b.files.release()
	}
	switch {
	case k != nil:
		return b.conclude(ctx, k, result, err)
	case stopped != nil:
		return stopped
	}
	return unasked(b.url, result, err)
}

// agree shows a quote, checks it against the chain and asks the user. It returns the
// number of the newest block.
func (b *purchase) agree(ctx context.Context, q x402.Quote) (head uint64, err error) {
	launch, head, err := b.witness.examine(ctx, q, addressOf(b.key), quantityOf(b.url))
	if err != nil {
		return 0, err
	}
	b.showQuote(q, launch)
	if b.f.yes {
		return head, nil
	}
	return head, b.p.ask(ctx, "pay?")
}

// unopposed returns an error if another payment for the URL or the recipient is
// undecided. The caller holds the lock.
func (b *purchase) unopposed(q x402.Quote) error {
	all, err := b.files.load()
	if err != nil || b.f.anew {
		return err
	}
	k := conflict(all, b.url.String(), q.Requirement.PayTo)
	if k == nil {
		return nil
	}
	return undecided.because(hint(fmt.Errorf("a payment of %s to %s is undecided, signed at %s for %s; no other was signed", k.Price, k.Payment.Authorization.To.Hex(), clockTime(k.At), k.URL),
		"mint402 mint %q continues with it, mint402 cancel %q cancels it; --anew signs another anyway, and both may be charged", k.URL, k.URL))
}

// quantityOf returns how many allotments a URL asks for.
func quantityOf(u *url.URL) int64 {
	if n, err := strconv.ParseInt(u.Query().Get("quantity"), 10, 64); err == nil && n > 0 {
		return n
	}
	return 1
}

func clockTime(t time.Time) string { return t.Local().Format(time.TimeOnly) }

// until returns the time after which the payment can no longer be taken.
func until(k *pendingPayment) string {
	return clockTime(time.Unix(k.Payment.Authorization.ValidBefore.Int64(), 0))
}

// showQuote prints the price, the recipient and the product. If a node was asked, the
// product is described by the contract.
func (b *purchase) showQuote(q x402.Quote, launch *mint.Launch) {
	p, u := b.p, b.url
	r := q.Requirement
	what := plain(q.Resource.Description)
	if what == "" {
		what = u.String()
	}
	fmt.Fprintln(p.Err, p.bold(p.Err, safe.Text(what)))
	p.say("  price    %s on %s", q.Price(), title(r.Network))
	p.say("  from     %s", addressOf(b.key).Hex())
	p.say("  to       %s", r.PayTo.Hex())
	if launch != nil {
		p.say("  buys     %s %s (%s), as the contract shows", amount.Grouped(amount.Tokens(launch.Tokens(launch.Quantity(r.Amount)))), plain(launch.Symbol), plain(launch.Name))
	}
	p.say("  valid    for %s once it is signed", q.Window())
	if said, err := url.Parse(q.Resource.URL); err == nil && said.Host != "" && said.Host != u.Host {
		p.say("  the server calls itself %s", plain(said.Host))
	}
}
