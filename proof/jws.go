package proof

import (
	"encoding/base64"
	"slices"
	"strings"
)

// Algorithms of a JWS (RFC 7518, RFC 8037, RFC 8812). There are no others: "none" and the
// symmetric ones (HS256) would let anybody sign who knows the public key.
const (
	AlgEdDSA  = "EdDSA"
	AlgES256K = "ES256K"
	AlgES256  = "ES256"
)

// maxKid is how many bytes a DID URL may have. One of did:jwk contains a whole key.
const maxKid = 1024

// jws is a decoded compact JWS that is not verified.
type jws struct {
	alg       string
	kid       string
	statement Statement
	signed    string // header.payload, as it was signed
	signature []byte
}

// parseJWS decodes a compact JWS. The header may have alg, kid, typ and cty. It must not
// have crit, b64 (RFC 7797) or a key of its own (jwk, jku, x5c …): the key is the one that
// kid names, which can be compared with the host of the resource.
func parseJWS(compact string) (*jws, error) {
	parts := strings.Split(compact, ".")
	if len(compact) > maxJWS || len(parts) != 3 {
		return nil, wrong("signature", "a compact JWS: header.payload.signature, at most 8 KiB")
	}
	var decoded [3][]byte
	for i, part := range parts {
		var err error
		if decoded[i], err = base64.RawURLEncoding.Strict().DecodeString(part); err != nil || part == "" || strings.ContainsAny(part, "\r\n") {
			return nil, wrong("signature", "a compact JWS in base64url without padding")
		}
	}
	header, err := readObject("JWS header", decoded[0], maxJWS)
	if err != nil {
		return nil, err
	}
	for key := range header {
		if !slices.Contains([]string{"alg", "kid", "typ", "cty"}, key) {
			return nil, wrong("JWS header", "the members alg, kid, typ and cty only")
		}
	}
	j := &jws{signed: parts[0] + "." + parts[1], signature: decoded[2]}
	if j.alg, err = header.need("alg", maxWord); err != nil {
		return nil, err
	}
	if !slices.Contains([]string{AlgEdDSA, AlgES256K, AlgES256}, j.alg) {
		return nil, wrong("alg", "EdDSA, ES256K or ES256")
	}
	if j.kid, err = header.need("kid", maxKid); err != nil {
		return nil, err
	}
	payload, err := readObject("JWS payload", decoded[1], maxJWS)
	if err != nil {
		return nil, err
	}
	j.statement, err = statementOf(payload, false)
	return j, err
}

// signJWS signs a statement. The payload is canonical JSON (RFC 8785).
func signJWS(s Statement, k *privateKey, alg, kid string) (Signed, error) {
	encode := base64.RawURLEncoding.EncodeToString
	signed := encode(canonical(object{"alg": alg, "kid": kid})) + "." + encode(canonical(s.Payload()))
	sig, err := k.sign(alg, []byte(signed))
	if err != nil {
		return Signed{}, err
	}
	return Signed{Format: FormatJWS, Signature: signed + "." + encode(sig)}, nil
}
