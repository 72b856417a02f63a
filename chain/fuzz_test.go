package chain

import (
	"encoding/json"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// The launch that the fuzzers' logs are about.
var (
	fuzzedAsset, fuzzedToken = common.HexToAddress("0xa"), common.HexToAddress("0xb")
	fuzzedPayer              = common.HexToAddress("0x1")
	fuzzed                   = mint.Launch{Token: fuzzedToken, Asset: x402.Asset{Address: fuzzedAsset}, Price: big.NewInt(10), Cap: 5, Limit: 5}
)

func logOf(index uint, from common.Address, data []byte, topics ...common.Hash) types.Log {
	return types.Log{Address: from, Index: index, Topics: topics, Data: data, TxHash: common.Hash{1}, BlockHash: common.Hash{2}, BlockNumber: 3}
}

func number(n byte) []byte { return append(make([]byte, 31), n) }

// logsFrom makes logs of any bytes: of JSON as a node answers it, or of others as
// a transaction of somebody hostile leaves them, three bytes a log: what, of whom,
// and a nonce or an amount.
func logsFrom(data []byte) (logs []types.Log, ok bool) {
	if len(data) > 0 && data[0] == '[' {
		err := json.Unmarshal(data, &logs)
		return logs, err == nil
	}
	index := uint(0)
	for ; len(data) >= 3; data = data[3:] {
		who, n := common.BytesToHash([]byte{data[1]%3 + 1}), data[2]%32
		id := mint.NewPaymentID(1, fuzzedAsset, common.BytesToAddress(who[:]), common.Hash{n})
		var l types.Log
		switch data[0] % 12 {
		case 0, 1:
			l = logOf(index, fuzzedAsset, nil, usedTopic, who, common.Hash{n})
		case 2, 3:
			l = logOf(index, fuzzedAsset, number(n), transferTopic, who, hexAddress(fuzzedToken))
		case 4, 5:
			l = logOf(index, fuzzedToken, number(n), mintedTopic, id.Hash(), who)
		case 6:
			l = logOf(index, fuzzedToken, slices.Concat(number(32), number(4), []byte{1, 2, 3, n}, make([]byte, 28)), skippedTopic, id.Hash(), who)
		case 7:
			l = logOf(index, fuzzedToken, number(n), refundedTopic, id.Hash(), who)
		case 8:
			l = logOf(index, fuzzedToken, number(n), withdrawn, who)
		case 9: // a log that is not shown
			index++
			continue
		case 10: // in another's name
			l = logOf(index, fuzzedPayer, nil, usedTopic, who, common.Hash{n})
		case 11: // cut short, or from something else
			if len(logs) > 0 {
				l = logs[len(logs)-1]
				l.Index = index
				l.Topics = l.Topics[:min(int(n)%4, len(l.Topics))]
				l.Data = l.Data[:min(int(n)/4*8, len(l.Data))]
			}
		}
		logs = append(logs, l)
		index++
	}
	return logs, true
}

// The programs of honest transactions and of hostile ones.
var fuzzedLogs = [][]byte{
	{},
	{0, 0, 7, 2, 0, 20},
	{0, 0, 7, 2, 0, 10, 8, 0, 9, 4, 0, 7, 6, 1, 3},
	{0, 0, 7, 9, 0, 0, 2, 0, 10, 2, 0, 15, 0, 0, 8, 0, 0, 9, 2, 0, 10, 4, 0, 7},
	{0, 0, 7, 2, 0, 10, 8, 0, 9, 4, 0, 8, 0, 1, 7, 2, 0, 10, 10, 0, 7, 2, 0, 10},
	{7, 0, 10, 8, 0, 10, 4, 0, 7, 11, 0, 1, 4, 0, 7, 11, 0, 3},
}

// asJSON is what a node answers for the logs of a program.
func asJSON(f *testing.F, program []byte) []byte {
	logs, _ := logsFrom(program)
	data, err := json.Marshal(slices.Concat([]types.Log{}, logs))
	if err != nil {
		f.Fatal(err)
	}
	return data
}

// Whatever a node answers for a receipt: a payment is a pair of logs next to each
// other, for a whole number of allotments, that is not the money of a mint there.
func FuzzAReceiptProvesOnlyItsPairs(f *testing.F) {
	for _, program := range fuzzedLogs {
		f.Add(program)
	}
	wholeJSON := `{"transactionHash":"` + common.Hash{1}.Hex() + `","blockHash":"` + common.Hash{2}.Hex() +
		`","blockNumber":"0x3","status":"0x1","gasUsed":"0x5","effectiveGasPrice":"0x7","l1Fee":"0x9","to":"` + fuzzedToken.Hex() + `","logs":`
	f.Add([]byte(wholeJSON + string(asJSON(f, fuzzedLogs[3])) + `}`))
	f.Add([]byte(wholeJSON + `null}`))
	padded := hexAddress(fuzzedToken).Hex() // as a recipient
	f.Add([]byte(wholeJSON + strings.ReplaceAll(string(asJSON(f, fuzzedLogs[3])), padded, "0x01"+padded[4:]) + `}`))
	w := newWatch([]mint.Launch{fuzzed})
	f.Fuzz(func(t *testing.T, data []byte) {
		var r *receipt
		if len(data) > 0 && data[0] == '{' {
			if json.Unmarshal(data, &r) != nil || r == nil {
				return
			}
		} else {
			logs, ok := logsFrom(data)
			if !ok {
				return
			}
			status, block := hexutil.Uint64(len(data)%2), hexutil.Uint64(3)
			r = &receipt{Hash: common.Hash{1}, BlockHash: common.Hash{2}, Block: &block, Status: &status, To: &fuzzedToken, Logs: slices.Concat([]types.Log{}, logs)}
		}
		if r.whole(r.Hash) != nil {
			return
		}
		if ours, err := r.ours(); err == nil {
			if len(ours.Minted)+len(ours.Skipped) > len(r.Logs) || ours.Reverted != (*r.Status == 0) {
				t.Errorf("%d logs say %+v", len(r.Logs), ours)
			}
		}
		var pairs [][2]uint
		for i := range r.Logs {
			moved, ok := w.incoming(&r.Logs[i])
			if !ok {
				continue
			}
			e, ok, err := r.classifyTransfer(1, moved)
			if err != nil {
				t.Fatalf("log %d is in it: %v", i, err)
			}
			if !ok || e.Kind != mint.EventSettled {
				continue
			}
			if i == 0 {
				t.Fatal("a payment without an authorization")
			}
			l, before := r.Logs[i], r.Logs[i-1]
			paid := new(big.Int).Mul(fuzzed.Price, big.NewInt(e.Quantity))
			switch {
			case before.Address != fuzzedAsset || before.Topics[0] != usedTopic || before.Topics[1] != l.Topics[1] || before.Index+1 != l.Index:
				t.Errorf("log %d pays and log %d does not authorize it", i, i-1)
			case e.ID != mint.NewPaymentID(1, fuzzedAsset, e.Payer, before.Topics[2]) || hexAddress(e.Payer) != l.Topics[1] || l.Topics[2] != hexAddress(fuzzedToken):
				t.Errorf("log %d is a payment of somebody else: %+v", i, e)
			case e.Quantity < 1 || e.Amount.Cmp(paid) != 0 || e.Amount.Cmp(new(big.Int).SetBytes(l.Data)) != 0:
				t.Errorf("%d allotments for %s", e.Quantity, e.Amount)
			case r.mints(fuzzedToken, e.ID):
				t.Errorf("log %d is owed and minted", i)
			case slices.Contains(pairs, [2]uint{before.Index, l.Index}):
				t.Errorf("log %d pays twice", i)
			}
			pairs = append(pairs, [2]uint{before.Index, l.Index})
		}
	})
}

// Whatever a node answers for logs: what is taken for an event is the launch's
// own, and has its figures.
func FuzzLogsAreEventsOfTheLaunchOrRefused(f *testing.F) {
	for _, program := range fuzzedLogs {
		f.Add(program)
		f.Add(asJSON(f, program))
	}
	w := newWatch([]mint.Launch{fuzzed})
	f.Fuzz(func(t *testing.T, data []byte) {
		logs, ok := logsFrom(data)
		if !ok {
			return
		}
		answers := [][]types.Log{logs}
		if err := sound(answers, 1, 5, common.Hash{2}); err != nil {
			return
		}
		logs = answers[0]
		for i := range logs {
			l := &logs[i]
			if l.BlockNumber < 1 || l.BlockNumber > 5 || l.Removed || (i > 0 && positionOf(l) == positionOf(&logs[i-1]) && l.BlockNumber == logs[i-1].BlockNumber) {
				t.Errorf("log %d is sound: %+v", i, l)
			}
			if moved, ok := w.incoming(l); ok && (l.Address != fuzzedAsset || moved.value.Sign() <= 0 || moved.from == fuzzedToken) {
				t.Errorf("log %d is money: %+v", i, moved)
			}
			e, err := w.own(l)
			if err != nil {
				continue
			}
			if e.Token != fuzzedToken || l.Address != fuzzedToken || e.Amount == nil || e.Amount.Sign() < 0 || e.Quantity < 0 || e.At.Tx != l.TxHash {
				t.Errorf("log %d is %+v", i, e)
			}
			if e.Kind == mint.EventMinted && (e.ID.Hash() != l.Topics[1] || hexAddress(e.Payer) != l.Topics[2]) {
				t.Errorf("log %d is the mint of another: %+v", i, e)
			}
		}
	})
}
