package x402

import (
	"bytes"
	"sync"
)

// Limits on the JSON of a payment, and of a 402. With MaxHeader they keep the worst
// header cheap: no tree is built, and keys are compared only within one object.
const (
	maxDepth   = 32
	maxMembers = 64  // keys of one object
	maxKey     = 256 // bytes of one key
)

// A reader walks one JSON document (RFC 8259) once, from start to end, without building
// a tree. It is stricter than encoding/json, which ignores the case of keys and lets
// the last duplicate win. Here no object may have two keys that are equal, or that a
// decoder of names in ASCII could take for one (their case, U+017F and U+212A), text must
// be valid UTF-8 with paired surrogates, and depth and the number of keys are bounded.
type reader struct {
	data  []byte
	at    int
	depth int

	// The folded keys of the objects being read, outermost first.
	keys    []keyRef
	keyText []byte
	open    []container // of skip, outermost first

	decoded []byte // a buffer for data that was in base64
}

// readers are for payments, which are read many times a second.
var readers = sync.Pool{New: func() any { return new(reader) }}

// maxKept is how many bytes of a buffer are kept for the next payment.
const maxKept = 4 << 10

// done returns a reader to the pool.
func (r *reader) done() {
	if cap(r.decoded)+cap(r.keyText) <= maxKept {
		*r = reader{keys: r.keys[:0], keyText: r.keyText[:0], open: r.open[:0], decoded: r.decoded[:0]}
		readers.Put(r)
	}
}

type keyRef struct {
	hash       uint32
	start, end int // in keyText
}

func (r *reader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\t', '\n', '\r':
			r.at++
		default:
			return
		}
	}
}

// take consumes c if it is the next character after white space.
func (r *reader) take(c byte) bool {
	r.space()
	if r.at < len(r.data) && r.data[r.at] == c {
		r.at++
		return true
	}
	return false
}

// object reads an object and calls member for each key; member must consume the value.
// Keys are passed unescaped. The field is the object's name in errors. known lists the
// keys that have a meaning in it; these are accepted in no other case.
func (r *reader) object(field string, known []string, member func(key []byte) error) error {
	if !r.take('{') {
		return malformed(field, "a JSON object")
	}
	if r.depth++; r.depth > maxDepth {
		return malformed(field, "JSON nested no deeper than 32")
	}
	outerKeys, outerText := len(r.keys), len(r.keyText)
	for first := true; !r.take('}'); first = false {
		if !first && !r.take(',') {
			return malformed(field, "a comma or the end of the object")
		}
		key, err := r.key(field, known, outerKeys)
		if err == nil {
			err = member(key)
		}
		if err != nil {
			return err
		}
	}
	r.keys, r.keyText = r.keys[:outerKeys], r.keyText[:outerText]
	r.depth--
	return nil
}

// key reads a key and its colon. outer is how many keys the objects around this one have.
func (r *reader) key(field string, known []string, outer int) ([]byte, error) {
	key, ok := r.string()
	if !ok || len(key) > maxKey || !r.take(':') {
		return nil, malformed(field, "a key of at most 256 bytes in quotes and a colon")
	}
	if len(r.keys)-outer == maxMembers {
		return nil, malformed(field, "no more than 64 keys in an object")
	}
	folded, ok := r.claim(key, outer)
	if !ok {
		return nil, twofold(field, "each key once, in one spelling")
	}
	if misspelt(key, folded, known) {
		return nil, twofold(field, "keys in the case the protocol gives them")
	}
	return key, nil
}

// claim adds a key to those of the current object, and returns it folded. It returns false
// if the object has an equal key already, ignoring case.
func (r *reader) claim(key []byte, outer int) (text []byte, ok bool) {
	start := len(r.keyText)
	r.keyText = appendFolded(r.keyText, key)
	text = r.keyText[start:]
	hash := uint32(2166136261)
	for _, b := range text {
		hash = (hash ^ uint32(b)) * 16777619
	}
	for _, k := range r.keys[outer:] {
		if k.hash == hash && string(r.keyText[k.start:k.end]) == string(text) {
			return nil, false
		}
	}
	r.keys = append(r.keys, keyRef{hash, start, len(r.keyText)})
	return text, true
}

