package facilitator

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Kind is what an answer means for a payment. There are no others.
type Kind string

const (
	// Asked: there is no answer yet. After a crash it means the same as Unknown.
	Asked Kind = ""
	// Valid: /verify accepted the payment, which is not sent yet.
	Valid Kind = "valid"
	// Unsent: the facilitator sent no transaction. Another one may be asked.
	Unsent Kind = "unsent"
	// Unknown: the facilitator may have sent the payment, now or later.
	Unknown Kind = "unknown"
	// Settled: it says that it settled the payment. Only our own nodes can prove that.
	Settled Kind = "settled"
	// Barred: it will never settle for this payer or this recipient, because of its checks of
	// accounts. The payment was not sent. No other facilitator is asked either.
	Barred Kind = "barred"
)

// Open reports whether the facilitator may still settle the payment.
func (k Kind) Open() bool { return k == Asked || k == Unknown || k == Settled }

// Outcome is the meaning of one answer.
type Outcome struct {
	Kind Kind
	Tx   common.Hash // that the facilitator named, if any; not proven
	Why  string      // printable ASCII, at most maxWhy bytes; empty if it is valid or settled
	// Fault reports that the facilitator, not the payment, is why: it was not reached, or its
	// answer was not one.
	Fault bool
}

// maxWhy is the maximum length of a text that a facilitator chose, in bytes.
const maxWhy = 200

// maxWord is the maximum length of a word in it: a hash fits, a signature does not. What a
// facilitator echoes is shown in public.
const maxWord = 66

// printable returns a text of a facilitator as we store and show it.
func printable(s string) string {
	var b strings.Builder
	word := 0
	for _, r := range s {
		if b.Len() == maxWhy {
			break
		}
		if word++; r == ' ' {
			word = 0
		}
		if word > maxWord {
			continue
		}
		if r < ' ' || r > '~' {
			r = '?'
		}
		b.WriteRune(r)
	}
	return strings.TrimSpace(b.String())
}

func outcome(kind Kind, fault bool, format string, args ...any) Outcome {
	return Outcome{Kind: kind, Fault: fault, Why: printable(fmt.Sprintf(format, args...))}
}

// answer has the fields of every answer. A pointer is nil if the field is missing or null.
type answer struct {
	IsValid        *bool   `json:"isValid"`
	InvalidReason  *string `json:"invalidReason"`
	InvalidMessage *string `json:"invalidMessage"`

	Success      *bool   `json:"success"`
	ErrorReason  *string `json:"errorReason"`
	ErrorMessage *string `json:"errorMessage"`
	Transaction  *string `json:"transaction"`
	Network      *string `json:"network"`
	Payer        *string `json:"payer"`

	ErrorType *string          `json:"errorType"`
	Message   *string          `json:"message"`
	Error     *json.RawMessage `json:"error"`
}

// readAnswer reads a body strictly: one JSON object, without a key that stands there twice.
func readAnswer(body []byte) (a answer, err error) {
	if err := x402.CheckJSON(body); err != nil {
		return answer{}, err
	}
	if len(body) == 0 || body[0] != '{' && !strings.HasPrefix(strings.TrimSpace(string(body)), "{") {
		return answer{}, errors.New("it is no JSON object")
	}
	if err := json.Unmarshal(body, &a); err != nil {
		return answer{}, errors.New("a field has another type than the protocol says")
	}
	return a, nil
}

// reason returns the first reason that an answer gives, or "".
func (a answer) reason() string {
	for _, text := range []*string{a.ErrorReason, a.InvalidReason, a.ErrorType} {
		if text != nil && *text != "" {
			return printable(*text)
		}
	}
	if a.Error != nil {
		var text string
		if json.Unmarshal(*a.Error, &text) == nil && text != "" {
			return printable(text)
		}
	}
	if a.Message != nil {
		return printable(*a.Message)
	}
	return ""
}

// words returns the reason with the message for people, if there is one.
func (a answer) words() string {
	for _, text := range []*string{a.ErrorMessage, a.InvalidMessage} {
		if text != nil && *text != "" {
			return printable(a.reason() + ": " + *text)
		}
	}
	return a.reason()
}

// tx returns the transaction that an answer names. ok is false if it names something else
// than a hash of 32 bytes.
func (a answer) tx() (hash common.Hash, named, ok bool) {
	if a.Transaction == nil || *a.Transaction == "" {
		return common.Hash{}, false, true
	}
	hash, ok = x402.ParseHash(*a.Transaction)
	return hash, true, ok && hash != (common.Hash{})
}

