package chain_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
)

// pruned is a node that has dropped block 0.
func pruned(a answerOfGenesis) fault {
	return change(func(q request, r *response) {
		if q.Method == "eth_getBlockByNumber" && strings.HasPrefix(string(q.Params), `["0x0"`) {
			r.Result, r.Error = json.RawMessage(a.result), json.RawMessage(a.failure)
		}
	})
}

type answerOfGenesis struct{ result, failure string }

// later returns a client that connects to nodes of the world's chain.
func (w *world) later(urls ...string) *chain.Client {
	w.t.Helper()
	c, err := chain.Later(w.c.ChainID(), urls...)
	if err != nil {
		w.t.Fatal(err)
	}
	w.t.Cleanup(c.Close)
	return c
}

func TestAChainIsProvenByAStoredFinalBlockWhereBlock0IsDropped(t *testing.T) {
	w := newWorld(t)
	for range 6 {
		w.mine()
	}
	genesis, err := w.c.Genesis(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	final, err := w.c.Block(w.ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	p, q := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	for name, a := range map[string]answerOfGenesis{
		"4444": {failure: `{"code":4444,"message":"pruned history unavailable"}`},
		"null": {result: "null"},
	} {
		p.spoil(pruned(a))
		q.spoil(pruned(a))
		for _, urls := range [][]string{{p.url()}, {p.url(), q.url()}} {
			c := w.later(urls...)
			c.Final(final)
			if err := c.Connect(w.ctx, genesis); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			if _, _, err := c.Head(w.ctx); err != nil {
				t.Errorf("%s: %v", name, err)
			}
			other := final
			other.Hash = common.Hash{7}
			for i, c := range []*chain.Client{w.later(urls...), w.later(urls...)} {
				if i == 1 {
					c.Final(other)
				}
				if err := c.Connect(w.ctx, genesis); err == nil || !strings.Contains(err.Error(), p.host()) || !strings.Contains(err.Error(), "archive") {
					t.Errorf("%s, no proof: %v", name, err)
				}
				if _, err := c.Balance(w.ctx, w.sender); err == nil {
					t.Errorf("%s: a node without a proof is asked", name)
				}
			}
		}
	}
}

// turns is a node behind a balancer: wrong tells for each request whether it is of another chain.
func turns(wrong func(request int64) bool) fault {
	var n atomic.Int64
	other := change(func(q request, r *response) {
		if q.Method == "eth_chainId" {
			r.Result = json.RawMessage(`"0x2105"`)
		}
	})
	none := change(func(request, *response) {})
	return func(rw http.ResponseWriter, a asking) {
		if wrong(n.Add(1)) {
			other(rw, a)
			return
		}
		none(rw, a)
	}
}

func TestOneMisroutedAnswerEndsNoStart(t *testing.T) {
	w := newWorld(t)
	genesis, err := w.c.Genesis(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	p, q := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	for _, urls := range [][]string{{p.url()}, {p.url(), q.url()}} {
		connect := func(wrong func(int64) bool, genesis common.Hash) error {
			p.spoil(turns(wrong))
			q.spoil(turns(wrong))
			return w.later(urls...).Connect(w.ctx, genesis)
		}
		for _, known := range []common.Hash{genesis, {}} {
			if err := connect(func(n int64) bool { return n == 1 }, known); err != nil {
				t.Errorf("one answer of %d nodes: %v", len(urls), err)
			}
			if err := connect(func(n int64) bool { return true }, known); !errors.Is(err, chain.ErrOtherChain) {
				t.Errorf("all answers of %d nodes: %v", len(urls), err)
			}
		}
	}
	// A try makes two requests of a chain whose genesis block is known, and one of another. So each
	// right one is followed by a wrong one.
	for period, known := range map[int64]common.Hash{2: {}, 3: genesis} {
		p.spoil(turns(func(n int64) bool { return n%period == 1 }))
		c := w.later(p.url())
		if err := c.Connect(w.ctx, known); err == nil || errors.Is(err, chain.ErrOtherChain) || !chain.Passing(err) || !strings.Contains(err.Error(), "two chains") {
			t.Errorf("in turn, every %d: %v", period, err)
		}
		if _, err := c.Balance(w.ctx, w.sender); err == nil {
			t.Errorf("a node of two chains is asked, every %d", period)
		}
	}
}
