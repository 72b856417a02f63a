package chain_test

import (
	"bytes"
	"fmt"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func TestWhateverOrdersAreQueuedTheBatchThatIsSignedIsOneThatPoolsTake(t *testing.T) {
	long(t)
	w := newWorld(t)
	honest := w.honest(1)[0]
	// The door takes MaxSignature; the contract takes 8,192 bytes, which an order of
	// an earlier version may have. Of those, bytes are what runs out first.
	for _, mix := range []struct{ long, plain, length int }{
		{100, 50, x402.MaxSignature}, {0, 150, x402.MaxSignature}, {150, 0, x402.MaxSignature}, {57, 1, x402.MaxSignature},
		{1, 149, x402.MaxSignature}, {400, 400, x402.MaxSignature}, {60, 60, 8192},
	} {
		fat := honest
		fat.Signature = bytes.Repeat([]byte{0xff}, mix.length)
		var queue []mint.Order
		for range mix.long {
			queue = append(queue, fat)
		}
		for range mix.plain {
			queue = append(queue, honest)
		}
		batches := 0
		for ; len(queue) > 0; batches++ {
			n := w.c.Fits(queue)
			if n < 1 {
				t.Fatalf("%v: %d of %d fit", mix, n, len(queue))
			}
			fees, err := w.c.Fees(w.ctx)
			if err != nil {
				t.Fatal(err)
			}
			a, err := w.c.SignBatch(w.ctx, w.launch, queue[:n], w.sender, 0, fees.Cap, fees.Tip)
			if err != nil {
				t.Fatal(err)
			}
			var tx types.Transaction
			if err := tx.UnmarshalBinary(a.Raw); err != nil {
				t.Fatal(err)
			}
			if len(a.Raw) > 121_000 || tx.Gas() >= params.MaxTxGas {
				t.Fatalf("%v: a batch of %d has %d bytes and %d gas", mix, n, len(a.Raw), tx.Gas())
			}
			if n < len(queue) && n < 149 { // and is cut no sooner than it must be
				if _, err := w.c.SignBatch(w.ctx, w.launch, queue[:n+1], w.sender, 0, fees.Cap, fees.Tip); err != nil {
					t.Fatal(err)
				}
			}
			queue = queue[n:]
		}
		t.Logf("%d signatures of %d bytes and %d plain ones go in %d batches", mix.long, mix.length, mix.plain, batches)
		if mix.long == 100 && batches > 3 {
			t.Errorf("%d batches: whoever comes behind a hundred long signatures waits too long", batches)
		}
	}
}

// suggesting is a node of a quiet chain that suggests a tip, and says what recent
// blocks paid.
func suggesting(base, tip string, rewards ...string) func(method, params string) string {
	return func(method, params string) string {
		switch method {
		case "eth_chainId":
			return `"result":"0x1"`
		case "eth_getBlockByNumber":
			return strings.Replace(header("0x20"), `"baseFeePerGas":"0x64"`, `"baseFeePerGas":"`+base+`"`, 1)
		case "eth_maxPriorityFeePerGas":
			return `"result":"` + tip + `"`
		case "eth_feeHistory":
			var paid []string
			for _, r := range rewards {
				paid = append(paid, `["`+r+`"]`)
			}
			return fmt.Sprintf(`"result":{"oldestBlock":"0x1","baseFeePerGas":["0x64"],"gasUsedRatio":[0.5],"reward":[%s]}`, strings.Join(paid, ","))
		}
		return `"error":{"code":-32601,"message":"the method does not exist"}`
	}
}

func TestATipIsAtMostWhatRecentBlocksPaid(t *testing.T) {
	const gwei = 1_000_000_000
	for _, s := range []struct {
		tip     string
		rewards []string
		want    int64
	}{
		{"0x2d79883d2000", []string{"0x3b9aca00", "0x77359400", "0x0", "0x3b9aca00"}, gwei}, // 50,000 gwei, where one is paid
		{"0x5", []string{"0x3b9aca00"}, 5},
		{"0x2d79883d2000", nil, gwei},                  // of no blocks nothing is known
		{"0x2d79883d2000", []string{"0x1"}, 1_000_000}, // the floor of the bound
	} {
		c := node(t, suggesting("0x64", s.tip, s.rewards...))
		f, err := c.Fees(t.Context())
		if err != nil || f.Tip.Int64() != s.want {
			t.Errorf("%s suggested where %v were paid: a tip of %s, want %d (%v)", s.tip, s.rewards, f.Tip, s.want, err)
		}
		c.MaxFee = big.NewInt(1000)
		if f, err := c.Bounded(t.Context()); err != nil || f.Cap.Int64() > 1000 || f.Tip.Int64() > 900 {
			t.Errorf("bounded to %s, %s: %v", f.Cap, f.Tip, err)
		}
		c.MaxFee = big.NewInt(100)
		if _, err := c.Bounded(t.Context()); err == nil {
			t.Error("a base fee of all that may be paid is bounded")
		}
	}
}

func TestAdviceOnFeesThatCannotBeReadIsNoneAndStopsNothing(t *testing.T) {
	for _, s := range []struct{ tip, history string }{
		{`"-0x5"`, `{"reward":[["-5"]],"baseFeePerGas":[]}`},
		{`{}`, `"none"`},
		{`null`, `null`},
		{`"0x"`, `{"reward":[[{}],[],null],"baseFeePerGas":["x"]}`},
	} {
		whole := suggesting("0x64", "0x5")
		c := node(t, func(method, params string) string {
			switch method {
			case "eth_maxPriorityFeePerGas":
				return `"result":` + s.tip
			case "eth_feeHistory":
				return `"result":` + s.history
			}
			return whole(method, params)
		})
		if f, err := c.Fees(t.Context()); err != nil || f.Tip.Int64() != 1_000_000 {
			t.Errorf("a tip of %s and a history of %s: %+v, %v", s.tip, s.history, f, err)
		}
	}
}
