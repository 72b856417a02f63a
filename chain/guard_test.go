package chain_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

// spend returns the input of each call that spends the money of an order, and who sends it.
func (w *world) spend(o mint.Order, seen mint.Block) map[string]struct {
	from  common.Address
	input []byte
} {
	type sent = struct {
		from  common.Address
		input []byte
	}
	refund := mint.Refund{Payer: o.Payer, Nonce: o.Authorization.Nonce, Amount: o.Value, Seen: seen}
	plain := refund
	plain.Plain, plain.Nonce = true, random()
	return map[string]sent{
		"a settled mint":         {w.minter, chain.PackSettled(mint.SettledCall{Kind: mint.SettledMint, Order: o, Seen: seen})},
		"a refund":               {w.owner, chain.PackRefund(refund, mint.Proof{})},
		"a refund of a transfer": {w.owner, chain.PackRefund(plain, mint.Proof{})},
	}
}

// TestWhatTheMinterAndTheOwnerSendFailsOnABranchWithoutTheSettlement replaces a settlement by
// the money of another payer, and mines the same transaction on the new branch. Without the
// block, that transaction spends it.
func TestWhatTheMinterAndTheOwnerSendFailsOnABranchWithoutTheSettlement(t *testing.T) {
	for what := range newWorld(t).spend(mint.Order{Value: price}, mint.Block{}) {
		for _, guarded := range []bool{true, false} {
			w := newWorld(t)
			o, other := w.order(w.payer(usdc(1)), 1), w.order(w.payer(usdc(1)), 1)
			w.mine()
			w.mined(w.stranger, devnet.USDC, submit(o))
			settlement := w.head()
			seen := mint.Block{}
			if guarded {
				seen = settlement
			}
			send := w.spend(o, seen)[what]
			if _, err := w.d.Reorg(settlement.Number, false); err != nil {
				t.Fatal(err)
			}
			w.mined(w.stranger, devnet.USDC, w.cancel(o))
			w.mined(w.stranger, devnet.USDC, submit(other))
			hash := w.put(send.from, w.launch.Token, send.input)
			w.mine()
			if r := w.receipt(hash); r.Reverted != guarded {
				t.Errorf("%s, with the block %t: it failed: %t", what, guarded, r.Reverted)
			}
			c, err := w.c.Conditions(w.ctx, w.launch, 0)
			if err != nil {
				t.Fatal(err)
			}
			if left := new(big.Int).Sub(c.Held, usdc(c.Sold)); guarded && left.Cmp(usdc(1)) != 0 || !guarded && left.Sign() != 0 {
				t.Errorf("%s, with the block %t: %s of the other payer's money are left", what, guarded, left)
			}
		}
	}
}

func TestOnTheSettlementsBranchItIsSpentWithItsBlock(t *testing.T) {
	for what := range newWorld(t).spend(mint.Order{Value: price}, mint.Block{}) {
		w := newWorld(t)
		o := w.order(w.payer(usdc(1)), 1)
		w.mine()
		w.mined(w.stranger, devnet.USDC, submit(o))
		send := w.spend(o, w.head())[what]
		w.mined(send.from, w.launch.Token, send.input)
	}
}

func TestMoneyOfTheNewestBlockIsRefundedAndBoundToIt(t *testing.T) {
	w := newWorld(t)
	o := w.order(w.payer(usdc(1)), 1)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(o))
	newest := w.head()
	refund := mint.Refund{Payer: o.Payer, Nonce: o.Authorization.Nonce, Amount: o.Value, Seen: newest}
	refund.Seen.Hash[0] ^= 1
	if err := w.try(func() error { _, err := w.c.Refund(w.ctx, w.launch.Token, w.owner, refund, mint.Proof{}); return err }); err == nil || !strings.Contains(err.Error(), "reverted in block") {
		t.Errorf("with another block: %v", err)
	}
	refund.Seen = w.head()
	w.do(func() error { _, err := w.c.Refund(w.ctx, w.launch.Token, w.owner, refund, mint.Proof{}); return err })
}

