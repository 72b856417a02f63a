package x402

import (
	"math/big"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// MaxSignature bounds a payment's signature, in bytes. A passkey's has about 700, that
// of a wallet with ten owners 650; this is twice that. Each byte takes space in a batch
// from other payments.
const MaxSignature = 1536

// A Payment is a decoded payment, in one form for both protocol versions. It is decoded
// but not verified: see Requirement.Check.
type Payment struct {
	Version       int // 1 or 2: how to answer
	Scheme        string
	Network       string       // CAIP-2; "v1:" and the payer's text for an unknown name of version 1
	Accepted      *Requirement // the payer's copy of our entry; version 2 only
	Authorization Authorization
	Signature     []byte // not empty, as ParseSignature takes it; 65 bytes from a plain account

	// Keys are the payer's own names for the purchase, at most [MaxKeys] of at most
	// [MaxKeyLength] bytes: the id of the extension payment-identifier, if the payment has
	// one, and what the transport adds, such as an Idempotency-Key. A payer never pays
	// twice under one key.
	Keys []string
}

// A MalformedError means that a payment header cannot be decoded at all. A new
// signature would not help, so the answer is 400.
type MalformedError struct {
	Field    string // "payload.authorization.nonce"; "payment" for the header as a whole
	Expected string // "0x and 64 hex digits"

	ambiguous bool // less strict decoders may disagree on the content
}

func (e *MalformedError) Error() string {
	return "malformed payment: " + e.Field + ": expected " + e.Expected
}

func malformed(field, expected string) error {
	return &MalformedError{Field: field, Expected: expected}
}

// twofold returns a MalformedError for input that another decoder may read differently.
func twofold(field, expected string) error {
	return &MalformedError{Field: field, Expected: expected, ambiguous: true}
}

// DecodePayment decodes the value of a PAYMENT-SIGNATURE or X-PAYMENT header. The
// version comes from the payment's own x402Version. All errors are *MalformedError.
//
// It accepts base64 in any of its four alphabets, at most MaxHeader bytes. Keys are
// case-sensitive. An object must not contain a key twice, nor two keys that differ only
// by case. The authorization has its six keys and no others. Integers are decimal
// strings of a uint256 without sign or leading zero, addresses 0x and 40 hex digits of
// either case, the payment nonce 0x and 64.
func DecodePayment(header string) (Payment, error) {
	if header == "" || len(header) > MaxHeader {
		return Payment{}, malformed("payment", "1 to "+strconv.Itoa(MaxHeader)+" bytes")
	}
	r := readers.Get().(*reader)
	defer r.done()
	var ok bool
	if r.decoded, ok = appendBase64(r.decoded[:0], header); !ok {
		return Payment{}, malformed("payment", "base64 of a JSON object")
	}
	r.data = r.decoded
	return r.payment()
}

// ParsePayment decodes the JSON of a payment, as DecodePayment does, for transports that
// carry it without base64. It may have at most MaxHeader bytes.
func ParsePayment(data []byte) (Payment, error) {
	if len(data) > MaxHeader {
		return Payment{}, malformed("payment", "at most "+strconv.Itoa(MaxHeader)+" bytes")
	}
	r := readers.Get().(*reader)
	defer r.done()
	r.data = data
	return r.payment()
}

// payment reads a document that is a payment, which keeps nothing of it.
func (r *reader) payment() (Payment, error) {
	var e envelope
	if err := e.read(r); err != nil {
		return Payment{}, err
	}
	if !r.end() {
		return Payment{}, malformed("payment", "one JSON object and nothing after it")
	}
	switch e.version {
	case "1":
		return e.v1()
	case "2":
		return e.v2()
	}
	return Payment{}, malformed("x402Version", "the number 1 or 2")
}

// An envelope is the raw JSON of a payment, before its version is known.
type envelope struct {
	version         string
	scheme, network *string
	accepted        *Requirement
	payload         *payload
	keys            []string
}

type payload struct {
	signature     []byte
	authorization *Authorization
}

var (
	envelopeKeys      = []string{"x402Version", "scheme", "network", "accepted", "payload", "resource", "extensions"}
	acceptedKeys      = []string{"scheme", "network", "amount", "asset", "payTo", "maxTimeoutSeconds", "extra"}
	extraKeys         = []string{"name", "version", "paymentFlow", "assetTransferMethod", "primaryType"}
	payloadKeys       = []string{"signature", "authorization"}
	authorizationKeys = []string{"from", "to", "value", "validAfter", "validBefore", "nonce"}
)

func (e envelope) v2() (Payment, error) {
	if e.accepted == nil {
		return Payment{}, malformed("accepted", "the accepts entry that is paid")
	}
	if e.payload == nil {
		return Payment{}, malformed("payload", "a JSON object")
	}
	return Payment{
		Version:       2,
		Scheme:        e.accepted.Scheme,
		Network:       e.accepted.Network,
		Accepted:      e.accepted,
		Authorization: *e.payload.authorization,
		Signature:     e.payload.signature,
		Keys:          e.keys,
	}, nil
}

func (e *envelope) read(r *reader) error {
	return r.object("payment", envelopeKeys, func(key []byte) (err error) {
		switch string(key) {
		case "x402Version":
			text, ok := r.number()
			if !ok {
				return malformed("x402Version", "the number 1 or 2")
			}
			e.version = string(text)
		case "scheme":
			e.scheme = new(string)
			*e.scheme, err = r.text("scheme")
		case "network":
			e.network = new(string)
			*e.network, err = r.text("network")
		case "accepted":
			e.accepted, err = r.accepted(false)
		case "payload":
			e.payload, err = r.payload()
		case "extensions":
			e.keys, err = r.identifier()
		default: // the resource is an echo; only our own counts
			err = r.skip("payment")
		}
		return err
	})
}

// text reads a short string, copied out of the header.
func (r *reader) text(field string) (string, error) {
	text, ok := r.string()
	if !ok || len(text) > maxText {
		return "", malformed(field, textForm)
	}
	return string(text), nil
}

// maxText bounds a short string, in bytes.
const maxText = 256

const textForm = "a string of at most 256 bytes"

func (r *reader) uint256(field ...string) (*big.Int, error) {
	if text, ok := r.string(); ok {
		if n, ok := parseUint256(text); ok {
			return n, nil
		}
	}
	return nil, malformed(strings.Join(field, "."), "a uint256 as a decimal string, without sign or leading zero")
}

func (r *reader) address(field ...string) (common.Address, error) {
	if text, ok := r.string(); ok {
		if a, ok := parseAddress(text); ok {
			return a, nil
		}
	}
	return common.Address{}, malformed(strings.Join(field, "."), "0x and 40 hex digits")
}

func (r *reader) payload() (*payload, error) {
	var p payload
	err := r.object("payload", payloadKeys, func(key []byte) (err error) {
		switch string(key) {
		case "signature":
			p.signature, err = r.signature()
		case "authorization":
			var a Authorization
			a, err = r.authorization("payload.authorization")
			p.authorization = &a
		default:
			err = r.skip("payload")
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if p.authorization == nil {
		return nil, malformed("payload.authorization", "an EIP-3009 authorization")
	}
	if p.signature == nil {
		return nil, malformed("payload.signature", "0x and an even number of hex digits")
	}
	return &p, nil
}

func (r *reader) signature() ([]byte, error) {
	text, _ := r.string()
	sig, expected := parseSignature(text)
	if expected != "" {
		return nil, malformed("payload.signature", expected)
	}
	return sig, nil
}

func (r *reader) authorization(field string) (Authorization, error) {
	var a Authorization
	var have int
	err := r.object(field, authorizationKeys, func(key []byte) (err error) {
		switch string(key) {
		case "from":
			a.From, err = r.address(field, "from")
		case "to":
			a.To, err = r.address(field, "to")
		case "value":
			a.Value, err = r.uint256(field, "value")
		case "validAfter":
			a.ValidAfter, err = r.uint256(field, "validAfter")
		case "validBefore":
			a.ValidBefore, err = r.uint256(field, "validBefore")
		case "nonce":
			text, ok := r.string()
			if ok {
				a.Nonce, ok = parseHash(text)
			}
			if !ok {
				err = malformed(field+".nonce", "0x and 64 hex digits")
			}
		default:
			return malformed(field, "no other keys than from, to, value, validAfter, validBefore and nonce")
		}
		have++
		return err
	})
	if err == nil && have != len(authorizationKeys) {
		err = malformed(field, "from, to, value, validAfter, validBefore and nonce")
	}
	return a, err
}

// decodeAuthorization decodes an authorization that is a whole JSON document.
func decodeAuthorization(data []byte) (Authorization, error) {
	r := reader{data: data}
	a, err := r.authorization("authorization")
	if err == nil && !r.end() {
		err = malformed("authorization", "one JSON object and nothing after it")
	}
	return a, err
}
