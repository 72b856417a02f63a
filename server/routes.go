package server

import (
	"bytes"
	"fmt"
	"log/slog"
	stack "runtime/debug"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/x402"
)

// routes adds the handler of each path. A path has only one spelling. Fiber compares
// the path as it was sent, without decoding: "/%6dint", "//mint", "/mint/" and "/Mint"
// are other paths, without a handler.
func (s *Server) routes() error {
	s.app.Use(s.middleware)
	read := []string{fiber.MethodGet, fiber.MethodHead}
	routes := []route{
		{"/mint", []string{fiber.MethodGet, fiber.MethodHead, fiber.MethodPost}, s.mint},
		{"/launches/:slug/mint", []string{fiber.MethodGet, fiber.MethodHead, fiber.MethodPost}, s.mint},
		{"/launches", read, s.costly(s.launches)},
		{"/launches/:slug", read, s.costly(s.launch)},
		{"/launches/:slug/solvency", read, s.costly(s.solvency)},
		{"/launches/:slug/stats", read, s.costly(s.stats)},
		// A feed never ends, so there is no answer to HEAD.
		{"/launches/:slug/feed", []string{fiber.MethodGet}, s.feed},
		{"/orders", read, s.costly(s.orders)},
		{"/orders/:id", read, s.order},
		{"/healthz", read, s.healthz},
		{"/readyz", read, s.readyz},
		{"/assets/:name", read, s.pages.Asset},
		{"/", read, s.pages.Front},
		{"/l/:slug", read, s.pages.Launch},
		{"/l/:slug/share.png", read, s.pages.LaunchImage},
		{"/r/:id", read, s.costly(s.pages.Receipt)},
		{"/r/:id/share.png", read, s.pages.ReceiptImage},
	}
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
	// Fiber answers an unknown method with plain text.
	server := s.app.Server()
	known := server.Handler
	server.Handler = func(ctx *fasthttp.RequestCtx) {
		method := string(ctx.Method())
		for _, m := range fiber.DefaultMethods {
			if m == method {
				known(ctx)
				return
			}
		}
		c := s.app.AcquireCtx(ctx)
		defer s.app.ReleaseCtx(c)
		_ = s.fail(c, fiber.ErrNotImplemented) // writes to memory
	}
	return nil
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
	if conn.HasBody(c.Context().Conn()) {
		c.Context().SetConnectionClose() // the connection ends after a request with a body
	}
	debug := s.log.Enabled(c.UserContext(), slog.LevelDebug)
	var began time.Time
	if debug {
		began = time.Now()
	}
	s.commonHeaders(c)
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
	if err := c.Next(); err != nil {
		return s.fail(c, err)
	}
	return nil
}

var (
	exposed = strings.Join([]string{x402.HeaderPaymentRequired, x402.HeaderPaymentResponse,
		x402.HeaderXPaymentResponse, fiber.HeaderLocation, fiber.HeaderRetryAfter}, ", ")
	// Official clients send Access-Control-Expose-Headers as a request header.
	allowed = strings.Join([]string{x402.HeaderPaymentSignature, x402.HeaderXPayment, "SIGN-IN-WITH-X",
		fiber.HeaderAccessControlExposeHeaders, fiber.HeaderContentType, fiber.HeaderAccept}, ", ")
)

// commonHeaders lets pages of any origin read our answers, except those of the
// dashboard. The other routes use no cookies or credentials, so such a page gains no
// rights from them.
func (s *Server) commonHeaders(c *fiber.Ctx) {
	h := &c.Response().Header
	if s.Presenter.Secure() {
		h.SetCanonical([]byte(fiber.HeaderStrictTransportSecurity), []byte("max-age=31536000"))
	}
	if isAdmin(c.Path()) {
		for i := range headersOfAll {
			if !bytes.HasPrefix(headersOfAll[i].name, []byte("Access-Control-")) {
				h.SetCanonical(headersOfAll[i].name, headersOfAll[i].value)
			}
		}
		return
	}
	for i := range headersOfAll {
		h.SetCanonical(headersOfAll[i].name, headersOfAll[i].value)
	}
}

// headersOfAll are the headers of every answer.
var headersOfAll = []struct{ name, value []byte }{
	{[]byte(fiber.HeaderAccessControlAllowOrigin), []byte("*")},
	{[]byte(fiber.HeaderAccessControlExposeHeaders), []byte(exposed)},
	{[]byte(fiber.HeaderXContentTypeOptions), []byte("nosniff")},
	{[]byte(fiber.HeaderReferrerPolicy), []byte("no-referrer")},
	{[]byte(fiber.HeaderContentSecurityPolicy), []byte("default-src 'none'; frame-ancestors 'none'")},
	{[]byte(fiber.HeaderCacheControl), []byte("no-store")},
}

func preflight(methods []string) fiber.Handler {
	allow := strings.Join(append(methods[:len(methods):len(methods)], fiber.MethodOptions), ", ")
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderAllow, allow)
		c.Set(fiber.HeaderAccessControlAllowMethods, allow)
		c.Set(fiber.HeaderAccessControlAllowHeaders, allowed)
		c.Set(fiber.HeaderAccessControlMaxAge, "86400")
		return c.SendStatus(fiber.StatusNoContent)
	}
}

// isAdmin reports whether a path belongs to the dashboard, even if it has no route.
func isAdmin(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }
