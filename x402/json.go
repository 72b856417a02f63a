package x402

import (
	"bytes"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
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
// the last duplicate win. Here no object may have two keys that are equal or differ
// only by case, text must be valid UTF-8 with paired surrogates, and depth and the
// number of keys are bounded.
type reader struct {
	data  []byte
	at    int
	depth int

	// The folded keys of the objects being read, outermost first.
	keys    []keyRef
	keyText []byte
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
		key, ok := r.string()
		if !ok || len(key) > maxKey || !r.take(':') {
			return malformed(field, "a key of at most 256 bytes in quotes and a colon")
		}
		if len(r.keys)-outerKeys == maxMembers {
			return malformed(field, "no more than 64 keys in an object")
		}
		if !r.claim(key, outerKeys) {
			return twofold(field, "each key once, in one spelling")
		}
		if misspelt(key, known) {
			return twofold(field, "keys in the case the protocol gives them")
		}
		if err := member(key); err != nil {
			return err
		}
	}
	r.keys, r.keyText = r.keys[:outerKeys], r.keyText[:outerText]
	r.depth--
	return nil
}

// claim adds a key to those of the current object. It returns false if the object has
// an equal key already, ignoring case.
func (r *reader) claim(key []byte, outer int) bool {
	start := len(r.keyText)
	r.keyText = appendFolded(r.keyText, key)
	text := r.keyText[start:]
	hash := uint32(2166136261)
	for _, b := range text {
		hash = (hash ^ uint32(b)) * 16777619
	}
	for _, k := range r.keys[outer:] {
		if k.hash == hash && string(r.keyText[k.start:k.end]) == string(text) {
			return false
		}
	}
	r.keys = append(r.keys, keyRef{hash, start, len(r.keyText)})
	return true
}

// misspelt reports whether the key is a known one in another case.
func misspelt(key []byte, known []string) bool {
	if len(known) == 0 {
		return false
	}
	var a, b [64]byte
	folded := appendFolded(a[:0], key)
	for _, k := range known {
		if string(key) != k && string(folded) == string(appendFolded(b[:0], []byte(k))) {
			return true
		}
	}
	return false
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

// skip reads any value and discards it.
func (r *reader) skip(field string) error {
	r.space()
	if r.at == len(r.data) {
		return malformed(field, "a JSON value")
	}
	switch c := r.data[r.at]; {
	case c == '{':
		return r.object(field, nil, func([]byte) error { return r.skip(field) })
	case c == '[':
		r.at++
		if r.depth++; r.depth > maxDepth {
			return malformed(field, "JSON nested no deeper than 32")
		}
		for first := true; !r.take(']'); first = false {
			if !first && !r.take(',') {
				return malformed(field, "a comma or the end of the array")
			}
			if err := r.skip(field); err != nil {
				return err
			}
		}
		r.depth--
		return nil
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

// number reads a JSON number and returns its text.
func (r *reader) number() ([]byte, bool) {
	r.space()
	start := r.at
	digits := func() bool {
		from := r.at
		for r.at < len(r.data) && '0' <= r.data[r.at] && r.data[r.at] <= '9' {
			r.at++
		}
		return r.at > from
	}
	at := func(chars string) bool {
		for i := 0; r.at < len(r.data) && i < len(chars); i++ {
			if r.data[r.at] == chars[i] {
				r.at++
				return true
			}
		}
		return false
	}
	at("-")
	if !at("0") && !digits() {
		return nil, false
	}
	if at(".") && !digits() {
		return nil, false
	}
	if at("eE") {
		at("+-")
		if !digits() {
			return nil, false
		}
	}
	return r.data[start:r.at], true
}

// string reads a JSON string and returns its text. Without escapes, the text is a slice
// of the document.
func (r *reader) string() ([]byte, bool) {
	if !r.take('"') {
		return nil, false
	}
	start := r.at
	var text []byte // nil until an escape makes the text differ from the document
	for r.at < len(r.data) {
		switch c := r.data[r.at]; {
		case c == '"':
			r.at++
			if text == nil {
				return r.data[start : r.at-1], true
			}
			return text, true
		case c == '\\':
			if text == nil {
				text = append(make([]byte, 0, r.at-start+16), r.data[start:r.at]...)
			}
			var ok bool
			if text, ok = r.escape(text); !ok {
				return nil, false
			}
		case c < 0x20:
			return nil, false
		case c < utf8.RuneSelf:
			if text != nil {
				text = append(text, c)
			}
			r.at++
		default:
			u, n := utf8.DecodeRune(r.data[r.at:])
			if u == utf8.RuneError && n == 1 {
				return nil, false
			}
			if text != nil {
				text = append(text, r.data[r.at:r.at+n]...)
			}
			r.at += n
		}
	}
	return nil, false
}

// escape reads one escape sequence. It refuses a lone surrogate, since readers disagree
// about its meaning.
func (r *reader) escape(text []byte) ([]byte, bool) {
	if r.at+1 >= len(r.data) {
		return nil, false
	}
	c := r.data[r.at+1]
	switch c {
	case '"', '\\', '/':
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	case 'n':
		c = '\n'
	case 'r':
		c = '\r'
	case 't':
		c = '\t'
	case 'u':
		u, ok := r.unit()
		if ok && utf16.IsSurrogate(u) {
			var low rune
			if low, ok = r.unit(); ok {
				u = utf16.DecodeRune(u, low)
				ok = u != unicode.ReplacementChar
			}
		}
		return utf8.AppendRune(text, u), ok
	default:
		return nil, false
	}
	r.at += 2
	return append(text, c), true
}

// unit reads an escaped UTF-16 code unit: a backslash, u and four hex digits.
func (r *reader) unit() (rune, bool) {
	if r.at+6 > len(r.data) || r.data[r.at] != '\\' || r.data[r.at+1] != 'u' {
		return 0, false
	}
	var b [2]byte
	if !decodeHex(b[:], string(r.data[r.at+2:r.at+6])) {
		return 0, false
	}
	r.at += 6
	return rune(b[0])<<8 | rune(b[1]), true
}

// end reports whether only white space is left.
func (r *reader) end() bool {
	r.space()
	return r.at == len(r.data)
}

// decodeHex reads exactly len(dst) bytes of hex, either case.
func decodeHex(dst []byte, s string) bool {
	if len(s) != 2*len(dst) {
		return false
	}
	for i := range dst {
		high, ok1 := hexDigit(s[2*i])
		low, ok2 := hexDigit(s[2*i+1])
		if !ok1 || !ok2 {
			return false
		}
		dst[i] = high<<4 | low
	}
	return true
}

func hexDigit(c byte) (byte, bool) {
	switch {
	case '0' <= c && c <= '9':
		return c - '0', true
	case 'a' <= c && c <= 'f':
		return c - 'a' + 10, true
	case 'A' <= c && c <= 'F':
		return c - 'A' + 10, true
	}
	return 0, false
}
