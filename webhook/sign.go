package webhook

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// secretPrefix begins a secret in text, as Standard Webhooks defines it; the rest is its
// base64.
const secretPrefix = "whsec_"

// Bounds of a secret, in bytes, of Standard Webhooks 1.0.0.
const minSecret, maxSecret = 24, 64

// Secret is the key with which an endpoint's requests are signed. It never appears in
// logs: String and GoString hide it.
type Secret struct{ key []byte }

// NewSecret returns a random secret of 32 bytes.
func NewSecret() Secret {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails, since Go 1.24
	return Secret{key}
}

// ParseSecret reads a secret: whsec_ and the base64 of 24 to 64 bytes.
func ParseSecret(text string) (Secret, error) {
	encoded, ok := strings.CutPrefix(text, secretPrefix)
	if !ok {
		return Secret{}, errors.New("expected whsec_ and base64")
	}
	key, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return Secret{}, errors.New("expected base64 after whsec_")
	}
	if len(key) < minSecret || len(key) > maxSecret {
		return Secret{}, fmt.Errorf("it has %d bytes; expected %d to %d", len(key), minSecret, maxSecret)
	}
	return Secret{key}, nil
}

// Text returns the secret as ParseSecret reads it.
func (s Secret) Text() string { return secretPrefix + base64.StdEncoding.EncodeToString(s.key) }

// String hides the secret.
func (s Secret) String() string { return secretPrefix + "…" }

// GoString hides the secret.
func (s Secret) GoString() string { return s.String() }

// sign returns the value of webhook-signature: for each secret, v1 and the HMAC-SHA256 of
// "id.timestamp.body". A receiver accepts the request if one of them is right, so during
// a rotation both secrets sign.
func sign(secrets []Secret, id string, at time.Time, body []byte) string {
	var all []string
	for _, s := range secrets {
		mac := hmac.New(sha256.New, s.key)
		fmt.Fprintf(mac, "%s.%d.", id, at.Unix())
		mac.Write(body)
		all = append(all, "v1,"+base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	}
	return strings.Join(all, " ")
}
