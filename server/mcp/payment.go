package mcp

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/x402"
)

// Clients speak four dialects. Each puts the payment under its own key of the call's
// params._meta, and looks for the receipt under its own key of the result's _meta.
const (
	// metaPayment is the key of the official x402 clients, which send an object, and of
	// Cloudflare's, which sends that object in base64. Version 1 or 2.
	metaPayment = "x402/payment"
	// metaPaymentDot is the key of Vercel's x402-mcp: base64 of a payment of version 1.
	metaPaymentDot = "x402.payment"
	// metaCredential is the key of MPP over MCP (draft-payment-transport-mcp-00): the
	// credential as an object.
	metaCredential = "org.paymentauth/credential"

	metaReceipt    = "x402/payment-response" // official and Cloudflare's
	metaReceiptDot = "x402.payment-response" // Vercel's
	metaReceiptMPP = "org.paymentauth/receipt"

	metaRequired    = "x402/error"                       // where Cloudflare's client reads the price
	metaRequiredMPP = "org.paymentauth/payment-required" // where MPP's client reads its challenges
)

// readPayment reads the payment of a call, from params._meta or from the headers of the
// HTTP request; nil if there is none. Several payments must be the same authorization:
// otherwise another reader of the call could take another payment than we do. An error is
// a *x402.MalformedError.
func readPayment(meta sdk.Meta, header http.Header) (*x402.Payment, error) {
	var first *x402.Payment
	add := func(field string, p x402.Payment, err error) error {
		switch {
		case err != nil:
			return inField(field, err)
		case first == nil:
			first = &p
		case !sameAuthorization(first.Authorization, p.Authorization):
			return &x402.MalformedError{Field: field, Expected: "one payment: this call carries two different ones, and neither was taken"}
		}
		return nil
	}
	for _, key := range []string{metaPayment, metaPaymentDot} {
		if v := meta[key]; v != nil {
			p, err := decodeMeta(v)
			if err := add("_meta["+key+"]", p, err); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range []string{x402.HeaderPaymentSignature, x402.HeaderXPayment} {
		switch values := header.Values(name); {
		case len(values) > 1:
			return nil, &x402.MalformedError{Field: name, Expected: "one such header"}
		case len(values) == 1:
			p, err := x402.DecodePayment(values[0])
			if err := add(name, p, err); err != nil {
				return nil, err
			}
		}
	}
	return first, nil
}

// decodeMeta decodes a payment that is an object, or base64 of one. The gate has checked
// that no object of the message has a key twice, so the object is what the client sent.
func decodeMeta(v any) (x402.Payment, error) {
	if text, ok := v.(string); ok {
		return x402.DecodePayment(text)
	}
	data, err := json.Marshal(v)
	if err != nil {
		return x402.Payment{}, &x402.MalformedError{Field: "payment", Expected: "a JSON object"}
	}
	return x402.DecodePayment(base64.StdEncoding.EncodeToString(data))
}

// inField adds the place of a payment to the error of one that cannot be decoded.
func inField(place string, err error) error {
	var m *x402.MalformedError
	if errors.As(err, &m) {
		return &x402.MalformedError{Field: place + "." + m.Field, Expected: m.Expected}
	}
	return err
}

func sameAuthorization(a, b x402.Authorization) bool {
	return a.From == b.From && a.To == b.To && a.Nonce == b.Nonce && a.Value.Cmp(b.Value) == 0 &&
		a.ValidAfter.Cmp(b.ValidAfter) == 0 && a.ValidBefore.Cmp(b.ValidBefore) == 0
}
