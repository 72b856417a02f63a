package server_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// ailing is a node that is lost or says nothing of payers, or a sender that is empty,
// when told to be.
type ailing struct {
	mint.Chain
	lost, empty, mute, forked atomic.Bool
}

func (a *ailing) Disputed() string {
	if a.forked.Load() {
		return "a: its block 7 differs from that of b"
	}
	return a.Chain.Disputed()
}

func (a *ailing) Head(ctx context.Context) (latest, final mint.Block, err error) {
	if a.lost.Load() {
		return latest, final, errors.New("dial tcp: connection refused")
	}
	return a.Chain.Head(ctx)
}

func (a *ailing) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	if a.empty.Load() {
		return big.NewInt(1), nil
	}
	return a.Chain.Balance(ctx, account)
}

func (a *ailing) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	if a.mute.Load() {
		return nil, servertest.ErrSecret
	}
	return a.Chain.Inspect(ctx, l, keys, at)
}

// worn is a store whose disk is full or failing, or whose gas cost too much, when
// told so.
type worn struct {
	mint.Store
	fit   atomic.Pointer[error]
	spent atomic.Int64
}

func (s *worn) Healthy(ctx context.Context) error {
	if err := s.fit.Load(); err != nil {
		return *err
	}
	return s.Store.Healthy(ctx)
}

func (s *worn) Spent(context.Context, time.Time) (mint.Spending, error) {
	return mint.Spending{All: big.NewInt(s.spent.Load()), Burned: new(big.Int)}, nil
}

