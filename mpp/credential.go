package mpp

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/x402"
)

// MaxCredential bounds an encoded credential, in bytes. mppx's have about 1,600; the
// draft wants servers to take at least 4 KB.
const MaxCredential = x402.MaxHeader

// A Credential answers a challenge with a signed EIP-3009 authorization.
type Credential struct {
	Challenge     Challenge // the payer's copy
	Authorization x402.Authorization
	Signature     []byte // not empty, as x402.ParseSignature takes it
	Source        string // optional: did:pkh:eip155:<chain id>:<address> of the payer
}

// Payment returns the credential as the payment that it is in all protocols. The network
// is that of the challenge's request; the caller has compared the request with its own
// offer, since the payment has no other copy of the terms.
func (c Credential) Payment(chainID uint64) x402.Payment {
	return x402.Payment{Scheme: x402.SchemeExact, Network: x402.CAIP2(chainID), Authorization: c.Authorization, Signature: c.Signature}
}

// ChainID returns the chain of the challenge's request as the client sent it, or 0 if that cannot
// be read.
func (c Credential) ChainID() uint64 {
	charge, err := c.Challenge.Charge()
	if err != nil {
		return 0
	}
	return charge.ChainID
}

// FindCredential returns the credential of the scheme Payment in the values of an
// Authorization header, without the scheme's name. ok is false if there is none; other
// schemes are ignored. Two credentials are a *Error.
func FindCredential(values ...string) (credential string, ok bool, err error) {
	for _, value := range values {
		for element := range strings.SplitSeq(value, ",") {
			name, rest, _ := strings.Cut(strings.TrimSpace(element), " ")
			if !strings.EqualFold(name, Scheme) {
				continue
			}
			if ok {
				return "", true, &Error{MalformedCredential, "expected one credential of the scheme Payment"}
			}
			credential, ok = strings.TrimSpace(rest), true
		}
	}
	return credential, ok, nil
}

var (
	credentialKeys = []string{"challenge", "payload", "source"}
	challengeKeys  = []string{"id", "realm", "method", "intent", "request", "expires", "digest", "opaque", "description", "header"}
	payloadKeys    = []string{"type", "from", "to", "value", "validAfter", "validBefore", "nonce", "signature"}
)

// DecodeCredential decodes a credential: base64url of JSON, without the scheme's name.
// All errors are *Error, of MalformedCredential or MethodUnsupported.
//
// The payload has its eight keys and no others. Numbers, addresses and hashes have the
// forms of x402.DecodePayment. Unknown keys elsewhere are ignored.
func DecodeCredential(credential string) (Credential, error) {
	if credential == "" || len(credential) > MaxCredential {
		return Credential{}, &Error{MalformedCredential, "expected 1 to " + strconv.Itoa(MaxCredential) + " bytes"}
	}
	data, ok := x402.DecodeBase64(credential)
	if !ok {
		return Credential{}, &Error{MalformedCredential, "expected base64url of a JSON object"}
	}
	return DecodeCredentialJSON(data)
}

// DecodeCredentialJSON decodes a credential that is a JSON object, as calls over MCP
// carry it. All errors are *Error, as those of DecodeCredential.
func DecodeCredentialJSON(data []byte) (c Credential, err error) {
	if len(data) > MaxCredential {
		return Credential{}, &Error{MalformedCredential, "expected at most " + strconv.Itoa(MaxCredential) + " bytes"}
	}
	if err = c.decode(data); err == nil {
		return c, nil
	}
	var m *x402.MalformedError
	if errors.As(err, &m) {
		err = &Error{MalformedCredential, m.Field + ": expected " + m.Expected}
	}
	return Credential{}, err
}

func (c *Credential) decode(data []byte) error {
	m, err := readObject(data, "credential", credentialKeys...)
	if err != nil {
		return err
	}
	challenge, err := readMembers(m["challenge"], "challenge", challengeKeys...)
	if err != nil {
		return err
	}
	if err := c.Challenge.decode(challenge); err != nil {
		return err
	}
	if c.Source, err = m.text("source"); err != nil {
		return err
	}
	if c.Challenge.Method != MethodEVM || c.Challenge.Intent != IntentCharge {
		return &Error{MethodUnsupported, "the method is evm and the intent charge"}
	}
	payload, err := readMembers(m["payload"], "payload", payloadKeys...)
	if err != nil {
		return err
	}
	kind, err := payload.text("type")
	if err != nil {
		return err
	}
	if kind != TypeAuthorization {
		return &Error{MethodUnsupported, "the credential type is authorization"}
	}
	return c.decodePayload(payload)
}

