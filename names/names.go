// Package names finds names and symbols of tokens that imitate others: written with letters
// that look alike, with marks that are not seen, or with words like "official" around them.
//
// It folds a text to a skeleton, as Unicode's report on security (TR39) does: texts with one
// skeleton look alike. The folding is coarser than the report's, since it is used to refuse a
// launch and not to show a text. unicode.go has the report's table as far as it is about Latin
// letters, and confusables.go has more.
package names

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Skeleton returns the form of a text that all texts have that look like it. It is empty only
// for a text without any visible character.
func Skeleton(text string) string {
	var letters, others strings.Builder
	for _, r := range decomposed(text) {
		folded := fold(r)
		switch {
		case folded != "":
			letters.WriteString(folded)
		case unicode.In(r, unicode.M, unicode.Cf, unicode.Cc, unicode.Z): // not seen, or drawn over a letter
		case unicode.IsLetter(r) || unicode.IsDigit(r):
			letters.WriteRune(unicode.ToLower(r))
		case !blank(r):
			others.WriteRune(r)
		}
	}
	if letters.Len() == 0 {
		return others.String() // a name of pictures only
	}
	return joined.Replace(letters.String())
}

// decomposed returns a text after NFKD, except for characters that look like a letter as they are:
// NFKD makes a sigma of the lunate one, which looks like a C.
func decomposed(text string) string {
	var b strings.Builder
	for _, r := range text {
		if latin, ok := confusable(r); ok && r > unicode.MaxASCII {
			b.WriteString(latin)
		} else {
			b.WriteString(norm.NFKD.String(string(r)))
		}
	}
	return b.String()
}

// joined has letters that look like one when they stand together.
var joined = strings.NewReplacer("rn", "m", "vv", "w")

// fold returns the Latin letters, in lower case, that a character looks like, or "".
func fold(r rune) string {
	if latin, ok := confusable(r); ok {
		return latin
	}
	switch {
	case r >= 'A' && r <= 'Z':
		return fold(r - 'A' + 'a')
	case r == 'i' || r == 'j':
		return "l"
	case r >= 'a' && r <= 'z':
		return string(r)
	}
	return ""
}

// blank reports whether a character that is no space is drawn as one.
func blank(r rune) bool {
	return r == '\u2800' || r == '\u3164' || r == '\u115f' || r == '\u1160' || r == '\uffa0'
}

// Token is a name and a symbol that may not be imitated.
type Token struct{ Name, Symbol string }

// Imitation is a text that looks like another.
type Imitation struct {
	Field string // "name" or "symbol"
	Of    Token
}

// Find returns the first imitation of other tokens, or nil. A name may not look like a symbol,
// nor a symbol like a name. Of well-known tokens, it must not have words around it either.
func Find(of Token, known, others []Token) *Imitation {
	for _, field := range []struct{ name, text string }{{"name", of.Name}, {"symbol", of.Symbol}} {
		mine, bare := Skeleton(field.text), Skeleton(strings.Join(undecorated(field.text), " "))
		for _, t := range known {
			for _, theirs := range []string{Skeleton(t.Name), Skeleton(t.Symbol)} {
				if theirs != "" && (mine == theirs || bare == theirs || like(field.text, theirs)) {
					return &Imitation{field.name, t}
				}
			}
		}
		for _, t := range others {
			if mine != "" && (mine == Skeleton(t.Name) || mine == Skeleton(t.Symbol)) {
				return &Imitation{field.name, t}
			}
		}
	}
	return nil
}

// like reports whether a text would be taken for a known token although its skeleton is another: it
// has the token as a word or, if no ordinary word contains it, inside a word, as in axlUSDC; a 0
// stands for a D; digits follow; or a letter is doubled.
func like(text, known string) bool {
	if len(known) < 3 {
		return false
	}
	if Skeleton(strings.ReplaceAll(text, "0", "D")) == known {
		return true
	}
	if rest := strings.TrimRight(strings.TrimSpace(text), "0123456789"); rest != "" && Skeleton(rest) == known {
		return true
	}
	if len(known) < 4 || slices.Contains(ordinary, known) {
		return false
	}
	mine := Skeleton(text)
	if squeezed(mine) == squeezed(known) || slices.ContainsFunc(marks, func(m string) bool { return strings.Contains(known, m) }) && strings.Contains(mine, known) {
		return true
	}
	return slices.ContainsFunc(words(text), func(w string) bool { return Skeleton(w) == known })
}

