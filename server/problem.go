package server

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mpp"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/pages"
	"github.com/mint402/mint402/x402"
)

// fail answers with an error. It is also Fiber's error handler: requests that Fiber
// cannot parse get here without having passed through middleware.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	paid := api.CarriesPayment(c)
	v := api.ToHTTP(err, s.now(), paid)
	s.logInternal(c, v, err)
	if v.Status == fiber.StatusNotFound && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) && !paid {
		s.commonHeaders(c)
		if to, slashed := pages.WithoutSlash(c); slashed {
			return c.Redirect(to, fiber.StatusFound)
		}
		if api.FromBrowser(c) {
			return s.pages.NothingHere(c, err)
		}
	}
	return s.refuse(c, v)
}

// logInternal logs an error whose text clients do not see.
func (s *Server) logInternal(c *fiber.Ctx, v api.HTTPError, err error) {
	if v.Status >= 500 && v.Fault.Code == "internal" {
		s.log.Error("request", "method", c.Method(), "route", c.Route().Path, "err", err)
	}
}

func (s *Server) refuse(c *fiber.Ctx, v api.HTTPError) error {
	s.commonHeaders(c)
	for _, name := range []string{x402.HeaderPaymentRequired, mpp.HeaderChallenge, headerProtocols} {
		c.Response().Header.Del(name) // an error has no price
	}
	setRetryAfter(c, v.Fault.RetryAfter)
	return c.Status(v.Status).JSON(api.Problem{Error: v.Fault})
}

// refusal returns the complete response to a request that gets to no handler. detail
// describes the framing error of a 400.
func (s *Server) refusal(status int, detail string) []byte {
	s.metrics.answered("none", "none", status)
	message := api.MessageOf(status)
	if detail != "" {
		message = "this request could be read in two ways: " + detail
	}
	body, _ := json.Marshal(api.Problem{Error: api.Fault{Code: api.CodeOf(status), Message: message}}) // strings only; it cannot fail
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h := newHeader()
	h["Content-Type"], h["Content-Length"], h["Connection"] = []string{fiber.MIMEApplicationJSON}, []string{strconv.Itoa(len(body))}, []string{"close"}
	_ = h.Write(&b) // writes to memory
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}
