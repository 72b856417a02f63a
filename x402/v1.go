package x402

import (
	"net/url"
)

// Only this file knows version 1: its objects, with their conversion from and to
// version 2, and its reasons.

// A PaymentRequiredV1 is the body of a 402 for version 1 clients.
type PaymentRequiredV1 struct {
	X402Version int             `json:"x402Version"` // 1; clients copy it into their payment
	Error       string          `json:"error"`       // some clients require it
	Accepts     []RequirementV1 `json:"accepts"`
	Payer       string          `json:"payer,omitempty"`
	// Extensions has signed offers only, which are the same in both versions. Clients of
	// version 1 do not echo it.
	Extensions map[string]any `json:"extensions,omitempty"`
}

// A RequirementV1 is one way to pay in version 1. No key may be missing or null:
// official clients discard the whole 402 for one bad entry.
type RequirementV1 struct {
	Scheme            string  `json:"scheme"`
	Network           string  `json:"network"` // "base"
	MaxAmountRequired string  `json:"maxAmountRequired"`
	Resource          string  `json:"resource"`
	Description       string  `json:"description"`
	MimeType          string  `json:"mimeType"`
	PayTo             string  `json:"payTo"`
	MaxTimeoutSeconds int     `json:"maxTimeoutSeconds"`
	Asset             string  `json:"asset"`
	Extra             ExtraV1 `json:"extra"`
	// OutputSchema describes input and output, for catalogues; absent if nil.
	OutputSchema any `json:"outputSchema,omitempty"`
}

// ExtraV1 is the asset's EIP-712 domain.
type ExtraV1 struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A PayloadV1 is a version 1 payment.
type PayloadV1 struct {
	X402Version int          `json:"x402Version"` // 1
	Scheme      string       `json:"scheme"`
	Network     string       `json:"network"`
	Payload     ExactPayload `json:"payload"`
}

// A SettleResponseV1 is the receipt header of version 1. It contains only ASCII,
// because version 1 clients decode base64 as Latin-1.
type SettleResponseV1 struct {
	Success     bool   `json:"success"`
	ErrorReason string `json:"errorReason,omitempty"`
	Transaction string `json:"transaction"`
	Network     string `json:"network"` // "base"
	Payer       string `json:"payer,omitempty"`

	Extensions map[string]any `json:"extensions,omitempty"`
}

// maxAmountDigitsV1 is the maximum number of digits of an amount that version 1 clients
// sign.
const maxAmountDigitsV1 = 18

// V1 returns the body that accompanies the version 2 header. It lists only entries that
// version 1 can express, possibly none.
func (p PaymentRequired) V1() PaymentRequiredV1 {
	body := PaymentRequiredV1{X402Version: 1, Error: p.Error, Accepts: []RequirementV1{}}
	if body.Error == "" {
		body.Error = HeaderXPayment + " header is required"
	}
	if offers, ok := p.Extensions[ExtensionOfferReceipt]; ok {
		body.Extensions = map[string]any{ExtensionOfferReceipt: offers}
	}
	if u, err := url.Parse(p.Resource.URL); err != nil || !u.IsAbs() || u.Host == "" {
		return body
	}
	for _, r := range p.Accepts {
		n, ok := NetworkByName(r.Network)
		if !ok || !n.V1 || r.Scheme != SchemeExact || r.Extra.Name == "" || r.Extra.Version == "" || r.MaxTimeoutSeconds <= 0 {
			continue
		}
		amount, err := decimal(r.Amount)
		if err != nil || len(amount) > maxAmountDigitsV1 {
			continue
		}
		body.Accepts = append(body.Accepts, RequirementV1{
			Scheme:            r.Scheme,
			Network:           n.Name,
			MaxAmountRequired: amount,
			Resource:          p.Resource.URL,
			Description:       p.Resource.Description,
			MimeType:          p.Resource.MimeType,
			PayTo:             r.PayTo.Hex(),
			MaxTimeoutSeconds: r.MaxTimeoutSeconds,
			Asset:             r.Asset.Hex(),
			Extra:             ExtraV1{Name: r.Extra.Name, Version: r.Extra.Version},
			OutputSchema:      p.OutputSchema,
		})
	}
	return body
}

// V1 returns the same receipt in version 1, with version 1's name of the network.
func (s SettleResponse) V1() SettleResponseV1 {
	return SettleResponseV1{
		Success:     s.Success,
		ErrorReason: s.ErrorReason.V1(),
		Transaction: s.Transaction,
		Network:     networkV1(s.Network),
		Payer:       s.Payer,
		Extensions:  s.Extensions,
	}
}

