package names

import (
	"strings"
	"testing"
)

func TestEachLetterThatLooksAlikeByUnicodeIsFoundInAKnownToken(t *testing.T) {
	tried := 0
	for _, of := range []string{"USDC", "ETH", "DAI", "WETH", "Tether", "EURC", "cbBTC"} {
		for i, letter := range of {
			for latin, alike := range unicodeConfusables {
				if fold(letter) != strings.NewReplacer("i", "l", "j", "l").Replace(latin) {
					continue
				}
				for _, r := range alike {
					tried++
					if text := of[:i] + string(r) + of[i+1:]; Find(Token{Name: text}, Known("base", Token{Name: "USD Coin", Symbol: "USDC"}), nil) == nil {
						t.Errorf("%s with %U is %q, and not found", of, r, Skeleton(text))
					}
				}
			}
		}
	}
	if tried < 1000 {
		t.Errorf("only %d tried", tried)
	}
}
