package wallet

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/pay"
)

// A Quote is a price that the wallet can pay. The amount, the asset, the network and the
// recipient are those that would be signed.
type Quote struct {
	ID       string         `json:"quoteId,omitempty"` // absent if the resource is free
	URL      string         `json:"url"`
	Method   string         `json:"method"`
	Protocol string         `json:"protocol,omitempty"` // "x402" or "mpp"
	Version  int            `json:"version,omitempty"`  // of x402
	Price    string         `json:"price,omitempty"`    // "0.10 USDC"
	Amount   string         `json:"amount,omitempty"`   // base units
	Network  string         `json:"network,omitempty"`  // CAIP-2
	Asset    common.Address `json:"asset,omitzero"`
	PayTo    common.Address `json:"payTo,omitzero"`
	Cost     pay.Units      `json:"-"`
	Expires  time.Time      `json:"expiresAt,omitzero"`

	Launch        *Launch    `json:"launch,omitempty"` // the sale that this buys from, as the chain has it
	NeedsApproval string     `json:"needsApproval,omitempty"`
	Checked       string     `json:"checked,omitempty"` // the checks on the chain, for people
	Description   *Untrusted `json:"description,omitempty"`
	Answer        *Answer    `json:"answer,omitempty"` // if the resource is free
}

// A Launch is a sale as the recipient's contract names its terms. Any contract can name them:
// that it delivers shows only afterwards.
type Launch struct {
	Token    common.Address `json:"token"`
	Name     string         `json:"name"`   // chosen by the seller
	Symbol   string         `json:"symbol"` // chosen by the seller
	Quantity int64          `json:"quantity"`
	Tokens   string         `json:"tokens"`
}

// An Answer is a server's answer.
type Answer struct {
	Status int        `json:"status"`
	Body   *Untrusted `json:"body,omitempty"`
}

func answerOf(host string, r *pay.Result) *Answer {
	if r == nil {
		return nil
	}
	a := &Answer{Status: r.Status, Body: untrusted(host, string(r.Body), maxBody)}
	if a.Body != nil {
		a.Body.Cut = a.Body.Cut || r.Cut
	}
	return a
}

// quote is a Quote with the request, the amount and the launch that its payment needs.
type quote struct {
	Quote
	asked  Ask
	amount *big.Int // base units
	buys   *mint.Launch

	mu      sync.Mutex     // held while it is paid
	payment mint.PaymentID // zero until it was paid; a quote is paid once
}

// Quote asks for a price and makes no signature.
func (w *Wallet) Quote(ctx context.Context, a Ask) (*Quote, error) {
	req, err := a.request(ctx)
	if err != nil {
		return nil, err
	}
	result, offers, err := w.payer.Look(req)
	var status *pay.StatusError
	if err != nil && !errors.As(err, &status) {
		return nil, err
	}
	q := &quote{asked: a, Quote: Quote{URL: req.URL.String(), Method: req.Method}}
	if len(offers) == 0 {
		q.Answer = answerOf(req.URL.Host, result)
		return &q.Quote, nil
	}
	if err := w.price(q, offers[0]); err != nil {
		return nil, err
	}
	q.Description = untrusted(req.URL.Host, offers[0].Resource.Description, maxWords)
	if _, err := w.examine(ctx, q, req); err != nil {
		return nil, err
	}
	w.remember(q)
	if q.Cost > w.config.ApproveAbove {
		q.NeedsApproval = "A person must approve this payment: mint402 wallet approve " + q.ID
		if w.config.ApproveByClient {
			q.NeedsApproval += ", or when the MCP client asks."
		}
		if err := w.requestApproval(q); err != nil {
			return nil, err
		}
	}
	return &q.Quote, nil
}

// price copies the terms of an offer into a quote.
func (w *Wallet) price(q *quote, o pay.Offer) error {
	asset, cost, err := w.config.Limits.CheckOffer(o, w.payer.Signer.Address())
	if err != nil {
		return err
	}
	r := o.Requirement
	q.Protocol, q.Version = o.Protocol, o.Version
	q.Price, q.Cost = asset.Format(r.Amount)+" "+asset.Symbol, cost
	q.amount, q.Amount, q.Network, q.Asset, q.PayTo = r.Amount, r.Amount.String(), r.Network, r.Asset, r.PayTo
	q.Expires = w.now().Add(quoteLife)
	return nil
}

