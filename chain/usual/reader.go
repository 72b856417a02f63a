package usual

import (
	"bytes"
	"slices"
)

// reader reads JSON from rest. Its methods return false for any other form than the usual one.
type reader struct{ rest []byte }

// next skips spaces and, if it is there, one character.
func (r *reader) next(c byte) bool {
	r.rest = bytes.TrimLeft(r.rest, " \t\r\n")
	if len(r.rest) == 0 || r.rest[0] != c {
		return false
	}
	r.rest = r.rest[1:]
	return true
}

// ended skips spaces, and reports whether that was the rest.
func (r *reader) ended() bool {
	r.next(0)
	return len(r.rest) == 0
}

// text reads a string without escapes. It may have control characters; see [printable].
func (r *reader) text() (s []byte, ok bool) {
	if !r.next('"') {
		return nil, false
	}
	end := bytes.IndexByte(r.rest, '"')
	if end < 0 || bytes.IndexByte(r.rest[:end], '\\') >= 0 {
		return nil, false
	}
	s, r.rest = r.rest[:end], r.rest[end+1:]
	return s, true
}

// printable reports whether a string has no character that JSON requires to be escaped.
func printable(s []byte) bool { return !slices.ContainsFunc(s, func(c byte) bool { return c < ' ' }) }

// word reads true, false, null or a number, or another word in place of one.
func (r *reader) word() string {
	r.next(0)
	end := bytes.IndexAny(r.rest, ",}] \t\r\n")
	if end <= 0 || bytes.IndexByte([]byte(`"[{`), r.rest[0]) >= 0 {
		return ""
	}
	word := string(r.rest[:end])
	r.rest = r.rest[end:]
	return word
}

// value passes a value, and returns its text. Its content is not checked, except that
// strings end and that each bracket has another. The data has no backslash.
func (r *reader) value() (text []byte, ok bool) {
	r.next(0)
	for depth, i := 0, 0; i < len(r.rest); i++ {
		switch c := r.rest[i]; c {
		case '"':
			end := bytes.IndexByte(r.rest[i+1:], '"')
			if end < 0 {
				return nil, false
			}
			i += 1 + end
		case '{', '[':
			depth++
		case '}', ']':
			depth--
		case ',', ' ', '\t', '\r', '\n', ':':
			if depth == 0 {
				return nil, false
			}
			continue
		default:
			if depth == 0 {
				word := r.word()
				return []byte(word), word != ""
			}
			continue
		}
		if depth < 0 {
			return nil, false
		}
		if depth == 0 {
			text, r.rest = r.rest[:i+1], r.rest[i+1:]
			return text, true
		}
	}
	return nil, false
}

// object reads an object, and calls member with each name and the text of its value until that
// returns false. The data has no backslash.
func (r *reader) object(member func(name string, value []byte) bool) bool {
	if !r.next('{') {
		return false
	}
	for more := true; more; more = r.next(',') {
		name, ok := r.text()
		if !ok || !r.next(':') {
			return false
		}
		value, ok := r.value()
		if !ok || !member(string(name), value) {
			return false
		}
	}
	return r.next('}')
}
