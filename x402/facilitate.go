package x402

import (
	"fmt"
	"math/big"
	"time"
)

// A SettleRequest is the decoded body of a facilitator's /verify and /settle: a payment, and
// the requirement of the server that asks. Nothing in it is checked.
type SettleRequest struct {
	Version     int // 1 or 2; 0 if it cannot be read
	Payment     Payment
	Requirement Requirement
}

// Check checks what needs neither a signature nor the chain, in the order of the reference
// facilitators: the payment has to be of its requirement, and valid from now on for margin. The
// error is a *RefusedError.
func (q *SettleRequest) Check(now time.Time, margin time.Duration) error {
	p, r := &q.Payment, &q.Requirement
	a := &p.Authorization
	refuse := func(reason Reason, format string, args ...any) error {
		return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
	}
	switch least := big.NewInt(now.Add(margin).Unix()); {
	case p.Scheme != SchemeExact || r.Scheme != SchemeExact:
		return refuse(ReasonScheme, "the scheme is exact")
	case r.Extra.Name == "" || r.Extra.Version == "":
		return refuse(ReasonMissingDomain, "the requirement lacks the asset's name or version in extra")
	case p.Network != r.Network:
		return refuse(ReasonNetwork, "the network is %s", r.Network)
	case a.To != r.PayTo:
		return refuse(ReasonRecipient, "pay to %s, not %s", r.PayTo, a.To)
	case a.ValidBefore.Cmp(least) < 0:
		return refuse(ReasonValidBefore, "valid before %v, has to be at least %v", a.ValidBefore, least)
	case a.ValidAfter.Cmp(big.NewInt(now.Unix())) > 0:
		return refuse(ReasonValidAfter, "valid only after %v, now it is %d", a.ValidAfter, now.Unix())
	case r.Amount.Sign() <= 0:
		return refuse(ReasonValue, "the amount has to be more than 0")
	case a.Value.Cmp(r.Amount) != 0:
		return refuse(ReasonValue, "pay exactly %v, not %v", r.Amount, a.Value)
	}
	return nil
}

// MaxSettleRequest bounds the body of a SettleRequest, in bytes: a payment and a requirement.
const MaxSettleRequest = 2*MaxHeader + 1<<10

var settleKeys = []string{"x402Version", "paymentPayload", "paymentRequirements"}

// DecodeSettleRequest decodes the body of a facilitator's /verify and /settle, as strictly as
// DecodePayment decodes a payment. All errors are *MalformedError. With an error, the request has
// the version and the requirement's network if they can be read: that may be the network of
// another kind of chain, with other addresses and payments.
func DecodeSettleRequest(data []byte) (q SettleRequest, err error) {
	if len(data) > MaxSettleRequest {
		return q, malformed("body", "a payment and a requirement of at most 16384 bytes each")
	}
	r := reader{data: data}
	var version string
	var payment, requirement []byte
	err = r.object("body", settleKeys, func(key []byte) (err error) {
		switch string(key) {
		case "x402Version":
			text, _ := r.number()
			if version = string(text); version != "1" && version != "2" {
				return malformed("x402Version", "the number 1 or 2")
			}
		case "paymentPayload":
			payment, err = r.raw("paymentPayload")
		case "paymentRequirements":
			requirement, err = r.raw("paymentRequirements")
		default:
			err = r.skip("body")
		}
		return err
	})
	switch {
	case err != nil:
		return q, err
	case !r.end():
		return q, malformed("body", "one JSON object and nothing after it")
	case version == "":
		return q, malformed("x402Version", "the number 1 or 2")
	case payment == nil:
		return q, malformed("paymentPayload", "a JSON object")
	case requirement == nil:
		return q, malformed("paymentRequirements", "a JSON object")
	}
	q.Version = int(version[0] - '0')
	if q.Requirement.Network, err = networkOf(requirement, q.Version); err != nil {
		return q, err
	}
	read := decodeRequirement
	if q.Version == 1 {
		read = func(data []byte) (r Requirement, err error) { r, _, err = requirementFromV1(data); return r, err }
	}
	required, err := read(requirement)
	if err != nil {
		return q, err
	}
	q.Requirement = required
	if q.Payment, err = ParsePayment(payment); err == nil && q.Payment.Version != q.Version {
		err = malformed("paymentPayload.x402Version", "the x402Version of the body")
	}
	return q, err
}

// networkOf reads the network of a requirement, in the form of version 2.
func networkOf(requirement []byte, version int) (network string, err error) {
	r := reader{data: requirement}
	err = r.object("paymentRequirements", []string{"network"}, func(key []byte) (err error) {
		if string(key) != "network" {
			return r.skip("paymentRequirements")
		}
		network, err = r.text("paymentRequirements.network")
		return err
	})
	if err == nil && network == "" {
		err = malformed("paymentRequirements.network", "a network's name")
	}
	if err == nil && version == 1 {
		network = networkV2(network)
	}
	return network, err
}