// squeezed returns a skeleton without letters that repeat the one before.
func squeezed(skeleton string) string { return string(slices.Compact([]rune(skeleton))) }

// marks are parts of tokens that no ordinary word has.
var marks = []string{"usd", "btc", "eurc", "steth"}

// ordinary are known tokens that are words, or parts of names, of other things: only as the whole
// name are they an imitation.
var ordinary = skeletons("Ether", "WETH", "Euro", "Bitcoin", "Ethereum", "AERO", "Virtual", "Story", "Flare", "Monad", "LINK", "DOGE", "PEPE", "SHIB", "Base", "Circle", "Arbitrum", "Polygon", "Avalanche", "Solana", "Celo", "Matic", "peaq")

// undecorated returns the words of a text without those that make a token sound like the real
// one. A text of such words only stays as it is.
func undecorated(text string) []string {
	all := words(text)
	rest := slices.DeleteFunc(slices.Clone(all), func(word string) bool { return slices.Contains(decorations, Skeleton(word)) })
	if len(rest) == 0 {
		return all
	}
	return rest
}

func words(text string) []string {
	return strings.FieldsFunc(norm.NFKC.String(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
}

var decorations = skeletons("official", "the", "real", "native", "new", "token", "coin", "wrapped", "bridged", "v2", "v3", "2", "2.0", "e", "on", "base", "mainnet", "testnet", "by", "from", "circle", "coinbase", "inc")

func skeletons(texts ...string) (all []string) {
	for _, w := range texts {
		all = append(all, Skeleton(w))
	}
	return all
}

// Known returns the well-known tokens of a network, after the assets that its launches are paid in.
func Known(network string, assets ...Token) []Token {
	return slices.Concat(assets, everywhere, of[strings.TrimSuffix(strings.TrimSuffix(network, "-sepolia"), "-testnet")])
}

// everywhere are tokens that people expect on every network, and of are those of single ones.
var everywhere = []Token{
	{"USD Coin", "USDC"}, {"USDC", "USDC.e"}, {"Tether USD", "USDT"}, {"Tether", "USDT0"}, {"Dai Stablecoin", "DAI"}, {"Sky Dollar", "USDS"},
	{"Euro Coin", "EURC"}, {"Ethereum", "ETH"}, {"Ether", "ETH"}, {"Wrapped Ether", "WETH"}, {"Bitcoin", "BTC"}, {"Wrapped Bitcoin", "WBTC"},
	{"Coinbase Wrapped BTC", "cbBTC"}, {"Coinbase Wrapped Staked ETH", "cbETH"}, {"Wrapped stETH", "wstETH"}, {"Lido Staked Ether", "stETH"}, {"PayPal USD", "PYUSD"},
	{"Ethena USDe", "USDe"}, {"Frax", "FRAX"}, {"Chainlink", "LINK"}, {"Uniswap", "UNI"}, {"Rocket Pool ETH", "rETH"}, {"Solana", "SOL"}, {"XRP", "XRP"}, {"BNB", "BNB"},
	{"Dogecoin", "DOGE"}, {"Pepe", "PEPE"}, {"Shiba Inu", "SHIB"}, {"mint402", "MINT402"}, {"Coinbase", "Coinbase"}, {"Circle", "Circle"}, {"Base", "Base"},
}

var of = map[string][]Token{
	"base":      {{"USD Base Coin", "USDbC"}, {"Aerodrome", "AERO"}, {"Virtual Protocol", "VIRTUAL"}},
	"polygon":   {{"Polygon Ecosystem Token", "POL"}, {"Matic", "MATIC"}, {"Wrapped POL", "WPOL"}},
	"avalanche": {{"Avalanche", "AVAX"}, {"Wrapped AVAX", "WAVAX"}},
	"arbitrum":  {{"Arbitrum", "ARB"}},
	"celo":      {{"Celo", "CELO"}, {"Celo Dollar", "cUSD"}},
	"sei":       {{"Sei", "SEI"}, {"Wrapped SEI", "WSEI"}},
	"monad":     {{"Monad", "MON"}, {"Wrapped MON", "WMON"}},
	"iotex":     {{"IoTeX", "IOTX"}},
	"peaq":      {{"peaq", "PEAQ"}},
	"story":     {{"Story", "IP"}, {"Wrapped IP", "WIP"}},
	"flare":     {{"Flare", "FLR"}, {"Wrapped Flare", "WFLR"}},
	"xdc":       {{"XDC Network", "XDC"}, {"Wrapped XDC", "WXDC"}},
}
