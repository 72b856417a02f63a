package chain_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// callsFinal answers with a block of the node's, or one that it has later, where it is
// asked for the final one; nil: it names none.
func (w *world) callsFinal(block func() *mint.Block) fault {
	return change(func(q request, r *response) {
		if !strings.Contains(string(q.Params), "finalized") {
			return
		}
		r.Error = nil
		b := block()
		if b == nil {
			r.Result = json.RawMessage("null")
			return
		}
		r.Result = json.RawMessage(fmt.Sprintf(`{"number":"0x%x","hash":"%s","timestamp":"0x%x","baseFeePerGas":"0x64"}`, b.Number, b.Hash, b.Time.Unix()))
	})
}

// newest is a node's newest block, which it calls final.
func (w *world) newest() *mint.Block {
	b := w.head()
	return &b
}

// looked lets time pass until the nodes were looked at, and returns the final block.
func (w *world) looked(c *chain.Client, now *clock, p ...*proxy) mint.Block {
	w.t.Helper()
	for _, p := range p {
		p.forget()
	}
	w.until("each node is looked at", func() bool {
		now.forward(10 * time.Second)
		for _, p := range p {
			if p.asked("eth_chainId") == 0 {
				w.final(c)
				return false
			}
		}
		return true
	})
	return w.final(c)
}

func (w *world) final(c *chain.Client) mint.Block {
	w.t.Helper()
	_, final, err := c.Head(w.ctx)
	if err != nil {
		w.t.Fatal(err)
	}
	return final
}

func TestABlockIsFinalOnceAllNodesThatStandWellSaySo(t *testing.T) {
	w := newWorld(t)
	for range 5 {
		w.mine()
	}
	for _, false0 := range []bool{true, false} { // which of the two calls its newest block final
		c, now, p := w.proxies(2)
		if false0 {
			p[0].spoil(w.callsFinal(w.newest))
		} else {
			p[1].spoil(w.callsFinal(w.newest))
		}
		honest := func() uint64 { return w.head().Number - 2 }
		last := uint64(0)
		for range 6 {
			if got := w.final(c); got.Number > honest() || got.Number < last {
				t.Fatalf("final is %d after %d, and the chain's is %d", got.Number, last, honest())
			} else {
				last = got.Number
			}
			w.mine()
		}
		var got mint.Block
		w.until("it is the chain's", func() bool {
			got = w.looked(c, now, p...)
			return got.Number == honest()
		})
		if same, err := c.Block(w.ctx, got.Number); err != nil || same != got {
			t.Errorf("final is %+v, the chain has %+v: %v", got, same, err)
		}
		for _, n := range c.Nodes() {
			if !n.Ok {
				t.Errorf("node is %+v", n)
			}
		}
		c.Close()
	}
}

func TestANodeThatFailsForAMinuteKeepsNoBlockFromBecomingFinal(t *testing.T) {
	w := newWorld(t)
	c, now, p := w.proxies(2)
	low := w.final(c)
	p[1].spoil(broken["500"])
	for range 5 {
		w.mine()
	}
	now.forward(40 * time.Second)
	if got := w.final(c); got != low {
		t.Errorf("final is %d, and the other node said %d lately", got.Number, low.Number)
	}
	w.until("it fails for a minute", func() bool {
		now.forward(10 * time.Second)
		return w.final(c).Number == w.head().Number-2
	})
	// The node is back and lags: a block that was final stays final.
	p[1].spoil(w.callsFinal(func() *mint.Block { return &low }))
	high := w.final(c)
	for range 3 {
		if got := w.looked(c, now, p[1]); got.Number < high.Number {
			t.Errorf("final is %d, was %d", got.Number, high.Number)
		}
	}
}

func TestANodeThatNamesNoFinalBlockKeepsNoneOfAnothersFromBecomingFinal(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.mine()
	}
	c, _, p := w.proxies(2)
	p[1].spoil(w.callsFinal(func() *mint.Block { return nil }))
	none, _ := w.dialed(p[0].url(), p[1].url())
	w.mine()
	if got := w.final(none); got.Number != w.head().Number-2 {
		t.Errorf("final is %d", got.Number)
	}
	c.Close()
}

