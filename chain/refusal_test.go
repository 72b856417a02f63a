package chain_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"testing"

	"github.com/mint402/mint402/mint"
)

// said is what clients and providers answer to eth_sendRawTransaction, in their
// own words.
var said = []struct {
	client, message string
	class           mint.RefusalClass
	minTip, minCap  string
}{
	{"geth", "oversized data: transaction size 205275, limit 131072", mint.Oversized, "", ""},
	{"geth", "max initcode size exceeded: code size 50000, limit 49152", mint.Oversized, "", ""},
	{"geth", "intrinsic gas too low: gas 21000, minimum needed 53000", mint.BadGas, "", ""},
	{"geth", "insufficient gas for floor data gas cost: gas 100000, minimum needed 120000", mint.BadGas, "", ""},
	{"geth", "exceeds block gas limit", mint.BadGas, "", ""},
	{"geth", "transaction gas limit too high (cap: 16777216, tx: 20000000)", mint.BadGas, "", ""},
	{"geth", "tx fee (1.23 ether) exceeds the configured cap (1.00 ether)", mint.NodeFeeCap, "", ""},
	{"geth", "transaction type not supported: type 2 rejected, pool not yet in London", mint.BadKind, "", ""},
	{"geth", "only replay-protected (EIP-155) transactions allowed over RPC", mint.BadKind, "", ""},
	{"geth", "invalid sender: invalid chain id for signer: have 1 want 84532", mint.BadSender, "", ""},
	{"geth", "transaction underpriced: gas tip cap 1000000, minimum needed 25000000000", mint.Underpriced, "25000000000", ""},
	{"geth", "replacement transaction underpriced: new tx gas fee cap 10 <= 10 queued", mint.Outbid, "", ""},
	{"geth", "future transaction tries to replace pending", mint.Outbid, "", ""},
	{"geth", "nonce too low: next nonce 7, tx nonce 0", mint.NonceUsed, "", ""},
	{"geth", "nonce too high: address 0xabc, tx: 9 state: 7", mint.NonceGap, "", ""},
	{"geth", "txpool is full", mint.PoolFull, "", ""},
	{"geth", "insufficient funds for gas * price + value: balance 0, tx cost 42, overshot 42", mint.NoFunds, "", ""},
	{"geth", "max fee per gas less than block base fee: address 0xabc, maxFeePerGas: 1, baseFee: 875000000", mint.Underpriced, "", "1750000000"},
	{"op-geth", "transaction underpriced: tip needed 1000000, tip permitted 100", mint.Underpriced, "1000000", ""},
	{"bor", "transaction underpriced: gas tip cap 1000000, minimum needed 30000000000", mint.Underpriced, "30000000000", ""},
	{"coreth", "transaction underpriced: address 0xab have gas fee cap (1) < pool minimum fee cap (25000000000)", mint.Underpriced, "25000000000", ""},
	{"a provider", "transaction underpriced: minimum needed 25 gwei", mint.Underpriced, "25000000000", ""},
	{"reth", "oversized data", mint.Oversized, "", ""},
	{"reth", "replacement transaction underpriced", mint.Outbid, "", ""},
	{"reth", "invalid chain ID", mint.BadSender, "", ""},
	{"reth", "sender is not an EOA", mint.BadSender, "", ""},
	{"nethermind", "MaxTxSizeExceeded, Transaction size 131100 exceeds 131072", mint.Oversized, "", ""},
	{"nethermind", "OldNonce, Current nonce: 7, nonce of rejected tx: 3", mint.NonceUsed, "", ""},
	{"nethermind", "NonceGap, Future nonce. Expected nonce: 3", mint.NonceGap, "", ""},
	{"nethermind", "FeeTooLow, MaxFeePerGas too low. MaxFeePerGas: 1, BaseFee: 7000000", mint.Underpriced, "", "14000000"},
	{"nethermind", "FeeTooLowToCompete", mint.Underpriced, "", ""},
	{"nethermind", "ReplacementNotAllowed", mint.Outbid, "", ""},
	{"nethermind", "GasLimitExceeded, Gas limit: 30000000, gas limit of rejected tx: 40000000", mint.BadGas, "", ""},
	{"nethermind", "InsufficientFunds, Account balance: 0, cumulative cost: 12", mint.NoFunds, "", ""},
	{"nethermind", "NotSupportedTxType", mint.BadKind, "", ""},
	{"nethermind", "FailedToResolveSender", mint.BadSender, "", ""},
	{"erigon", "rlp: RLPTooLong", mint.Oversized, "", ""},
	{"erigon", "could not replace existing tx", mint.Outbid, "", ""},
	{"erigon", "fee too low", mint.Underpriced, "", ""},
	{"erigon", "pending sub-pool is full", mint.PoolFull, "", ""},
	{"erigon", "unsupported transaction type", mint.BadKind, "", ""},
	{"besu", "Intrinsic gas exceeds gas limit", mint.BadGas, "", ""},
	{"besu", "Transaction gas limit exceeds block gas limit", mint.BadGas, "", ""},
	{"besu", "Transaction fee cap exceeded", mint.NodeFeeCap, "", ""},
	{"besu", "Gas price below configured minimum gas price", mint.Underpriced, "", ""},
	{"besu", "Nonce too low", mint.NonceUsed, "", ""},
	{"besu", "Transaction nonce is too distant from current sender nonce", mint.NonceGap, "", ""},
	{"besu", "Upfront cost exceeds account balance", mint.NoFunds, "", ""},
	{"besu", "Wrong chainId", mint.BadSender, "", ""},
	{"nitro", "max fee per gas less than block base fee: address 0xab, maxFeePerGas: 1, baseFee: 10000000", mint.Underpriced, "", "20000000"},
	{"era", "oversized data. max: 122880; actual: 130000", mint.Oversized, "", ""},
	{"anvil", "intrinsic gas too high -- tx.gas_limit > env.block.gas_limit", mint.BadGas, "", ""},
	{"anvil", "Insufficient funds for gas * price + value", mint.NoFunds, "", ""},
	{"alchemy", "Your app has exceeded its compute units per second capacity", mint.RateLimited, "", ""},
	{"infura", "daily request count exceeded, request rate limited", mint.RateLimited, "", ""},
	{"quicknode", "requests limited: too many requests", mint.RateLimited, "", ""},
	{"nobody", "the moon is in the wrong phase", mint.Unknown, "", ""},
}

