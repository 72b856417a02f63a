package x402

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"sync"
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
	header, err := AppendHeader(nil, v)
	return string(header), err
}

// AppendHeader appends what EncodeHeader returns.
func AppendHeader(dst []byte, v any) ([]byte, error) {
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	if err := marshal(b, v); err != nil {
		return dst, fmt.Errorf("encode header: %w", err)
	}
	return base64.StdEncoding.AppendEncode(dst, bytes.TrimRight(b.Bytes(), "\n")), nil
}

// buffers are for the JSON of headers.
var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Marshal is json.Marshal without HTML escaping: "&" in a URL stays "&". Clients copy URLs
// from our texts, and would have to decode the escapes before they echo a text.
func Marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	if err := marshal(&b, v); err != nil {
		return nil, err
	}
	return bytes.TrimRight(b.Bytes(), "\n"), nil
}

// marshal writes the JSON of v and a newline.
func marshal(b *bytes.Buffer, v any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// decodeBase64 accepts the four alphabets that clients use (standard or URL, padded or
// not), and one spelling within each. It refuses line breaks, which encoding/base64
// would skip, mixed alphabets, and nonzero trailing bits.
func decodeBase64(s string) ([]byte, bool) { return appendBase64(nil, s) }

// appendBase64 appends what decodeBase64 returns.
func appendBase64(dst []byte, s string) ([]byte, bool) {
	has := func(c byte) bool { return strings.IndexByte(s, c) >= 0 }
	if has('\r') || has('\n') {
		return nil, false
	}
	alphabet := 0
	if has('-') || has('_') {
		alphabet |= 1
	}
	if !has('=') {
		alphabet |= 2
	}
	dst, err := alphabets[alphabet].AppendDecode(dst, []byte(s))
	return dst, err == nil
}

// alphabets are the standard alphabet and the one for URLs, padded and then not padded.
var alphabets = [4]*base64.Encoding{base64.StdEncoding.Strict(), base64.URLEncoding.Strict(), base64.RawStdEncoding.Strict(), base64.RawURLEncoding.Strict()}