func TestACallIsNotRefusedButUnknownOnABranchWithoutItsBlock(t *testing.T) {
	w := newWorld(t)
	o := w.order(w.payer(usdc(1)), 1)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(o))
	settlement := w.head()
	call := mint.SettledCall{Kind: mint.SettledMint, Order: o, Seen: settlement}
	simulate := func() (string, error) { return w.c.SimulateSettled(w.ctx, w.launch, call, w.minter) }
	if reason, err := simulate(); !errors.Is(err, mint.ErrUnknownBlock) || reason != "" {
		t.Errorf("in the newest block: %q, %v", reason, err)
	}
	w.mine()
	if reason, err := simulate(); err != nil || reason != "" {
		t.Errorf("one block later: %q, %v", reason, err)
	}
	call.Seen.Hash[0] ^= 1
	if reason, err := simulate(); !errors.Is(err, mint.ErrUnknownBlock) || !strings.Contains(err.Error(), "replaced by a reorg") || reason != "" {
		t.Errorf("on another branch: %q, %v", reason, err)
	}
	call.Seen = mint.Block{}
	if reason, err := simulate(); err != nil || reason != "" {
		t.Errorf("without a block: %q, %v", reason, err)
	}
}

func TestAnOldSettlementsBlockIsFoundWhereTheChainKeepsItsHistory(t *testing.T) {
	long(t)
	for _, keeps := range []bool{false, true} {
		alloc := types.GenesisAlloc{}
		if !keeps {
			alloc[params.HistoryStorageAddress] = types.Account{Balance: new(big.Int)}
		}
		w := newWorldWith(t, alloc)
		o := w.order(w.payer(usdc(1)), 1)
		w.mine()
		w.mined(w.stranger, devnet.USDC, submit(o))
		call := mint.SettledCall{Kind: mint.SettledMint, Order: o, Seen: w.head()}
		for range 257 { // the simulation is in the newest of them
			w.mine()
		}
		reason, err := w.c.SimulateSettled(w.ctx, w.launch, call, w.minter)
		if keeps && (err != nil || reason != "") || !keeps && !errors.Is(err, mint.ErrUnknownBlock) {
			t.Errorf("with a history (%t): %q, %v", keeps, reason, err)
		}
		if keeps {
			w.mined(w.minter, w.launch.Token, chain.PackSettled(call))
		}
	}
}

func TestALaunchThatDoesNotFindTheChainsBlocksIsRecognised(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(1)
	guards := func(want bool, when string) {
		t.Helper()
		if got, err := c.Guards(w.ctx, w.launch); err != nil || got != want {
			t.Errorf("%s: %t, %v", when, got, err)
		}
	}
	guards(false, "without a block that can be asked about")
	w.mine()
	guards(true, "as it is")
	p[0].spoil(change(func(q request, r *response) { // contracts see other blocks than clients
		if q.Method == "eth_getBlockByNumber" {
			r.Result = json.RawMessage(strings.Replace(string(r.Result), `"parentHash":"0x`, `"parentHash":"0x`+"00", 1))
		}
	}))
	if _, err := c.Guards(w.ctx, w.launch); err == nil {
		t.Error("a hash of 33 bytes is believed")
	}
	p[0].spoil(change(func(q request, r *response) {
		if q.Method == "eth_getBlockByNumber" {
			i := strings.Index(string(r.Result), `"parentHash":"0x`) + len(`"parentHash":"0x`)
			r.Result = json.RawMessage(string(r.Result[:i]) + strings.Repeat("ab", 32) + string(r.Result[i+64:]))
		}
	}))
	guards(false, "with another parent")
	p[0].spoil(change(func(q request, r *response) {
		if q.Method == "eth_call" {
			r.Result = json.RawMessage(`"0x"`)
		}
	}))
	if _, err := c.Guards(w.ctx, w.launch); err == nil {
		t.Error("an empty answer is believed")
	}
	p[0].spoil(nil)
	guards(true, "again")
}
