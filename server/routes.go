package server

import (
	"fmt"
	"log/slog"
	"maps"
	stack "runtime/debug"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/discovery"
	"github.com/mint402/mint402/server/identity"
	"github.com/mint402/mint402/server/mcp"
	"github.com/mint402/mint402/server/pages"
	"github.com/mint402/mint402/server/settle"
)

// routes adds the handler of each path. A path has only one spelling, except that clients
// may end that of a sale with a slash. Fiber compares the path as it was sent, without
// decoding: "/%6dint", "//mint" and "/Mint" are other paths, without a handler.
func (s *Server) routes() error {
	s.app.Use(s.middleware)
	read := []string{fiber.MethodGet, fiber.MethodHead}
	// HEAD is 405 without a price: tools that probe every method would list it as paid.
	sell := []string{fiber.MethodGet, fiber.MethodPost}
	routes := []route{
		{"/mint", sell, discovery.Linked(s.mint)},
		{"/launches/:slug/mint", sell, discovery.Linked(s.mint)},
		// Not a redirect: clients would carry the payment along, or drop it.
		{"/mint/", sell, discovery.Linked(s.mint)},
		{"/launches/:slug/mint/", sell, discovery.Linked(s.mint)},
		{mcp.Path, []string{fiber.MethodPost}, s.mcp},
		{"/launches", read, s.costly(s.launches)},
		{"/launches/:slug", read, s.costly(s.launch)},
		{"/launches/:slug/solvency", read, s.costly(s.solvency)},
		{"/launches/:slug/stats", read, s.costly(s.stats)},
		{"/launches/:slug/payers/:payer", read, s.costly(api.ServePayerMints(s.Presenter))},
		{"/avatars/:name", read, pages.Avatar},
		// A feed never ends, so there is no answer to HEAD.
		{"/feed", []string{fiber.MethodGet}, s.homeFeed},
		{"/launches/:slug/feed", []string{fiber.MethodGet}, s.feed},
		{"/events", read, s.events.serve},
		{"/orders", read, s.costly(s.orders)},
		{"/orders/:id", read, s.order},
		{"/healthz", read, s.healthz},
		{"/readyz", read, s.readyz},
		{"/assets/:name", read, s.pages.Asset},
		{"/", read, s.documents.Front(s.pages.Front, s.costly(s.launches))},
		{"/l/:slug", read, discovery.Linked(s.pages.Launch)},
		{"/share.png", read, s.pages.HomeImage},
		{"/card.png", read, s.pages.HomeImage},
		{"/site.webmanifest", read, s.pages.Manifest},
		{"/l/:slug/share.png", read, s.pages.LaunchImage},
		{"/l/:slug/card.png", read, s.pages.LaunchImage},
		{"/r/:id/card.png", read, s.pages.ReceiptImage},
		{"/r/:id", read, discovery.Linked(s.costly(s.pages.Receipt))},
		{"/r/:id/share.png", read, s.pages.ReceiptImage},
	}
	shared := (&identity.Identity{Presenter: s.Presenter, Name: s.Brand.Name, Began: s.now()}).Routes()
	maps.Copy(shared, pages.Sharing{Pages: s.pages}.Routes())
	for path, handle := range shared {
		routes = append(routes, route{path, read, s.costly(handle)})
	}
	for _, path := range discovery.Paths() {
		routes = append(routes, route{path, read, s.documents.Serve})
	}
	routes = slices.Concat(routes, s.proofs.routes(s.costly), crowdRoutes(s, read), settleRoutes(s.settling, read))
	if !s.MetricsApart {
		routes = append(routes, route{"/metrics", read, s.costly(s.exposition)})
	}
	if s.Fund != nil {
		routes = append(routes, route{"/demo/fund", []string{fiber.MethodPost}, s.fund})
	}
	for _, r := range routes {
		for _, m := range r.methods {
			s.app.Add(m, r.path, r.handle)
		}
		s.app.Add(fiber.MethodOptions, r.path, preflight(r.methods))
	}
	if s.Mount != nil {
		if err := s.Mount(s.app); err != nil {
			return fmt.Errorf("open server: %w", err)
		}
	}
	// Fiber answers a method that it does not know with plain text. Each path answers it as
	// TRACE, which is never allowed: 405 with the methods that are there, or 404.
	server := s.app.Server()
	known := server.Handler
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		if !slices.Contains(fiber.DefaultMethods, string(ctx.Method())) {
			ctx.Request.Header.SetMethod(fiber.MethodTrace)
		}
		known(ctx)
	}
	return nil
}

// settleRoutes are the routes of the facilitator, if there is one.
func settleRoutes(f *settle.Facilitator, read []string) []route {
	if f == nil {
		return nil
	}
	post := []string{fiber.MethodPost}
	return []route{{settle.PathSupported, read, f.Supported}, {settle.PathVerify, post, f.Verify}, {settle.PathSettle, post, f.Settle}}
}

// route is a path with its methods and its handler.
type route struct {
	path    string
	methods []string
	handle  fiber.Handler
}

// middleware wraps every request. It sets the common headers, turns errors into answers and
// panics into a 500 or 503, writes one debug line, and counts the request. It never
// logs a payment header, which is as good as money until it is used.
func (s *Server) middleware(c *fiber.Ctx) (err error) {
	debug := s.log.Enabled(c.UserContext(), slog.LevelDebug)
	var began time.Time
	if debug {
		began = time.Now()
	}
	if isAdmin(c.Path()) {
		s.commonHeaders(c)
	} else {
		s.headers.CopyTo(&c.Response().Header)
	}
	if conn.HasBody(c.Context().Conn()) {
		c.Context().SetConnectionClose() // the connection ends after a request with a body
	}
	defer func() {
		if v := recover(); v != nil {
			s.log.Error("panic", "method", c.Method(), "route", c.Route().Path, "err", fmt.Sprint(v), "stack", string(stack.Stack()))
			err = s.fail(c, fmt.Errorf("panic: %v", v))
		}
		status, route := c.Response().StatusCode(), c.Route().Path
		if route == "/" && c.Path() != "/" {
			route = "none" // unknown paths share one series
		}
		s.metrics.answered(c.Method(), route, status)
		if debug {
			s.log.Debug("request", "method", c.Method(), "route", route, "status", status, "took", time.Since(began))
		}
	}()
	if to, chosen := pages.Choose(c, s.Presenter.Secure()); chosen {
		return c.Redirect(to, fiber.StatusFound)
	}
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}