func (s SettleResponseV1) v2() SettleResponse {
	return SettleResponse{
		Success:     s.Success,
		ErrorReason: Reason(s.ErrorReason),
		Transaction: s.Transaction,
		Network:     networkV2(s.Network),
		Payer:       s.Payer,
		Extensions:  s.Extensions,
	}
}

// V1 returns version 1's spelling of the reason.
func (r Reason) V1() string {
	if word, ok := reasonsV1[r]; ok {
		return word
	}
	return string(r)
}

var reasonsV1 = map[Reason]string{
	ReasonScheme:        "unsupported_scheme",
	ReasonNetwork:       "invalid_network",
	ReasonMissingDomain: "invalid_payment_requirements",
	ReasonTokenName:     "invalid_payment_requirements",
	ReasonTokenVersion:  "invalid_payment_requirements",
	ReasonRecipient:     "invalid_exact_evm_payload_recipient_mismatch",
	ReasonValue:         "invalid_exact_evm_payload_authorization_value",
	ReasonSignature:     "invalid_exact_evm_payload_signature",
	ReasonFactory:       "invalid_exact_evm_payload_undeployed_smart_wallet",
	ReasonBalance:       "insufficient_funds",
	ReasonNonceUsed:     "invalid_transaction_state",
	ReasonNotEIP3009:    "invalid_payment_requirements",
	ReasonNoAsset:       "invalid_payment_requirements",
	ReasonSimulation:    "invalid_transaction_state",
	ReasonTransaction:   "invalid_transaction_state",
	ReasonUnsettled:     "unsupported_scheme",
}

// v1 converts a version 1 payment. It has no copy of our requirement, so only scheme
// and network can be matched.
func (e envelope) v1() (Payment, error) {
	switch {
	case e.scheme == nil:
		return Payment{}, malformed("scheme", "a string")
	case e.network == nil:
		return Payment{}, malformed("network", "a string")
	case e.payload == nil:
		return Payment{}, malformed("payload", "a JSON object")
	}
	return Payment{
		Version:       1,
		Scheme:        *e.scheme,
		Network:       networkV2(*e.network),
		Authorization: *e.payload.authorization,
		Signature:     e.payload.signature,
	}, nil
}

var requirementV1Keys = []string{"scheme", "network", "maxAmountRequired", "resource", "description", "mimeType", "payTo", "maxTimeoutSeconds", "asset", "extra"}

// requirementFromV1 decodes one entry of a version 1 body, for the payer.
func requirementFromV1(data []byte) (Requirement, Resource, error) {
	var q Requirement
	var resource Resource
	var have int
	r := reader{data: data}
	err := r.object("entry", requirementV1Keys, func(key []byte) (err error) {
		field := string(key)
		switch field {
		case "scheme", "network":
			s, err := r.text(field)
			if err != nil {
				return err
			}
			if field == "scheme" {
				q.Scheme = s
			} else {
				q.Network = networkV2(s)
			}
		case "maxAmountRequired":
			q.Amount, err = r.uint256(field)
		case "asset":
			q.Asset, err = r.address(field)
		case "payTo":
			q.PayTo, err = r.address(field)
		case "maxTimeoutSeconds":
			q.MaxTimeoutSeconds, err = r.seconds(field)
		case "extra":
			return r.extra(&q.Extra)
		case "resource":
			resource.URL, err = r.words(field)
			return err
		case "description":
			resource.Description, err = r.words(field)
			return err
		case "mimeType":
			resource.MimeType, err = r.words(field)
			return err
		default:
			return r.skip("entry")
		}
		have++
		return err
	})
	if err == nil && have != 6 {
		err = malformed("entry", "scheme, network, maxAmountRequired, asset, payTo and maxTimeoutSeconds")
	}
	if err == nil && !r.end() {
		err = malformed("entry", "one JSON object")
	}
	if err == nil {
		err = oneAmount("amount", &q, data)
	}
	return q, resource, err
}

// payloadV1 returns the payment of a requirement in version 1.
func payloadV1(r Requirement, a Authorization, sig []byte) PayloadV1 {
	return PayloadV1{X402Version: 1, Scheme: r.Scheme, Network: networkV1(r.Network), Payload: ExactPayload{sig, a}}
}

// networkV2 converts a version 1 name to CAIP-2. An unknown name gets the prefix "v1:",
// as does a CAIP-2 name, which version 1 does not have. Both then match no requirement
// of ours.
func networkV2(name string) string {
	for _, n := range networks {
		if n.Name == name {
			return n.CAIP2()
		}
	}
	return "v1:" + name
}

func networkV1(caip2 string) string {
	if n, ok := NetworkByName(caip2); ok {
		return n.Name
	}
	return caip2
}
