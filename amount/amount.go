// Package amount formats amounts and counts for people. Amounts are in whole units, not
// in base units. Only [Coins] rounds, so it must not be used for prices.
package amount

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/mint402/mint402/x402"
)

// Units describes the 18 decimals that every launched token and every chain's coin has.
var Units = x402.Asset{Symbol: "token", Decimals: 18}

// Tokens formats base units of a token, or wei, as whole tokens or coins. It does not
// round, and omits trailing zeros: "5000", "0.5".
func Tokens(base *big.Int) string {
	s := Units.Format(base)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Coins formats wei as whole coins, rounded to four significant digits, for estimates. It
// never uses an exponent.
func Coins(wei *big.Int) string {
	f, _ := new(big.Float).Quo(new(big.Float).SetInt(wei), big.NewFloat(1e18)).Float64()
	short, err := strconv.ParseFloat(fmt.Sprintf("%.4g", f), 64)
	if err != nil {
		short = f
	}
	return strconv.FormatFloat(short, 'f', -1, 64)
}

// CoinsAtMost formats wei in whole coins with four significant digits, rounded up, for
// limits.
func CoinsAtMost(wei *big.Int) string {
	if more := len(wei.String()) - 4; more > 0 {
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(more)), nil)
		up := new(big.Int).Add(wei, new(big.Int).Sub(unit, big.NewInt(1)))
		wei = up.Mul(up.Div(up, unit), unit)
	}
	return Tokens(wei)
}

// Grouped puts commas between the thousands of a decimal number: "5,000.25",
// "-1,000".
func Grouped(s string) string {
	whole, fraction, _ := strings.Cut(s, ".")
	var b strings.Builder
	if rest, negative := strings.CutPrefix(whole, "-"); negative {
		b.WriteByte('-')
		whole = rest
	}
	for i, d := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteByte(',')
		}
		b.WriteRune(d)
	}
	if fraction != "" {
		b.WriteString("." + fraction)
	}
	return b.String()
}

// Plural formats a count with its noun: "1 payment", "5,000 payments".
func Plural(n int64, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Grouped(strconv.FormatInt(n, 10)) + " " + noun + "s"
}