// examine checks a quote before it is signed. If the request has a live payment, it returns
// that one and checks nothing: that payment is sent again, and if it was charged already,
// the account may have too little for a second one.
func (w *Wallet) examine(ctx context.Context, q *quote, req *http.Request) (live *pay.Record, err error) {
	if live, err = w.payer.Live(req); err != nil {
		return nil, err
	}
	if live != nil {
		q.Checked = "This request has the payment " + live.ID.String() + " of " + live.Price + " and no answer yet: to pay this quote sends that payment again."
		return live, nil
	}
	return nil, w.verify(ctx, q)
}

// verify reads the recipient and the balance from the chain. A recipient that is a
// mint402 launch must sell the quantity at the price; if the agent gave a quantity, the
// recipient must be one.
func (w *Wallet) verify(ctx context.Context, q *quote) error {
	if w.chain == nil {
		q.Checked = "Not checked on the chain: no node is configured."
		if q.asked.Quantity > 0 {
			return errors.New("a quantity is for a mint402 launch, which is checked on the chain, but no node is configured; nothing was signed")
		}
		return nil
	}
	l, err := w.chain.Launch(ctx, q.Network, q.PayTo)
	switch {
	case errors.Is(err, ErrNoLaunch) && q.asked.Quantity > 0:
		return fmt.Errorf("the server asks for payment to %s, which is not a mint402 launch on %s; nothing was signed", q.PayTo, q.Network)
	case errors.Is(err, ErrNoLaunch):
		q.Checked = "The recipient is not a mint402 launch: only the server says what this buys."
	case err != nil && q.asked.Quantity > 0:
		return fmt.Errorf("no node of %s answers, so the launch cannot be checked; nothing was signed: %w", q.Network, err)
	case err != nil:
		q.Checked = "Not checked on the chain: no node of the network answers."
	default:
		if err := q.sells(l); err != nil {
			return err
		}
	}
	has, err := w.chain.Balance(ctx, q.Network, q.Asset, w.payer.Signer.Address())
	if err == nil && has.Cmp(q.amount) < 0 {
		return fmt.Errorf("the wallet's account %s has less than %s; nothing was signed", w.payer.Signer.Address(), q.Price)
	}
	return nil // without a balance, the asset decides
}

// sells checks a quote against the launch's terms.
func (q *quote) sells(l *mint.Launch) error {
	n := max(q.asked.Quantity, 1)
	if q.asked.Quantity == 0 {
		n = quantityIn(q.URL)
	}
	if l.Asset.Address != q.Asset {
		return fmt.Errorf("the server asks for %s, but the launch takes %s; nothing was signed", q.Asset, l.Asset.Address)
	}
	if total := l.Total(n); total.String() != q.Amount {
		return fmt.Errorf("the server asks for %s, but the contract sells %d for %s %s; nothing was signed", q.Price, n, l.Asset.Format(total), l.Asset.Symbol)
	}
	name, _ := cleaned(l.Name, 64)
	symbol, _ := cleaned(l.Symbol, 32)
	q.buys = l
	q.Launch = &Launch{Token: l.Token, Name: name, Symbol: symbol, Quantity: n, Tokens: amount.Tokens(l.Tokens(n))}
	q.Checked = "The recipient's contract names this price for this quantity. Its code was not verified: whether it delivers shows on the chain after the payment."
	return nil
}

// accept compares an offer with the quote, right before it is signed.
func (q *quote) accept(o pay.Offer) error {
	r := o.Requirement
	for _, c := range []struct{ name, now, quoted string }{
		{"network", r.Network, q.Network}, {"asset", r.Asset.Hex(), q.Asset.Hex()}, {"recipient", r.PayTo.Hex(), q.PayTo.Hex()},
		{"amount", r.Amount.String(), q.Amount}, {"protocol", o.Protocol + strconv.Itoa(o.Version), q.Protocol + strconv.Itoa(q.Version)},
	} {
		if c.now != c.quoted {
			return fmt.Errorf("the server's %s is %.80q now, but %.80q was quoted; nothing was signed", c.name, c.now, c.quoted)
		}
	}
	return nil
}

// quantityIn returns the quantity that a URL asks for.
func quantityIn(address string) int64 {
	u, err := url.Parse(address)
	if err != nil {
		return 1
	}
	if n, err := strconv.ParseInt(u.Query().Get("quantity"), 10, 64); err == nil && n > 0 {
		return n
	}
	return 1
}