func TestANodeWhoseFinalBlockStandsStillForAnHourIsSetAside(t *testing.T) {
	w := newWorld(t)
	c, now, p := w.proxies(2)
	stuck := w.final(c)
	p[0].spoil(w.callsFinal(func() *mint.Block { return &stuck }))
	advance := func(d time.Duration) {
		t.Helper()
		now.forward(d)
		if _, err := w.d.MineAt(w.head().Time.Add(d)); err != nil {
			t.Fatal(err)
		}
		for range 3 {
			w.mine()
		}
	}
	advance(50 * time.Minute)
	if got := w.looked(c, now, p...); got != stuck {
		t.Errorf("final is %d, and one node said %d within the hour", got.Number, stuck.Number)
	}
	advance(20 * time.Minute)
	w.until("the one that stands still is set aside", func() bool {
		now.forward(10 * time.Second)
		return w.final(c).Number == w.head().Number-2
	})
	n := c.Nodes()
	if n[0].Ok || !strings.Contains(n[0].Err.Error(), "its final block") || !n[1].Ok {
		t.Errorf("nodes are %+v", n)
	}
	p[0].spoil(nil)
	w.until("it is back", func() bool {
		now.forward(time.Minute)
		w.final(c)
		return c.Nodes()[0].Ok
	})
}

func TestATimeThatIsStillToComeSetsNoOtherNodeAside(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.mine()
	}
	c, now, p := w.proxies(2)
	p[0].spoil(w.callsFinal(func() *mint.Block {
		b := w.newest()
		b.Time = now.now().Add(10 * time.Hour)
		return b
	}))
	for range 3 {
		w.mine()
		if got := w.looked(c, now, p...); got.Number > w.head().Number-2 {
			t.Errorf("final is %d", got.Number)
		}
	}
	if n := c.Nodes(); !n[1].Ok {
		t.Errorf("nodes are %+v", n)
	}
}

// forks has a node answer from a fork of its own above a block, where the block so many
// below its newest is final; -1: it names none.
func (w *world) forks(above uint64, depth int, head *atomic.Uint64) fault {
	return change(func(q request, r *response) {
		var params []any
		if q.Method != "eth_getBlockByNumber" || json.Unmarshal(q.Params, &params) != nil {
			return
		}
		newest := head.Load()
		number, err := hexutil.DecodeUint64(params[0].(string))
		switch final := params[0] == "finalized"; {
		case final && depth < 0:
			r.Result, r.Error = nil, json.RawMessage(`{"code":-32602,"message":"invalid argument 0: hex string without 0x prefix"}`)
			return
		case final:
			number = newest - uint64(depth)
		case err != nil:
			number = newest
		}
		if number <= above || number > newest {
			if b, err := w.c.Block(w.ctx, number); err == nil && params[0] == "finalized" {
				r.Result = json.RawMessage(fmt.Sprintf(`{"number":"%#x","hash":"%s","timestamp":"%#x"}`, number, b.Hash, b.Time.Unix()))
			}
			return
		}
		parent := fmt.Sprintf("0xf0%062x", number-1)
		r.Error, r.Result = nil, json.RawMessage(fmt.Sprintf(`{"number":"%#x","hash":"0xf0%062x","parentHash":"%s","timestamp":"%#x","baseFeePerGas":"0x64"}`, number, number, parent, time.Now().Unix()))
	})
}

// probed lets each node be probed once, and returns the final block.
func (w *world) probed(c *chain.Client, now *clock, p ...*proxy) mint.Block {
	w.t.Helper()
	for _, p := range p {
		p.forget()
	}
	began := time.Now().Add(-time.Minute)
	w.until("each node is probed", func() bool {
		if time.Since(began) > time.Second { // again if the last probe was still under way
			began = time.Now()
			now.forward(11 * time.Second)
		}
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			w.t.Fatal(err)
		}
		return !slices.ContainsFunc(p, func(p *proxy) bool { return p.asked("eth_getLogs") == 0 })
	})
	w.until("the answers are recorded", func() bool { return !c.Probing() })
	return w.final(c)
}

// blocks mines, and returns the number of the newest block.
func (w *world) blocks(head *atomic.Uint64, count int) uint64 {
	w.t.Helper()
	for range count {
		head.Store(w.mine().Number)
	}
	return head.Load()
}

func TestNothingIsFinalThatANodeOnAnotherForkCallsAnotherBlock(t *testing.T) {
	w, head := newWorld(t), new(atomic.Uint64)
	w.blocks(head, 4)
	for _, depth := range []int{1, 2, 4} { // the fork's final block is above, at, or below the other's
		for forked := range 2 {
			c, now, p := w.proxies(2)
			shared := head.Load()
			p[forked].spoil(w.forks(shared, depth, head))
			for range 9 {
				w.blocks(head, 1)
				if got := w.probed(c, now, p...); got.Number > shared {
					t.Fatalf("node %d is on a fork above %d, and %d is final", forked, shared, got.Number)
				}
			}
			for _, n := range c.Nodes() {
				if n.Ok || !strings.Contains(n.Err.Error(), "no block becomes final until they agree") {
					t.Errorf("node is %+v", n)
				}
			}
			// It falls silent, and proves nothing by that.
			p[forked].spoil(broken["500"])
			for range 10 {
				now.forward(20 * time.Second)
				if got := w.final(c); got.Number > shared {
					t.Fatalf("the other fork is silent, and %d is final", got.Number)
				}
			}
			p[forked].spoil(nil)
			w.until("they agree", func() bool {
				n := c.Nodes()
				return w.looked(c, now, p...).Number == head.Load()-2 && n[0].Ok && n[1].Ok
			})
			c.Close()
		}
	}
}

