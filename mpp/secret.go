package mpp

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"hash"
	"strings"
	"sync"
)

// IDLength is the number of characters of an id: base64url of 32 bytes. Because it is
// fixed, no two pairs of id and realm have the same nonce.
const IDLength = 43

// minSecret is the minimum number of bytes of a secret.
const minSecret = 32

// A Secret makes ids of challenges and recognizes them. It keeps no challenge: an id is
// an HMAC-SHA256 of the other parameters. Its methods may be called concurrently.
type Secret struct {
	keys []*sync.Pool // of *binder; the first one makes the ids
}

// A binder computes ids with one key. It keeps salts that were not used yet.
type binder struct {
	mac       hash.Hash
	salts     []byte // of batch
	batch     [saltBatch]byte
	sum       [sha256.Size]byte // a buffer
	data, end []byte            // buffers of Series
}

// NewSecret returns a Secret that makes ids with the first key and recognizes ids of all.
// Each key has at least 32 bytes. To replace a key without refusing challenges that are
// open, put the new one first and keep the old one until the last of them has expired.
func NewSecret(keys ...[]byte) (*Secret, error) {
	if len(keys) == 0 {
		return nil, errors.New("challenge secret: a key is needed")
	}
	s := &Secret{}
	for _, k := range keys {
		if len(k) < minSecret {
			return nil, errors.New("challenge secret: a key has less than 32 bytes")
		}
		k = append([]byte(nil), k...)
		s.keys = append(s.keys, &sync.Pool{New: func() any { return &binder{mac: hmac.New(sha256.New, k)} }})
	}
	return s, nil
}

// Bind sets the id of a challenge.
func (s *Secret) Bind(c *Challenge) {
	var id [IDLength]byte
	b := s.keys[0].Get().(*binder)
	defer s.keys[0].Put(b)
	b.computeID(c.appendBound(nil), nil, &id)
	c.ID = string(id[:])
}

// Made reports whether the id of a challenge was made by one of the keys, for exactly
// the challenge's other parameters.
func (s *Secret) Made(c Challenge) bool {
	// The id covers the parameters joined by "|". If one of them had a "|", other parameters
	// could give the same text.
	for _, p := range c.bound() {
		if strings.Contains(p, "|") {
			return false
		}
	}
	made, bound := false, c.appendBound(nil)
	for _, key := range s.keys {
		var id [IDLength]byte
		b := key.Get().(*binder)
		b.computeID(bound, nil, &id)
		key.Put(b)
		made = made || hmac.Equal(id[:], []byte(c.ID))
	}
	return made
}

// bound returns the parameters that the id binds, in order. Absent ones are empty; request
// and opaque are as on the wire.
func (c Challenge) bound() [7]string {
	return [...]string{c.Realm, c.Method, c.Intent, c.Request, c.Expires, c.Digest, c.Opaque}
}

// appendBound appends realm|method|intent|request|expires|digest|opaque.
func (c Challenge) appendBound(dst []byte) []byte {
	for i, p := range c.bound() {
		if i > 0 {
			dst = append(dst, '|')
		}
		dst = append(dst, p...)
	}
	return dst
}

// computeID computes base64url(HMAC-SHA256(key, text)). The text is in two parts.
func (b *binder) computeID(begin, end []byte, id *[IDLength]byte) {
	b.mac.Reset()
	b.mac.Write(begin)
	b.mac.Write(end)
	base64.RawURLEncoding.Encode(id[:], b.mac.Sum(b.sum[:0]))
}
