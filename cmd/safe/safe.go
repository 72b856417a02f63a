// Package safe makes text safe to print: without secrets, and without characters that control a terminal.
package safe

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

var (
	// userInURL finds the user and the password of a URL.
	userInURL = regexp.MustCompile(`(://)[^/\s"'@]*@`)
	// longHex finds digits that can be a private key, or most of one.
	longHex = regexp.MustCompile(`[0-9a-fA-F]{36,}`)
)

// addressDigits is how many hex digits an address has.
const addressDigits = 40

// Text returns a text without users and passwords of URLs, and with an escape in place of each
// character that is not shown, that controls a terminal, or that turns text around.
func Text(s string) string { return visible(userInURL.ReplaceAllString(s, "$1…@")) }

// WithoutKeys hides digits of a text that stand in given as well, unless they can be no private
// key: a key may be given for something else, as in --minter in place of MINT402_MINTER_KEY.
func WithoutKeys(text, given string) string {
	return longHex.ReplaceAllStringFunc(text, func(digits string) string {
		if len(digits) == addressDigits || !strings.Contains(given, digits) {
			return digits
		}
		return "(a private key?)"
	})
}

// IsKey reports whether a text has the form of a private key: 32 bytes as hex.
func IsKey(text string) bool {
	digits := strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(text), "0x"), "0X")
	return len(digits) == 64 && longHex.FindString(digits) == digits
}

func visible(s string) string {
	shown := func(r rune) bool {
		return r == '\n' || r == '\t' || r == '\u200c' || r == '\u200d' || r != utf8.RuneError && unicode.IsGraphic(r) // the error may stand for a byte
	}
	if !strings.ContainsFunc(s, func(r rune) bool { return !shown(r) }) {
		return s
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		switch {
		case shown(r):
			b.WriteString(s[:size])
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[0])
		default:
			quoted := strconv.QuoteRune(r)
			b.WriteString(quoted[1 : len(quoted)-1])
		}
		s = s[size:]
	}
	return b.String()
}
