// Package settle is an x402 facilitator for the launches of this server: /facilitator/supported,
// /facilitator/verify and /facilitator/settle, in both versions of the protocol.
//
// To settle a payment for a launch is to mint for it. A payment becomes the order that the
// same payment at /mint becomes, in whichever place it is presented first: one order, one
// transaction, one answer. So the answer is the same when it is asked for again, after a
// crash, and it follows the chain in a reorg.
//
// It is no open relay. Another network, asset or recipient than those of our launches is
// refused with 403, before the chain is read. Only for holders of a token of the operator,
// package relay settles for the assets and recipients that the token names. No request is handed on to another
// facilitator, so servers that name each other, or themselves, end at the first one.
package settle

import (
	"context"
	"errors"
	"net/netip"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// The paths of the facilitator. Clients of facilitators add the last part to its URL.
const (
	Path          = "/facilitator"
	PathSupported = Path + "/supported"
	PathVerify    = Path + "/verify"
	PathSettle    = Path + "/settle"
)

// DefaultRate is how many requests of one client are answered in a minute by default. A client is
// another server, with many payers.
const DefaultRate = 600

// Facilitator answers requests of other servers. Its fields are set before Open.
type Facilitator struct {
	Presenter *api.Presenter
	Checkout  *checkout.Checkout
	// Client returns the client that a request counts for in limits.
	Client func(*fiber.Ctx) netip.Prefix
	// Rate is how many requests of one client are answered in a minute.
	Rate int
	// Relays settle foreign payments for holders of tokens, each on the chain with that id. On the
	// others they are refused.
	Relays map[uint64]*relay.Relay

	rate     rate
	requests *prometheus.CounterVec
}

// Open prepares the facilitator. The presenter and the checkout must be open.
func (f *Facilitator) Open() {
	f.rate.most = f.Rate
	f.requests = prometheus.NewCounterVec(prometheus.CounterOpts{Name: "mint402_facilitator_requests_total",
		Help: "Requests that other servers made to this facilitator, by result."}, []string{"call", "result"})
}

// Collector returns the figures of the facilitator.
func (f *Facilitator) Collector() prometheus.Collector { return f.requests }

// Supported is the answer of /supported, in both versions.
type Supported struct {
	Kinds      []Kind              `json:"kinds"`
	Extensions []string            `json:"extensions"`
	Signers    map[string][]string `json:"signers"` // accounts that send transactions, by CAIP-2 family; of several chains, by CAIP-2 id
}

// Kind is a way to pay that is settled.
type Kind struct {
	X402Version int    `json:"x402Version"`
	Scheme      string `json:"scheme"`
	Network     string `json:"network"`
}

// Supported answers what the facilitator settles.
func (f *Facilitator) Supported(c *fiber.Ctx) error {
	if err := f.admit(c, "supported"); err != nil {
		return err
	}
	s := Supported{Extensions: []string{}, Signers: map[string][]string{}}
	for _, on := range f.Presenter.Chains {
		s.Kinds = append(s.Kinds, Kind{2, x402.SchemeExact, on.Network.CAIP2()})
		if on.Network.V1 {
			s.Kinds = append(s.Kinds, Kind{1, x402.SchemeExact, on.Network.Name})
		}
		of := on.Network.CAIP2()
		if len(f.Presenter.Chains) == 1 {
			of = "eip155:*"
		}
		s.Signers[of] = f.signers(on)
	}
	f.count("supported", "answered")
	return c.JSON(s)
}

// signers returns the accounts that send transactions on a chain.
func (f *Facilitator) signers(on *api.Chain) []string {
	all := []string{}
	for _, account := range on.Engine.Senders {
		all = append(all, account.Hex())
	}
	if r := f.Relays[on.Network.ChainID]; r != nil {
		all = append(all, r.Signer.Address().Hex())
	}
	return all
}

// Verify answers whether a payment would be settled now. It claims and stores nothing.
func (f *Facilitator) Verify(c *fiber.Ctx) error {
	q, err := f.read(c, "verify")
	switch {
	case err != nil:
	case q.token != nil:
		err = f.relayed(q.relay.Check(c.UserContext(), q.token, &q.SettleRequest))
	default:
		err = f.check(mint.WithCaller(c.UserContext(), q.purchase.Who), q)
	}
	return f.verified(c, q, err)
}

// check returns why a payment would not be settled now, or nil.
func (f *Facilitator) check(ctx context.Context, q *request) error {
	p := &q.purchase
	if err := f.admissible(ctx, q); err != nil {
		return err
	}
	return f.Presenter.Of(&p.Launch).Engine.Check(ctx, p.Launch.Slug, p.Quantity, &p.Payment)
}

// Settle settles a payment, and waits for its block as /mint does.
func (f *Facilitator) Settle(c *fiber.Ctx) error {
	q, err := f.read(c, "settle")
	if err == nil && q.token != nil {
		p, err := q.relay.Settle(c.UserContext(), q.token, &q.SettleRequest)
		if err != nil {
			return f.refused(c, q, f.relayed(err))
		}
		return f.settledForToken(c, q, &p)
	}
	if err == nil {
		err = f.admissible(c.UserContext(), q)
	}
	if err != nil {
		return f.refused(c, q, err)
	}
	return f.settled(c, q, f.Checkout.Pay(c.UserContext(), &q.purchase))
}

// admissible returns why a payment for one of our launches is not handed to the engine. A
// payment with an order is: it has an answer, whatever became of the sale and of its window.
func (f *Facilitator) admissible(ctx context.Context, q *request) error {
	p := &q.purchase
	a := &p.Payment.Authorization
	engine := f.Presenter.Of(&p.Launch).Engine
	id := mint.NewPaymentID(p.Launch.ChainID, p.Launch.Asset.Address, a.From, a.Nonce)
	order, err := f.Presenter.Reader.Order(ctx, id)
	switch {
	case err == nil:
		if err := q.isOf(&order); err != nil {
			return err
		}
		if decided(&order) {
			return nil
		}
	case !errors.Is(err, mint.ErrNotFound):
		return err
	default:
		if err := q.check(engine.Clock(), engine.Margin); err != nil {
			return err
		}
	}
	if engine.Facilitated(p.Launch.Slug) {
		return &x402.RefusedError{Reason: x402.ReasonUnsettled, Detail: "this server has payments for " + p.Launch.Slug + " settled by other facilitators now; this one was not sent"}
	}
	return nil
}

// decided reports whether an order has an answer that its own transaction or the chain gives.
func decided(o *mint.Order) bool {
	s := o.State()
	return s != mint.Claimed && s != mint.Parked
}
