package x402

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
)

// Header names. Version 2 asks for payment in a header, version 1 in the body of the
// 402.
const (
	HeaderPaymentRequired  = "PAYMENT-REQUIRED"  // 402: base64 of PaymentRequired
	HeaderPaymentSignature = "PAYMENT-SIGNATURE" // request: base64 of Payload
	HeaderPaymentResponse  = "PAYMENT-RESPONSE"  // answer: base64 of SettleResponse

	HeaderXPayment         = "X-PAYMENT"          // request, version 1
	HeaderXPaymentResponse = "X-PAYMENT-RESPONSE" // answer, version 1: base64 of SettleResponseV1
)

// MaxHeader bounds an encoded header value, in bytes. A payment without extensions has
// about 1,100.
const MaxHeader = 16 << 10

// EncodeHeader encodes v so that every client can read it: JSON without HTML escaping,
// in base64 with the standard alphabet and padding. (Official TypeScript clients refuse
// the URL alphabet, the Go client refuses missing padding.)
func EncodeHeader(v any) (string, error) {
	data, err := Marshal(v)
	if err != nil {
		return "", fmt.Errorf("encode header: %w", err)
	}
	return base64.StdEncoding.EncodeToString(data), nil
}

// Marshal is json.Marshal without HTML escaping: "&" in a URL stays "&". Clients copy URLs
// from our texts, and would have to decode the escapes before they echo a text.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// decodeBase64 accepts the four alphabets that clients use (standard or URL, padded or
// not), and one spelling within each. It refuses line breaks, which encoding/base64
// would skip, mixed alphabets, and nonzero trailing bits.
func decodeBase64(s string) ([]byte, bool) {
	url, padded := false, false
	for i := range len(s) {
		switch s[i] {
		case '-', '_':
			url = true
		case '=':
			padded = true
		case '\r', '\n':
			return nil, false
		}
	}
	e := base64.StdEncoding
	if url {
		e = base64.URLEncoding
	}
	if !padded {
		e = e.WithPadding(base64.NoPadding)
	}
	data, err := e.Strict().DecodeString(s)
	return data, err == nil
}
