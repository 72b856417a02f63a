package conn

import (
	"bytes"
	"errors"
	"strconv"
)

// This file checks a request's head strictly before the server reads it. If a proxy and
// this server found the end of the head, or of the body, in different places, one
// client's bytes could be read as another client's request (request smuggling). A request
// that allows this gets 400, and its connection is closed.

// framingError describes the fault in the bytes of a request. The client gets the text.
type framingError string

func (e framingError) Error() string { return string(e) }

// head holds the framing that a request's lines have declared so far.
type head struct {
	begun     bool  // the request line was read
	blank     bool  // an empty line was read before the request line
	old       bool  // HTTP/1.0
	host      bool  // a Host was read
	emptyHost bool  // the Host is empty
	sized     bool  // a Content-Length was read
	length    int64 // the Content-Length, in bytes
	chunked   bool  // Transfer-Encoding: chunked was read
}

// line reads the next line of a head, given without its CRLF. It returns true for
// the line that ends the head.
func (h *head) line(l []byte) (done bool, err error) {
	switch {
	case len(l) == 0 && h.begun:
		return true, h.end()
	case len(l) == 0 && !h.blank:
		h.blank = true // some clients send an empty line after a body
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
	// Tabs stay, and make the values below invalid: not all readers skip them.
	value := bytes.Trim(l[colon+1:], " ")
	switch name := l[:colon]; {
	case colon == len("Host") && bytes.EqualFold(name, []byte("Host")):
		if h.host || bytes.ContainsAny(value, " \t,/\\?#@") {
			return framingError("there is more than one Host, or it has a character that no host has")
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
			return framingError("Transfer-Encoding is not chunked, or there is more than one")
		}
		h.chunked = true
	}
	return nil
}

// end checks the whole head after its last line.
func (h *head) end() error {
	switch {
	case !h.host && !h.old:
		return framingError("there is no Host")
	case h.chunked && h.sized:
		return framingError("there are both a Content-Length and a Transfer-Encoding")
	case h.chunked && h.old:
		return framingError("HTTP/1.0 has no Transfer-Encoding")
	}
	return nil
}

// errTooLarge means that a head or a chunk declares a larger body than the server reads. The
// client gets 413 before it sends the rest, and no 100 Continue.
var errTooLarge = errors.New("the body is larger than the server reads")

// body tracks how much of a request's body is still to come.
type body struct {
	chunked bool
	left    int64 // bytes of the body, or of the current chunk
	max     int64 // bytes that its further chunks may have
	crlf    bool  // the CRLF that ends a chunk is next
	last    bool  // the size of the last chunk, 0, was read; an empty line is next
	done    bool
}

// bodyOf returns the body that a head declares. The error is errTooLarge if that is more
// than maxBytes.
func bodyOf(h *head, maxBytes int64) (body, error) {
	if h.length > maxBytes {
		return body{}, errTooLarge
	}
	return body{chunked: h.chunked, left: h.length, max: maxBytes, done: !h.chunked && h.length == 0}, nil
}

// maxChunkDigits is how many hex digits a chunk's size may have. That is enough for any
// body that the server accepts.
const maxChunkDigits = 8

// read returns how many bytes of p, from its start, belong to the body. A line at the end
// of p that is not complete is left out: the next call gets it again. Extensions of a
// chunk's size and trailers are errors.
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

// line reads a line outside of the chunks, given without its CRLF.
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
	if b.max -= b.left; b.max < 0 {
		return errTooLarge
	}
	b.last = b.left == 0
	return nil
}

// only reports whether a text is not empty and has no other characters than these.
func only(text []byte, characters string) bool {
	return len(text) > 0 && len(bytes.Trim(text, characters)) == 0
}

// isToken reports whether HTTP allows all characters of a name: that of a method or of a
// header. It does not look for an empty name.
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
