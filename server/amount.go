package server

import (
	"math/big"
	"strings"

	"github.com/mint402/mint402/x402"
)

// tokenDecimals is the number of decimals of every launched token, and of the chain's
// coin.
const tokenDecimals = 18

// tokens formats token base units, or wei, in whole units, exactly and without trailing
// zeros: "5000", "0.5".
func tokens(base *big.Int) string {
	s := x402.Asset{Decimals: tokenDecimals}.Format(base)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// grouped puts commas between the thousands of a decimal number.
func grouped(s string) string {
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
