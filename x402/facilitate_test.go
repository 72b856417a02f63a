package x402

import (
	"errors"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

func TestAFacilitatorIsAskedToSettleAnAmountOfMoreThanZero(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	for amount, reason := range map[int64]Reason{0: ReasonValue, 1: ""} {
		n, _ := NetworkByName("base-sepolia")
		r := n.Requirement(common.Address{1}, big.NewInt(amount), time.Minute)
		q := SettleRequest{Version: 2, Requirement: r, Payment: Payment{Scheme: r.Scheme, Network: r.Network, Authorization: Authorization{
			From: common.Address{2}, To: r.PayTo, Value: big.NewInt(amount), ValidAfter: new(big.Int), ValidBefore: big.NewInt(now.Unix() + 60)}}}
		var refused *RefusedError
		if err := q.Check(now, time.Second); errors.As(err, &refused) != (reason != "") || refused != nil && refused.Reason != reason {
			t.Errorf("an amount of %d: %v", amount, err)
		}
	}
}
