package chain

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// What USDC cannot be brought to emit, another asset may, or a node make up.
func TestAnAuthorizationIsOfItsPayerAndRightBeforeItsTransfer(t *testing.T) {
	asset, token := common.HexToAddress("0xa"), common.HexToAddress("0xb")
	payer, other := common.HexToAddress("0x1"), common.HexToAddress("0x2")
	launch := mint.Launch{Token: token, Asset: x402.Asset{Address: asset}, Price: big.NewInt(10), Cap: 5, Limit: 5}
	used := func(index uint, who common.Address) types.Log {
		return types.Log{Address: asset, Index: index, Topics: []common.Hash{usedTopic, hexAddress(who), {7}}}
	}
	moved := types.Log{Address: asset, Index: 6, Topics: []common.Hash{transferTopic, hexAddress(payer), hexAddress(token)}}
	short := used(5, payer)
	short.Topics = short.Topics[:2]
	for _, test := range []struct {
		name string
		logs []types.Log
		want mint.EventKind
	}{
		{"right before", []types.Log{used(5, payer), moved}, mint.EventSettled},
		{"a log is missing between", []types.Log{used(4, payer), moved}, mint.EventReceived},
		{"behind", []types.Log{moved, used(7, payer)}, mint.EventReceived},
		{"of another payer", []types.Log{used(5, other), moved}, mint.EventReceived},
		{"with the payer as data", []types.Log{short, moved}, mint.EventReceived},
		{"not there", []types.Log{moved}, mint.EventReceived},
	} {
		r := &receipt{Logs: test.logs}
		e, ok, err := r.classifyTransfer(1, transfer{launch: launch, from: payer, value: big.NewInt(20), log: &moved})
		if err != nil || !ok || e.Kind != test.want || (e.Quantity == 2) != (test.want == mint.EventSettled) {
			t.Errorf("%s: %+v %v %v", test.name, e, ok, err)
		}
	}
	if _, _, err := (&receipt{}).classifyTransfer(1, transfer{launch: launch, from: payer, value: big.NewInt(20), log: &moved}); err == nil {
		t.Error("a receipt without the log was judged")
	}
}
