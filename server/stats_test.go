package server_test

import (
	"context"
	"reflect"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

func (w *world) stats(slug string) api.Stats {
	w.Helper()
	return servertest.Decode[api.Stats](w.Get("/launches/"+slug+"/stats", nil).Wants(200))
}

func TestStatisticsAreOfTheChainAndAddUp(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{AnotherListing: true})
	empty := w.stats("pong")
	deployed, err := w.Node.Block(w.Ctx, w.Launch.DeployedAt)
	w.Must(err)
	if empty.Mints != 0 || empty.Points == nil || len(empty.Points) != 0 || empty.Proceeds != (api.Price{Amount: "0", Formatted: "0.00"}) || empty.To.Before(empty.From) {
		t.Errorf("%+v", empty)
	}
	a, b := w.Payer(100), w.Payer(100)
	w.Pay("/mint", w.Sign(a, "/mint", 2)).Wants(200)
	w.Pay("/mint?quantity=3", w.Sign(b, "/mint?quantity=3", 2)).Wants(200)
	last := w.Sign(a, "/mint", 1)
	w.Pay("/mint", last).Wants(200)
	w.SettleDirectly(w.Sign(b, "/mint", 2)) // owed, and no mint
	w.Eventually("known", func() bool { return w.Orders() == 4 })
	var s api.Stats // a moment later if adding up took long
	w.Eventually("three mints", func() bool { s = w.stats("ping"); return s.Mints == 3 })
	if s.Launch != "ping" || s.Payers != 2 || s.Sold != 5 || s.Proceeds != (api.Price{Amount: "500000", Formatted: "0.50"}) || !s.From.Equal(deployed.Time) {
		t.Errorf("%+v", s)
	}
	var mints, sold int64
	var block uint64
	for _, p := range s.Points {
		was, err := w.Node.Block(w.Ctx, p.Block)
		w.Must(err)
		if p.Block <= block || p.Mints <= mints || p.Sold <= sold || !p.At.Equal(was.Time) || p.At.Before(s.From) || p.At.After(s.To) {
			t.Errorf("%+v after block %d, %d mints, %d sold; made at %s", p, block, mints, sold, was.Time)
		}
		block, mints, sold = p.Block, p.Mints, p.Sold
	}
	if end := s.Points[len(s.Points)-1]; mints != 3 || sold != 5 || end.Proceeds != "0.50" || block != w.Order(last).Mint.Block {
		t.Errorf("%+v", s.Points)
	}
	if l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil)); l.Mints != 3 || l.Payers != 2 {
		t.Errorf("%+v", l)
	}
	// Another server on the same database draws the same.
	w.Restart()
	var again api.Stats
	w.Eventually("three mints", func() bool { again = w.stats("ping"); return again.Mints == 3 })
	if !reflect.DeepEqual(again.Points, s.Points) || again.Payers != s.Payers || !again.From.Equal(s.From) {
		t.Errorf("%+v, was %+v", again, s)
	}
	w.Get("/launches/none/stats", nil).Wants(404).Problem("not_found")
}

// reorg takes back a block and those after it, with what they had, and has the
// engine see that. What it sends again is mined when the operator goes on.
func (w *world) reorg(number uint64) {
	w.Helper()
	w.Stop()
	_, err := w.Net.Reorg(number, false)
	w.Must(err)
	_, err = w.Net.Mine() // the longer branch
	w.Must(err)
	w.Must(w.Engine.Step(w.Ctx))
}

func TestStatisticsForgetWhatAReorgTookAndKeepWhatIsFinal(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	w.Pay("/mint", w.Sign(k, "/mint", 2)).Wants(200)
	w.Eventually("one mint", func() bool { return w.stats("ping").Mints == 1 })
	for w.Engine.Health().Final.Number < w.Engine.Health().Head.Number-3 || w.Engine.Health().Final.Number < w.Launch.DeployedAt+3 {
		w.Seen()
	}
	s := w.Sign(w.Payer(100), "/mint?quantity=2", 2)
	w.Pay("/mint?quantity=2", s).Wants(200)
	w.Eventually("two mints", func() bool { s := w.stats("ping"); return s.Mints == 2 && s.Payers == 2 && s.Sold == 3 })
	w.reorg(w.Order(s).Mint.Block)
	w.Eventually("forgotten", func() bool {
		s := w.stats("ping")
		return s.Mints == 1 && s.Payers == 1 && s.Sold == 1 && len(s.Points) == 1
	})
	w.GoOn()
	w.Eventually("mined again", func() bool { s := w.stats("ping"); return s.Mints == 2 && s.Payers == 2 && s.Sold == 3 })
}

func TestAMillionMintsAreNotAddedUpAgainWhileThatTakesLong(t *testing.T) {
	var slow *slowTally
	w := open(t, servertest.Sale{Store: func(s mint.Store) mint.Store { slow = &slowTally{Store: s}; return slow }})
	slow.w = w
	k := w.Payer(100)
	w.Pay("/mint", w.Sign(k, "/mint", 2)).Wants(200)
	w.Eventually("added up", func() bool { return w.stats("ping").Mints == 1 })
	slow.takes.Store(int64(2 * time.Second)) // by the clock here
	w.Pay("/mint", w.Sign(k, "/mint", 2)).Wants(200)
	w.Eventually("added up", func() bool { return w.stats("ping").Mints == 2 })
	was := slow.asked.Load()
	w.Pay("/mint", w.Sign(k, "/mint", 2)).Wants(200)
	for range 10 {
		w.Seen()
		if s := w.stats("ping"); s.Mints != 2 {
			t.Errorf("%+v", s)
		}
	}
	if more := slow.asked.Load() - was; more != 0 {
		t.Errorf("added up %d times more", more)
	}
	slow.takes.Store(0)
	w.SetAhead(time.Hour)
	w.Eventually("added up", func() bool { return w.stats("ping").Mints == 3 })
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
		s.w.Ahead.Add(takes)
	}
	return s.Store.Tally(ctx, launch, from, to, do)
}

func TestRolesAreReadFromTheChain(t *testing.T) {
	w := open(t, servertest.Sale{})
	roles := func() api.Roles { return *servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200)).Roles }
	first := roles()
	if first.Owner.Address != w.Owner || first.Minter.Address != w.Launch.Minter || first.Treasury.Address != w.Launch.Treasury || first.Paused || first.Block == 0 {
		t.Errorf("%+v", first)
	}
	other := common.HexToAddress("0x1234")
	w.OnChain(func() error { _, err := w.Node.SetMinter(w.Ctx, w.Launch.Token, w.Owner, other); return err })
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("read", func() bool { r := roles(); return r.Minter.Address == other && r.Paused && r.Block > first.Block })
	if l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil)); l.Minter.Address != w.Launch.Minter {
		t.Errorf("the minter at deployment was %s", l.Minter)
	}
}
