package chain_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

func TestNothingIsToldOfABranchThatWasNotAskedFor(t *testing.T) {
	long(t)
	w := newWorld(t)
	shared := w.mine()
	a := w.attempt(w.honest(1)...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	head, launches := w.mine(), []mint.Launch{w.launch}
	if events, err := w.c.Since(w.ctx, launches, shared, head); err != nil || len(events) != 1 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	if r, err := w.c.Mined(w.ctx, []common.Hash{a.Hash}, head); err != nil || r[0] == nil {
		t.Fatalf("receipt %v, %v", r, err)
	}
	if r, err := w.c.Mined(w.ctx, []common.Hash{a.Hash}, shared); err != nil || r[0] == nil || r[0].At.Block != head.Number || len(r[0].Minted) > 0 {
		t.Errorf("mined after the block that was asked for: %v, %v", r, err)
	}
	if _, err := w.d.Reorg(head.Number, true); err != nil { // the same transaction, in another block
		t.Fatal(err)
	}
	if _, err := w.c.Since(w.ctx, launches, shared, head); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("events up to a block that was taken back: %v", err)
	}
	if _, err := w.c.Since(w.ctx, launches, head, w.head()); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("events from a block on that was taken back: %v", err)
	}
	if _, err := w.c.Mined(w.ctx, []common.Hash{a.Hash}, head); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("receipts up to a block that was taken back: %v", err)
	}
	if _, err := w.c.Since(w.ctx, launches, w.head(), mint.Block{Number: w.head().Number + 5}); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("events up to a block that there is not: %v", err)
	}
}

func TestAReceiptOfAnotherChainsBlockIsNotBelieved(t *testing.T) {
	w := newWorld(t)
	w.mine()
	a := w.attempt(w.honest(1)...)
	if err := w.c.Send(w.ctx, a.Raw); err != nil {
		t.Fatal(err)
	}
	w.mine()
	heads := []mint.Block{w.mine(), w.mine()} // the block is the head's parent, or further below
	c, _, all := w.proxies(1)
	for name, told := range map[string]struct {
		key   string
		value any
	}{
		"another block of that number":  {"blockHash", common.Hash{7}},
		"that block, by another number": {"blockNumber", "0x1"},
	} {
		all[0].spoil(change(func(q request, r *response) {
			if q.Method != "eth_getTransactionReceipt" {
				return
			}
			var receipt map[string]any
			if err := json.Unmarshal(r.Result, &receipt); err != nil {
				t.Error(err)
			}
			receipt[told.key] = told.value
			for _, l := range receipt["logs"].([]any) {
				l.(map[string]any)[told.key] = told.value
			}
			r.Result, _ = json.Marshal(receipt)
		}))
		for _, head := range heads {
			if r, err := c.Mined(w.ctx, []common.Hash{a.Hash}, head); err == nil && r[0] != nil || err != nil && !errors.Is(err, mint.ErrUnknownBlock) {
				t.Errorf("%s, head %d: %+v, %v", name, head.Number, r, err)
			}
		}
	}
	all[0].spoil(nil)
	for _, head := range heads {
		if r, err := c.Mined(w.ctx, []common.Hash{a.Hash}, head); err != nil || r[0] == nil {
			t.Errorf("told as it is, head %d: %+v, %v", head.Number, r, err)
		}
	}
}

func TestAnEmptyBatchUsesItsAccountNonce(t *testing.T) {
	w := newWorld(t)
	before, err := w.c.AccountNonce(w.ctx, w.sender, 0)
	if err != nil {
		t.Fatal(err)
	}
	r := w.batch()
	after, err := w.c.AccountNonce(w.ctx, w.sender, 0)
	if err != nil || after != before+1 || r.Reverted || len(r.Minted)+len(r.Skipped) != 0 {
		t.Fatalf("account nonce %d after %d: %+v, %v", after, before, r, err)
	}
}

func TestOneReceiptThatCannotBeReadHidesNoOther(t *testing.T) {
	for name, spoil := range unreadable {
		w := newWorld(t)
		var hashes []common.Hash
		for range 3 {
			hashes = append(hashes, w.batch(w.order(w.payer(usdc(5)), 1)).At.Tx)
		}
		p := newProxy(t, w.d.URL)
		c, err := chain.Dial(w.ctx, p.url())
		if err != nil {
			t.Fatal(err)
		}
		p.spoil(change(func(q request, r *response) {
			if q.Method == "eth_getTransactionReceipt" && strings.Contains(string(q.Params), hashes[1].Hex()[2:]) {
				spoil(r)
			}
		}))
		if found, err := c.Mined(w.ctx, hashes, w.head()); err != nil || found[0] == nil || found[1] != nil || found[2] == nil {
			t.Errorf("%s: %+v, %v", name, found, err)
		}
		c.Close()
	}
}
