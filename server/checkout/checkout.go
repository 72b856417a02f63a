// Package checkout sells allotments of launches, whatever the transport of the request: it
// quotes a price, and it takes a payment and returns the outcome. HTTP, MCP and the MPP
// scheme render the same price and the same outcome, so one payment gets one answer.
//
// [Checkout.Price] returns the 402 objects of both protocol versions, or the error why
// there is no price. [Checkout.Pay] returns an [Outcome] and never an error: each
// [Class] of outcome says what the payer may do next. A price is quoted only if a new
// signature can be what is missing, since some clients sign once for each 402.
package checkout

import (
	"context"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// Checkout quotes prices and takes payments. Its fields are set before Open.
type Checkout struct {
	Presenter *api.Presenter
	// Wait is how long Pay waits until an order is mined.
	Wait time.Duration
	// MaxHeld is how many payments wait at most, a quarter of them of one client. Pay
	// returns the current state of a further one at once.
	MaxHeld int
	// Extensions add to the 402s, in this order.
	Extensions []Extension
	// Life ends when payments may no longer wait.
	Life context.Context

	reader api.Reader
	held   *api.Quota
	prices priceCache
}

// Open prepares the checkout. The presenter must be open.
func (c *Checkout) Open() {
	c.reader = c.Presenter.Reader
	c.held = api.NewQuota(c.MaxHeld)
	if c.Life == nil {
		c.Life = context.Background()
	}
}

// MethodMCP is the method of a request that is a tool call.
const MethodMCP = "MCP"

// Request is a request for a quantity of a launch.
type Request struct {
	Launch   mint.Launch
	Quantity int64
	Path     string       // canonical: "/mint", "/launches/ping/mint" or "/mcp"
	Method   string       // "GET", "POST" or MethodMCP
	Who      netip.Prefix // the client that the request counts for in limits
}

// URL returns the URL of the request's resource, with the configured origin. Some clients
// send the payment to this URL and not to the one that they asked, so it has the quantity.
// A tool's quantity is an argument of the call.
func (c *Checkout) URL(r *Request) string {
	url := c.Presenter.PublicURL + r.Path
	if r.Quantity == 1 || r.Method == MethodMCP {
		return url
	}
	return url + "?quantity=" + strconv.FormatInt(r.Quantity, 10)
}

// Launch returns the launch with a slug, or the default one if slug is empty. p is the
// payment of the request, or nil: see paidLaunch. It returns mint.ErrNotFound, or
// *mint.UnavailableError while the server starts. Callers must not change the launch: others
// have it, too.
func (c *Checkout) Launch(ctx context.Context, slug string, p *x402.Payment) (*mint.Launch, error) {
	launch, err := c.launch(ctx, slug)
	if errors.Is(err, mint.ErrNotFound) {
		// While the server starts, launches that are new to it are not registered yet.
		c.Presenter.Chains.WaitOpen(ctx)
		if launch, err = c.launch(ctx, slug); errors.Is(err, mint.ErrNotFound) {
			if starting := c.Presenter.Chains.Starting(); starting != nil {
				err = starting
			}
		}
	}
	if slug == "" && p != nil && (err == nil || errors.Is(err, mint.ErrNotFound)) {
		if paid, e := c.paidLaunch(ctx, launch, p); e != nil || paid != nil {
			return paid, e
		}
	}
	return launch, err
}

func (c *Checkout) launch(ctx context.Context, slug string) (*mint.Launch, error) {
	if slug == "" {
		return c.Presenter.Shop.Default(ctx)
	}
	if !mint.ValidSlug(slug) {
		return nil, mint.ErrNotFound
	}
	launch, err := c.reader.Launch(ctx, slug)
	if err != nil {
		return nil, err
	}
	return &launch, nil
}

// paidLaunch returns the launch that a payment for the default launch pays. A signature
// names the launch's contract. The default may have changed since the payer got the price,
// and the payer bought what was offered then. The price of the new default would make the
// payer sign again, and pay twice. Only a payment to no launch of this server is judged, and
// refused, by the terms of the default, which is nil if there is none.
func (c *Checkout) paidLaunch(ctx context.Context, byDefault *mint.Launch, p *x402.Payment) (*mint.Launch, error) {
	if byDefault != nil && pays(p, byDefault) {
		return byDefault, nil
	}
	launches, err := c.reader.Launches(ctx)
	if err != nil {
		return nil, err
	}
	for i := range launches {
		if pays(p, &launches[i]) {
			return &launches[i], nil
		}
	}
	return byDefault, nil
}

// pays reports whether a payment names a launch: its contract and, if it is known, its chain.
// Launches on two chains may have the same address.
func pays(p *x402.Payment, l *mint.Launch) bool {
	return p.Authorization.To == l.Token && (p.Network == x402.CAIP2(l.ChainID) || p.Network == unknownChain)
}

// unknownChain is the network of a credential whose challenge cannot be read.
var unknownChain = x402.CAIP2(0)

// Problem returns the HTTP form of an error about a request. paid is true if the request
// carried a payment. For a launch without enough allotments it says how many are left.
func (c *Checkout) Problem(r *Request, err error, paid bool) api.HTTPError {
	v := api.ToHTTP(err, c.Presenter.Now(), paid)
	if errors.Is(err, mint.ErrSoldOut) {
		v.Fault.Details = map[string]any{"left": max(0, r.Launch.Cap-r.Launch.Sold)}
	}
	return v
}
