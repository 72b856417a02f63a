package mcp

import (
	"strings"
	"unicode"

	"github.com/mint402/mint402/server/api"
)

// Lengths of texts of others, in characters. A language model reads them, and text that
// long can hold instructions.
const (
	maxName        = 64
	maxSymbol      = 16
	maxDescription = 280
	maxURI         = 256
	maxEcho        = 40 // of a client's own input in an error
)

// printable removes characters that do not print (control characters, line breaks,
// direction marks, characters of no width), turns runs of white space into one space,
// and cuts the text to a number of characters.
func printable(s string, most int) string {
	var b strings.Builder
	n, space := 0, false
	for _, r := range s {
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case !unicode.IsPrint(r):
			continue
		}
		if space && n+1 < most {
			b.WriteByte(' ')
			n++
		}
		space = false
		if n == most {
			return b.String() + "..."
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// ascii replaces the characters of a text that are not printable ASCII with "?": some
// clients copy our texts into headers.
func ascii(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 || r > 0x7e {
			return '?'
		}
		return r
	}, s)
}

// quoted returns a text of somebody else for use in a sentence of ours: printable ASCII,
// cut, and in quotes that the text itself cannot end.
func quoted(s string) string { return quotedUpTo(s, maxEcho) }

func quotedUpTo(s string, most int) string {
	return `"` + strings.NewReplacer(`"`, "'", "`", "'", "\\", "/").Replace(ascii(printable(s, most))) + `"`
}

// shown returns a launch with its texts made printable and cut. The deployer of a launch
// chose its name and its symbol, and they may be written for a language model.
func shown(l api.Launch) api.Launch {
	l.Name = printable(l.Name, maxName)
	l.Symbol = printable(l.Symbol, maxSymbol)
	l.Description = printable(l.Description, maxDescription)
	l.ContractURI = printable(l.ContractURI, maxURI)
	l.Image = printable(l.Image, maxURI)
	return l
}
