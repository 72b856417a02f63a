package proof

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// Curves of public keys, as a JWK names them.
const (
	curveEd25519   = "Ed25519"
	curveSecp256k1 = "secp256k1"
	curveP256      = "P-256"
)

// A PublicKey verifies signatures. Its curve decides the algorithm: the header of a JWS
// cannot choose another one for it.
type PublicKey struct {
	curve string
	ed    ed25519.PublicKey
	ec    *ecdsa.PublicKey // of secp256k1 or P-256
	point []byte           // ec, uncompressed: 4 ‖ x ‖ y
}

// algorithm returns the only algorithm that the key's signatures have.
func (k *PublicKey) algorithm() string {
	return map[string]string{curveEd25519: AlgEdDSA, curveSecp256k1: AlgES256K, curveP256: AlgES256}[k.curve]
}

// equal reports whether two keys are the same.
func (k *PublicKey) equal(other *PublicKey) bool {
	if k.curve != other.curve {
		return false
	}
	return k.ed != nil && k.ed.Equal(other.ed) || k.ec != nil && bytes.Equal(k.point, other.point)
}

// address returns the Ethereum account of a secp256k1 key.
func (k *PublicKey) address() (common.Address, bool) {
	if k.curve != curveSecp256k1 {
		return common.Address{}, false
	}
	return crypto.PubkeyToAddress(*k.ec), true
}

// verify returns an error unless the signature of the bytes is the key's. The algorithm
// must be that of the key.
//
// ES256K and ES256 signatures with a high s are accepted: signers that use OpenSSL make
// them half of the time, RFC 7518 and RFC 8812 allow it, and no identifier is made of the
// bytes of a signature.
func (k *PublicKey) verify(alg string, signed, sig []byte) error {
	if alg != k.algorithm() {
		return fmt.Errorf("the JWS is signed with %s, but the key is for %s", alg, k.algorithm())
	}
	if len(sig) != 64 {
		return wrong("signature", "64 bytes")
	}
	valid := false
	hash := sha256.Sum256(signed)
	switch k.curve {
	case curveEd25519:
		valid = ed25519.Verify(k.ed, signed, sig)
	case curveP256:
		valid = ecdsa.Verify(k.ec, hash[:], new(big.Int).SetBytes(sig[:32]), new(big.Int).SetBytes(sig[32:]))
	case curveSecp256k1:
		valid = crypto.VerifySignature(k.point, hash[:], lowS(sig))
	}
	if !valid {
		return errors.New("the signature is not the key's, or the content was changed")
	}
	return nil
}

// lowS returns r ‖ s with s in the lower half of secp256k1's order.
func lowS(sig []byte) []byte {
	order := crypto.S256().Params().N
	s := new(big.Int).SetBytes(sig[32:])
	if s.Cmp(new(big.Int).Rsh(order, 1)) <= 0 || s.Cmp(order) >= 0 {
		return sig
	}
	return append(append(make([]byte, 0, 64), sig[:32]...), new(big.Int).Sub(order, s).FillBytes(make([]byte, 32))...)
}

// jwk returns the key as a public JWK (RFC 7517, RFC 8037).
func (k *PublicKey) jwk() object {
	encode := base64.RawURLEncoding.EncodeToString
	if k.curve == curveEd25519 {
		return object{"kty": "OKP", "crv": k.curve, "x": encode(k.ed)}
	}
	return object{"kty": "EC", "crv": k.curve, "x": encode(k.point[1:33]), "y": encode(k.point[33:])}
}

// thumbprint returns the first 16 characters (96 bits) of the JWK's thumbprint (RFC 7638).
// It names the key in a document, so a name never moves to another key.
func (k *PublicKey) thumbprint() string {
	hash := sha256.Sum256(canonical(k.jwk()))
	return base64.RawURLEncoding.EncodeToString(hash[:])[:16]
}

