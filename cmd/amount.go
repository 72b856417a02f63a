package cmd

import (
	"fmt"
	"math/big"
	"strconv"
	"strings"

	"github.com/mint402/mint402/x402"
)

// units has the decimals of every launched token, and of gas.
var units = x402.Asset{Symbol: "token", Decimals: 18}

// whole formats token base units, or wei, in whole units and as short as possible.
func whole(base *big.Int) string {
	s := units.Format(base)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// ether formats wei for people, with four significant digits.
func ether(wei *big.Int) string {
	f, _ := new(big.Float).Quo(new(big.Float).SetInt(wei), big.NewFloat(1e18)).Float64()
	short, err := strconv.ParseFloat(fmt.Sprintf("%.4g", f), 64)
	if err != nil {
		short = f
	}
	return strconv.FormatFloat(short, 'f', -1, 64) // never 2e-06
}