// decode reads the copy of a challenge. Its request may be an object, as it is over MCP,
// and its opaque too, as old versions of mppx send it. Both are then encoded canonically,
// which gives the strings that were sent.
func (c *Challenge) decode(m members) error {
	for _, f := range [...]struct {
		key  string
		into *string
	}{{"id", &c.ID}, {"realm", &c.Realm}, {"method", &c.Method}, {"intent", &c.Intent}, {"expires", &c.Expires}, {"digest", &c.Digest}} {
		s, err := m.text(f.key)
		if err != nil {
			return err
		}
		*f.into = s
	}
	for _, f := range [...]struct {
		key  string
		into *string
	}{{"request", &c.Request}, {"opaque", &c.Opaque}} {
		raw := m[f.key]
		if len(raw) == 0 || raw[0] != '{' {
			s, err := m.text(f.key)
			if err != nil {
				return err
			}
			*f.into = s
			continue
		}
		text, err := recanonical(raw)
		if err != nil {
			return malformed("challenge."+f.key, "a string or an object")
		}
		*f.into = base64.RawURLEncoding.EncodeToString(text)
	}
	if err := c.check(); err != nil {
		return malformed("challenge", "id, realm, method, intent and request as they were sent")
	}
	return nil
}

// recanonical returns a JSON object with its keys sorted and its numbers as they are.
func recanonical(raw []byte) ([]byte, error) {
	d := json.NewDecoder(strings.NewReader(string(raw)))
	d.UseNumber()
	var v map[string]any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return canonical(v)
}

func (c *Credential) decodePayload(m members) (err error) {
	for key := range m {
		known := false
		for _, k := range payloadKeys {
			known = known || k == key
		}
		if !known {
			return malformed("payload", "no other keys than "+strings.Join(payloadKeys, ", "))
		}
	}
	a := &c.Authorization
	if a.From, err = m.address("from"); err != nil {
		return err
	}
	if a.To, err = m.address("to"); err != nil {
		return err
	}
	if a.Value, err = m.uint256("value"); err != nil {
		return err
	}
	if a.ValidAfter, err = m.uint256("validAfter"); err != nil {
		return err
	}
	if a.ValidBefore, err = m.uint256("validBefore"); err != nil {
		return err
	}
	nonce, err := m.text("nonce")
	var ok bool
	if a.Nonce, ok = x402.ParseHash(nonce); err != nil || !ok {
		return malformed("payload.nonce", "0x and 64 hex digits")
	}
	signature, err := m.text("signature")
	var expected string
	if c.Signature, expected = x402.ParseSignature(signature); err != nil || expected != "" {
		return malformed("payload.signature", cmp.Or(expected, "a text"))
	}
	return nil
}

// Verify checks the parts of a credential that a payment does not have: the nonce is that
// of the challenge, and the source, if there is one, is the payer on the chain. All errors
// are *Error of VerificationFailed.
func (c Credential) Verify(chainID uint64) error {
	if c.Authorization.Nonce != c.Challenge.Nonce() {
		return &Error{VerificationFailed, "the nonce is keccak256 of the challenge's id and realm"}
	}
	if c.Source != "" && !strings.EqualFold(c.Source, source(chainID, c.Authorization.From.Hex())) {
		return &Error{VerificationFailed, "the source is did:pkh:eip155:, the chain id and the payer"}
	}
	return nil
}

func source(chainID uint64, address string) string {
	return "did:pkh:" + x402.CAIP2(chainID) + ":" + address
}

type credentialJSON struct {
	Challenge challengeJSON `json:"challenge"`
	Payload   payloadJSON   `json:"payload"`
	Source    string        `json:"source,omitempty"`
}

type challengeJSON struct {
	ID      string `json:"id"`
	Realm   string `json:"realm"`
	Method  string `json:"method"`
	Intent  string `json:"intent"`
	Request any    `json:"request"`
	Expires string `json:"expires,omitempty"`
	Digest  string `json:"digest,omitempty"`
	Opaque  any    `json:"opaque,omitempty"`
}

type payloadJSON struct {
	Type        string        `json:"type"`
	From        string        `json:"from"`
	To          string        `json:"to"`
	Value       string        `json:"value"`
	ValidAfter  string        `json:"validAfter"`
	ValidBefore string        `json:"validBefore"`
	Nonce       string        `json:"nonce"`
	Signature   hexutil.Bytes `json:"signature"`
}

// JSON returns the credential as a JSON object, as calls over MCP carry it.
func (c Credential) JSON() ([]byte, error) {
	a := c.Authorization
	if a.Value == nil || a.ValidAfter == nil || a.ValidBefore == nil {
		return nil, errors.New("encode credential: the authorization has no value or no window")
	}
	ch := c.Challenge
	j := credentialJSON{
		Challenge: challengeJSON{ID: ch.ID, Realm: ch.Realm, Method: ch.Method, Intent: ch.Intent, Request: ch.Request, Expires: ch.Expires, Digest: ch.Digest},
		Payload: payloadJSON{TypeAuthorization, a.From.Hex(), a.To.Hex(), a.Value.String(), a.ValidAfter.String(), a.ValidBefore.String(),
			a.Nonce.Hex(), c.Signature},
		Source: c.Source,
	}
	if ch.Opaque != "" {
		j.Challenge.Opaque = ch.Opaque
	}
	text, err := canonical(j)
	if err != nil {
		return nil, fmt.Errorf("encode credential: %w", err)
	}
	return text, nil
}

// Encode returns the credential as the value of Authorization, with the scheme's name.
func (c Credential) Encode() (string, error) {
	text, err := c.JSON()
	if err != nil {
		return "", err
	}
	return Scheme + " " + base64.RawURLEncoding.EncodeToString(text), nil
}
