package proof

import (
	"encoding/base64"
	"fmt"
	"math/big"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// A keyID is the DID URL that names the key of a JWS.
type keyID struct {
	method     string // "web", "key" or "jwk"
	identifier string // after the method
	fragment   string // without #; may be empty
}

// String returns the DID URL.
func (k keyID) String() string {
	if k.fragment == "" {
		return k.did()
	}
	return k.did() + "#" + k.fragment
}

func (k keyID) did() string { return "did:" + k.method + ":" + k.identifier }

func parseKid(kid string) (keyID, error) {
	did, fragment, _ := strings.Cut(kid, "#")
	parts := strings.SplitN(did, ":", 3)
	if len(kid) > maxKid || len(parts) != 3 || parts[0] != "did" || parts[2] == "" || strings.ContainsAny(kid, "?/\\ \t\r\n") {
		return keyID{}, wrong("kid", "a DID URL: did:web:host#key, did:key:z… or did:jwk:…")
	}
	k := keyID{parts[1], parts[2], fragment}
	if !slices.Contains([]string{"web", "key", "jwk"}, k.method) {
		return keyID{}, wrong("kid", "a DID of the method web, key or jwk")
	}
	return k, nil
}

// inline returns the key that a did:key or did:jwk contains.
func (k keyID) inline() (*PublicKey, error) {
	if k.method == "key" {
		return multibaseKey(k.identifier)
	}
	data, err := base64.RawURLEncoding.Strict().DecodeString(k.identifier)
	if err != nil {
		return nil, wrong("kid", "a JWK in base64url without padding after did:jwk:")
	}
	jwk, err := readObject("JWK", data, maxKid)
	if err != nil {
		return nil, err
	}
	return keyOf(jwk)
}

// host returns the host, with the port if it has one, and the path of a did:web. The path
// is "" for the DID of a whole host.
func (k keyID) host() (host, path string, err error) {
	parts := strings.Split(k.identifier, ":")
	for i := range parts {
		if parts[i], err = url.PathUnescape(parts[i]); err != nil || parts[i] == "" || parts[i] == "." || parts[i] == ".." || strings.ContainsAny(parts[i], "/\\?#@% ") {
			return "", "", wrong("kid", "a host and path segments after did:web:")
		}
	}
	u, err := url.Parse("https://" + parts[0])
	if err != nil || u.Host != parts[0] || u.Hostname() == "" {
		return "", "", wrong("kid", "a host after did:web:")
	}
	return parts[0], strings.Join(parts[1:], "/"), nil
}

// webDID returns the did:web of a host, with the port encoded.
func webDID(host string) string { return "did:web:" + strings.ReplaceAll(host, ":", "%3A") }

// sameHost compares hosts with ports: the default port of https or http is left out.
func sameHost(a, b string) bool {
	plain := func(h string) string {
		h = strings.ToLower(h)
		if host, port, err := net.SplitHostPort(h); err == nil && (port == "443" || port == "80") {
			return host
		}
		return h
	}
	return plain(a) == plain(b)
}

// Prefixes of did:key: varints of the multicodec table.
var multicodecs = []struct {
	prefix []byte
	curve  string
	size   int
}{
	{[]byte{0xed, 0x01}, curveEd25519, 32},
	{[]byte{0xe7, 0x01}, curveSecp256k1, 33},
	{[]byte{0x80, 0x24}, curveP256, 33},
}

func multibaseKey(s string) (*PublicKey, error) {
	bad := wrong("key", "z and a key of Ed25519, secp256k1 or P-256 in base58btc")
	if len(s) < 2 || len(s) > maxWord || s[0] != 'z' {
		return nil, bad
	}
	data, ok := base58(s[1:])
	if !ok {
		return nil, bad
	}
	for _, m := range multicodecs {
		if len(data) == len(m.prefix)+m.size && string(data[:len(m.prefix)]) == string(m.prefix) {
			if key := data[len(m.prefix):]; m.curve != curveEd25519 {
				return pointOf(m.curve, key)
			}
			return &PublicKey{curve: m.curve, ed: data[len(m.prefix):]}, nil
		}
	}
	return nil, bad
}

const base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// base58 decodes base58btc.
func base58(s string) ([]byte, bool) {
	n, radix := new(big.Int), big.NewInt(58)
	for i := range len(s) {
		digit := strings.IndexByte(base58Alphabet, s[i])
		if digit < 0 {
			return nil, false
		}
		n.Add(n.Mul(n, radix), big.NewInt(int64(digit)))
	}
	zeros := len(s) - len(strings.TrimLeft(s, "1"))
	return append(make([]byte, zeros), n.Bytes()...), true
}

// maxMethods is how many verification methods of a DID document are read.
const maxMethods = 64

// A document is a decoded DID document: the keys that a host publishes.
type document struct {
	id   string
	keys []publishedKey
}

// publishedKey is a verification method that may sign statements. It has a key or an
// account.
type publishedKey struct {
	id      string
	key     *PublicKey
	account common.Address // of blockchainAccountId; zero if it has a key
}

// readDocument decodes a DID document (https://www.w3.org/TR/did-core/). It must be about
// that DID. If it lists assertion methods, only those may sign. Methods of kinds that we do
// not know are ignored.
func readDocument(data []byte, did string) (*document, error) {
	o, err := readObject("DID document", data, maxFetched)
	if err != nil {
		return nil, err
	}
	d := &document{}
	if d.id, err = o.need("id", maxKid); err != nil {
		return nil, err
	}
	if d.id != did {
		return nil, fmt.Errorf("the document is about %.100q, not about %s", d.id, did)
	}
	methods, _ := o["verificationMethod"].([]any)
	allowed, restricted := o["assertionMethod"].([]any)
	for _, v := range allowed {
		if m, ok := v.(object); ok {
			methods = append(methods, m)
		}
	}
	if len(methods) > maxMethods {
		return nil, wrong("DID document", fmt.Sprintf("at most %d verification methods", maxMethods))
	}
	for _, v := range methods {
		m, ok := v.(object)
		if !ok {
			continue
		}
		if k, ok := publishedOf(m, did); ok && (!restricted || asserts(allowed, k.id, did)) {
			d.keys = append(d.keys, k)
		}
	}
	return d, nil
}

func publishedOf(m object, did string) (k publishedKey, ok bool) {
	id, err := m.need("id", maxKid)
	if err != nil {
		return k, false
	}
	k.id = absolute(id, did)
	if jwk, there := m["publicKeyJwk"].(object); there {
		k.key, err = keyOf(jwk)
		return k, err == nil
	}
	if s, there := m["publicKeyMultibase"].(string); there {
		k.key, err = multibaseKey(s)
		return k, err == nil
	}
	account, _, err := m.text("blockchainAccountId", maxAccount)
	if err != nil || !strings.HasPrefix(account, "eip155:") {
		return k, false
	}
	address := account[strings.LastIndexByte(account, ':')+1:]
	if !isAddress(address) {
		return k, false
	}
	k.account = common.HexToAddress(address)
	return k, true
}

func asserts(allowed []any, id, did string) bool {
	return slices.ContainsFunc(allowed, func(v any) bool {
		switch v := v.(type) {
		case string:
			return absolute(v, did) == id
		case object:
			s, _ := v["id"].(string)
			return absolute(s, did) == id
		}
		return false
	})
}

// absolute completes a relative DID URL, "#key".
func absolute(id, did string) string {
	if strings.HasPrefix(id, "#") {
		return did + id
	}
	return id
}

// key returns the key with an id. Without a fragment the document must have exactly one
// key of that algorithm.
func (d *document) key(id keyID, alg string) (*PublicKey, error) {
	var found *PublicKey
	for _, k := range d.keys {
		if k.key == nil || id.fragment != "" && k.id != id.String() || id.fragment == "" && k.key.algorithm() != alg {
			continue
		}
		if found != nil && !found.equal(k.key) {
			return nil, fmt.Errorf("%s has several keys for %s", d.id, alg)
		}
		found = k.key
	}
	if found == nil {
		return nil, fmt.Errorf("%s does not publish the key %s", d.id, id)
	}
	return found, nil
}

// publishes reports whether the document has that key, or that account.
func (d *document) publishes(key *PublicKey, account common.Address) bool {
	return slices.ContainsFunc(d.keys, func(k publishedKey) bool {
		if key != nil {
			return k.key != nil && k.key.equal(key)
		}
		if k.key == nil {
			return k.account == account
		}
		address, ok := k.key.address()
		return ok && address == account
	})
}
