package mpp

import (
	"bytes"
	"crypto/rand"
	"encoding/base64"
)

// A Series makes challenges that differ only in the salt of their data, and so in their ids.
// All else is encoded once. Its methods may be called concurrently.
//
// Without a salt, two challenges of one second would be equal: a payer who buys twice would
// get the first order twice.
type Series struct {
	secret *Secret
	common Challenge // without an id and data
	// begin is the data up to the salt: in base64url as far as it has whole groups of 3 bytes,
	// and rest, the bytes after them.
	begin, rest []byte
	bound       []byte // what the ids bind, up to the end of begin
	params      []byte // the value of WWW-Authenticate, from behind the id to the end of begin
}

const (
	saltBytes = 12
	saltBatch = 32 * saltBytes // read from the system at once
)

// NewSeries returns a series of challenges with the parameters of c. Their data is a JSON
// object that begins with the given text. The salt is a string behind it, and ends it.
func (s *Secret) NewSeries(c Challenge, data string) *Series {
	data += `"`
	whole := len(data) - len(data)%3
	t := &Series{secret: s, begin: base64.RawURLEncoding.AppendEncode(nil, []byte(data[:whole])), rest: []byte(data[whole:])}
	c.ID, c.Opaque = "", string(t.begin)
	t.bound = c.appendBound(nil)
	_, params, _ := bytes.Cut(c.Append(nil), []byte(`id=""`))
	t.params = bytes.TrimSuffix(params, []byte(`"`)) // of opaque, which is the last parameter
	c.Opaque = ""
	t.common = c
	return t
}

// Append appends a new challenge as the value of WWW-Authenticate, and returns its id.
func (t *Series) Append(dst []byte) (value []byte, id [IDLength]byte) {
	b := t.secret.keys[0].Get().(*binder)
	defer t.secret.keys[0].Put(b)
	end := t.next(b)
	b.computeID(t.bound, end, &id)
	dst = append(append(append(dst, Scheme+` id="`...), id[:]...), '"')
	return append(append(append(dst, t.params...), end...), '"'), id
}

// Challenge returns a new challenge.
func (t *Series) Challenge() Challenge {
	b := t.secret.keys[0].Get().(*binder)
	defer t.secret.keys[0].Put(b)
	end := t.next(b)
	var id [IDLength]byte
	b.computeID(t.bound, end, &id)
	c := t.common
	c.ID, c.Opaque = string(id[:]), string(t.begin)+string(end)
	return c
}

// next returns the end of the data of a new challenge, as base64url.
func (t *Series) next(b *binder) []byte {
	if len(b.salts) < saltBytes {
		b.salts = b.batch[:]
		_, _ = rand.Read(b.salts) // crypto/rand does not fail
	}
	salt := b.salts[:saltBytes]
	b.salts = b.salts[saltBytes:]
	b.data = base64.RawURLEncoding.AppendEncode(append(b.data[:0], t.rest...), salt)
	b.data = append(b.data, `"}`...)
	b.end = base64.RawURLEncoding.AppendEncode(b.end[:0], b.data)
	return b.end
}