func TestEachRefusalOfANodeIsAVerdictOrAdvice(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(1)
	for _, s := range said {
		text, err := json.Marshal(map[string]any{"code": -32000, "message": s.message})
		if err != nil {
			t.Fatal(err)
		}
		p[0].spoil(refuse(string(text)))
		var r *mint.Refusal
		if err := c.Send(w.ctx, w.attempt(w.honest(1)...).Raw); !errors.As(err, &r) {
			t.Fatalf("%s: %q is answered %v", s.client, s.message, err)
		}
		if r.Class != s.class || figure(r.MinTip) != s.minTip || figure(r.MinCap) != s.minCap {
			t.Errorf("%s: %q is %s, tip %s, cap %s", s.client, s.message, r.Class, figure(r.MinTip), figure(r.MinCap))
		}
	}
}

func figure(n *big.Int) string {
	if n == nil {
		return ""
	}
	return n.String()
}

func TestAVerdictIsThatOfEveryNodeThatAnswered(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(3)
	oversized, full := refuse(`{"code":-32000,"message":"oversized data"}`), refuse(`{"code":-32000,"message":"txpool is full"}`)
	for _, s := range []struct {
		nodes [3]fault
		class mint.RefusalClass
	}{
		{[3]fault{oversized, oversized, oversized}, mint.Oversized},
		{[3]fault{oversized, full, oversized}, mint.PoolFull},
		{[3]fault{oversized, broken["500"], oversized}, mint.Oversized},
		{[3]fault{broken["500"], broken["429"], broken["500"]}, mint.Unheard},
		{[3]fault{refuse(`{"code":-32000,"message":"transaction underpriced: gas tip cap 1, minimum needed 900"}`), oversized,
			refuse(`{"code":-32000,"message":"transaction underpriced: gas tip cap 1, minimum needed 30"}`)}, mint.Underpriced},
	} {
		for i := range p {
			p[i].spoil(s.nodes[i])
		}
		var r *mint.Refusal
		if err := c.Send(w.ctx, w.attempt(w.honest(1)...).Raw); !errors.As(err, &r) || r.Class != s.class {
			t.Errorf("want %s: %v", s.class, err)
		} else if s.class == mint.Underpriced && figure(r.MinTip) != "30" {
			t.Errorf("the least tip is %s", figure(r.MinTip))
		}
	}
}
