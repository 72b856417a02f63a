package chain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

func keyOf(o mint.Order) mint.PayerKey {
	return mint.PayerKey{Payer: o.Payer, Nonce: o.Authorization.Nonce}
}

// usage is what used the payment nonces of orders in the blocks after one.
func (w *world) usage(c *chain.Client, after uint64, orders ...mint.Order) ([]mint.Use, error) {
	var keys []mint.PayerKey
	for _, o := range orders {
		keys = append(keys, keyOf(o))
	}
	return c.Usage(w.ctx, w.launch, keys, mint.Block{Number: after}, w.head())
}

func TestWhatUsedAPaymentNonceIsToldByTheAssetsOwnLogs(t *testing.T) {
	w := newWorld(t)
	payer, before := w.payer(usdc(20)), w.head().Number
	paid, cancelled, unused, batched, early := w.order(payer, 1), w.order(payer, 1), w.order(payer, 1), w.order(payer, 1), w.order(payer, 1)
	elsewhere := w.order(payer, 1).Authorization
	elsewhere.To = w.treasury
	away := w.signed(w.launch, elsewhere, 1)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(early))
	after := w.head().Number
	txs := []common.Hash{
		w.mined(w.stranger, devnet.USDC, submit(paid)),
		w.mined(w.stranger, devnet.USDC, w.cancel(cancelled)),
		{},
		w.mined(w.stranger, w.launch.Token, strict(batched)),
		w.mined(w.stranger, devnet.Multicall3, through(callOf(devnet.USDC, submit(away)))),
		{},
	}
	uses, err := w.usage(w.c, after, paid, cancelled, unused, batched, away, early)
	if err != nil {
		t.Fatal(err)
	}
	want := []mint.Use{{How: mint.UsePaid, To: w.launch.Token}, {How: mint.UseCancelled}, {}, {How: mint.UsePaid, To: w.launch.Token},
		{How: mint.UsePaid, To: w.treasury}, {}} // the last one was used before
	for i, u := range uses {
		if u.How != want[i].How || u.To != want[i].To || u.At.Tx != txs[i] {
			t.Errorf("payment %d: %+v, want %+v in %s", i, u, want[i], txs[i])
		}
	}
	if all, err := w.usage(w.c, before, early); err != nil || all[0].How != mint.UsePaid {
		t.Errorf("in all blocks: %+v, %v", all, err)
	}
	if none, err := w.usage(w.c, before); err != nil || len(none) != 0 {
		t.Errorf("of no payment: %+v, %v", none, err)
	}
}

func TestALogOfAnotherAccountOrPayerUsesNoPaymentNonce(t *testing.T) {
	w := newWorld(t)
	payer, other := w.payer(usdc(5)), w.payer(usdc(5))
	mine, theirs := w.order(payer, 1), w.order(other, 1)
	after := w.head().Number
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(theirs))
	// The same payment nonce of another payer, and the same payer's other one.
	crossed := mint.Order{Payer: mine.Payer, Authorization: theirs.Authorization}
	if uses, err := w.usage(w.c, after, mine, crossed); err != nil || uses[0].How != mint.UseUnknown || uses[1].How != mint.UseUnknown {
		t.Errorf("%+v, %v", uses, err)
	}
}

func TestAUseWhoseReceiptSaysOtherwiseIsAnErrorAndNoAnswer(t *testing.T) {
	w := newWorld(t)
	o, after := w.order(w.payer(usdc(5)), 1), w.head().Number
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(o))
	p := newProxy(t, w.d.URL)
	c, err := chain.Dial(w.ctx, p.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for name, spoil := range map[string]func(receipt map[string]json.RawMessage){
		"without its logs": func(r map[string]json.RawMessage) { r["logs"] = json.RawMessage("[]") },
	} {
		p.spoil(change(func(q request, r *response) {
			var receipt map[string]json.RawMessage
			if q.Method == "eth_getTransactionReceipt" && json.Unmarshal(r.Result, &receipt) == nil && receipt != nil {
				spoil(receipt)
				r.Result, _ = json.Marshal(receipt)
			}
		}))
		if uses, err := w.usage(c, after, o); err == nil {
			t.Errorf("receipt %s: %+v", name, uses)
		}
	}
	p.spoil(nil)
	if uses, err := w.usage(c, after, o); err != nil || uses[0].How != mint.UsePaid {
		t.Errorf("as it is: %+v, %v", uses, err)
	}
}

// unreadable are answers in place of a transaction's receipt by its hash.
var unreadable = map[string]func(*response){
	"null": func(r *response) { r.Result = json.RawMessage("null") },
	"error": func(r *response) {
		r.Result, r.Error = nil, json.RawMessage(`{"code":-32603,"message":"internal error: missing receipt in index"}`)
	},
	"of another block": func(r *response) {
		r.Result = bytes.ReplaceAll(r.Result, blockHashOf(r.Result), []byte(`"blockHash":"`+common.Hash{1}.Hex()+`"`))
	},
	"of another sending": func(r *response) {
		r.Result = json.RawMessage(strings.Replace(string(r.Result), `"transactionHash":"0x`, `"transactionHash":"0x77`, 1))
	},
}

func blockHashOf(receipt []byte) []byte {
	return regexp.MustCompile(`"blockHash":"0x[0-9a-f]*"`).Find(receipt)
}

// unserved answers that the node does not serve a method.
func unserved(r *response) {
	r.Result, r.Error = nil, json.RawMessage(`{"code":-32601,"message":"method not found"}`)
}

