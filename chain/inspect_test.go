package chain_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

// flip changes the last digit of a 32-byte word of each eth_call's output.
func flip(word int) fault {
	return change(func(q request, r *response) {
		if q.Method != "eth_call" {
			return
		}
		out := bytes.Clone(r.Result)
		at := len(`"0x`) + 64*word + 63
		if out[at] == '0' {
			out[at] = '1'
		} else {
			out[at] = '0'
		}
		r.Result = out
	})
}

func TestAPayersStateAtABlockIsDisputedWhereANodeThatStandsWellSaysAnother(t *testing.T) {
	w, minted := worldWithAMint(t)
	submitted := w.order(w.payer(usdc(1)), 1)
	w.mined(w.stranger, devnet.USDC, submit(submitted))
	at := w.head()
	keys := []mint.PayerKey{{Payer: minted.Payer}, {Payer: submitted.Payer, Nonce: submitted.Authorization.Nonce}}
	const used, spent = 3, 6 // words of the first payer: two words come before it
	for name, test := range map[string]struct {
		spoiled  fault
		disputed bool
	}{
		"says that a nonce is used":        {flip(used), true},
		"says that another id was spent":   {flip(spent), true},
		"has another block of that number": {change(otherBlock), false},
		"does not have the block":          {change(noBlock), false},
		"fails":                            {broken["500"], false},
	} {
		for which := range 2 {
			c, _, p := w.proxies(2)
			p[which].spoil(test.spoiled)
			payers, err := c.InspectAll(w.ctx, w.launch, keys, at)
			if test.disputed {
				if !errors.Is(err, mint.ErrDisputed) {
					t.Errorf("node %d %s: %+v, %v", which, name, payers, err)
				}
				continue
			}
			link := crypto.Keccak256(make([]byte, 32), minted.ID[:])
			if err != nil || payers[0].Used || payers[0].Spent != common.BytesToHash(link[:18]) || !payers[1].Used || payers[1].Spent != (common.Hash{}) {
				t.Errorf("node %d %s: %+v, %v", which, name, payers, err)
			}
		}
	}
	elsewhere := mint.Block{Number: at.Number, Hash: common.Hash{1}}
	if payers, err := w.c.InspectAll(w.ctx, w.launch, keys, elsewhere); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("at another branch's block: %+v, %v", payers, err)
	}
	w.mine()
	if payers, err := w.c.InspectAll(w.ctx, w.launch, nil, at); err != nil || len(payers) != 0 {
		t.Errorf("no payers: %+v, %v", payers, err)
	}
}

func otherBlock(q request, r *response) {
	if q.Method == "eth_getBlockByNumber" {
		var block map[string]any
		if json.Unmarshal(r.Result, &block) == nil {
			block["hash"] = common.Hash{9}
			r.Result, _ = json.Marshal(block)
		}
	}
}

func noBlock(q request, r *response) {
	if q.Method == "eth_call" || q.Method == "eth_getBlockByNumber" {
		r.Result, r.Error = nil, json.RawMessage(`{"code":-32000,"message":"header not found"}`)
	}
}

// lagging has a machine behind a node's URL answer the next requests, as often as times
// says: it does not have the newest block.
func (w *world) lagging(p *proxy, newest uint64, times *atomic.Int64) fault {
	before := hexutil.EncodeUint64(newest - 1)
	return func(rw http.ResponseWriter, a asking) {
		if times.Add(-1) < 0 {
			_, _ = rw.Write(a.forward())
			return
		}
		for i, q := range a.requests {
			a.requests[i].Params = json.RawMessage(strings.NewReplacer(`"latest"`, `"`+before+`"`, `"`+hexutil.EncodeUint64(newest)+`"`, `"0xffffff"`).Replace(string(q.Params)))
		}
		var body []byte
		if body, _ = json.Marshal(a.requests); !a.batch {
			body, _ = json.Marshal(a.requests[0])
		}
		body = bytes.ReplaceAll(body, []byte(`"id":`), []byte(`"jsonrpc":"2.0","id":`))
		_, _ = rw.Write(p.forward(body, a.requests))
	}
}

func TestAPayerJustFundedIsNotRefusedByAMachineThatLags(t *testing.T) {
	w := newWorld(t)
	for _, lags := range []int64{0, 1, 2, 3} {
		c, _, p := w.proxies(1)
		payer := w.payer(usdc(3))
		newest := w.mine().Number
		if _, _, err := c.Head(w.ctx); err != nil {
			t.Fatal(err)
		}
		times := new(atomic.Int64)
		times.Store(lags)
		p[0].spoil(w.lagging(p[0], newest, times))
		found, err := c.Inspect(w.ctx, w.launch, []mint.PayerKey{{Payer: payer, Nonce: random()}}, 0)
		if err != nil || found[0].Balance.Cmp(usdc(3)) != 0 {
			t.Errorf("%d answers lag: %+v, %v", lags, found, err)
		}
		// It lags all the time: then the payer is not known to be poor.
		times.Store(1 << 60)
		if found, err := c.Inspect(w.ctx, w.launch, []mint.PayerKey{{Payer: payer, Nonce: random()}}, 0); !errors.Is(err, mint.ErrUnknownBlock) {
			t.Errorf("all answers lag: %+v, %v", found, err)
		}
		// A payer without money costs two requests, and no wait.
		times.Store(0)
		p[0].forget()
		found, err = c.Inspect(w.ctx, w.launch, []mint.PayerKey{{Payer: w.key(), Nonce: random()}}, 0)
		if err != nil || found[0].Balance.Sign() != 0 || p[0].asked("") != 3 {
			t.Errorf("poor: %+v after %d calls: %v", found, p[0].asked(""), err)
		}
		c.Close()
	}
}
