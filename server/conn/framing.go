package conn

import (
	"bytes"
	"strconv"
)

// A request's head is read strictly, before the server reads it. If two readers
// could find its end, or its body's end, in two places, a proxy and this server
// could take one client's bytes for another's request (request smuggling). Such a
// request gets 400, and its connection is closed.

// framingError describes what is wrong with the bytes of a request.
type framingError string

func (e framingError) Error() string { return string(e) }

// head is the framing that the lines read so far declare.
type head struct {
	begun     bool // its request line was read
	blank     bool // an empty line came before it
	old       bool // HTTP/1.0
	host      bool
	emptyHost bool  // its Host is empty
	sized     bool  // it has a Content-Length
	length    int64 // of the body
	chunked   bool
}

// line reads the next line of a head, given without its CRLF. It returns true for
// the line that ends the head.
func (h *head) line(l []byte) (done bool, err error) {
	switch {
	case len(l) == 0 && h.begun:
		return true, h.end()
	case len(l) == 0 && !h.blank:
		h.blank = true // some clients send one after a body
		return false, nil
	case !h.begun:
		h.begun = true
		return false, h.requestLine(l)
	}
	return false, h.field(l)
}

func (h *head) requestLine(l []byte) error {
	first, last := bytes.IndexByte(l, ' '), bytes.LastIndexByte(l, ' ')
	if first <= 0 || first == last || !isToken(l[:first]) {
		return framingError("the request line is not a method, a target and a version with one space between them")
	}
	switch string(l[last+1:]) {
	case "HTTP/1.1":
	case "HTTP/1.0":
		h.old = true
	default:
		return framingError("the version is neither 1.0 nor 1.1")
	}
	target := l[first+1 : last]
	if len(target) == 0 {
		return framingError("the target is missing")
	}
	for _, b := range target {
		if b <= ' ' || b >= 0x7f || b == '#' {
			return framingError("the target has a character that has to be percent-encoded")
		}
	}
	if target[0] != '/' && string(target) != "*" && !bytes.HasPrefix(target, []byte("http://")) && !bytes.HasPrefix(target, []byte("https://")) {
		return framingError("the target is neither a path nor a URL")
	}
	return nil
}

func (h *head) field(l []byte) error {
	colon := bytes.IndexByte(l, ':')
	if colon <= 0 || !isToken(l[:colon]) {
		return framingError("a header line is not a name, a colon and a value")
	}
	for _, b := range l[colon+1:] {
		if b < ' ' && b != '\t' || b == 0x7f {
			return framingError("a header has a control character")
		}
	}
	value := bytes.Trim(l[colon+1:], " ") // a value that is read below must not have a tab: not all readers skip it
	switch name := l[:colon]; {
	case colon == len("Host") && bytes.EqualFold(name, []byte("Host")):
		if h.host || bytes.ContainsAny(value, " \t,/\\?#@") {
			return framingError("there are two hosts")
		}
		h.host, h.emptyHost = true, len(value) == 0
	case colon == len("Content-Length") && bytes.EqualFold(name, []byte("Content-Length")):
		if h.sized || len(value) > 18 || !only(value, "0123456789") || len(value) > 1 && value[0] == '0' {
			return framingError("Content-Length is not one whole number")
		}
		h.sized = true
		h.length, _ = strconv.ParseInt(string(value), 10, 64) // 18 digits fit
	case colon == len("Transfer-Encoding") && bytes.EqualFold(name, []byte("Transfer-Encoding")):
		if h.chunked || !bytes.EqualFold(value, []byte("chunked")) {
			return framingError("Transfer-Encoding is not chunked, once")
		}
		h.chunked = true
	}
	return nil
}

func (h *head) end() error {
	switch {
	case !h.host && !h.old:
		return framingError("there is no Host")
	case h.chunked && h.sized:
		return framingError("there are a Content-Length and a Transfer-Encoding")
	case h.chunked && h.old:
		return framingError("HTTP/1.0 has no Transfer-Encoding")
	}
	return nil
}

// body is how much of a request's body is still to come.
type body struct {
	chunked bool
	left    int64 // of the body, or of this chunk
	crlf    bool  // the CRLF that ends a chunk is next
	last    bool  // the last chunk was read
	done    bool
}

// bodyOf returns the body that a head declares.
func bodyOf(h *head) body {
	return body{chunked: h.chunked, left: h.length, done: !h.chunked && h.length == 0}
}

// maxChunkDigits hex digits are enough for any body that the server accepts.
const maxChunkDigits = 8

// read returns how many bytes of p belong to the body. A chunk's size is plain hex
// digits without extensions. Trailers are an error.
func (b *body) read(p []byte) (n int, err error) {
	for !b.done && n < len(p) {
		if b.left > 0 {
			part := min(b.left, int64(len(p)-n))
			n, b.left = n+int(part), b.left-part
			if b.left == 0 {
				b.crlf, b.done = b.chunked, !b.chunked
			}
			continue
		}
		end := bytes.IndexByte(p[n:], '\n')
		if end < 0 {
			if len(p)-n > maxChunkDigits+1 {
				return n, framingError("a chunk does not begin with its size")
			}
			return n, nil
		}
		if end == 0 || p[n+end-1] != '\r' {
			return n, framingError("a line does not end with CR LF")
		}
		if err := b.line(p[n : n+end-1]); err != nil {
			return n, err
		}
		n += end + 1
	}
	return n, nil
}

// line reads a line between two chunks.
func (b *body) line(l []byte) error {
	switch {
	case b.crlf || b.last:
		if len(l) > 0 {
			return framingError("a chunk has another size than it says, or a trailer follows")
		}
		b.crlf, b.done = false, b.last
		return nil
	case len(l) > maxChunkDigits || !only(l, "0123456789abcdefABCDEF"):
		return framingError("a chunk does not begin with its size")
	}
	b.left, _ = strconv.ParseInt(string(l), 16, 64) // 8 digits fit
	b.last = b.left == 0
	return nil
}

// only reports whether text has these characters alone, and is not empty.
func only(text []byte, characters string) bool {
	return len(text) > 0 && len(bytes.Trim(text, characters)) == 0
}

// isToken reports whether HTTP allows all characters of a name.
func isToken(name []byte) bool {
	for _, b := range name {
		if !tokenChars[b&0x7f] || b >= 0x80 {
			return false
		}
	}
	return true
}

var tokenChars = func() (is [128]bool) {
	for _, b := range []byte("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ") {
		is[b] = true
	}
	return is
}()