// keyOf decodes a public JWK. The private member d is refused: a document that has one
// has leaked it.
func keyOf(jwk object) (*PublicKey, error) {
	if _, leaked := jwk["d"]; leaked {
		return nil, wrong("JWK", "a public key, without the private member d")
	}
	kty, err := jwk.need("kty", maxWord)
	if err != nil {
		return nil, err
	}
	crv, err := jwk.need("crv", maxWord)
	if err != nil {
		return nil, wrong("JWK", "a key of Ed25519, secp256k1 or P-256")
	}
	x, err := coordinate(jwk, "x")
	if err != nil {
		return nil, err
	}
	if kty == "OKP" && crv == curveEd25519 {
		return &PublicKey{curve: crv, ed: x}, nil
	}
	if kty != "EC" || crv != curveSecp256k1 && crv != curveP256 {
		return nil, wrong("JWK", "a key of Ed25519, secp256k1 or P-256")
	}
	y, err := coordinate(jwk, "y")
	if err != nil {
		return nil, err
	}
	return pointOf(crv, append(append([]byte{4}, x...), y...))
}

func coordinate(jwk object, name string) ([]byte, error) {
	s, err := jwk.need(name, maxWord)
	if err != nil {
		return nil, err
	}
	b, err := base64.RawURLEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != 32 {
		return nil, wrong(name, "32 bytes in base64url without padding")
	}
	return b, nil
}

// pointOf decodes a point of a curve: 65 bytes, or 33 if compressed. It refuses one that
// is not on the curve.
func pointOf(curve string, b []byte) (*PublicKey, error) {
	bad := wrong("key", "a point of "+curve)
	compressed := len(b) == 33
	if curve == curveSecp256k1 {
		decode := crypto.UnmarshalPubkey
		if compressed {
			decode = crypto.DecompressPubkey
		}
		k, err := decode(b)
		if err != nil {
			return nil, bad
		}
		return &PublicKey{curve: curve, ec: k, point: crypto.FromECDSAPub(k)}, nil
	}
	if compressed {
		x, y := elliptic.UnmarshalCompressed(elliptic.P256(), b)
		if x == nil {
			return nil, bad
		}
		b = append(append([]byte{4}, x.FillBytes(make([]byte, 32))...), y.FillBytes(make([]byte, 32))...)
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), b)
	if err != nil {
		return nil, bad
	}
	return &PublicKey{curve: curve, ec: k, point: b}, nil
}

// privateKey is one proof key: an account for EIP-712 and ES256K, and a key for EdDSA that
// is derived from it.
type privateKey struct {
	account *ecdsa.PrivateKey
	ed      ed25519.PrivateKey
}

func newPrivateKey(account *ecdsa.PrivateKey) *privateKey {
	return &privateKey{account, ed25519.NewKeyFromSeed(derive(account, "mint402 proof ed25519"))}
}

// DeriveKey returns the proof key of a server that has no own one, from another key of
// the server. It is one-way: that other key cannot be computed from the proof key.
func DeriveKey(from *ecdsa.PrivateKey) (*ecdsa.PrivateKey, error) {
	k, err := crypto.ToECDSA(derive(from, "mint402 proof"))
	if err != nil {
		return nil, fmt.Errorf("derive the proof key: %w", err) // one in 2^127 keys
	}
	return k, nil
}

func derive(from *ecdsa.PrivateKey, purpose string) []byte {
	mac := hmac.New(sha256.New, crypto.FromECDSA(from))
	mac.Write([]byte(purpose))
	return mac.Sum(nil)
}

func (k *privateKey) public(alg string) *PublicKey {
	if alg == AlgEdDSA {
		return &PublicKey{curve: curveEd25519, ed: k.ed.Public().(ed25519.PublicKey)}
	}
	return &PublicKey{curve: curveSecp256k1, ec: &k.account.PublicKey, point: crypto.FromECDSAPub(&k.account.PublicKey)}
}

func (k *privateKey) sign(alg string, data []byte) ([]byte, error) {
	if alg == AlgEdDSA {
		return ed25519.Sign(k.ed, data), nil
	}
	hash := sha256.Sum256(data)
	sig, err := crypto.Sign(hash[:], k.account) // deterministic (RFC 6979), with a low s
	if err != nil {
		return nil, fmt.Errorf("sign JWS: %w", err)
	}
	return sig[:64], nil
}
