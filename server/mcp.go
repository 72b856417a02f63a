package server

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/mcp"
	"github.com/mint402/mint402/server/settle"
	"github.com/mint402/mint402/x402"
)

// newMCP returns the MCP server, which sells at the same checkout as the HTTP routes.
func (s *Server) newMCP() *mcp.Server {
	m := &mcp.Server{Till: s.checkout, Charger: s.seller, Shop: shop{s}, PublicURL: s.Presenter.PublicURL, Version: s.Presenter.Version,
		Log: s.log, Now: s.now, MaxCall: s.Wait + time.Minute}
	m.Open()
	return m
}

// mcp answers an MCP message. It does not use Fiber's adaptor for net/http: that runs the
// handler on another goroutine, where a panic passes by our middleware, and its strings are
// the memory of a request that fasthttp uses again.
func (s *Server) mcp(c *fiber.Ctx) error {
	ctx := mint.WithCaller(context.WithoutCancel(c.UserContext()), s.Client(c))
	body := bytes.Clone(c.Body())
	r := (&http.Request{Method: c.Method(), URL: &url.URL{Path: mcp.Path}, Host: c.Hostname(), Header: http.Header{}, Body: http.NoBody}).WithContext(ctx)
	for name, value := range c.Request().Header.All() {
		r.Header.Add(string(name), string(value))
	}
	if len(body) > 0 {
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	s.agents.ServeHTTP(&fiberWriter{c: c, header: http.Header{}}, r)
	return nil
}

// fiberWriter writes a response of net/http to a request of Fiber.
type fiberWriter struct {
	c      *fiber.Ctx
	header http.Header
}

func (w *fiberWriter) Header() http.Header { return w.header }

func (w *fiberWriter) WriteHeader(status int) {
	w.c.Status(status)
	for name, values := range w.header {
		for _, v := range values {
			w.c.Set(name, v)
		}
	}
}

func (w *fiberWriter) Write(p []byte) (int, error) { return w.c.Write(p) }

// maxBodyAt returns how many bytes the body of a request for a target may have. A message of
// MCP, and a request to the facilitator, carry a payment in the body.
func maxBodyAt(target []byte) int64 {
	switch path, _, _ := bytes.Cut(target, []byte("?")); {
	case string(path) == mcp.Path:
		return mcp.MaxBody
	case string(path) == settle.PathVerify, string(path) == settle.PathSettle:
		return x402.MaxSettleRequest
	case api.IsUpload(string(path)):
		return api.MaxUpload
	}
	return api.MaxBody
}

// shop reads for the tools. All but Order are within the limit for requests that aggregate,
// search or query the chain.
type shop struct{ s *Server }

// read runs a read of a client, or returns api.ErrBusy if too many run.
func (o shop) read(ctx context.Context, do func() error) error {
	who, _ := mint.Caller(ctx).(netip.Prefix)
	if !o.s.reads.Take(who) {
		return api.ErrBusy
	}
	defer o.s.reads.Give(who)
	return do()
}

// Launches returns the launches that are shown, the default one first.
func (o shop) Launches(ctx context.Context) (shown []api.Launch, err error) {
	err = o.read(ctx, func() error {
		list, err := o.s.Presenter.Shop.List(ctx, api.ListQuery{})
		if err != nil {
			return err
		}
		list.DefaultFirst()
		shown = o.s.Presenter.Shop.Launches(ctx, list.Launches)
		return nil
	})
	return shown, err
}

// Default returns the default launch, and how many others are shown.
func (o shop) Default(ctx context.Context) (shown api.Launch, others int, err error) {
	err = o.read(ctx, func() error {
		list, err := o.s.Presenter.Shop.List(ctx, api.ListQuery{})
		if err != nil {
			return err
		}
		if list.Default.Slug == "" {
			return mint.ErrNotFound
		}
		shown, others = o.s.Presenter.Shop.Launches(ctx, []api.ListedLaunch{{Launch: list.Default}})[0], list.Others(list.Default)
		return nil
	})
	return shown, others, err
}

// Launch returns the launch with a slug, or the default one.
func (o shop) Launch(ctx context.Context, slug string) (shown api.Launch, err error) {
	err = o.read(ctx, func() error {
		l, err := o.s.checkout.Launch(ctx, slug, nil)
		if err == nil {
			shown = o.s.Presenter.Launch(ctx, *l)
		}
		return err
	})
	return shown, err
}

// Order returns the receipt of an order. It is not limited: it looks up two keys.
func (o shop) Order(ctx context.Context, id mint.PaymentID) (r api.Receipt, err error) {
	order, err := o.s.reader.Order(ctx, id)
	if err != nil {
		return r, err
	}
	l, err := o.s.reader.Launch(ctx, order.Launch)
	if err != nil {
		return r, err
	}
	return o.s.Presenter.Receipt(&l, &order), nil
}

// Verify checks a receipt against the ledger and the chain, and its signature if it has one.
func (o shop) Verify(ctx context.Context, receipt json.RawMessage) (v mcp.Verification, err error) {
	err = o.read(ctx, func() (err error) { v, err = o.s.proofs.check(ctx, receipt); return err })
	return v, err
}