func TestADamagedSaleNamesNoPriceAndComesBackByItself(t *testing.T) {
	servertest.Long(t)
	node, disk := &ailing{}, &worn{}
	w := open(t, servertest.Sale{Minter: true, Settings: mint.Settings{Budget: big.NewInt(1e18), Margin: 2 * time.Minute, Stale: 10 * time.Minute, Grace: -1},
		Chain: func(c mint.Chain) mint.Chain { node.Chain = c; return node },
		Store: func(s mint.Store) mint.Store { disk.Store = s; return disk }})
	asset, minter := bindings.NewTestUSDC(), w.Launch.Minter
	owner := func(do func(context.Context, common.Address, common.Address) (chain.Mined, error)) func() {
		return func() {
			w.OnChain(func() error { _, err := do(w.Ctx, w.Launch.Token, w.Owner); return err })
		}
	}
	asks := func(input []byte) func() { return func() { w.Send(devnet.USDC, input) } }
	turns := func(b *atomic.Bool, on bool) func() { return func() { b.Store(on); w.MineOne() } }
	fit := func(err error) func() {
		return func() {
			if disk.fit.Store(&err); err == nil {
				disk.fit.Store(nil)
			}
		}
	}
	appoint := func(to common.Address) func() {
		return func() {
			w.OnChain(func() error { _, err := w.Node.SetMinter(w.Ctx, w.Launch.Token, w.Owner, to); return err })
		}
	}
	k := w.Payer(1000)
	known := w.Sign(k, "/mint", 2)
	w.Pay("/mint", known).Wants(200)
	for i, ail := range []struct {
		code         string
		damage, cure func()
	}{
		{"launch_paused", owner(w.Node.Pause), owner(w.Node.Unpause)},
		{"asset_paused", asks(asset.PackPause()), asks(asset.PackUnpause())},
		{"launch_blacklisted", asks(asset.PackBlacklist(w.Launch.Token)), asks(asset.PackUnBlacklist(w.Launch.Token))},
		{"minter_role_lost", appoint(servertest.Account(w.Stranger)), appoint(minter)},
		{"no_gas", turns(&node.empty, true), turns(&node.empty, false)},
		{"chain_unreachable", func() { node.lost.Store(true) }, func() { node.lost.Store(false) }},
		{"nodes_disagree", turns(&node.forked, true), turns(&node.forked, false)},
		{"chain_stale", func() { w.SetAhead(20 * time.Minute) }, func() { w.SetAhead(0) }},
		{"clock_off", func() { w.SetAhead(5 * time.Minute); w.MineOne() }, func() { w.SetAhead(0); w.MineOne() }},
		{"clock_off", func() { w.SetAhead(-5 * time.Minute); w.MineOne() }, func() { w.SetAhead(0); w.MineOne() }},
		{"disk_full", fit(mint.ErrDiskFull), fit(nil)},
		{"store_failing", fit(errors.New("disk I/O error")), fit(nil)},
		{"gas_budget", func() { disk.spent.Store(1e18); w.MineOne() }, func() { disk.spent.Store(1); w.MineOne() }},
	} {
		signed := w.Sign(k, "/mint", 2)
		orders := w.Orders()
		ail.damage()
		w.Eventually(ail.code+" is noticed", func() bool { w.look(); return w.ails(ail.code) })
		for _, a := range []servertest.Answer{w.Get("/mint", nil), w.Get("/launches/ping/mint", nil), w.Get("/mint", browser), w.Pay("/mint", signed)} {
			a.Wants(503).Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
			if after := a.Header.Get("Retry-After"); after == "" && a.Header.Get("Content-Type") == "application/json" {
				t.Errorf("%s: no Retry-After", ail.code)
			}
		}
		f := w.Pay("/mint", signed).Wants(503).Problem("unavailable")
		if faults, _ := f.Details["faults"].([]any); len(faults) == 0 || faults[0].(object)["detail"] == "" {
			t.Errorf("%s: %+v", ail.code, f)
		}
		w.Pay("/mint", known).Wants(200) // whoever is known is answered all the same
		r := servertest.Decode[api.Readiness](w.Get("/readyz", nil).Wants(503))
		if r.Ready || len(r.Reasons) != 1 || r.Reasons[0].Code != ail.code || r.Reasons[0].Detail == "" {
			t.Errorf("%s: %+v", ail.code, r)
		}
		w.Get("/healthz", nil).Wants(200)
		was := time.Duration(w.Ahead.Load())
		w.SetAhead(was + time.Duration(i+1)*3*time.Second) // another scrape, not the last one's figures
		metrics := string(w.Get("/metrics", nil).Wants(200).Body)
		sender := w.Engine.Senders[0].Hex()
		unfit := r.Degraded
		named := len(unfit) == 1 && unfit[0].Sender.Hex() == sender && unfit[0].Code == "no_gas"
		counted := strings.Contains(metrics, "\nmint402_sender_unfit{chain=\"base-sepolia\",code=\"no_gas\",sender=\""+sender+"\"} 1\n")
		if poor := ail.code == "no_gas"; named != poor || counted != poor {
			t.Errorf("%s: senders set aside: %+v\n%s", ail.code, unfit, grep(metrics, "mint402_sender"))
		}
		w.SetAhead(was)
		line := `mint402_fault{chain="base-sepolia",code="` + ail.code + `",launch="` + r.Reasons[0].Launch + `"} 1`
		if !strings.Contains(metrics, "\n"+line+"\n") || !strings.Contains(metrics, "\nmint402_ready 0\n") {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
		if w.Orders() != orders {
			t.Errorf("%s: claimed", ail.code)
		}
		ail.cure()
		w.Eventually(ail.code+" is cured", func() bool { w.look(); return !w.ails(ail.code) })
		w.Get("/mint", nil).Wants(402)
		w.Pay("/mint", signed).Wants(200)
		w.Get("/readyz", nil).Wants(200)
	}
}

// look has the engine look at everything once more. What it finds wrong is for the test to see; a
// step that a busy machine cuts short sees less.
func (w *world) look() {
	w.Stop()
	defer w.GoOn()
	_ = w.Engine.Step(w.Ctx)
}

func (w *world) ails(code string) bool {
	for _, f := range w.Engine.Health().Faults {
		if f.Code == code {
			return true
		}
	}
	return false
}

func TestAPaymentThatNoNodeCanBeAskedAboutIsUnavailableAndMayBeSentAgain(t *testing.T) {
	node := &ailing{}
	w := open(t, servertest.Sale{Chain: func(c mint.Chain) mint.Chain { node.Chain = c; return node }})
	for version := 1; version <= 2; version++ {
		s := w.Sign(w.Payer(100), "/mint", version)
		orders := w.Orders()
		node.mute.Store(true)
		a := w.Pay("/mint", s).Wants(503).Has("Retry-After", "5").Lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
		f := a.Problem("unavailable")
		if !strings.Contains(f.Message, "nothing was charged here, and the same payment may be sent again") || strings.Contains(string(a.Body), "secret") {
			t.Errorf("%s", a.Body)
		}
		if faults, _ := f.Details["faults"].([]any); len(faults) != 1 || faults[0].(object)["code"] != "chain_unreachable" {
			t.Errorf("%+v", f)
		}
		if w.Orders() != orders {
			t.Error("claimed")
		}
		node.mute.Store(false)
		w.Pay("/mint", s).Wants(200)
	}
	if !strings.Contains(w.Log.String(), "secret") {
		t.Error("the log has to have the error")
	}
}
