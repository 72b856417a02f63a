package settle

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// Verified is the answer of /verify, in both versions.
type Verified struct {
	IsValid        bool   `json:"isValid"`
	InvalidReason  string `json:"invalidReason,omitempty"`
	InvalidMessage string `json:"invalidMessage,omitempty"`
	Payer          string `json:"payer,omitempty"`
}

// A refusal is a reason for which a payment is not settled. Official clients take any answer with isValid or
// success for a decision about the payment, after which the payer may be asked to sign again. So
// a refusal says only what is certain, and every other error is one of HTTP.
type refusal struct {
	status  int // 200: about the payment; 400, 403: about the request
	reason  x402.Reason
	message string
}

// refusalOf returns an error as a refusal. ok is false if the same payment may be settled when
// it is sent again, or if the error is not about the payment.
func (f *Facilitator) refusalOf(err error) (r refusal, ok bool) {
	var foreign *ForeignError
	var refused *x402.RefusedError
	var malformed *x402.MalformedError
	switch {
	case errors.As(err, &foreign):
		return refusal{fiber.StatusForbidden, foreign.Reason, foreign.Detail}, true
	case errors.As(err, &malformed):
		reason := x402.ReasonPayload
		switch malformed.Field {
		case "x402Version", "paymentPayload.x402Version":
			reason = x402.ReasonVersion
		}
		return refusal{fiber.StatusBadRequest, reason, malformed.Error()}, true
	case errors.As(err, &refused):
		return refusal{fiber.StatusOK, refused.Reason, refused.Detail}, true
	}
	v := api.ToHTTP(err, f.Presenter.Now(), true)
	if v.Status >= 500 || v.Status == fiber.StatusTooManyRequests || v.Status == fiber.StatusUnauthorized || v.Status == fiber.StatusUnsupportedMediaType || v.Status == fiber.StatusRequestEntityTooLarge {
		return refusal{}, false
	}
	return refusal{fiber.StatusOK, x402.Reason(v.Fault.Code), v.Fault.Message}, true
}

// verified answers /verify.
func (f *Facilitator) verified(c *fiber.Ctx, q *request, err error) error {
	if err == nil {
		f.count("verify", "valid")
		return c.JSON(Verified{IsValid: true, Payer: q.payer()})
	}
	why, ok := f.refusalOf(err)
	if !ok {
		return f.failed(c, "verify", err)
	}
	f.count("verify", "invalid")
	reason, message := q.spell(why.reason, why.message)
	return c.Status(why.status).JSON(Verified{InvalidReason: reason, InvalidMessage: message, Payer: q.payer()})
}

// refused answers /settle for a payment that was not handed to the engine.
func (f *Facilitator) refused(c *fiber.Ctx, q *request, err error) error {
	why, ok := f.refusalOf(err)
	if !ok {
		return f.failed(c, "settle", err)
	}
	f.count("settle", "refused")
	return f.answer(c, q, why.status, x402.SettleResponse{ErrorReason: why.reason, ErrorMessage: why.message})
}

const (
	messagePending  = "the transaction is sent and not in a block yet: send the same request again"
	messageAccepted = "the payment was accepted and is not sent yet: send the same request again, and no other payment"
)

// settled answers /settle with the outcome of a payment.
func (f *Facilitator) settled(c *fiber.Ctx, q *request, o *checkout.Outcome) error {
	switch {
	case o.Class == checkout.Minted:
		f.count("settle", "settled")
		return f.answer(c, q, fiber.StatusOK, *o.Settle)
	case o.Settle != nil:
		f.count("settle", "refused")
		s := *o.Settle
		if s.ErrorMessage == "" {
			s.ErrorMessage = o.Fault.Message
		}
		return f.answer(c, q, fiber.StatusOK, s)
	case o.Class == checkout.Pending && o.Receipt.Transaction != "":
		f.count("settle", "pending")
		c.Set(fiber.HeaderRetryAfter, o.Retry())
		return f.answer(c, q, fiber.StatusOK, x402.SettleResponse{ErrorReason: x402.ReasonPending, Transaction: o.Receipt.Transaction,
			ErrorMessage: messagePending})
	case o.Class == checkout.Pending:
		// Without a transaction there is no hash that a client could follow, and an answer
		// with success would be taken for a decision.
		f.count("settle", "pending")
		message := messageAccepted
		if o.Receipt.Reason != "" {
			message += " (" + o.Receipt.Reason + ")"
		}
		return &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "accepted", Message: message, RetryAfter: o.RetryAfter,
			Details: map[string]any{"paymentId": o.Order.ID}}}
	case o.Err == nil: // there is no such outcome
		return f.failed(c, "settle", errors.New("outcome without an answer: class "+strconv.Itoa(int(o.Class))))
	}
	return f.refused(c, q, o.Err)
}

// answer answers /settle in the version of the request.
func (f *Facilitator) answer(c *fiber.Ctx, q *request, status int, s x402.SettleResponse) error {
	on := q.on
	if on == nil {
		on = f.Presenter.Chains[0]
	}
	s.Network, s.Payer = on.Network.CAIP2(), q.payer()
	if q.Version == 1 {
		s.Network = on.Network.Name
	}
	reason, message := q.spell(s.ErrorReason, s.ErrorMessage)
	s.ErrorReason, s.ErrorMessage = x402.Reason(reason), message
	return c.Status(status).JSON(s)
}

// failed answers with an error of HTTP. The payment may have been taken.
func (f *Facilitator) failed(c *fiber.Ctx, call string, err error) error {
	v := api.ToHTTP(err, f.Presenter.Now(), true)
	if v.Status != fiber.StatusTooManyRequests { // counted before
		f.count(call, "unavailable")
	}
	if v.Fault.Code == "internal" {
		f.Presenter.Log.Error("request", "method", c.Method(), "route", c.Route().Path, "err", err)
	}
	return &v
}

func (f *Facilitator) count(call, result string) { f.requests.WithLabelValues(call, result).Inc() }

// payer returns the payer, as far as it is known.
func (q *request) payer() string {
	if q.Payment.Version == 0 {
		return ""
	}
	return q.Payment.Authorization.From.Hex()
}

// closedV1 are prefixes of the reasons that version 1 has. Its list is closed.
var closedV1 = []string{"invalid_", "insufficient_funds", "unsupported_scheme", "unexpected_", string(x402.ReasonPending)}

// spell returns a reason and its message as the version of the request spells them. A reason that
// version 1 does not have is in the message.
func (q *request) spell(r x402.Reason, message string) (reason, text string) {
	message = checkout.ASCII(message)
	if q.Version != 1 || r == "" {
		return string(r), message
	}
	if v1 := r.V1(); slices.ContainsFunc(closedV1, func(p string) bool { return strings.HasPrefix(v1, p) }) {
		return v1, message
	}
	return string(x402.ReasonRequirement), string(r) + ": " + message
}
