package chain_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

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
