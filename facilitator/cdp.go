package facilitator

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// Key is an API key of Coinbase's developer platform (CDP). It is never logged: its formats
// show only the id.
type Key struct {
	id     string
	secret crypto.Signer // ed25519.PrivateKey, or *ecdsa.PrivateKey on P-256
}

// tokenLife is how long a token is valid.
const tokenLife = 120 * time.Second

// maxKeyID is the maximum length of a key's id.
const maxKeyID = 200

// NewKey reads a key: its id, and its secret in one of the two forms that CDP gives out. For
// Ed25519 that is base64 of 64 bytes; for ES256 it is a PEM of an EC key; its line breaks
// may be written as \n. No error contains the secret.
func NewKey(id, secret string) (*Key, error) {
	id, secret = strings.TrimSpace(id), strings.TrimSpace(strings.ReplaceAll(secret, `\n`, "\n"))
	if id == "" || len(id) > maxKeyID || printable(id) != id {
		return nil, errors.New("the id of the CDP key is empty, too long, or has unprintable characters")
	}
	if block, _ := pem.Decode([]byte(secret)); block != nil {
		key, err := ecKey(block)
		if err != nil {
			return nil, err
		}
		return &Key{id, key}, nil
	}
	raw, err := base64.StdEncoding.DecodeString(secret)
	if err != nil || len(raw) != ed25519.PrivateKeySize {
		return nil, errors.New("the secret of the CDP key is neither base64 of 64 bytes (Ed25519) nor a PEM of an EC key (ES256)")
	}
	key := ed25519.NewKeyFromSeed(raw[:ed25519.SeedSize])
	if !key.Equal(ed25519.PrivateKey(raw)) {
		return nil, errors.New("the secret of the CDP key is damaged: its public half does not match")
	}
	return &Key{id, key}, nil
}

// ecKey reads an EC key on P-256, in SEC 1 or PKCS #8.
func ecKey(block *pem.Block) (*ecdsa.PrivateKey, error) {
	key, err := x509.ParseECPrivateKey(block.Bytes)
	if err != nil {
		other, _ := x509.ParsePKCS8PrivateKey(block.Bytes)
		key, _ = other.(*ecdsa.PrivateKey)
	}
	if key == nil || key.Curve != elliptic.P256() {
		return nil, errors.New("the secret of the CDP key is a PEM without an EC key on P-256")
	}
	return key, nil
}

// ReadKey reads a key from the JSON file that CDP's portal downloads: {"id", "privateKey"}, or
// "name" in place of "id".
func ReadKey(data []byte) (*Key, error) {
	var file struct{ ID, Name, PrivateKey string }
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, errors.New("the file of the CDP key is not the JSON that CDP's portal downloads") // the error may quote it
	}
	if file.ID == "" {
		file.ID = file.Name
	}
	return NewKey(file.ID, file.PrivateKey)
}

// String returns the key's id.
func (k *Key) String() string { return "CDP key " + k.id }

// GoString returns the key's id.
func (k *Key) GoString() string { return k.String() }

// Format writes the key's id, whatever the verb.
func (k *Key) Format(f fmt.State, _ rune) { fmt.Fprint(f, k.String()) }

// MarshalJSON returns the key's id.
func (k *Key) MarshalJSON() ([]byte, error) { return json.Marshal(k.String()) }

// Token returns a token for one request: of that method, to that host and path.
func (k *Key) Token(method, target string, now time.Time) (string, error) {
	nonce := make([]byte, 16)
	if _, err := rand.Read(nonce); err != nil {
		return "", err
	}
	alg := "EdDSA"
	if _, ec := k.secret.(*ecdsa.PrivateKey); ec {
		alg = "ES256"
	}
	head, err := segment(map[string]any{"alg": alg, "typ": "JWT", "kid": k.id, "nonce": hex.EncodeToString(nonce)})
	if err != nil {
		return "", err
	}
	claims, err := segment(map[string]any{"sub": k.id, "iss": "cdp", "aud": []string{"cdp_service"}, "nbf": now.Unix(), "iat": now.Unix(),
		"exp": now.Add(tokenLife).Unix(), "uris": []string{method + " " + target}})
	if err != nil {
		return "", err
	}
	signed := head + "." + claims
	signature, err := k.sign([]byte(signed))
	if err != nil {
		return "", errors.New("the CDP key cannot sign")
	}
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

// sign returns the signature of a token as JWTs carry it.
func (k *Key) sign(text []byte) ([]byte, error) {
	ec, isEC := k.secret.(*ecdsa.PrivateKey)
	if !isEC {
		return k.secret.Sign(rand.Reader, text, crypto.Hash(0))
	}
	digest := sha256.Sum256(text)
	var r, s *big.Int
	r, s, err := ecdsa.Sign(rand.Reader, ec, digest[:])
	if err != nil {
		return nil, err
	}
	raw := make([]byte, 64)
	r.FillBytes(raw[:32])
	s.FillBytes(raw[32:])
	return raw, nil
}

func segment(v any) (string, error) {
	text, err := json.Marshal(v)
	return base64.RawURLEncoding.EncodeToString(text), err
}
