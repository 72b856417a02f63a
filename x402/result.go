package x402

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"strconv"
)

// A Result is the outcome of a request.
type Result struct {
	Quote   *Quote  // the quote that was paid; nil if no payment was signed, or on Resume
	Payment *Signed // nil if no payment was signed; otherwise for Resume

	// The last answer.
	Status int
	Header http.Header
	Body   []byte
	Settle *SettleResponse // its receipt; nil if it had none

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
	case r.Settle != nil && !r.Settle.Success && r.Settle.ErrorReason == ReasonPending:
		return true
	case r.Status >= 500:
		return true
	}
	return slices.Contains([]int{http.StatusAccepted, http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests}, r.Status)
}

func (r *Result) err() error {
	failed := r.Settle != nil && !r.Settle.Success
	if r.Status >= 200 && r.Status < 300 && !failed {
		return nil
	}
	return &StatusError{r.Status, r.reason()}
}

// reason returns the most specific reason in the answer.
func (r *Result) reason() string {
	if r.Settle != nil && r.Settle.ErrorReason != "" {
		return string(r.Settle.ErrorReason)
	}
	if challenge, err := ParsePaymentRequired(r.Header, r.Body); err == nil {
		return challenge.Error
	}
	return errorIn(r.Body)
}

// ParseSettleResponse decodes the receipt header of either version. It returns nil if
// there is no readable one. A version 1 receipt is returned in version 2's form; its
// reason keeps version 1's spelling.
func ParseSettleResponse(header http.Header) *SettleResponse {
	if s := (SettleResponse{}); decodeReceipt(header.Get(HeaderPaymentResponse), &s) {
		return &s
	}
	if s := (SettleResponseV1{}); decodeReceipt(header.Get(HeaderXPaymentResponse), &s) {
		v2 := s.v2()
		return &v2
	}
	return nil
}

func decodeReceipt(value string, into any) bool {
	data, ok := decodeBase64(value)
	return ok && value != "" && json.Unmarshal(data, into) == nil
}

// errorIn returns the "error" of a JSON object, or "".
func errorIn(body []byte) string {
	var e struct {
		Error string `json:"error"`
	}
	_ = json.Unmarshal(body, &e) // an answer that is not JSON has no error text
	return e.Error
}
