package checkout

import (
	"strings"
	"unicode"

	"github.com/ethereum/go-ethereum/common"
	"golang.org/x/text/unicode/norm"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
)

// maxSymbol bounds a token's symbol in a text, in bytes.
const maxSymbol = 32

// Sells describes the sale of a quantity: "5,000 PING for 0.10 USDC". It is one line of
// printable ASCII, and only the symbols may be cut: the price is always whole.
func Sells(l *mint.Launch, quantity int64) string {
	symbol := func(s string) string { s = ASCII(s); return s[:min(len(s), maxSymbol)] }
	return amount.Grouped(amount.Tokens(l.Tokens(quantity))) + " " + symbol(l.Symbol) +
		" for " + l.Asset.Format(l.Total(quantity)) + " " + symbol(l.Asset.Symbol)
}

// madeBy returns who made a launch, for the description of its price; or "" for the operator's.
func madeBy(l *mint.Launch) string {
	if l.Creator == (common.Address{}) {
		return ""
	}
	return ". Launched by " + l.Creator.Hex() + ", not by the operator of this server"
}

// ASCII folds a text to printable ASCII: letters lose their accents, typographic dashes
// and quotes become plain ones, and any other character becomes "?". Clients that decode
// base64 as Latin-1 fail on anything else when they send our text back.
func ASCII(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case 0x20 <= r && r <= 0x7e:
			return r
		case unicode.Is(unicode.Mn, r), r == '\u200d':
			return -1 // it changes the character before it, or joins two
		case unicode.Is(unicode.Pd, r), r == '\u2212':
			return '-'
		case unicode.IsSpace(r):
			return ' '
		}
		if plain, ok := folded[r]; ok {
			return plain
		}
		return '?'
	}, norm.NFKD.String(s))
}

// folded are characters without a decomposition that have a plain one.
var folded = map[rune]rune{
	'\u2018': '\'', '\u2019': '\'', '\u201a': '\'', '\u201b': '\'', '\u201c': '"', '\u201d': '"', '\u201e': '"', '\u00ab': '"', '\u00bb': '"',
	'\u2044': '/', '\u00d7': 'x', '\u00b7': '.', '\u2022': '*', '\u00f8': 'o', '\u00d8': 'O', '\u0142': 'l', '\u0141': 'L', '\u0131': 'i', '\u00df': 's',
}
