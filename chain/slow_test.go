package chain_test

import (
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
)

// slowly returns a client of two nodes whose answers take longer than the time that a request has
// beside a prompt node, and how long one answer takes.
func slowly(w *world, connect bool) (c *chain.Client, all []*proxy, takes time.Duration) {
	w.t.Helper()
	takes = 400 * time.Millisecond
	t := w.t.(*testing.T)
	a, b := newProxy(t, w.d.URL), newProxy(t, w.d.URL)
	a.slow(takes)
	b.slow(takes)
	c, err := chain.Later(w.c.ChainID(), a.url(), b.url())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	c.SetPatience(takes / 2)
	c.SetTook(func(string) time.Duration { return 6 * time.Second })
	if connect {
		if err := c.Connect(w.ctx, common.Hash{}); err != nil {
			t.Fatal(err)
		}
	}
	return c, []*proxy{a, b}, takes
}

func TestNodesThatAreAllSlowServeAChainAsOneDoes(t *testing.T) {
	w := newWorld(t)
	began := time.Now()
	c, _, takes := slowly(w, true)
	for range 3 {
		if _, _, err := c.Head(w.ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Balance(w.ctx, w.sender); err != nil {
			t.Fatal(err)
		}
	}
	for _, n := range c.Nodes() {
		if !n.Ok {
			t.Errorf("a node that is as slow as the other is set aside: %v", n.Err)
		}
	}
	if took := time.Since(began); took > 20*takes {
		t.Errorf("it took %s", took)
	}
}

func TestANodeThatHangsHoldsUpNoSlowOneWhereNoneIsHealthy(t *testing.T) {
	w := newWorld(t)
	c, all, takes := slowly(w, true)
	for _, p := range all {
		p.spoil(broken["500"])
	}
	for range 2 {
		if _, err := c.Balance(w.ctx, w.sender); err == nil {
			t.Fatal("both answer")
		}
	}
	all[0].hang()
	all[1].slow(takes)
	c.Expire()
	began := time.Now()
	if _, err := c.Balance(w.ctx, w.sender); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 10*takes {
		t.Errorf("it took %s", took)
	}
}

func TestOneNodeThatIsPromptLimitsTheTimeOfASlowOne(t *testing.T) {
	w := newWorld(t)
	c, all, takes := slowly(w, true)
	c.SetHedge(time.Hour)
	c.SetTook(func(host string) time.Duration { return time.Millisecond })
	all[1].spoil(nil)
	c.Reprobe(w.ctx)
	all[0].hang()
	began := time.Now()
	if _, err := c.Balance(w.ctx, w.sender); err != nil || time.Since(began) > 5*takes {
		t.Errorf("after %s: %v", time.Since(began), err)
	}
}
