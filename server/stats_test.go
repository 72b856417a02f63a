package server_test

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

func (w *world) stats(slug string) server.Stats {
	w.Helper()
	return decode[server.Stats](w.get("/launches/"+slug+"/stats", nil).wants(200))
}

func TestStatisticsAreOfTheChainAndAddUp(t *testing.T) {
	w := open(t, sale{anotherListing: true})
	empty := w.stats("pong")
	deployed, err := w.node.Block(w.ctx, w.launch.DeployedAt)
	w.must(err)
	if empty.Mints != 0 || empty.Points == nil || len(empty.Points) != 0 || empty.Proceeds != (server.Price{Amount: "0", Formatted: "0.00"}) || empty.To.Before(empty.From) {
		t.Errorf("%+v", empty)
	}
	a, b := w.payer(100), w.payer(100)
	w.pay("/mint", w.sign(a, "/mint", 2)).wants(200)
	w.pay("/mint?quantity=3", w.sign(b, "/mint?quantity=3", 2)).wants(200)
	last := w.sign(a, "/mint", 1)
	w.pay("/mint", last).wants(200)
	w.settleDirectly(w.sign(b, "/mint", 2)) // owed, and no mint
	w.eventually("known", func() bool { return w.orders() == 4 })
	var s server.Stats // a moment later if adding up took long
	w.eventually("three mints", func() bool { s = w.stats("ping"); return s.Mints == 3 })
	if s.Launch != "ping" || s.Payers != 2 || s.Sold != 5 || s.Proceeds != (server.Price{Amount: "500000", Formatted: "0.50"}) || !s.From.Equal(deployed.Time) {
		t.Errorf("%+v", s)
	}
	var mints, sold int64
	var block uint64
	for _, p := range s.Points {
		was, err := w.node.Block(w.ctx, p.Block)
		w.must(err)
		if p.Block <= block || p.Mints <= mints || p.Sold <= sold || !p.At.Equal(was.Time) || p.At.Before(s.From) || p.At.After(s.To) {
			t.Errorf("%+v after block %d, %d mints, %d sold; made at %s", p, block, mints, sold, was.Time)
		}
		block, mints, sold = p.Block, p.Mints, p.Sold
	}
	if end := s.Points[len(s.Points)-1]; mints != 3 || sold != 5 || end.Proceeds != "0.50" || block != w.order(last).Mint.Block {
		t.Errorf("%+v", s.Points)
	}
	if l := decode[server.Launch](w.get("/launches/ping", nil)); l.Mints != 3 || l.Payers != 2 {
		t.Errorf("%+v", l)
	}
	// Another server on the same database draws the same.
	w.restart()
	var again server.Stats
	w.eventually("three mints", func() bool { again = w.stats("ping"); return again.Mints == 3 })
	if !reflect.DeepEqual(again.Points, s.Points) || again.Payers != s.Payers || !again.From.Equal(s.From) {
		t.Errorf("%+v, was %+v", again, s)
	}
	w.get("/launches/none/stats", nil).wants(404).problem("not_found")
}

// reorg takes back a block and those after it, with what they had, and has the
// engine see that. What it sends again is mined when the operator goes on.
func (w *world) reorg(number uint64) {
	w.Helper()
	w.stop()
	_, err := w.net.Reorg(number, false)
	w.must(err)
	_, err = w.net.Mine() // the longer branch
	w.must(err)
	w.must(w.engine.Step(w.ctx))
}

func TestStatisticsForgetWhatAReorgTookAndKeepWhatIsFinal(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	w.pay("/mint", w.sign(k, "/mint", 2)).wants(200)
	w.eventually("one mint", func() bool { return w.stats("ping").Mints == 1 })
	for w.engine.Health().Final.Number < w.engine.Health().Head.Number-3 || w.engine.Health().Final.Number < w.launch.DeployedAt+3 {
		w.seen()
	}
	s := w.sign(w.payer(100), "/mint?quantity=2", 2)
	w.pay("/mint?quantity=2", s).wants(200)
	w.eventually("two mints", func() bool { s := w.stats("ping"); return s.Mints == 2 && s.Payers == 2 && s.Sold == 3 })
	w.reorg(w.order(s).Mint.Block)
	w.eventually("forgotten", func() bool {
		s := w.stats("ping")
		return s.Mints == 1 && s.Payers == 1 && s.Sold == 1 && len(s.Points) == 1
	})
	w.goOn()
	w.eventually("mined again", func() bool { s := w.stats("ping"); return s.Mints == 2 && s.Payers == 2 && s.Sold == 3 })
}

func TestAMillionMintsAreNotAddedUpAgainWhileThatTakesLong(t *testing.T) {
	var slow *slowTally
	w := open(t, sale{store: func(s mint.Store) mint.Store { slow = &slowTally{Store: s}; return slow }})
	slow.w = w
	k := w.payer(100)
	w.pay("/mint", w.sign(k, "/mint", 2)).wants(200)
	w.eventually("added up", func() bool { return w.stats("ping").Mints == 1 })
	slow.takes.Store(int64(2 * time.Second)) // by the clock here
	w.pay("/mint", w.sign(k, "/mint", 2)).wants(200)
	w.eventually("added up", func() bool { return w.stats("ping").Mints == 2 })
	was := slow.asked.Load()
	w.pay("/mint", w.sign(k, "/mint", 2)).wants(200)
	for range 10 {
		w.seen()
		if s := w.stats("ping"); s.Mints != 2 {
			t.Errorf("%+v", s)
		}
	}
	if more := slow.asked.Load() - was; more != 0 {
		t.Errorf("added up %d times more", more)
	}
	slow.takes.Store(0)
	w.ahead.Add(int64(time.Hour))
	w.eventually("added up", func() bool { return w.stats("ping").Mints == 3 })
}

// slowTally is a store in which adding up takes a time by the world's clock.
type slowTally struct {
	mint.Store
	w     *world
	takes atomic.Int64 // set once w is
	asked atomic.Int64
}

func (s *slowTally) Tally(ctx context.Context, launch string, from, to uint64, do func(mint.BlockMints) error) (int64, error) {
	s.asked.Add(1)
	if takes := s.takes.Load(); takes > 0 {
		s.w.ahead.Add(takes)
	}
	return s.Store.Tally(ctx, launch, from, to, do)
}

func TestRolesAreReadFromTheChain(t *testing.T) {
	w := open(t, sale{})
	roles := func() server.Roles { return *decode[server.Launch](w.get("/launches/ping", nil).wants(200)).Roles }
	first := roles()
	if first.Owner.Address != w.owner || first.Minter.Address != w.launch.Minter || first.Treasury.Address != w.launch.Treasury || first.Paused || first.Block == 0 {
		t.Errorf("%+v", first)
	}
	other := common.HexToAddress("0x1234")
	w.onChain(func() error { _, err := w.node.SetMinter(w.ctx, w.launch.Token, w.owner, other); return err })
	w.onChain(func() error { _, err := w.node.Pause(w.ctx, w.launch.Token, w.owner); return err })
	w.eventually("read", func() bool { r := roles(); return r.Minter.Address == other && r.Paused && r.Block > first.Block })
	if l := decode[server.Launch](w.get("/launches/ping", nil)); l.Minter.Address != w.launch.Minter {
		t.Errorf("the minter at deployment was %s", l.Minter)
	}
}
