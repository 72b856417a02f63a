package proof

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

// Format is the way in which a statement is signed.
type Format string

// The formats of the extension.
const (
	FormatEIP712 Format = "eip712"
	FormatJWS    Format = "jws"
)

// Limits on documents that contain signed statements, in bytes.
const (
	maxSigned = 16 << 10 // a signed statement
	maxJWS    = 8 << 10
	// MaxDocument is for anything that contains statements: an order, a 402, a settlement.
	MaxDocument = 256 << 10
	// maxFound is how many statements one document may have.
	maxFound = 32
)

// Signed is a signed statement on the wire. Payload is only there in the format eip712; a
// JWS contains its own.
type Signed struct {
	Format    Format          `json:"format"`
	Payload   json.RawMessage `json:"payload,omitempty"`
	Signature string          `json:"signature"` // eip712: 0x and 130 hex digits; jws: compact
	// AcceptIndex is an offer's place in the 402's accepts. It is a hint, and not signed.
	AcceptIndex *int `json:"acceptIndex,omitempty"`

	// What it was found in, whose other members it does not sign; nil: none.
	order   object // of mint402
	message object // of x402
}

var signedKeys = []string{"format", "payload", "signature", "acceptIndex"}

// Parse reads one signed statement.
func Parse(data []byte) (Signed, error) {
	o, err := readObject("signed statement", data, maxSigned)
	if err != nil {
		return Signed{}, err
	}
	return signedOf(o)
}

func signedOf(o object) (s Signed, err error) {
	for key := range o {
		if !slices.Contains(signedKeys, key) {
			return s, wrong("signed statement", "the members format, payload, signature and acceptIndex only")
		}
	}
	format, err := o.need("format", maxWord)
	if err != nil {
		return s, err
	}
	if s.Signature, err = o.need("signature", maxJWS); err != nil {
		return s, err
	}
	if i, there, err := o.integer("acceptIndex"); err != nil || i > maxItems {
		return s, wrong("acceptIndex", "an index of accepts")
	} else if there {
		index := int(i)
		s.AcceptIndex = &index
	}
	payload, there := o["payload"]
	switch s.Format = Format(format); s.Format {
	case FormatEIP712:
		p, ok := payload.(object)
		if !ok {
			return s, wrong("payload", "an object")
		}
		s.Payload = canonical(p)
	case FormatJWS:
		if there {
			return s, wrong("payload", "no payload next to a JWS, which contains it")
		}
	default:
		return s, wrong("format", "eip712 or jws")
	}
	return s, nil
}

// Statement decodes the payload, without verifying anything.
func (s Signed) Statement() (Statement, error) {
	if s.Format == FormatJWS {
		j, err := parseJWS(s.Signature)
		if err != nil {
			return Statement{}, err
		}
		return j.statement, nil
	}
	p, err := readObject("payload", s.Payload, maxSigned)
	if err != nil {
		return Statement{}, err
	}
	st, err := statementOf(p, true)
	if err == nil {
		if _, evm := evmChain(networkOf(st)); !evm {
			return Statement{}, wrong("network", "eip155:<chain id> for the format eip712")
		}
	}
	return st, err
}

func networkOf(s Statement) string {
	if s.Offer != nil {
		return s.Offer.Network
	}
	return s.Receipt.Network
}

// Find returns the signed statements in a document. The document is one of:
//
//   - a signed statement, or a compact JWS without anything around it;
//   - an order or a receipt of mint402, with the member "proof";
//   - the JSON of PAYMENT-RESPONSE, PAYMENT-REQUIRED or a 402's body, with
//     extensions["offer-receipt"].info;
//   - the value of one of these headers, in base64.
//
// An error means that the document has no statement, or one that cannot be read.
func Find(data []byte) ([]Signed, error) {
	data = bytes.TrimSpace(data)
	if len(data) > MaxDocument {
		return nil, wrong("document", fmt.Sprintf("at most %d bytes", MaxDocument))
	}
	if len(data) > 0 && data[0] != '{' {
		compact := string(data)
		if strings.Count(compact, ".") == 2 && len(compact) <= maxJWS {
			return []Signed{{Format: FormatJWS, Signature: compact}}, nil
		}
		decoded, err := base64.StdEncoding.DecodeString(compact)
		if err != nil {
			if decoded, err = base64.RawURLEncoding.DecodeString(compact); err != nil {
				return nil, wrong("document", "JSON, a compact JWS, or the value of a payment header in base64")
			}
		}
		data = decoded
	}
	o, err := readObject("document", data, MaxDocument)
	if err != nil {
		return nil, err
	}
	if _, ok := o["format"]; ok {
		s, err := signedOf(o)
		return []Signed{s}, err
	}
	return o.statements()
}

// statements returns the signed statements in a message of x402, or in an order.
func (o object) statements() (found []Signed, err error) {
	var objects []any
	if p, ok := o["proof"]; ok {
		objects = append(objects, p)
	}
	if extensions, ok := o["extensions"].(object); ok {
		if e, ok := extensions[Extension].(object); ok {
			if info, ok := e["info"].(object); ok {
				if r, ok := info["receipt"]; ok {
					objects = append(objects, r)
				}
				offers, _ := info["offers"].([]any)
				objects = append(objects, offers...)
			}
		}
	}
	if len(objects) == 0 || len(objects) > maxFound {
		return nil, wrong("document", "a signed receipt or offer (extensions[\"offer-receipt\"], or \"proof\" of an order)")
	}
	for _, v := range objects {
		p, ok := v.(object)
		if !ok {
			return nil, wrong("document", "signed statements that are objects")
		}
		s, err := signedOf(p)
		if err != nil {
			return nil, err
		}
		found = append(found, s)
	}
	if _, ok := o["proof"]; ok {
		found[0].order = o
		return found, nil
	}
	for i := range found {
		found[i].message = o
	}
	return found, nil
}

// FindInAnswer returns the signed statements in the payment header of an HTTP answer. If its body
// is an order of mint402, the order is compared with them; one that cannot be read is an error.
// What another server delivers in a body is not looked at.
func FindInAnswer(header string, body []byte) ([]Signed, error) {
	found, err := Find([]byte(header))
	if err != nil || !bytes.Contains(body, []byte(`"paymentId"`)) {
		return found, err
	}
	order, err := readObject("body", body, MaxDocument)
	if err != nil {
		return nil, err
	}
	for i := range found {
		found[i].order = order
	}
	return found, nil
}
