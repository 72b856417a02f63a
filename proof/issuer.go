package proof

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"net/url"
	"time"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// A Style is the form of signature that an issuer makes.
type Style string

// The styles. All keys of an issuer are published for all of them, so a change of the
// style leaves earlier statements valid.
const (
	// StyleJWS signs with EdDSA (Ed25519), which browsers and all JOSE libraries verify.
	StyleJWS Style = "jws"
	// StyleES256K signs a JWS with the proof key's secp256k1 key.
	StyleES256K Style = "es256k"
	// StyleEIP712 signs typed data, for wallets and contracts. Its key has no name in the
	// statement: verifiers find the account in the server's DID document.
	StyleEIP712 Style = "eip712"
)

// Styles are the styles for the help and the errors of flags.
const Styles = "jws, es256k or eip712"

// An Issuer signs offers and receipts for one server. It is safe for concurrent use.
type Issuer struct {
	style Style
	host  string // with the port
	keys  []*privateKey
	did   string
	kid   string

	document []byte    // of Document
	keySet   []byte    // of KeySet
	own      *document // document, decoded
}

// NewIssuer returns an issuer for the server at an origin. The first key signs. The others
// signed before, and are still published, so that old statements verify. The origin's
// host, as did:web, names the keys.
func NewIssuer(style Style, origin string, keys ...*ecdsa.PrivateKey) (*Issuer, error) {
	u, err := url.Parse(origin)
	switch {
	case err != nil || u.Host == "":
		return nil, fmt.Errorf("proof: origin %q: expected scheme://host[:port]", origin)
	case len(keys) == 0:
		return nil, errors.New("proof: a key is needed")
	case style != StyleJWS && style != StyleES256K && style != StyleEIP712:
		return nil, fmt.Errorf("proof: style %q: expected "+Styles, style)
	}
	i := &Issuer{style: style, host: u.Host, did: webDID(u.Host)}
	for _, k := range keys {
		i.keys = append(i.keys, newPrivateKey(k))
	}
	i.kid = i.did + "#" + i.keys[0].public(i.algorithm()).thumbprint()
	i.document, i.keySet = i.makeDocument(), i.makeKeySet()
	if i.own, err = readDocument(i.document, i.did); err != nil {
		return nil, fmt.Errorf("proof: %w", err)
	}
	return i, nil
}

func (i *Issuer) algorithm() string {
	if i.style == StyleJWS {
		return AlgEdDSA
	}
	return AlgES256K
}

// Signer returns the DID URL of the key that signs, or the account for EIP-712.
func (i *Issuer) Signer() string {
	if i.style == StyleEIP712 {
		return crypto.PubkeyToAddress(i.keys[0].account.PublicKey).Hex()
	}
	return i.kid
}

// Offer signs one of a resource's requirements. Index is its place in the 402's accepts.
func (i *Issuer) Offer(resource string, r x402.Requirement, index int, until time.Time) (Signed, error) {
	s, err := i.sign(Statement{Offer: &Offer{ResourceURL: resource, Scheme: r.Scheme, Network: r.Network, Asset: r.Asset.Hex(), PayTo: r.PayTo.Hex(),
		Amount: r.Amount.String(), ValidUntil: until}})
	s.AcceptIndex = &index
	return s, err
}

// Receipt signs a receipt. The same receipt always gets the same signature.
func (i *Issuer) Receipt(r Receipt) (Signed, error) { return i.sign(Statement{Receipt: &r}) }

func (i *Issuer) sign(s Statement) (Signed, error) {
	if i.style == StyleEIP712 {
		return signEIP712(s, i.keys[0].account)
	}
	return signJWS(s, i.keys[0], i.algorithm(), i.kid)
}

// Offers returns the extension's object for a 402: {"info":{"version":1,"offers":[…]}}.
func Offers(offers ...Signed) map[string]any {
	return map[string]any{Extension: map[string]any{"info": map[string]any{"version": schemaVersion, "offers": offers}, "schema": schemaOf("offers", map[string]any{"type": "array"})}}
}

// Delivered returns the extension's object for the answer to a payment:
// {"info":{"version":1,"receipt":{…}}}.
func Delivered(receipt Signed) map[string]any {
	return map[string]any{Extension: map[string]any{"info": map[string]any{"version": schemaVersion, "receipt": receipt}, "schema": schemaOf("receipt", map[string]any{"type": "object"})}}
}

// schemaOf returns the JSON Schema of the extension's info. It is short, because clients
// echo extensions in the header of each payment.
func schemaOf(member string, of map[string]any) map[string]any {
	return map[string]any{"type": "object", "properties": map[string]any{"version": map[string]any{"const": schemaVersion}, member: of}, "required": []string{member}}
}

// Document returns the DID document for /.well-known/did.json: each key as Ed25519, as
// secp256k1 and as an account.
func (i *Issuer) Document() []byte { return i.document }

func (i *Issuer) makeDocument() []byte {
	methods, ids := []any{}, []any{}
	add := func(name, kind, member string, value any) {
		id := i.did + "#" + name
		methods = append(methods, object{"id": id, "type": kind, "controller": i.did, member: value})
		ids = append(ids, id)
	}
	for _, k := range i.keys {
		for _, alg := range []string{AlgEdDSA, AlgES256K} {
			p := k.public(alg)
			add(p.thumbprint(), "JsonWebKey2020", "publicKeyJwk", i.published(p, alg))
		}
		account := crypto.PubkeyToAddress(k.account.PublicKey).Hex()
		add(account, "EcdsaSecp256k1RecoveryMethod2020", "blockchainAccountId", "eip155:1:"+account)
	}
	return canonical(object{"@context": []any{"https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1", "https://w3id.org/security/suites/secp256k1recovery-2020/v2"},
		"id": i.did, "verificationMethod": methods, "assertionMethod": ids})
}

// KeySet returns the JWK set (RFC 7517) of the same keys for /.well-known/jwks.json.
func (i *Issuer) KeySet() []byte { return i.keySet }

func (i *Issuer) makeKeySet() []byte {
	keys := []any{}
	for _, k := range i.keys {
		for _, alg := range []string{AlgEdDSA, AlgES256K} {
			keys = append(keys, i.published(k.public(alg), alg))
		}
	}
	return canonical(object{"keys": keys})
}

func (i *Issuer) published(p *PublicKey, alg string) object {
	jwk := p.jwk()
	jwk["kid"], jwk["alg"], jwk["use"] = i.did+"#"+p.thumbprint(), alg, "sig"
	return jwk
}
