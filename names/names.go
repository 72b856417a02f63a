// Package names finds names and symbols of tokens that imitate others: written with letters
// that look alike, with marks that are not seen, or with words like "official" around them.
//
// It folds a text to a skeleton, as Unicode's report on security (TR39) does: texts with one
// skeleton look alike. The folding is coarser than the report's, since it is used to refuse a
// launch and not to show a text. No maintained Go library has the report's tables, so
// confusables.go has those of the scripts that are used to imitate Latin letters.
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
	for _, r := range norm.NFKD.String(text) {
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
				if theirs != "" && (mine == theirs || bare == theirs || long(theirs) && strings.Contains(mine, theirs)) {
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

// long reports whether a skeleton is long enough, and rare enough in words, to be an imitation
// also as a part of a longer name, as in axlUSDC.
func long(skeleton string) bool { return len(skeleton) >= 4 && !slices.Contains(common, skeleton) }

// common are skeletons that other words contain, as "ether" is in "together".
var common = []string{Skeleton("Ether"), Skeleton("WETH"), Skeleton("Euro"), Skeleton("Bitcoin"), Skeleton("Ethereum")}

// undecorated returns the words of a text without those that make a token sound like the real
// one. A text of such words only stays as it is.
func undecorated(text string) []string {
	words := strings.FieldsFunc(norm.NFKC.String(text), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.Is(unicode.M, r) })
	rest := slices.DeleteFunc(slices.Clone(words), func(word string) bool { return slices.Contains(decorations, Skeleton(word)) })
	if len(rest) == 0 {
		return words
	}
	return rest
}

var decorations = skeletons("official", "the", "real", "native", "new", "token", "coin", "wrapped", "bridged", "v2", "v3", "2", "2.0", "e", "on", "base", "mainnet", "testnet", "by", "from", "circle", "coinbase", "inc")

func skeletons(words ...string) (all []string) {
	for _, w := range words {
		all = append(all, Skeleton(w))
	}
	return all
}

// Known returns the well-known tokens of a network, and the asset that its launches are paid in.
func Known(network, assetName, assetSymbol string) []Token {
	return append(append([]Token{{assetName, assetSymbol}}, everywhere...), of[strings.TrimSuffix(strings.TrimSuffix(network, "-sepolia"), "-testnet")]...)
}

// everywhere are tokens that people expect on every network, and of are those of single ones.
var everywhere = []Token{
	{"USD Coin", "USDC"}, {"USDC", "USDC.e"}, {"Tether USD", "USDT"}, {"Tether", "USDT0"}, {"Dai Stablecoin", "DAI"}, {"Sky Dollar", "USDS"},
	{"Euro Coin", "EURC"}, {"Ethereum", "ETH"}, {"Ether", "ETH"}, {"Wrapped Ether", "WETH"}, {"Bitcoin", "BTC"}, {"Wrapped Bitcoin", "WBTC"},
	{"Coinbase Wrapped BTC", "cbBTC"}, {"Coinbase Wrapped Staked ETH", "cbETH"}, {"Wrapped stETH", "wstETH"}, {"Lido Staked Ether", "stETH"}, {"PayPal USD", "PYUSD"},
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
