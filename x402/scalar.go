package x402

import (
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

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
		if text == nil {
			for r.at < len(r.data) && plain[r.data[r.at]] {
				r.at++
			}
			if r.at == len(r.data) {
				break
			}
		}
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

// plain are the bytes of a string that mean themselves.
var plain = func() (plain [256]bool) {
	for c := byte(' '); c < utf8.RuneSelf; c++ {
		plain[c] = c != '"' && c != '\\'
	}
	return plain
}()

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
	if !decodeHex(b[:], r.data[r.at+2:r.at+6]) {
		return 0, false
	}
	r.at += 6
	return rune(b[0])<<8 | rune(b[1]), true
}

// decodeHex reads exactly len(dst) bytes of hex, either case.
func decodeHex[text string | []byte](dst []byte, s text) bool {
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