// misspelt reports whether the key is a known one in another case. The known keys are ASCII.
func misspelt(key, folded []byte, known []string) bool {
	for _, k := range known {
		if len(k) == len(folded) && string(key) != k && foldsTo(k, folded) {
			return true
		}
	}
	return false
}

// foldsTo reports whether a text of ASCII, of the same length, is folded to the given one.
func foldsTo(s string, folded []byte) bool {
	for i := range len(s) {
		c := s[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		if c != folded[i] {
			return false
		}
	}
	return true
}

// appendFolded appends the key in upper case: the ASCII letters, and the two other
// characters that Unicode folds to one of them, the long s and the Kelvin sign. A
// reader that ignores case, such as encoding/json, accepts "ſignature" for "signature".
// The keys of the protocol have no other letters.
func appendFolded(dst, key []byte) []byte {
	for i := 0; i < len(key); i++ {
		c := key[i]
		switch {
		case 'a' <= c && c <= 'z':
			c -= 'a' - 'A'
		case c == longS[0] && bytes.HasPrefix(key[i:], []byte(longS)):
			c, i = 'S', i+len(longS)-1
		case c == kelvin[0] && bytes.HasPrefix(key[i:], []byte(kelvin)):
			c, i = 'K', i+len(kelvin)-1
		}
		dst = append(dst, c)
	}
	return dst
}

const longS, kelvin = "\u017f", "\u212a"

// container is an object or an array that skip is in.
type container struct {
	array         bool
	keys, keyText int // what the reader had of them before it
}

// skip reads any value and discards it. It does not call itself, so that what a payer nests takes
// no stack of the thousands of requests that may wait afterwards.
func (r *reader) skip(field string) error {
	bottom := len(r.open)
	for {
		r.space()
		begun := r.at < len(r.data) && (r.data[r.at] == '{' || r.data[r.at] == '[')
		if begun {
			if r.depth++; r.depth > maxDepth {
				return malformed(field, "JSON nested no deeper than 32")
			}
			r.open = append(r.open, container{r.data[r.at] == '[', len(r.keys), len(r.keyText)})
			r.at++
		} else if err := skipScalar(r, field); err != nil {
			return err
		}
		in, err := r.leave(field, bottom, begun)
		if err != nil || in == nil {
			return err
		}
		if !in.array {
			if _, err := r.key(field, nil, in.keys); err != nil {
				return err
			}
		}
	}
}

// leave leaves the containers that end here, and returns the one whose next value follows, or nil
// if skip is in no more than bottom. begun is true at the beginning of a container.
func (r *reader) leave(field string, bottom int, begun bool) (*container, error) {
	for ; len(r.open) > bottom; begun = false {
		in := &r.open[len(r.open)-1]
		switch {
		case in.array && r.take(']'), !in.array && r.take('}'):
			r.keys, r.keyText, r.open = r.keys[:in.keys], r.keyText[:in.keyText], r.open[:len(r.open)-1]
			r.depth--
		case begun || r.take(','):
			return in, nil
		case in.array:
			return nil, malformed(field, "a comma or the end of the array")
		default:
			return nil, malformed(field, "a comma or the end of the object")
		}
	}
	return nil, nil
}

// skipScalar reads a value that is no object and no array, and discards it.
func skipScalar(r *reader, field string) error {
	if r.at == len(r.data) {
		return malformed(field, "a JSON value")
	}
	switch c := r.data[r.at]; {
	case c == '"':
		if _, ok := r.string(); !ok {
			return malformed(field, "a JSON string of valid UTF-8")
		}
		return nil
	case c == '-' || '0' <= c && c <= '9':
		if _, ok := r.number(); !ok {
			return malformed(field, "a JSON number")
		}
		return nil
	}
	for _, word := range []string{"true", "false", "null"} {
		if len(r.data)-r.at >= len(word) && string(r.data[r.at:r.at+len(word)]) == word {
			r.at += len(word)
			return nil
		}
	}
	return malformed(field, "a JSON value")
}

// end reports whether only white space is left.
func (r *reader) end() bool {
	r.space()
	return r.at == len(r.data)
}
