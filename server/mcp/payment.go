package mcp

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"

	sdk "github.com/modelcontextprotocol/go-sdk/mcp"

	"github.com/mint402/mint402/mpp"
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

// carried is the payment of a call; all fields are nil in a call without a payment.
type carried struct {
	x402       *x402.Payment
	credential *mpp.Credential
	bad        *mpp.Error // a credential that cannot be decoded
}

// payment returns the payment in the form of x402, or nil. The network of a credential is what its
// client sent: the launch determines it.
func (c *carried) payment() *x402.Payment {
	if c.x402 == nil && c.credential != nil {
		p := c.credential.Payment(c.credential.ChainID())
		return &p
	}
	return c.x402
}

// none reports whether the call carries no payment.
func (c *carried) none() bool { return c.x402 == nil && c.credential == nil && c.bad == nil }

// readPayment reads the payment of a call, from params._meta or from the headers of the
// HTTP request. Several payments must be the same authorization: otherwise another reader
// of the call could take another payment than we do. An error is a *x402.MalformedError.
func readPayment(meta sdk.Meta, header http.Header) (c carried, err error) {
	for _, key := range []string{metaPayment, metaPaymentDot} {
		if v := meta[key]; v != nil {
			p, err := decodeMeta(v)
			if err := c.add("_meta["+key+"]", p, err); err != nil {
				return carried{}, err
			}
		}
	}
	for _, name := range []string{x402.HeaderPaymentSignature, x402.HeaderXPayment} {
		switch values := header.Values(name); {
		case len(values) > 1:
			return carried{}, &x402.MalformedError{Field: name, Expected: "one such header"}
		case len(values) == 1:
			p, err := x402.DecodePayment(values[0])
			if err := c.add(name, p, err); err != nil {
				return carried{}, err
			}
		}
	}
	return c, c.readCredential(meta, header)
}

// add takes one more payment of x402.
func (c *carried) add(place string, p x402.Payment, err error) error {
	switch {
	case err != nil:
		return inField(place, err)
	case c.x402 == nil:
		c.x402 = &p
	case !c.x402.Join(p):
		return twoPayments(place)
	}
	return nil
}

func twoPayments(place string) error {
	return &x402.MalformedError{Field: place, Expected: "one payment: this call carries two different ones, and neither was taken"}
}

// readCredential reads a credential of MPP: from _meta, or from the header Authorization.
func (c *carried) readCredential(meta sdk.Meta, header http.Header) error {
	var found []mpp.Credential
	take := func(credential mpp.Credential, err error) {
		if err != nil && !errors.As(err, &c.bad) {
			c.bad = &mpp.Error{Kind: mpp.MalformedCredential, Detail: err.Error()}
		}
		found = append(found, credential)
	}
	if v := meta[metaCredential]; v != nil {
		data, err := json.Marshal(v)
		if err != nil { // the SDK decoded it from JSON, but a payment is never overlooked
			take(mpp.Credential{}, err)
		} else {
			take(mpp.DecodeCredentialJSON(data))
		}
	}
	if text, ok, err := mpp.FindCredential(header.Values(mpp.HeaderCredential)...); err != nil {
		take(mpp.Credential{}, err)
	} else if ok {
		take(mpp.DecodeCredential(text))
	}
	if c.bad != nil {
		if c.x402 != nil {
			return &x402.MalformedError{Field: "_meta[" + metaCredential + "]", Expected: "the same payment as the other one of this call, or none"}
		}
		return nil
	}
	for i := range found {
		if p := c.payment(); p != nil && !p.Join(found[i].Payment(0)) {
			return twoPayments("_meta[" + metaCredential + "]")
		}
		c.credential = &found[i]
	}
	return nil
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
