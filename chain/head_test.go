package chain_test

import (
	"encoding/json"
	"errors"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
)

func TestTheHeadIsTheNewestBlockAndTheFinalOneBehindIt(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		b := w.mine()
		latest, final, err := w.c.Head(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		if latest != b || final.Number != b.Number-2 {
			t.Errorf("head is %d, final %d, mined %d", latest.Number, final.Number, b.Number)
		}
		if same, err := w.c.Block(w.ctx, final.Number); err != nil || same != final {
			t.Errorf("block %d is %+v, the final one %+v: %v", final.Number, same, final, err)
		}
	}
	if _, err := w.c.Block(w.ctx, 1<<40); !errors.Is(err, mint.ErrUnknownBlock) {
		t.Errorf("a block to come: %v", err)
	}
}

// node answers every batch and request with what answers has for its method.
func node(t *testing.T, answers func(method, body string) string) *chain.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { serve(t, w, r, answers) }))
	t.Cleanup(s.Close)
	c, err := chain.Dial(t.Context(), s.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func header(number string) string {
	return `"result":{"number":"` + number + `","hash":"` + common.HexToHash("0xb10c"+number[2:]).Hex() + `","timestamp":"0x10","baseFeePerGas":"0x64"}`
}

const noSuchTag = `"error":{"code":-39001,"message":"unknown block"}`

func TestWithoutAFinalizedTagABlockIsFinalByItsConfirmations(t *testing.T) {
	for _, silent := range []string{noSuchTag, `"result":null`} {
		c := node(t, func(method, params string) string {
			switch {
			case method == "eth_chainId":
				return `"result":"0x1"`
			case strings.Contains(params, "finalized"):
				return silent
			case strings.Contains(params, "latest"):
				return header("0x20")
			case strings.Contains(params, `"0x1b"`):
				return header("0x1b")
			case strings.Contains(params, `"0x0"`):
				return header("0x0")
			}
			return `"result":null`
		})
		c.Confirmations = 5
		if latest, final, err := c.Head(t.Context()); err != nil || latest.Number != 32 || final.Number != 27 {
			t.Errorf("head %d, final %d: %v", latest.Number, final.Number, err)
		}
		c.Confirmations = 0
		if _, final, err := c.Head(t.Context()); err != nil || final.Number != 0 {
			t.Errorf("final %d without a word of the node: %v", final.Number, err)
		}
		c.Confirmations = 500
		if _, final, err := c.Head(t.Context()); err != nil || final.Number != 0 {
			t.Errorf("final %d: %v", final.Number, err)
		}
	}
}

func TestAFinalBlockAboveTheNewestIsNotBelieved(t *testing.T) {
	c := node(t, func(method, params string) string {
		switch {
		case method == "eth_chainId":
			return `"result":"0x1"`
		case strings.Contains(params, "finalized"):
			return header("0x21")
		}
		return header("0x20")
	})
	if _, _, err := c.Head(t.Context()); err == nil {
		t.Error("it was believed")
	}
}

func TestFeesAreTwiceTheBaseFeeAndTheTip(t *testing.T) {
	w := newWorld(t)
	fees, err := w.c.Fees(w.ctx)
	if err != nil || fees.Tip.Sign() <= 0 || fees.Cap.Cmp(fees.Tip) <= 0 {
		t.Errorf("%s: %v", fees, err)
	}
	// A node that suggests no tip.
	c := node(t, func(method, params string) string {
		switch method {
		case "eth_chainId":
			return `"result":"0x1"`
		case "eth_getBlockByNumber":
			return header("0x20")
		}
		return `"error":{"code":-32601,"message":"the method does not exist"}`
	})
	fees, err = c.Fees(t.Context())
	if err != nil || fees.Tip.Int64() != 1_000_000 || fees.Cap.Int64() != 1_000_200 {
		t.Errorf("%s: %v", fees, err)
	}
}

func TestAnAccountNonceIsOfTheBlockAskedFor(t *testing.T) {
	w := newWorld(t)
	before := w.head().Number
	w.mined(w.sender, devnet.USDC, usdcABI.PackMint(w.sender, usdc(1)))
	for at, want := range map[uint64]uint64{0: 1, before: 0, before + 1: 1} {
		if n, err := w.c.AccountNonce(w.ctx, w.sender, at); err != nil || n != want {
			t.Errorf("at %d: %d, want %d: %v", at, n, want, err)
		}
	}
	if wei, err := w.c.Balance(w.ctx, w.sender); err != nil || wei.Sign() <= 0 || wei.Cmp(tokens(100)) >= 0 {
		t.Errorf("balance is %s: %v", wei, err)
	}
}

func TestPayersAreReadInBulkAndInOrder(t *testing.T) {
	wallet := common.HexToAddress("0xb0b")
	w := newWorldWith(t, types.GenesisAlloc{wallet: {Code: burner, Balance: new(big.Int)}})
	keys := make([]mint.PayerKey, 600)
	for i := range keys {
		keys[i] = mint.PayerKey{Payer: common.BigToAddress(big.NewInt(int64(0xffff + i))), Nonce: random()}
	}
	for i := range 3 {
		w.give(keys[i*299].Payer, usdc(int64(i+1)))
	}
	before := w.head().Number
	o := w.order(w.payer(usdc(1)), 1)
	keys[7] = mint.PayerKey{Payer: o.Payer, Nonce: o.Authorization.Nonce}
	keys[8] = mint.PayerKey{Payer: o.Payer, Nonce: random()}
	keys[9] = mint.PayerKey{Payer: wallet, Nonce: random()}
	w.mine()
	w.mined(w.stranger, devnet.USDC, submit(o))
	w.mined(w.stranger, devnet.USDC, usdcABI.PackBlacklist(keys[10].Payer))
	payers, err := w.c.Inspect(w.ctx, w.launch, keys, 0)
	if err != nil {
		t.Fatal(err)
	}
	if len(payers) != len(keys) {
		t.Fatalf("%d payers", len(payers))
	}
	for i, p := range payers {
		want := new(big.Int)
		if i%299 == 0 && i < 3*299 {
			want = usdc(int64(i/299 + 1))
		}
		if p.Balance.Cmp(want) != 0 || p.Used != (i == 7) || p.HasCode != (i == 9) || p.Blacklisted != (i == 10) {
			t.Errorf("payer %d is %+v", i, p)
		}
	}
	past, err := w.c.Inspect(w.ctx, w.launch, keys[7:8], before)
	if err != nil || past[0].Used {
		t.Errorf("before the submission: %+v %v", past, err)
	}
}

func TestConditionsTellAPausedOrBlacklistingAssetAndBearOneThatKnowsNeither(t *testing.T) {
	w := newWorld(t)
	w.mined(w.stranger, devnet.USDC, usdcABI.PackBlacklist(w.launch.Token))
	w.mined(w.stranger, devnet.USDC, usdcABI.PackPause())
	if c := w.conditions(); !c.AssetPaused || !c.Blacklisted || c.Paused {
		t.Errorf("conditions are %+v", c)
	}
	// A launched token has no blacklist.
	second := w.deploy(w.terms(func(t *bindings.Terms) { t.Asset = w.launch.Token }), common.Hash{})
	if c, err := w.c.Conditions(w.ctx, second, 0); err != nil || c.Blacklisted || c.AssetPaused {
		t.Errorf("conditions are %+v: %v", c, err)
	}
	second.Token = w.treasury
	if _, err := w.c.Conditions(w.ctx, second, 0); err == nil {
		t.Error("conditions of an account without code")
	}
}

func TestANodesUrlIsInNoError(t *testing.T) {
	_, err := chain.Dial(t.Context(), "http://127.0.0.1:1/v2/secret")
	if err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("error is %v", err)
	}
}

