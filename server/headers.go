package server

import (
	"bytes"
	"net/http"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

var (
	// exposed are the headers of answers that pages may read. Browsers that know the
	// wildcard take all; the others take those that follow it.
	exposed = strings.Join([]string{"*", x402.HeaderPaymentRequired, x402.HeaderPaymentResponse, x402.HeaderXPaymentResponse,
		mpp.HeaderChallenge, mpp.HeaderReceipt, fiber.HeaderLocation, fiber.HeaderRetryAfter, fiber.HeaderLink, "Mcp-Session-Id"}, ", ")
	// allowed are the headers of requests that pages may send: all, since libraries add
	// their own to each request. The wildcard never covers Authorization. Official clients
	// send Access-Control-Expose-Headers as a request header.
	allowed = strings.Join([]string{"*", fiber.HeaderAuthorization, x402.HeaderPaymentSignature, x402.HeaderXPayment, "SIGN-IN-WITH-X",
		checkout.HeaderKey, fiber.HeaderAccessControlExposeHeaders, fiber.HeaderContentType, fiber.HeaderAccept}, ", ")
)

// commonHeaders lets pages of any origin read our answers, except those of the
// dashboard. The other routes use no credentials, so such a page gains no rights from
// them: their one cookie has the language of the pages.
func (s *Server) commonHeaders(c *fiber.Ctx) {
	s.addHeaders(&c.Response().Header, isAdmin(c.Path()))
}

func (s *Server) addHeaders(h *fasthttp.ResponseHeader, admin bool) {
	if s.Presenter.Secure() {
		h.SetCanonical([]byte(fiber.HeaderStrictTransportSecurity), []byte("max-age=31536000"))
	}
	for i := range headersOfAll {
		if !admin || !bytes.HasPrefix(headersOfAll[i].name, []byte("Access-Control-")) {
			h.SetCanonical(headersOfAll[i].name, headersOfAll[i].value)
		}
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

// newHeader returns the headers of every answer, for answers that Fiber does not write.
func newHeader() http.Header {
	h := http.Header{}
	for _, line := range headersOfAll {
		h[string(line.name)] = []string{string(line.value)}
	}
	return h
}

// preflight answers OPTIONS on a path with these methods. Catalogues of agents try every
// method on what is sold, and list one with a 2xx as a free endpoint: there, OPTIONS that
// is not a browser's preflight is not allowed.
func preflight(methods []string) fiber.Handler {
	allow := strings.Join(append(methods[:len(methods):len(methods)], fiber.MethodOptions), ", ")
	sold := slices.Contains(methods, fiber.MethodGet) && slices.Contains(methods, fiber.MethodPost)
	return func(c *fiber.Ctx) error {
		c.Set(fiber.HeaderAllow, allow)
		c.Set(fiber.HeaderAccessControlAllowMethods, allow)
		c.Set(fiber.HeaderAccessControlAllowHeaders, allowed)
		c.Set(fiber.HeaderAccessControlMaxAge, "600")
		if sold && c.Get(fiber.HeaderAccessControlRequestMethod) == "" {
			return fiber.ErrMethodNotAllowed
		}
		return c.SendStatus(fiber.StatusNoContent)
	}
}

// isAdmin reports whether a path belongs to the dashboard, even if it has no route.
func isAdmin(path string) bool { return path == "/admin" || strings.HasPrefix(path, "/admin/") }