// differ lets blocks come until both nodes say that they differ from the other. It returns
// a time shortly before that.
func (w *world) differ(c *chain.Client, now *clock, head *atomic.Uint64, p ...*proxy) (before time.Time) {
	w.t.Helper()
	w.until("they differ", func() bool {
		before = now.now()
		w.blocks(head, 1)
		w.probed(c, now, p...)
		n := c.Nodes()
		return !n[0].Ok && !n[1].Ok
	})
	return before
}

func TestNodesThatDifferAboutAFinalBlockForHalfAMinuteAreInDisputeUntilTheyAgree(t *testing.T) {
	w, head := newWorld(t), new(atomic.Uint64)
	w.blocks(head, 4)
	for forked := range 2 {
		c, now, p := w.proxies(2)
		p[forked].spoil(w.forks(head.Load(), 2, head))
		before, how := w.differ(c, now, head, p...), ""
		w.until("they are in dispute", func() bool {
			if how = c.Disputed(); how == "" {
				w.blocks(head, 1)
				w.probed(c, now, p...)
			}
			return how != "" || now.now().Sub(before) > 5*time.Minute
		})
		if after := now.now().Sub(before); after < 30*time.Second || !strings.Contains(how, " differs from that of "+p[1].host()) {
			t.Errorf("node %d is on a fork, after %s: %q", forked, after, how)
		}
		p[forked].spoil(broken["500"]) // it falls silent, and agrees by that to nothing
		for range 10 {
			now.forward(20 * time.Second)
			if w.final(c); c.Disputed() == "" {
				t.Fatal("the other fork is silent, and the dispute over")
			}
		}
		p[forked].spoil(nil)
		again := now.now()
		w.until("they agree", func() bool {
			w.looked(c, now, p...)
			return c.Disputed() == "" || now.now().Sub(again) > time.Hour
		})
		if how := c.Disputed(); how != "" {
			t.Error(how)
		}
		c.Close()
	}
}

func TestNodesThatDifferForAMomentAreInNoDispute(t *testing.T) {
	w, head := newWorld(t), new(atomic.Uint64)
	w.blocks(head, 4)
	for forked := range 2 {
		c, now, p := w.proxies(2)
		calm := func() {
			t.Helper()
			if how := c.Disputed(); how != "" {
				t.Fatal(how)
			}
		}
		p[forked].spoil(w.forks(head.Load(), 2, head))
		w.differ(c, now, head, p...)
		calm()
		p[forked].spoil(broken["500"]) // it is restarted
		for range 10 {
			w.blocks(head, 1)
			now.forward(20 * time.Second)
			w.final(c)
			calm()
		}
		p[forked].spoil(nil)
		w.until("they agree", func() bool {
			w.looked(c, now, p...)
			calm()
			n := c.Nodes()
			return n[0].Ok && n[1].Ok
		})
		c.Close()
	}
}

func TestWhereNoNodeKnowsTheTagNothingIsFinalByDepthOnOneForkOfTwo(t *testing.T) {
	w, head := newWorld(t), new(atomic.Uint64)
	w.blocks(head, 6)
	tagless := func() fault { return w.forks(1<<60, -1, head) }
	for forked := range 2 {
		_, _, p := w.proxies(2)
		for i := range p {
			p[i].spoil(tagless())
		}
		c, now := w.dialed(p[0].url(), p[1].url())
		c.Confirmations = 3
		if got := w.final(c); got.Number != head.Load()-3 {
			t.Errorf("final is %d of %d", got.Number, head.Load())
		}
		shared := head.Load()
		p[forked].spoil(w.forks(shared, -1, head))
		for range 9 {
			w.blocks(head, 1)
			if got := w.probed(c, now, p...); got.Number > shared {
				t.Fatalf("node %d is on a fork above %d, and %d is final", forked, shared, got.Number)
			}
		}
		p[forked].spoil(tagless())
		w.until("they agree", func() bool {
			return w.looked(c, now, p...).Number == head.Load()-3
		})
		c.Close()
	}
}