func TestAnAccountNonceAtABlockIsDisputedWhereANodeThatStandsWellSaysAnother(t *testing.T) {
	w := newWorld(t)
	w.mined(w.sender, devnet.USDC, usdcABI.PackMint(w.sender, usdc(1)))
	at := w.head().Number
	counts := func(result, failure string) fault {
		return change(func(q request, r *response) {
			if q.Method == "eth_getTransactionCount" {
				r.Result, r.Error = json.RawMessage(result), json.RawMessage(failure)
			}
		})
	}
	for name, spoiled := range map[string]fault{
		"lies":                    counts(`"0x1389"`, ""),
		"does not have the block": counts("", `{"code":-32000,"message":"header not found"}`),
		"fails":                   broken["500"],
	} {
		for which := range 2 {
			c, _, p := w.proxies(2)
			p[which].spoil(spoiled)
			n, err := c.AccountNonce(w.ctx, w.sender, at)
			if name == "lies" {
				if !errors.Is(err, mint.ErrDisputed) {
					t.Errorf("node %d %s: %d, %v", which, name, n, err)
				}
			} else if err != nil || n != 1 {
				t.Errorf("node %d %s: %d, %v", which, name, n, err)
			}
		}
	}
}

// Several nodes behind one URL do not all have the newest block, so the one before it is
// taken for the newest. It was the newest a moment ago, so it is known.
func TestTheBlockBeforeTheNewestCostsNoRequestIfItWasTheNewestBefore(t *testing.T) {
	w := newWorld(t)
	c, _, p := w.proxies(1)
	var lags bool
	var before, last json.RawMessage
	p[0].spoil(change(func(q request, r *response) {
		switch {
		case !strings.Contains(string(q.Params), "latest"):
		case lags:
			r.Result = before
		default:
			before, last = last, r.Result
		}
	}))
	head := func() mint.Block {
		t.Helper()
		p[0].forget()
		latest, _, err := c.Head(w.ctx)
		if err != nil {
			t.Fatal(err)
		}
		return latest
	}
	var blocks []mint.Block
	for range 3 {
		blocks = append(blocks, w.mine())
		head()
	}
	lags = true
	if latest := head(); latest != blocks[0] {
		t.Errorf("the head is %d, the node that lags has %d", latest.Number, blocks[1].Number)
	}
	lags = false
	for range 5 {
		blocks = append(blocks, w.mine())
		if latest := head(); latest != blocks[len(blocks)-2] || p[0].asked("") != 2 {
			t.Errorf("the head is %d of %d, after %d calls", latest.Number, blocks[len(blocks)-1].Number, p[0].asked(""))
		}
	}
	w.mine()
	blocks = append(blocks, w.mine()) // the one between them was not seen
	if latest := head(); latest.Number+1 != blocks[len(blocks)-1].Number || p[0].asked("") != 3 {
		t.Errorf("the head is %d of %d, after %d calls", latest.Number, blocks[len(blocks)-1].Number, p[0].asked(""))
	}
}
