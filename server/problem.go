package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// fail answers with an error. It is also Fiber's error handler: requests that Fiber
// cannot parse get here without having passed through around.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	paid := carriesPayment(c)
	v := api.ToHTTP(err, s.now(), paid)
	if v.Status >= 500 && v.Fault.Code == "internal" {
		s.log.Error("request", "method", c.Method(), "route", c.Route().Path, "err", err)
	}
	if v.Status == fiber.StatusNotFound && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) && fromBrowser(c) {
		return s.nothingHere(c, err)
	}
	return s.refuse(c, v)
}

// pages are the paths that people may type, with or without mistakes.
var pages = regexp.MustCompile(`^/(mint|admin|l/[a-z0-9-]+|launches/[a-z0-9-]+/mint|r/0x[0-9a-f]{64})$`)

// nothingHere redirects a person to a page if the path differs from the page's only in
// case or in slashes at the end. If there is none, it shows a page that says so.
// Programs get an error: for them a path has one spelling.
func (s *Server) nothingHere(c *fiber.Ctx, err error) error {
	s.commonHeaders(c)
	if path := strings.ToLower(strings.TrimRight(c.Path(), "/")); path != c.Path() && pages.MatchString(path) {
		if query := c.Request().URI().QueryString(); len(query) > 0 {
			path += "?" + string(query)
		}
		return c.Redirect(path, fiber.StatusFound)
	}
	return s.problem(c, err, "There is nothing here", "The link may be mistyped.")
}

func (s *Server) refuse(c *fiber.Ctx, v api.HTTPError) error {
	s.commonHeaders(c)
	c.Response().Header.Del(x402.HeaderPaymentRequired) // an error has no price
	if v.Fault.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(v.Fault.RetryAfter, 10))
	}
	return c.Status(v.Status).JSON(api.Problem{v.Fault})
}

// refusal returns the complete response to a request that gets to no handler. detail
// describes the framing error of a 400.
func (s *Server) refusal(status int, detail string) []byte {
	s.metrics.answered("none", "none", status)
	message := api.MessageOf(status)
	if detail != "" {
		message = "this request could be read in two ways: " + detail
	}
	body, _ := json.Marshal(api.Problem{api.Fault{Code: api.CodeOf(status), Message: message}}) // strings only; it cannot fail
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h := http.Header{"Content-Type": {fiber.MIMEApplicationJSON}, "Content-Length": {strconv.Itoa(len(body))}, "Connection": {"close"}}
	for _, line := range everywhere {
		h[string(line.name)] = []string{string(line.value)}
	}
	_ = h.Write(&b) // writes to memory
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
