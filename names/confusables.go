package names

import (
	"strings"
	"unicode"
)

// confusables has, for each Latin letter in lower case, characters that are used for it, in addition
// to those of Unicode's own table (unicode.go).
var confusables = map[string]string{
	"a":  "аАαΑɑᴀᎪꓮ4@∀Λ",
	"ae": "æÆӕӔ",
	"b":  "вВьЬъβΒʙᏴꓐƄ8ɓᗷ",
	"c":  "сСϲϹᴄᏟꓚ¢©ƈꮯ",
	"d":  "ԁᎠꓓᴅđĐɗ∂ðÐ",
	"e":  "ΞξеЕєЄεΕᴇᎬꓰ3€ɛ℮эЭҽ",
	"f":  "ғꜰꓝƒϝ",
	"g":  "ɡɢԌꓖᏀ9ցġǥ",
	"h":  "нНһҺʜΗᎻꓧհħĦ",
	"k":  "кКκΚᴋᏦꓗƙ",
	"l":  "іІιΙıɪӏӀᏞʟꓡꓲ1|ǀ∣łŁℓɫјЈᴊᎫꓙյͿϳוןاᏆᎥ",
	"m":  "мМΜᴍᎷꓟϻ",
	"n":  "пПηΝɴꓠոռиИŋƞ",
	"o":  "оОοΟσᴏꓳօՕ0øØ°○●◯ӨөθΘ٥ھہه०௦๐໐",
	"p":  "рРρΡᴘᏢꓑþÞ",
	"q":  "ԛզգƍ",
	"r":  "гГʀᎡꓣᏒɾřя",
	"s":  "ѕЅꜱᏚꓢ5$ʂտ§",
	"ss": "ßẞ",
	"t":  "₮тТτΤᴛᎢꓔŧŦ7†ƭ",
	"u":  "υսᴜꓴμцЦ∪џ",
	"v":  "νѵѴᴠᏙꓦ∨ט",
	"w":  "ԝԜшШщωᴡᎳᏔꓪɯա",
	"x":  "хХχΧꓫ×✕✖ᕁ",
	"y":  "уУүҮγʏΥꓬч",
	"z":  "ᴢΖᏃꓜƶżʐ",
}

// latinOf is confusables by character.
var latinOf = func() map[rune]string {
	all := map[rune]string{}
	for latin, alike := range confusables {
		for _, r := range alike {
			all[r] = strings.NewReplacer("i", "l", "j", "l").Replace(latin)
		}
	}
	for latin, alike := range unicodeConfusables {
		for _, r := range alike {
			if _, ours := all[r]; !ours {
				all[r] = strings.NewReplacer("i", "l", "j", "l").Replace(latin)
			}
		}
	}
	return all
}()

// enclosed are ranges of 26 letters in boxes, circles and flags, that NFKD leaves as they are.
var enclosed = []rune{0x1f130, 0x1f150, 0x1f170, 0x1f1e6}

func confusable(r rune) (latin string, ok bool) {
	for _, first := range enclosed {
		if r >= first && r < first+26 {
			return fold('a' + r - first), true
		}
	}
	if latin, ok = latinOf[r]; !ok {
		latin, ok = latinOf[unicode.ToLower(r)]
	}
	return latin, ok
}