func TestAReceiptThatANodeLacksIsReadWithItsBlock(t *testing.T) {
	for name, spoil := range unreadable {
		for _, lacks := range []string{"", "eth_getBlockReceipts", "both"} {
			w := newWorld(t)
			o, after := w.order(w.payer(usdc(5)), 1), w.head().Number
			w.mine()
			w.mined(w.stranger, devnet.USDC, submit(o))
			w.give(w.launch.Token, usdc(3))
			want, err := w.c.Events(w.ctx, []mint.Launch{w.launch}, after+1, w.head().Number)
			if err != nil || len(want) < 1 {
				t.Fatalf("%+v, %v", want, err)
			}
			p := newProxy(t, w.d.URL)
			c, err := chain.Dial(w.ctx, p.url())
			if err != nil {
				t.Fatal(err)
			}
			p.spoil(change(func(q request, r *response) {
				switch {
				case q.Method == "eth_getTransactionReceipt" && string(r.Result) != "null":
					spoil(r)
				case q.Method == "eth_getBlockReceipts" && lacks != "", q.Method == "eth_getLogs" && strings.Contains(string(q.Params), "blockHash") && lacks == "both":
					unserved(r)
				}
			}))
			uses, used := w.usage(c, after, o)
			events, read := c.Events(w.ctx, []mint.Launch{w.launch}, after+1, w.head().Number)
			if lacks == "both" {
				for _, err := range []error{used, read} {
					if err == nil || !strings.Contains(err.Error(), "not its receipt") || errors.Is(err, chain.ErrMoved) {
						t.Errorf("%s, and nothing else: %v", name, err)
					}
				}
			} else if used != nil || read != nil || uses[0].How != mint.UsePaid || !reflect.DeepEqual(events, want) {
				t.Errorf("%s without %q: %v, %v, %+v", name, lacks, used, read, events)
			}
			c.Close()
		}
	}
}

// forgetful answers every look at logs with none.
func forgetful(q request, r *response) {
	if q.Method == "eth_getLogs" {
		r.Result = json.RawMessage("[]")
	}
}

func TestWhatAnIndexOfLogsLacksIsReadFromTheReceiptsOfAllTransactions(t *testing.T) {
	w := newWorld(t)
	after := w.head()
	payer := w.payer(usdc(20))
	paid, strange := w.order(payer, 2), w.order(payer, 1)
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(paid))
	for range 20 { // more blocks than are asked for at once
		w.mine()
	}
	w.mined(w.stranger, w.launch.Token, strict(strange))
	w.mined(w.stranger, devnet.USDC, usdcABI.PackMint(w.launch.Token, big.NewInt(5)))
	p := newProxy(t, w.d.URL)
	c, err := chain.Dial(w.ctx, p.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	p.spoil(change(forgetful))
	reread := func(attempt int) ([]mint.Event, error) {
		return c.Reread(w.ctx, []mint.Launch{w.launch}, after, w.head(), attempt)
	}
	if events, err := reread(mint.AttemptReceipts - 1); err != nil || len(events) != 0 {
		t.Fatalf("by logs: %v\n%s", err, describe(events))
	}
	events, err := reread(mint.AttemptReceipts)
	if err != nil {
		t.Fatal(err)
	}
	honest, err := w.c.Since(w.ctx, []mint.Launch{w.launch}, after, w.head())
	if err != nil {
		t.Fatal(err)
	}
	same := func(a, b mint.Event) bool {
		return a.Kind == b.Kind && a.ID == b.ID && a.At == b.At && a.Quantity == b.Quantity
	}
	if len(events) != 3 || !slices.EqualFunc(events, honest, same) {
		t.Fatalf("by receipts:\n%s\nwant\n%s", describe(events), describe(honest))
	}

	// A block with fewer receipts than transactions is not read by them.
	p.spoil(change(func(q request, r *response) {
		forgetful(q, r)
		if q.Method == "eth_getBlockReceipts" {
			r.Result = json.RawMessage("[]")
		}
	}))
	if events, err := reread(mint.AttemptReceipts); err != nil || len(events) != 0 {
		t.Errorf("without receipts it is read by logs: %v\n%s", err, describe(events))
	}
	// Nor is one of another branch than the one that was meant.
	p.spoil(change(forgetful))
	if events, err := c.Reread(w.ctx, []mint.Launch{w.launch}, mint.Block{Number: after.Number, Hash: common.Hash{1}}, w.head(), mint.AttemptReceipts); err == nil {
		t.Errorf("from another branch:\n%s", describe(events))
	}
	head := w.head()
	head.Hash = common.Hash{1}
	if events, err := c.Reread(w.ctx, []mint.Launch{w.launch}, after, head, mint.AttemptReceipts); err == nil {
		t.Errorf("up to another branch:\n%s", describe(events))
	}
}

func TestLogsWithAGapMakeNoReceipt(t *testing.T) {
	w := newWorld(t)
	o, after := w.order(w.payer(usdc(5)), 1), w.head().Number
	w.mined(w.stranger, devnet.USDC, submit(o))
	p := newProxy(t, w.d.URL)
	c, err := chain.Dial(w.ctx, p.url())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for _, lacking := range []bool{false, true} {
		p.spoil(change(func(q request, r *response) {
			var logs []json.RawMessage
			switch {
			case q.Method == "eth_getTransactionReceipt":
				r.Result = json.RawMessage("null")
			case q.Method == "eth_getBlockReceipts":
				unserved(r)
			case lacking && q.Method == "eth_getLogs" && strings.Contains(string(q.Params), "blockHash") && json.Unmarshal(r.Result, &logs) == nil:
				r.Result, _ = json.Marshal(logs[1:])
			}
		}))
		events, err := c.Events(w.ctx, []mint.Launch{w.launch}, after+1, w.head().Number)
		if lacking && err == nil || !lacking && (err != nil || len(events) != 1 || events[0].Kind != mint.EventSettled) {
			t.Errorf("lacking %t: %+v, %v", lacking, events, err)
		}
	}
}
