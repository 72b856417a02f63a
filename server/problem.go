package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/picture"
	"github.com/mint402/mint402/x402"
)

// Problem is the body of every error except 402, since the protocol defines that one.
type Problem struct {
	Error Fault `json:"error"`
}

// Fault describes an error.
type Fault struct {
	Code       string         `json:"code"`    // stable, snake_case
	Message    string         `json:"message"` // one sentence for people
	Field      string         `json:"field,omitempty"`
	RetryAfter int64          `json:"retryAfter,omitempty"` // seconds; as the Retry-After header
	Details    map[string]any `json:"details,omitempty"`
}

// verdict is the response to an error, as the table gives it.
type verdict struct {
	status int
	fault  Fault
}

// Values of Retry-After, in seconds.
const (
	retryBusy     = 2  // one or two blocks
	retryReserved = 10 // reservations expire, or become mints
	retryInternal = 5
	retryLongest  = 24 * 60 * 60
)

// judge maps errors to statuses; there is no other such table. An error that it does
// not know is ours, and clients do not see its text. It is a 503 if the request carried
// a payment: the payment may have been claimed, so the client must send the same one
// again. Otherwise it is a 500.
func (s *Server) judge(err error, paid bool) verdict {
	var (
		malformed   *x402.MalformedError
		refused     *x402.RefusedError
		quantity    *mint.QuantityError
		notOpen     *mint.NotOpenError
		unavailable *mint.UnavailableError
		field       *fieldError
		http        *fiber.Error
	)
	at := func(status int, code, message string) verdict {
		return verdict{status, Fault{Code: code, Message: message}}
	}
	retry := func(v verdict, seconds int64) verdict {
		v.fault.RetryAfter = seconds
		return v
	}
	if v, ok := judgeAdmin(err); ok {
		return v
	}
	switch {
	case errors.As(err, &malformed):
		v := at(400, "malformed_payment", malformed.Error())
		v.fault.Field = malformed.Field
		return v
	case errors.As(err, &quantity):
		v := at(400, "quantity_out_of_range", quantity.Error())
		v.fault.Field, v.fault.Details = "quantity", map[string]any{"limit": quantity.Limit}
		return v
	case errors.As(err, &field):
		v := at(400, "bad_request", field.Error())
		v.fault.Field = field.field
		return v
	case errors.As(err, &refused):
		return at(402, string(refused.Reason), refused.Detail)
	case errors.As(err, &notOpen):
		v := at(403, "not_open", notOpen.Error())
		v.fault.Details = map[string]any{"opensAt": notOpen.OpensAt.UTC()}
		left := int64(notOpen.OpensAt.Sub(s.now())/time.Second) + 1
		return retry(v, min(max(left, 1), retryLongest))
	case errors.Is(err, mint.ErrNotFound):
		return at(404, "not_found", "there is no such launch or order")
	case errors.Is(err, mint.ErrConflict):
		return at(409, "conflict", mint.ErrConflict.Error())
	case errors.Is(err, mint.ErrOtherAmount):
		return at(409, "conflict", mint.ErrOtherAmount.Error())
	case errors.Is(err, mint.ErrSoldOut):
		return at(410, "sold_out", mint.ErrSoldOut.Error())
	case errors.Is(err, mint.ErrDelisted):
		return at(410, "delisted", mint.ErrDelisted.Error())
	case errors.Is(err, mint.ErrClosed):
		return at(410, "closed", mint.ErrClosed.Error())
	case errors.Is(err, mint.ErrReserved):
		return retry(at(503, "reserved", "all that is left is reserved by payments that are not minted yet"), retryReserved)
	case errors.Is(err, mint.ErrBusy):
		return retry(at(503, "busy", mint.ErrBusy.Error()), retryBusy)
	case errors.Is(err, errFunded), errors.Is(err, errFundsSpent):
		return retry(at(429, "funded", err.Error()), int64(fundsWindow/time.Second))
	case errors.Is(err, picture.ErrBusy), errors.Is(err, errReads), errors.Is(err, errFunding):
		return retry(at(503, "busy", err.Error()), retryBusy)
	case errors.Is(err, errFeedsFull):
		return retry(at(503, "feed_full", errFeedsFull.Error()+"; the launch's figures are at /launches"), retryReserved)
	case errors.Is(err, mint.ErrTooMany):
		return retry(at(503, "payer_busy", mint.ErrTooMany.Error()+"; send this one again when they are minted"), retryReserved)
	case errors.Is(err, mint.ErrUnread):
		return retry(at(503, "books_unread", mint.ErrUnread.Error()), retryBusy)
	case errors.As(err, &unavailable):
		v := at(503, "unavailable", unavailable.Error())
		v.fault.Details = map[string]any{"faults": unavailable.Faults}
		return retry(v, retryInternal)
	case errors.As(err, &http):
		return at(http.Code, codeOf(http.Code), messageOf(http.Code))
	case paid:
		return retry(at(503, "internal", "something went wrong here; send the same payment again"), retryInternal)
	}
	return at(500, "internal", "something went wrong here")
}

// fail answers with an error. It is also Fiber's error handler: requests that Fiber
// cannot parse get here without having passed through around.
func (s *Server) fail(c *fiber.Ctx, err error) error {
	paid := carriesPayment(c)
	v := s.judge(err, paid)
	if v.status >= 500 && v.fault.Code == "internal" {
		s.Log.Error("request", "method", c.Method(), "route", c.Route().Path, "err", err)
	}
	if v.status == fiber.StatusNotFound && (c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead) && fromBrowser(c) {
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

func (s *Server) refuse(c *fiber.Ctx, v verdict) error {
	s.commonHeaders(c)
	c.Response().Header.Del(x402.HeaderPaymentRequired) // an error has no price
	if v.fault.RetryAfter > 0 {
		c.Set(fiber.HeaderRetryAfter, strconv.FormatInt(v.fault.RetryAfter, 10))
	}
	return c.Status(v.status).JSON(Problem{v.fault})
}

// refusal returns the complete response to a request that gets to no handler. detail
// describes the framing error of a 400.
func (s *Server) refusal(status int, detail string) []byte {
	s.metrics.answered("none", "none", status)
	message := messageOf(status)
	if detail != "" {
		message = "this request could be read in two ways: " + detail
	}
	body, _ := json.Marshal(Problem{Fault{Code: codeOf(status), Message: message}}) // strings only; it cannot fail
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

// fieldError is a parameter that cannot be parsed.
type fieldError struct{ field, expected string }

func (e *fieldError) Error() string { return e.field + ": expected " + e.expected }

// codeOf returns the error code of an HTTP status.
func codeOf(status int) string {
	switch status {
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return "headers_too_large"
	case fiber.StatusRequestEntityTooLarge:
		return "body_too_large"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

func messageOf(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "there is nothing at this path"
	case fiber.StatusMethodNotAllowed:
		return "this method does nothing here; see Allow"
	case fiber.StatusRequestTimeout:
		return "the request did not arrive whole within " + readTimeout.String()
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return "a payment header may have " + strconv.Itoa(x402.MaxHeader) + " bytes, a request's head " + strconv.Itoa(readBuffer)
	case fiber.StatusRequestEntityTooLarge:
		return "a body may have " + strconv.Itoa(maxBody) + " bytes"
	}
	return "the request cannot be read: " + strings.ToLower(http.StatusText(status))
}