// verified maps an answer of /verify. It sends no transaction, so no answer leaves open whether the
// payment was sent.
func verified(p *Payment, status int, body []byte) Outcome {
	a, err := readAnswer(body)
	switch {
	case err != nil:
		return outcome(Unsent, true, "verify answered %d: %v", status, err)
	case isBarred(a):
		return outcome(Barred, false, "%s", a.words())
	case status >= 500 || a.IsValid == nil:
		return outcome(Unsent, true, "verify answered %d: %s", status, a.words())
	case !*a.IsValid:
		return outcome(Unsent, false, "%s", a.words())
	case status != 200:
		return outcome(Unsent, true, "verify answered %d to a valid payment", status)
	case !p.isPayer(a.Payer):
		return outcome(Unsent, true, "verify names another payer")
	}
	return Outcome{Kind: Valid}
}

// settled maps an answer of /settle.
func settled(p *Payment, status int, body []byte) Outcome {
	a, err := readAnswer(body)
	if err != nil {
		return outcome(Unknown, true, "settle answered %d: %v", status, err)
	}
	tx, named, ok := a.tx()
	switch {
	case !ok:
		return outcome(Unknown, true, "settle names a transaction that is no hash of 32 bytes")
	case status == 200 && a.Success != nil && *a.Success:
		return claimsSuccess(p, a, tx, named)
	case named:
		o := outcome(Unknown, status >= 500, "settle answered %d, without success, with a transaction: %s", status, a.words())
		o.Tx = tx
		return o
	case isBarred(a) && status < 500:
		return outcome(Barred, false, "%s", a.words())
	case status == 200 && a.Success == nil:
		return outcome(Unknown, true, "settle answered 200 without success")
	case status == 200 && refusesBeforeSending(a.reason()):
		return outcome(Unsent, false, "%s", a.words())
	case status >= 400 && status < 500 && a.reason() != "" && !leavesOpen(status, a.reason()):
		return outcome(Unsent, !refusesBeforeSending(a.reason()), "settle answered %d: %s", status, a.words())
	}
	return outcome(Unknown, status != 200, "settle answered %d: %s", status, a.words())
}

// claimsSuccess checks an answer that says that the payment was settled.
func claimsSuccess(p *Payment, a answer, tx common.Hash, named bool) Outcome {
	switch {
	case !named:
		return outcome(Unknown, true, "settle reports success without a transaction")
	case a.Network == nil || !p.isNetwork(*a.Network):
		return outcome(Unknown, true, "settle reports success on another network")
	case !p.isPayer(a.Payer):
		return outcome(Unknown, true, "settle reports success for another payer")
	}
	return Outcome{Kind: Settled, Tx: tx}
}

// isBarred reports whether a refusal comes from checks of accounts (know your transaction,
// sanctions). Another signature of the same payer does not change it.
func isBarred(a answer) bool {
	accepted := a.IsValid != nil && *a.IsValid || a.Success != nil && *a.Success
	reason := strings.ToLower(a.reason())
	return !accepted && (strings.HasSuffix(reason, "_kyt") || strings.Contains(reason, "_kyt_") || strings.Contains(reason, "sanction"))
}

// refusals are parts of reasons that facilitators find before they send anything. Their
// spellings differ, so parts are compared.
var refusals = []string{"insufficient", "signature", "authorization_value", "value_mismatch", "value_too_low", "valid_before", "valid_after",
	"recipient_mismatch", "network", "scheme", "invalid_payload", "invalid_payment", "domain", "typed_data", "token_name", "token_version",
	"undeployed", "factory_not_allowed", "not_deployed", "not_supported", "simulation_failed", "invalid_x402_version", "payment_expired"}

// refusesBeforeSending reports whether a reason is one that facilitators find before they send.
func refusesBeforeSending(reason string) bool {
	reason = strings.ToLower(reason)
	for _, part := range refusals {
		if strings.Contains(reason, part) {
			return true
		}
	}
	return false
}

// leavesOpen reports whether a refusal with a status of 400 to 499 may come after the payment
// was sent: by this request, or by an earlier one.
func leavesOpen(status int, reason string) bool {
	if status == 408 || status == 409 || status == 425 {
		return true
	}
	if reason = strings.ToLower(reason); refusesBeforeSending(reason) {
		return false
	}
	for _, part := range []string{"pending", "used", "transaction", "receipt", "unexpected", "settle", "broadcast", "time", "duplicate", "progress", "internal"} {
		if strings.Contains(reason, part) {
			return true
		}
	}
	return false
}
