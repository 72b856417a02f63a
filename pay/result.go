package pay

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"

	"github.com/mint402/mint402/x402"
)

// A Result is the outcome of a request.
type Result struct {
	Offer   *Offer       // the offer that was paid; nil if no payment was signed, or on Resume
	Payment *x402.Signed // nil if no payment was signed; otherwise for Resume

	// The last answer.
	Status int
	Header http.Header
	Body   []byte
	Cut    bool                 // the body was longer than the client reads
	Settle *x402.SettleResponse // its receipt; nil if it had none

	repeated bool // the transport sent it more than once to get the answer
}

// ErrUnresolved means that a payment was sent and no final answer came: it may have
// been taken, or may be later. The Result holds the payment; Resume it, do not Pay
// again.
var ErrUnresolved = errors.New("payment sent, outcome unknown")

// A StatusError is a final answer other than success.
type StatusError struct {
	Status int
	Reason string // the server's reason, or ""
}

// Error states the status and the server's reason.
func (e *StatusError) Error() string {
	s := strconv.Itoa(e.Status) + " " + http.StatusText(e.Status)
	if e.Reason != "" {
		s += ": " + e.Reason
	}
	return s
}

// pending reports whether sending the same payment again may get another answer.
func (r *Result) pending() bool {
	switch {
	case r.Settle != nil && !r.Settle.Success && r.Settle.ErrorReason == x402.ReasonPending:
		return true
	case r.Status >= 500:
		return true
	}
	return slices.Contains([]int{http.StatusAccepted, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests}, r.Status)
}

// success reports whether the last answer has a status of success and no receipt of a
// failure.
func (r *Result) success() bool {
	return r.Status >= 200 && r.Status < 300 && (r.Settle == nil || r.Settle.Success)
}

func (r *Result) err() error {
	if r.success() {
		return nil
	}
	return &StatusError{r.Status, r.reason()}
}

// reason returns the most specific reason in the answer.
func (r *Result) reason() string {
	if r.Settle != nil && r.Settle.ErrorReason != "" {
		return string(r.Settle.ErrorReason)
	}
	if challenge, err := x402.ParsePaymentRequired(r.Header, r.Body); err == nil && challenge.Error != "" {
		return challenge.Error
	}
	return errorIn(r.Body)
}

// errorIn returns the "error" of a JSON object if it is a string, or the "detail" of an
// RFC 9457 problem, or "".
func errorIn(body []byte) string {
	var e struct {
		Error  any    `json:"error"`
		Detail string `json:"detail"`
	}
	_ = json.Unmarshal(body, &e) // an answer that is not JSON has no error text
	if text, ok := e.Error.(string); ok {
		return text
	}
	return e.Detail
}

// orNil returns nil for the result of a request that got no answer.
func (r *Result) orNil() *Result {
	if r.Status == 0 {
		return nil
	}
	return r
}

// receipt returns the transaction that a receipt of success names, which may be "", or
// nil if the answer has no such receipt.
func (r *Result) receipt() *string {
	if r.Settle != nil && r.Settle.Success {
		return &r.Settle.Transaction
	}
	return mppReceipt(r.Header)
}

// response returns the last answer with its body.
func (r *Result) response(req *http.Request) *http.Response {
	body := io.Reader(bytes.NewReader(r.Body))
	if r.Cut {
		body = io.MultiReader(body, cutBody{})
	}
	header := r.Header.Clone()
	header.Del("Content-Length")
	return &http.Response{
		StatusCode: r.Status, Status: fmt.Sprintf("%d %s", r.Status, http.StatusText(r.Status)),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: header, Body: io.NopCloser(body), ContentLength: -1, Request: req,
	}
}

// ErrCut means that an answer was longer than Payer.MaxBody.
var ErrCut = errors.New("the answer is longer than the payer reads")

type cutBody struct{}

func (cutBody) Read([]byte) (int, error) { return 0, ErrCut }
