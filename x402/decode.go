package x402

import (
	"math/big"
	"strconv"

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
	Signature     []byte // not empty, at most MaxSignature; 65 bytes from a plain account

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
	data, ok := decodeBase64(header)
	if !ok {
		return Payment{}, malformed("payment", "base64 of a JSON object")
	}
	return ParsePayment(data)
}

// ParsePayment decodes the JSON of a payment, as DecodePayment does, for transports that
// carry it without base64. It may have at most MaxHeader bytes.
func ParsePayment(data []byte) (Payment, error) {
	if len(data) > MaxHeader {
		return Payment{}, malformed("payment", "at most "+strconv.Itoa(MaxHeader)+" bytes")
	}
	r := reader{data: data}
	var e envelope
	if err := e.read(&r); err != nil {
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
			e.scheme, err = r.text("scheme")
		case "network":
			e.network, err = r.text("network")
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
func (r *reader) text(field string) (*string, error) {
	text, ok := r.string()
	if !ok || len(text) > 256 {
		return nil, malformed(field, "a string of at most 256 bytes")
	}
	s := string(text)
	return &s, nil
}

func (r *reader) uint256(field string) (*big.Int, error) {
	if text, ok := r.string(); ok && len(text) <= maxDecimalDigits {
		if n, ok := parseUint256(string(text)); ok {
			return n, nil
		}
	}
	return nil, malformed(field, "a uint256 as a decimal string, without sign or leading zero")
}

func (r *reader) address(field string) (common.Address, error) {
	if text, ok := r.string(); ok && len(text) == 42 {
		if a, ok := parseAddress(string(text)); ok {
			return a, nil
		}
	}
	return common.Address{}, malformed(field, "0x and 40 hex digits")
}

// accepted reads an accepts entry: strictly from a 402, which its reader is going to sign,
// and leniently from a payment. The payer's signature binds network, asset, recipient and
// amount. It binds nothing else in the echo, so the rest is ignored there, even if it is
// null, missing or of another type: typed clients drop or change what they do not know.
func (r *reader) accepted(strict bool) (*Requirement, error) {
	var a Requirement
	var have int
	err := r.object("accepted", acceptedKeys, func(key []byte) (err error) {
		field := "accepted." + string(key)
		var s *string
		switch string(key) {
		case "scheme":
			if s, err = r.text(field); err == nil {
				a.Scheme = *s
			}
		case "network":
			if s, err = r.text(field); err == nil {
				a.Network = *s
			}
		case "amount":
			a.Amount, err = r.uint256(field)
		case "asset":
			a.Asset, err = r.address(field)
		case "payTo":
			a.PayTo, err = r.address(field)
		case "maxTimeoutSeconds":
			if !strict {
				return r.skip(field)
			}
			text, ok := r.number()
			if !ok {
				return malformed(field, "a number")
			}
			a.MaxTimeoutSeconds, _ = strconv.Atoi(string(text)) // 0, which the caller refuses
			return nil
		case "extra":
			if !strict {
				return r.echoedExtra(&a.Extra)
			}
			return r.extra(&a.Extra)
		default:
			return r.skip("accepted")
		}
		have++
		return err
	})
	if err != nil {
		return nil, err
	}
	if have != 5 {
		return nil, malformed("accepted", "scheme, network, amount, asset and payTo")
	}
	return &a, nil
}

// seconds reads a timeout, a whole number above 0.
func (r *reader) seconds(field string) (int, error) {
	if text, ok := r.number(); ok {
		if n, err := strconv.Atoi(string(text)); err == nil && n > 0 {
			return n, nil
		}
	}
	return 0, malformed(field, "a whole number of seconds above 0")
}

// echoedExtra reads the extra of an echo if it has the expected form, and ignores it
// otherwise. It only explains why a signature is wrong.
func (r *reader) echoedExtra(x *Extra) error {
	data, err := r.raw("accepted.extra")
	if err != nil || data == nil {
		return err
	}
	var read Extra
	if err := (&reader{data: data}).extra(&read); err == nil {
		*x = read
	}
	return nil
}

// extra reads the keys that a server may have declared; there may be others.
func (r *reader) extra(x *Extra) error {
	return r.object("accepted.extra", extraKeys, func(key []byte) error {
		var into *string
		switch string(key) {
		case "name":
			into = &x.Name
		case "version":
			into = &x.Version
		case "paymentFlow":
			into = &x.PaymentFlow
		case "assetTransferMethod":
			into = &x.AssetTransferMethod
		case "primaryType":
			into = &x.PrimaryType
		default:
			return r.skip("accepted.extra")
		}
		s, err := r.text("accepted.extra." + string(key))
		if err == nil {
			*into = *s
		}
		return err
	})
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
	text, ok := r.string()
	if ok && len(text) > 2+2*MaxSignature {
		return nil, malformed("payload.signature", "at most "+strconv.Itoa(MaxSignature)+" bytes")
	}
	if ok && len(text) > 2 && text[0] == '0' && text[1] == 'x' && len(text)%2 == 0 {
		sig := make([]byte, len(text)/2-1)
		if decodeHex(sig, string(text[2:])) {
			return sig, nil
		}
	}
	return nil, malformed("payload.signature", "0x and an even number of hex digits")
}

func (r *reader) authorization(field string) (Authorization, error) {
	var a Authorization
	var have int
	err := r.object(field, authorizationKeys, func(key []byte) (err error) {
		at := field + "." + string(key)
		switch string(key) {
		case "from":
			a.From, err = r.address(at)
		case "to":
			a.To, err = r.address(at)
		case "value":
			a.Value, err = r.uint256(at)
		case "validAfter":
			a.ValidAfter, err = r.uint256(at)
		case "validBefore":
			a.ValidBefore, err = r.uint256(at)
		case "nonce":
			text, ok := r.string()
			if ok && len(text) == 66 {
				a.Nonce, ok = parseHash(string(text))
			} else {
				ok = false
			}
			if !ok {
				err = malformed(at, "0x and 64 hex digits")
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
