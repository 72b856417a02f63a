package api

import (
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// tokenDecimals is the number of decimals of every launched token, and of the chain's
// coin.
const tokenDecimals = 18

// Tokens formats token base units, or wei, in whole units, exactly and without trailing
// zeros: "5000", "0.5".
func Tokens(base *big.Int) string {
	s := x402.Asset{Decimals: tokenDecimals}.Format(base)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Grouped puts commas between the thousands of a decimal number.
func Grouped(s string) string {
	whole, fraction, point := strings.Cut(s, ".")
	var b strings.Builder
	for i, r := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(r)
	}
	if point {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// OrNobody returns an address for people, or "nobody" for the zero address.
func OrNobody(a common.Address) string {
	if a == (common.Address{}) {
		return "nobody"
	}
	return a.Hex()
}
