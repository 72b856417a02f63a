package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/mint402/mint402/cmd/catalog"
	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/x402"
)

// lapse is how long a payment is valid that a facilitator sees and that is not to be
// minted: long enough for the facilitator's checks, which want some seconds, and short for an
// attacker that would submit it.
const lapse = time.Minute

// exhibit signs one payment with the operator's key, keeps it, shows it to the facilitator,
// and then mints it or lets it lapse. It follows the rules of mint402 mint: the payment is
// on disk before it leaves this process, and no other is signed while another is undecided.
func (f *listFlags) exhibit(ctx context.Context, p *Program, client *http.Client, u *url.URL, out *catalogued) error {
	b, err := f.buyer(p, u)
	if err != nil {
		return f.end(p, out, err)
	}
	defer b.witness.close()
	before, err := b.review(ctx)
	if err == nil && before != nil {
		err = undecided.because(hint(fmt.Errorf("a payment for this URL is kept, signed at %s; no other was signed", clockTime(before.At)),
			"mint402 mint %q continues with it, mint402 cancel %q cancels it; or wait until it has expired", before.URL, before.URL))
	}
	if err != nil {
		return f.end(p, out, err)
	}
	quote, err := f.quote(ctx, b)
	if err != nil {
		return f.end(p, out, err)
	}
	head, err := f.agree(ctx, b, quote)
	if err != nil {
		return f.end(p, out, err)
	}
	k, release, err := b.sign(ctx, quote, head)
	if err != nil {
		return f.end(p, out, err)
	}
	defer release()
	return f.reveal(ctx, b, client, k, out)
}

// buyer puts together what mint402 mint uses.
func (f *listFlags) buyer(p *Program, u *url.URL) (*purchase, error) {
	key, err := f.mint.keys.key(p)
	if err != nil {
		return nil, err
	}
	b := &purchase{p: p, f: &f.mint, url: u, key: key}
	if b.client, err = f.mint.limits.client(key); err != nil {
		return nil, err
	}
	b.client.Now, b.client.Patience = p.Now, f.mint.patience
	b.client.HTTP = &http.Client{Timeout: time.Minute, Transport: &watch{p: p}}
	if b.files, err = p.openPayments(f.mint.stateDir, addressOf(key)); err != nil {
		return nil, err
	}
	b.witness = newWitness(p, f.mint.rpc, u, f.mint.noCheck)
	return b, nil
}

// errQuoted ends a call of Pay once it has a quote.
var errQuoted = errors.New("quoted")

// quote asks for the price and returns the quote that the limits allow, of version 2. It
// does not sign.
func (f *listFlags) quote(ctx context.Context, b *purchase) (x402.Quote, error) {
	req, err := b.request(ctx)
	if err != nil {
		return x402.Quote{}, err
	}
	var offer pay.Offer
	asking := *b.client
	asking.Confirm = func(o pay.Offer) error { offer = o; return errQuoted }
	result, err := asking.Pay(req)
	quote := offer.Quote
	switch {
	case !errors.Is(err, errQuoted):
		return quote, unasked(b.url, result, err)
	case offer.Protocol != pay.ProtocolX402:
		return quote, refused.say("the server asks by MPP, whose payments carry no extension; nothing was signed")
	case quote.Version != 2:
		return quote, refused.say("the server asks in version %d, whose payments carry no extension; nothing was signed", quote.Version)
	}
	if !f.completes {
		quote.Requirement.MaxTimeoutSeconds = min(quote.Requirement.MaxTimeoutSeconds, int(lapse/time.Second))
	}
	return quote, nil
}

// agree shows what the payment is for, checks it against the chain and asks. It returns the
// number of the newest block.
func (f *listFlags) agree(ctx context.Context, b *purchase, q x402.Quote) (head uint64, err error) {
	launch, head, err := b.witness.examine(ctx, q, addressOf(b.key), 1)
	if err != nil {
		return 0, err
	}
	b.showQuote(q, launch)
	b.p.say("  shown to %s, which could submit it while it is valid", f.facilitator)
	if f.mint.yes {
		return head, nil
	}
	if f.completes {
		return head, b.p.ask(ctx, "sign it, show it, and pay?")
	}
	return head, b.p.ask(ctx, "sign it and show it?")
}

// sign signs one payment of a quote and keeps it, unless another is undecided. The caller
// calls release when it no longer waits for the payment.
func (b *purchase) sign(ctx context.Context, q x402.Quote, head uint64) (k *pendingPayment, release func(), err error) {
	if err := b.files.hold(ctx); err != nil {
		return nil, nil, err
	}
	defer b.files.release()
	if err := b.unopposed(q); err != nil {
		return nil, nil, err
	}
	signed, err := q.Sign(b.key, b.p.Now())
	if err != nil {
		return nil, nil, err
	}
	r := q.Requirement
	id, err := paymentID(r.Network, r.Domain(), signed.Authorization)
	if err != nil {
		return nil, nil, err
	}
	k = &pendingPayment{URL: b.url.String(), ID: id, Network: r.Network, Asset: r.Asset, Name: r.Extra.Name, Version: r.Extra.Version,
		Price: q.Price(), Payment: signed, At: b.p.Now(), Block: head}
	if _, err := catalog.VerifyRequest(signed); err != nil {
		return nil, nil, refused.because(fmt.Errorf("%w; nothing was sent", err))
	}
	if err := b.files.add(k); err != nil {
		return nil, nil, err
	}
	release, err = b.files.use(k)
	return k, release, err
}

// reveal shows the kept payment to the facilitator, and mints it with --mint. What the
// facilitator says does not decide about the purchase.
func (f *listFlags) reveal(ctx context.Context, b *purchase, client *http.Client, k *pendingPayment, out *catalogued) error {
	p := b.p
	out.PaymentID = k.ID.String()
	lapses := time.Unix(k.Payment.Authorization.ValidBefore.Int64(), 0).UTC()
	out.LapsesAt = &lapses
	verdict, failure := catalog.Verify(ctx, client, f.facilitator, k.Payment)
	out.Verify = verdict
	switch {
	case failure != nil:
		failure = unreachable.because(fmt.Errorf("show the payment: %w", failure))
	case !verdict.Valid:
		failure = refused.say("%s does not take the payment: %s", f.facilitator, plain(verdict.Reason))
	default:
		p.say("%s takes the payment", f.facilitator)
	}
	if verdict != nil {
		extensions := "no EXTENSION-RESPONSES: whether it lists the URL is not known"
		if verdict.Extensions != nil {
			extensions = "EXTENSION-RESPONSES: " + plain(string(verdict.Extensions))
		}
		p.say("%s", extensions)
	}
	if !f.completes {
		p.say("payment %s lapses at %s; the next run of mint402 mint or list checks on the chain that it was not charged", k.ID, clockTime(lapses))
		return f.end(p, out, failure)
	}
	if failure != nil {
		p.say("the purchase goes on: %s", inWords(failure))
	}
	if err := f.end(p, out, nil); err != nil {
		return err
	}
	req, err := b.request(ctx)
	if err != nil {
		return err
	}
	result, err := b.client.Resume(req, k.Payment)
	if err := b.conclude(ctx, k, result, err); err != nil {
		return err
	}
	return failure
}
