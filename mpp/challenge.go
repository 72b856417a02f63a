package mpp

import (
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// Names of the scheme's header fields. A challenge is in a 402, a credential in a
// request, a receipt in a 200.
const (
	HeaderChallenge  = "WWW-Authenticate"
	HeaderCredential = "Authorization"
	HeaderReceipt    = "Payment-Receipt"
)

// The names of the scheme, and of the method and the intent of this package.
const (
	Scheme       = "Payment"
	MethodEVM    = "evm"
	IntentCharge = "charge"
)

// Limits of a challenge, in bytes.
const (
	maxRequest  = 16 << 10 // of the parameter request, as clients limit it
	maxOpaque   = 4 << 10
	maxParam    = 1 << 10 // of any other parameter
	maxRealm    = 255
	maxResponse = 64 << 10 // of all WWW-Authenticate values of a response together
)

// A Challenge is one challenge of the scheme, with its parameters as they are on the
// wire (draft-httpauth-payment, section 5.1). Empty parameters are absent.
type Challenge struct {
	ID      string // unique for each purchase; see Secret
	Realm   string // the server's host name, without a port
	Method  string // "evm"
	Intent  string // "charge"
	Request string // base64url of canonical JSON; see Charge
	Expires string // RFC 3339
	Digest  string // RFC 9530, of the request's body
	Opaque  string // base64url of a JSON object with strings; see Data

	Description string // for people; the id does not bind it
	Header      string // mppx only: another header for the credential
}

// Nonce returns the EIP-3009 nonce of an authorization that answers the challenge:
// keccak256 of the id and the realm, without a separator (draft-evm-charge-00).
func (c Challenge) Nonce() common.Hash {
	return crypto.Keccak256Hash([]byte(c.ID), []byte(c.Realm))
}

// Deadline returns when the challenge expires. ok is false if it does not say so, or not
// in the form of RFC 3339.
func (c Challenge) Deadline() (deadline time.Time, ok bool) {
	at, err := time.Parse(time.RFC3339, c.Expires)
	return at, err == nil
}

// String returns the challenge as the value of WWW-Authenticate.
func (c Challenge) String() string { return string(c.Append(nil)) }

// Append appends the challenge as the value of WWW-Authenticate. The id comes first, then
// the parameters in the order of the draft.
func (c Challenge) Append(dst []byte) []byte {
	dst = append(dst, Scheme+` id="`...)
	dst = append(dst, c.ID...)
	dst = append(dst, '"')
	for _, p := range [...]struct{ name, value string }{
		{"realm", c.Realm}, {"method", c.Method}, {"intent", c.Intent}, {"request", c.Request}, {"description", c.Description},
		{"digest", c.Digest}, {"expires", c.Expires}, {"header", c.Header}, {"opaque", c.Opaque},
	} {
		if p.value != "" {
			dst = append(dst, ", "...)
			dst = append(dst, p.name...)
			dst = appendQuoted(append(dst, '='), p.value)
		}
	}
	return dst
}

// appendQuoted appends a quoted-string (RFC 9110, section 5.6.4). It replaces characters
// that are not printable ASCII with "?", since clients disagree on their encoding.
func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	plain := 0 // the bytes that need no change
	for plain < len(s) && s[plain] >= 0x20 && s[plain] <= 0x7e && s[plain] != '"' && s[plain] != '\\' {
		plain++
	}
	dst = append(dst, s[:plain]...)
	for _, r := range s[plain:] {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < 0x20 || r > 0x7e:
			dst = append(dst, '?')
		default:
			dst = append(dst, byte(r))
		}
	}
	return append(dst, '"')
}

// check returns an error if a parameter is missing, too long, or has characters that two
// readers could take for different ones.
func (c Challenge) check() error {
	for _, p := range [...]struct {
		name, value string
		max         int
		required    bool
	}{
		{"id", c.ID, maxParam, true}, {"realm", c.Realm, maxRealm, true}, {"method", c.Method, maxParam, true},
		{"intent", c.Intent, maxParam, true}, {"request", c.Request, maxRequest, true}, {"expires", c.Expires, maxParam, false},
		{"digest", c.Digest, maxParam, false}, {"opaque", c.Opaque, maxOpaque, false}, {"header", c.Header, maxParam, false},
	} {
		switch {
		case p.required && p.value == "":
			return fmt.Errorf("challenge: it has no %s", p.name)
		case len(p.value) > p.max:
			return fmt.Errorf("challenge: %s has more than %d bytes", p.name, p.max)
		case strings.IndexFunc(p.value, func(r rune) bool { return r < 0x20 || r > 0x7e }) >= 0:
			return fmt.Errorf("challenge: %s is not printable ASCII", p.name)
		}
	}
	return nil
}

// maxData is how many entries the opaque data of a challenge may have.
const maxData = 64

// EncodeData encodes the value of Opaque: base64url of canonical JSON with sorted keys.
// The strings must be printable ASCII.
func EncodeData(data map[string]string) (string, error) {
	for k, v := range data {
		if !printable(k) || !printable(v) {
			return "", errors.New("encode challenge data: a string is not printable ASCII")
		}
	}
	text, err := canonical(data)
	if err != nil {
		return "", fmt.Errorf("encode challenge data: %w", err)
	}
	return base64.RawURLEncoding.EncodeToString(text), nil
}

// Data decodes Opaque. It returns an error if that is not base64 of one JSON object with
// at most 64 strings.
func (c Challenge) Data() (map[string]string, error) {
	if c.Opaque == "" {
		return nil, nil
	}
	text, ok := x402.DecodeBase64(c.Opaque)
	if !ok {
		return nil, errors.New("challenge: opaque is not base64url")
	}
	members, err := readObject(text, "opaque")
	if err != nil {
		return nil, fmt.Errorf("challenge: %w", err)
	}
	data := make(map[string]string, len(members))
	for k := range members {
		if data[k], err = members.text(k); err != nil || len(members) > maxData {
			return nil, errors.New("challenge: opaque is not an object of strings")
		}
	}
	return data, nil
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < 0x20 || r > 0x7e }) < 0
}
