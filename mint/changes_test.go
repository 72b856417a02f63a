package mint_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// told says whether a change was announced.
func told(changed <-chan struct{}) bool {
	select {
	case <-changed:
		return true
	default:
		return false
	}
}

func TestWhoeverListensIsToldOfEachChange(t *testing.T) {
	w := quietWorld(t, 100)
	w.blocks(2)
	changed := func(what string, do func()) {
		t.Helper()
		c := w.engine.Changed()
		if other := w.engine.Changed(); c != other || told(c) {
			t.Errorf("before %s: told of nothing", what)
		}
		do()
		if !told(c) {
			t.Errorf("%s, and nobody is told", what)
		}
	}
	p := w.sign(w.payer(2), 1, time.Hour)
	changed("claimed", func() { w.must(p) })
	c := w.engine.Changed()
	w.must(p) // known
	if told(c) {
		t.Error("told of a payment that was known")
	}
	w.step() // sends it
	changed("mined", func() { w.blocks(1) })
	changed("a head was read", func() { w.blocks(1) })
	w.step()
	c = w.engine.Changed()
	w.step() // no block, no news
	if told(c) {
		t.Error("told of a step that changed nothing")
	}
	changed("taken back", func() { w.chain.reorg(3, true); w.blocks(3); w.chain.mine(nil); w.step() })
	changed("draining", func() {
		done, cancel := context.WithCancel(context.Background())
		cancel()
		_ = w.engine.Drain(done)
	})
}

func TestConditionsAreReadWhileTheEngineSteps(t *testing.T) {
	w := quietWorld(t, 100)
	if _, _, ok := w.engine.Conditions("none"); ok {
		t.Error("conditions of no launch")
	}
	var all sync.WaitGroup
	done := make(chan struct{})
	for range 2 {
		all.Go(func() {
			for last := (mint.Block{}); ; {
				select {
				case <-done:
					return
				default:
				}
				c, head, ok := w.engine.Conditions("ping")
				if !ok || c.Minter != simMinter || head.Number < last.Number {
					t.Errorf("%+v at %+v, %v", c, head, ok)
					return
				}
				last = head
			}
		})
	}
	w.blocks(50)
	close(done)
	all.Wait()
	if c, head, ok := w.engine.Conditions("ping"); !ok || c.Minter != simMinter || head != w.engine.Health().Head {
		t.Errorf("%+v at %+v, %v", c, head, ok)
	}
}
