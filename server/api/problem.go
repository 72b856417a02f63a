package api

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
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

// HTTPError is an error together with its response. Handlers return one for errors that
// only their own package knows; [ToHTTP] makes one from any other error.
type HTTPError struct {
	Status int
	Fault  Fault
}

// Error returns the sentence for people.
func (e *HTTPError) Error() string { return e.Fault.Message }

// Values of Retry-After, in seconds.
const (
	RetryBusy     = 2  // one or two blocks
	RetryReserved = 10 // reservations expire, or become mints
	retryInternal = 5
	maxRetry      = 24 * 60 * 60
)

// ToHTTP returns the response to an error at a time. An error that it does not know is
// ours, and clients do not see its text. It is a 503 if the request carried a payment:
// the payment may have been claimed, so the client must send the same one again.
// Otherwise it is a 500.
func ToHTTP(err error, now time.Time, paid bool) HTTPError {
	var (
		known       *HTTPError
		malformed   *x402.MalformedError
		refused     *x402.RefusedError
		quantity    *mint.QuantityError
		notOpen     *mint.NotOpenError
		unavailable *mint.UnavailableError
		field       *ParamError
		http        *fiber.Error
	)
	at := func(status int, code, message string) HTTPError {
		return HTTPError{status, Fault{Code: code, Message: message}}
	}
	retry := func(v HTTPError, seconds int64) HTTPError {
		v.Fault.RetryAfter = seconds
		return v
	}
	switch {
	case errors.As(err, &known):
		return *known
	case errors.As(err, &malformed):
		v := at(400, "malformed_payment", malformed.Error())
		v.Fault.Field = malformed.Field
		return v
	case errors.As(err, &quantity):
		v := at(400, "quantity_out_of_range", quantity.Error())
		v.Fault.Field, v.Fault.Details = "quantity", map[string]any{"limit": quantity.Limit}
		return v
	case errors.As(err, &field):
		v := at(400, "bad_request", field.Error())
		v.Fault.Field = field.Field
		return v
	case errors.As(err, &refused):
		return at(402, string(refused.Reason), refused.Detail)
	case errors.As(err, &notOpen):
		v := at(403, "not_open", notOpen.Error())
		v.Fault.Details = map[string]any{"opensAt": notOpen.OpensAt.UTC()}
		left := int64(notOpen.OpensAt.Sub(now)/time.Second) + 1
		return retry(v, min(max(left, 1), maxRetry))
	}
	for _, known := range sentinels {
		if errors.Is(err, known.err) {
			return retry(at(known.status, known.code, messageOf(err, known.err, known.message)), known.retry)
		}
	}
	switch {
	case errors.As(err, &unavailable):
		v := at(503, "unavailable", unavailable.Error())
		v.Fault.Details = map[string]any{"faults": unavailable.Faults}
		return retry(v, retryInternal)
	case errors.As(err, &http):
		return at(http.Code, CodeOf(http.Code), MessageOf(http.Code))
	case paid:
		return retry(at(503, "internal", "internal error; send the same payment again: it is never charged twice"), retryInternal)
	}
	return at(500, "internal", "internal error; try again later")
}

// messageOf returns the message for an error of the table sentinels, which has its own text
// or none.
func messageOf(err, sentinel error, own string) string {
	var other *mint.OtherAmountError
	switch {
	case errors.As(err, &other):
		return other.Error()
	case own == "":
		return sentinel.Error()
	}
	return own
}

// Limits of a request. The texts of errors quote them.
const (
	// MaxHead is how many bytes a request's head may have: a payment header of the maximum
	// size, and as much again for everything else.
	MaxHead = 2 * x402.MaxHeader
	// MaxBody is how many bytes a body may have. The routes that ask for money never read
	// one.
	MaxBody = 16 << 10
	// ReadTimeout is for a whole request, head and body.
	ReadTimeout = 15 * time.Second
)

// sentinels are errors of the engine that have no fields.
var sentinels = []struct {
	err     error
	status  int
	code    string
	retry   int64  // seconds; 0: none
	message string // the error's own if empty
}{
	{mint.ErrNotFound, 404, "not_found", 0, "there is no such launch or order"},
	{mint.ErrConflict, 409, "conflict", 0, ""},
	{mint.ErrOtherAmount, 409, "conflict", 0, ""},
	{mint.ErrKeyUsed, 409, "key_used", 0, ""},
	{mint.ErrKeyNotStored, 409, "key_not_stored", 0, ""},
	{mint.ErrSoldOut, 410, "sold_out", 0, ""},
	{mint.ErrDelisted, 410, "delisted", 0, ""},
	{mint.ErrClosed, 410, "closed", 0, ""},
	{mint.ErrReserved, 503, "reserved", RetryReserved, "all that is left is reserved by payments that are not minted yet"},
	{mint.ErrBusy, 503, "busy", RetryBusy, ""},
	{mint.ErrTooMany, 503, "payer_busy", RetryReserved, mint.ErrTooMany.Error() + "; send this one again when they are minted"},
	{mint.ErrOvercommitted, 503, "payer_busy", RetryReserved,
		"the payer's balance does not cover this payment and those that are being minted; send this one again when they are minted"},
	{mint.ErrUnread, 503, "books_unread", RetryBusy, ""},
}

// CodeOf returns the error code of an HTTP status.
func CodeOf(status int) string {
	switch status {
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return "headers_too_large"
	case fiber.StatusRequestEntityTooLarge:
		return "body_too_large"
	}
	return strings.ReplaceAll(strings.ToLower(http.StatusText(status)), " ", "_")
}

// MessageOf returns the sentence for people of an HTTP status.
func MessageOf(status int) string {
	switch status {
	case fiber.StatusNotFound:
		return "there is nothing at this path"
	case fiber.StatusMethodNotAllowed:
		return "this method is not allowed here; the header Allow lists those that are"
	case fiber.StatusRequestTimeout:
		return "the request was not complete in time: within " + ReadTimeout.String() + ", and for a large body 1 s more for each 16 KB that have arrived" // see conn.bodyRate
	case fiber.StatusRequestHeaderFieldsTooLarge:
		return "a payment header may have at most " + strconv.Itoa(x402.MaxHeader) + " bytes, and a request's head " + strconv.Itoa(MaxHead)
	case fiber.StatusRequestEntityTooLarge:
		return "a body may have at most " + strconv.Itoa(MaxBody) + " bytes, and a message to /mcp 65536"
	}
	return "the request cannot be read: " + strings.ToLower(http.StatusText(status))
}
