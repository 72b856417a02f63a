package pages_test

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/pages"
)

func TestABadgeSaysNothingThatTheChainDidNotShow(t *testing.T) {
	seen := mint.Mark{Block: 1, Tx: common.Hash{1}}
	closed := func(validBefore int64) mint.Order {
		o := mint.Order{VoidedFor: "closed: the sale ended before this payment could be minted, and it was not charged"}
		o.Authorization.ValidBefore = big.NewInt(validBefore)
		return o
	}
	for _, test := range []struct {
		order   mint.Order
		doubted bool
		badge   string
	}{
		{mint.Order{VoidedFor: "expired"}, false, "Never charged"},
		{mint.Order{VoidedFor: "expired"}, true, "Being checked"},
		{mint.Order{ParkedFor: "no balance"}, true, "Being checked"},
		{mint.Order{ParkedFor: "no balance"}, false, "Waits for the payer"},
		{closed(100), false, "Never charged"},
		{closed(101), false, "Not minted"},
		{mint.Order{VoidedFor: "cancelled", Settlement: seen}, false, "Paid, and owed"},
		{mint.Order{VoidedFor: "cancelled", Mint: seen}, true, "Being checked"},
		{mint.Order{VoidedFor: "cancelled", Mint: seen, Final: true}, true, "Minted, final"},
		{mint.Order{VoidedFor: "cancelled", Refund: seen}, true, "Refunded"},
	} {
		if got := pages.Badge(&test.order, test.doubted, time.Unix(100, 0)); got != test.badge {
			t.Errorf("%+v, doubted %v: %q, not %q", test.order, test.doubted, got, test.badge)
		}
	}
}
