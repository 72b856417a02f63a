package amount

import (
	"math/big"
	"testing"
)

func TestAmountsAreFormattedForPeople(t *testing.T) {
	wei := func(s string) *big.Int { n, _ := new(big.Int).SetString(s, 10); return n }
	for _, one := range []struct{ got, want string }{
		{Tokens(wei("5000000000000000000000")), "5000"},
		{Tokens(wei("500000000000000000")), "0.5"},
		{Tokens(wei("1")), "0.000000000000000001"},
		{Tokens(wei("0")), "0"},
		{Coins(wei("2000000000000")), "0.000002"},
		{Coins(wei("1234567000000000000")), "1.235"},
		{CoinsAtMost(wei("1234490000000000000")), "1.235"},
		{CoinsAtMost(wei("1234000000000000000")), "1.234"},
		{CoinsAtMost(wei("9999900000000000000")), "10"},
		{CoinsAtMost(wei("1")), "0.000000000000000001"},
		{Grouped("1234567.25"), "1,234,567.25"},
		{Grouped("1234567.50"), "1,234,567.50"},
		{Grouped("1000"), "1,000"},
		{Grouped("999"), "999"},
		{Grouped("-100.00"), "-100.00"},
		{Grouped("-1234.5"), "-1,234.5"},
		{Grouped("0"), "0"},
		{Plural(1, "payment"), "1 payment"},
		{Plural(5000, "payment"), "5,000 payments"},
	} {
		if one.got != one.want {
			t.Errorf("%s, want %s", one.got, one.want)
		}
	}
}
