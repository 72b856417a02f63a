package x402

import (
	"errors"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"
)

// An Asset is a token that can be paid with an EIP-3009 authorization.
type Asset struct {
	Address  common.Address
	Symbol   string // for people
	Name     string // of the EIP-712 domain; differs between networks, see [Domain]
	Version  string // of the EIP-712 domain
	Decimals uint8
}

// Domain returns the asset's EIP-712 domain on a chain.
func (a Asset) Domain(chainID uint64) Domain {
	return Domain{Name: a.Name, Version: a.Version, ChainID: chainID, VerifyingContract: a.Address}
}

// Format formats an amount of base units for people, exactly and with at least two
// decimals, if the asset has that many: "0.10", "1.00", "0.000001".
func (a Asset) Format(amount *big.Int) string {
	if amount == nil {
		return "0"
	}
	digits := new(big.Int).Abs(amount).String()
	d := int(a.Decimals)
	if len(digits) <= d {
		digits = strings.Repeat("0", d+1-len(digits)) + digits
	}
	whole, fraction := digits[:len(digits)-d], digits[len(digits)-d:]
	least := min(2, d)
	for len(fraction) > least && fraction[len(fraction)-1] == '0' {
		fraction = fraction[:len(fraction)-1]
	}
	if amount.Sign() < 0 {
		whole = "-" + whole
	}
	if fraction == "" {
		return whole
	}
	return whole + "." + fraction
}

// Parse parses an amount written by a person, "0.10" or "1", into base units. It
// refuses signs, exponents, grouping and more decimals than the asset has: an amount is
// never rounded.
func (a Asset) Parse(s string) (*big.Int, error) {
	whole, fraction, point := strings.Cut(s, ".")
	if !isDecimal(whole) || (point && !isDigits(fraction)) {
		return nil, fmt.Errorf("amount %.40q: expected a decimal number such as 0.10", s)
	}
	if len(fraction) > int(a.Decimals) {
		return nil, fmt.Errorf("amount %.40q: %s has %d decimals", s, a.Symbol, a.Decimals)
	}
	if len(whole) > maxDecimalDigits {
		return nil, fmt.Errorf("amount %.40q: %w", s, errTooLarge)
	}
	digits := whole + fraction + strings.Repeat("0", int(a.Decimals)-len(fraction))
	amount, ok := new(big.Int).SetString(digits, 10)
	if !ok || amount.BitLen() > 256 {
		return nil, fmt.Errorf("amount %.40q: %w", s, errTooLarge)
	}
	return amount, nil
}

var errTooLarge = errors.New("larger than a uint256")

// maxDecimalDigits is the length of 2^256-1 in decimal. It is checked before a string
// is passed to big.Int, since the cost of that grows with the square of the length.
const maxDecimalDigits = 78

// parseUint256 parses an integer in the only form that the protocol allows:
// ^(0|[1-9][0-9]{0,77})$ and at most 2^256-1.
func parseUint256[text string | []byte](s text) (*big.Int, bool) {
	if len(s) > maxDecimalDigits || !isDecimal(s) {
		return nil, false
	}
	if len(s) <= maxUint64Digits {
		var n uint64
		for i := range len(s) {
			n = 10*n + uint64(s[i]-'0')
		}
		return new(big.Int).SetUint64(n), true
	}
	n, ok := new(big.Int).SetString(string(s), 10)
	if !ok || n.BitLen() > 256 {
		return nil, false
	}
	return n, true
}

// maxUint64Digits is how many decimal digits every uint64 has room for.
const maxUint64Digits = 19

func isDecimal[text string | []byte](s text) bool { return isDigits(s) && (s[0] != '0' || len(s) == 1) }

func isDigits[text string | []byte](s text) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return len(s) > 0
}