func TestOneOfThreeThatCallsABlockOfItsOwnFinalIsOutvoted(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.mine()
	}
	for liar := range 3 {
		c, now, p := w.proxies(3)
		p[liar].spoil(w.callsFinal(func() *mint.Block {
			b, err := w.c.Block(w.ctx, w.head().Number-2)
			if err != nil {
				t.Error(err)
			}
			b.Hash[0]++
			return &b
		}))
		named := false
		for range 6 {
			w.mine()
			w.until("what the two others say is final", func() bool {
				got := w.looked(c, now, p...)
				if same, err := w.c.Block(w.ctx, got.Number); err != nil || same != got {
					t.Fatalf("final is %+v, the chain has %+v: %v", got, same, err)
				}
				if how := c.Disputed(); how != "" {
					t.Fatal(how)
				}
				n := c.Nodes()[liar]
				named = named || !n.Ok && strings.HasSuffix(n.Err.Error(), "differs from that of 2 nodes")
				return got.Number == w.head().Number-2
			})
		}
		if !named {
			t.Errorf("nodes are %+v", c.Nodes())
		}
		c.Close()
	}
}

func TestANodeThatLeavesTheForkOfTheFinalBlockAnswersForNoHead(t *testing.T) {
	w, head := newWorld(t), new(atomic.Uint64)
	w.blocks(head, 4)
	c, now, p := w.proxies(2)
	was := w.final(c)
	w.blocks(head, 3)
	if w.probed(c, now, p...).Number == was.Number {
		t.Fatal("no block became final")
	}
	was = w.final(c)
	w.blocks(head, 3)
	p[0].forget()
	now.forward(11 * time.Second)
	if _, err := c.Balance(w.ctx, w.sender); err != nil {
		t.Fatal(err)
	}
	w.until("both are probed", func() bool { return p[0].asked("eth_getLogs")*p[1].asked("eth_getLogs") > 0 })
	w.until("the answers are recorded", func() bool {
		n := c.Nodes()
		return n[0].Head == w.head().Number && n[1].Head == w.head().Number
	})
	p[0].spoil(w.forks(was.Number-1, 2, head))
	latest, final, err := c.Head(w.ctx)
	if err != nil || latest != w.head() || final.Number < was.Number {
		t.Errorf("newest is %+v, final %d: %v", latest, final.Number, err)
	}
	if n := c.Nodes(); n[0].Ok || !n[1].Ok {
		t.Errorf("nodes are %+v", n)
	}
}

func TestFinalBlocksOfDifferentHeightCostOneRequestInTenSeconds(t *testing.T) {
	w := newWorld(t)
	for range 20 {
		w.mine()
	}
	at := func(depth uint64) fault {
		return w.callsFinal(func() *mint.Block {
			b, err := w.c.Block(w.ctx, w.head().Number-depth)
			if err != nil {
				t.Error(err)
			}
			return &b
		})
	}
	c, now, p := w.proxies(2)
	p[0].spoil(at(15)) // the lowest, with each block
	p[1].spoil(at(3))
	w.until("it is the chain's", func() bool { return w.looked(c, now, p...).Number >= w.head().Number-16 })
	p[1].forget()
	for range 30 {
		w.mine()
		now.forward(time.Second)
		w.final(c)
		time.Sleep(10 * time.Millisecond) // until it answered
		if how := c.Disputed(); how != "" {
			t.Fatal(how)
		}
	}
	if n := p[1].asked("eth_getBlockByNumber") - 5*p[1].asked("eth_chainId"); n > 6 {
		t.Errorf("it was asked for %d blocks in 30 seconds", n)
	}
	w.until("the lowest is final", func() bool { return w.looked(c, now, p...).Number == w.head().Number-15 })
}

func TestANodeThatDidNotAnswerSinceTheStartKeepsBlocksFromBecomingFinalForAMinute(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.mine()
	}
	stored := w.final(w.c)
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	b.spoil(broken["500"])
	for range 4 {
		w.mine()
	}
	c, err := chain.Later(84532, a.url(), b.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	now := new(clock)
	now.forward(time.Duration(time.Now().UnixNano()))
	c.Clock = now.now
	c.Final(stored)
	if err := c.Connect(w.ctx, common.Hash{}); err != nil {
		t.Fatal(err)
	}
	now.forward(50 * time.Second)
	if got := w.final(c); got != stored {
		t.Errorf("final is %d, and one of two nodes has not answered", got.Number)
	}
	now.forward(20 * time.Second)
	if got := w.final(c); got.Number != w.head().Number-2 {
		t.Errorf("final is %d, a minute later", got.Number)
	}
}
