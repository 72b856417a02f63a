package facilitator

import (
	"encoding/json"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Payment is a payment to be settled by a facilitator: an authorization, and our own requirement
// that it meets.
type Payment struct {
	Requirement   x402.Requirement
	Resource      x402.Resource
	Authorization x402.Authorization
	Signature     []byte
}

// isPayer reports whether an answer names this payment's payer, or no payer.
func (p *Payment) isPayer(named *string) bool {
	if named == nil || *named == "" {
		return true
	}
	a, ok := x402.ParseAddress(*named)
	return ok && a == p.Authorization.From && a != (common.Address{})
}

// isNetwork reports whether a name is that of this payment's network, in either version.
func (p *Payment) isNetwork(name string) bool {
	n, known := x402.NetworkByName(p.Requirement.Network)
	return name == p.Requirement.Network || known && name == n.Name
}

// request is the body of /verify and /settle, in both versions.
type request struct {
	X402Version         int `json:"x402Version"`
	PaymentPayload      any `json:"paymentPayload"`
	PaymentRequirements any `json:"paymentRequirements"`
}

// body returns the request in a version. The requirement has only what every facilitator
// knows: our own additions to extra do not concern it.
func (p *Payment) body(version int) ([]byte, error) {
	r := p.Requirement
	r.Extra = x402.Extra{Name: r.Extra.Name, Version: r.Extra.Version}
	exact := x402.ExactPayload{Signature: p.Signature, Authorization: p.Authorization}
	if version == 1 {
		entries := x402.NewPaymentRequired("", p.Resource, r).V1().Accepts
		if len(entries) == 0 {
			return nil, errNoV1
		}
		return x402.Marshal(request{1, x402.PayloadV1{X402Version: 1, Scheme: r.Scheme, Network: entries[0].Network, Payload: exact}, entries[0]})
	}
	accepted, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	resource, err := json.Marshal(p.Resource)
	if err != nil {
		return nil, err
	}
	return x402.Marshal(request{2, x402.Payload{X402Version: 2, Resource: resource, Accepted: accepted, Payload: exact}, json.RawMessage(accepted)})
}
