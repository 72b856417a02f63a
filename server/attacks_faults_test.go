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
	"github.com/mint402/mint402/server"
)

// ailing is a node that is lost or says nothing of payers, or a sender that is empty,
// when told to be.
type ailing struct {
	mint.Chain
	lost, empty, mute atomic.Bool
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
		return nil, errSecret
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

func (s *worn) Spent(context.Context, time.Time) (*big.Int, error) {
	return big.NewInt(s.spent.Load()), nil
}

func TestADamagedSaleNamesNoPriceAndComesBackByItself(t *testing.T) {
	node, disk := &ailing{}, &worn{}
	w := open(t, sale{minter: true, settings: mint.Settings{Budget: big.NewInt(1000), Margin: 2 * time.Minute, Stale: 10 * time.Minute, Grace: -1},
		chain: func(c mint.Chain) mint.Chain { node.Chain = c; return node },
		store: func(s mint.Store) mint.Store { disk.Store = s; return disk }})
	asset, minter := bindings.NewTestUSDC(), w.launch.Minter
	owner := func(do func(context.Context, common.Address, common.Address) (chain.Mined, error)) func() {
		return func() {
			w.onChain(func() error { _, err := do(w.ctx, w.launch.Token, w.owner); return err })
		}
	}
	asks := func(input []byte) func() { return func() { w.send(devnet.USDC, input) } }
	turns := func(b *atomic.Bool, on bool) func() { return func() { b.Store(on); w.mineOne() } }
	fit := func(err error) func() {
		return func() {
			if disk.fit.Store(&err); err == nil {
				disk.fit.Store(nil)
			}
		}
	}
	appoint := func(to common.Address) func() {
		return func() {
			w.onChain(func() error { _, err := w.node.SetMinter(w.ctx, w.launch.Token, w.owner, to); return err })
		}
	}
	k := w.payer(1000)
	known := w.sign(k, "/mint", 2)
	w.pay("/mint", known).wants(200)
	for i, ail := range []struct {
		code         string
		damage, cure func()
	}{
		{"launch_paused", owner(w.node.Pause), owner(w.node.Unpause)},
		{"asset_paused", asks(asset.PackPause()), asks(asset.PackUnpause())},
		{"launch_blacklisted", asks(asset.PackBlacklist(w.launch.Token)), asks(asset.PackUnBlacklist(w.launch.Token))},
		{"minter_role_lost", appoint(account(w.stranger)), appoint(minter)},
		{"no_gas", turns(&node.empty, true), turns(&node.empty, false)},
		{"chain_unreachable", func() { node.lost.Store(true) }, func() { node.lost.Store(false) }},
		{"chain_stale", func() { w.ahead.Store(int64(20 * time.Minute)) }, func() { w.ahead.Store(0) }},
		{"clock_off", func() { w.ahead.Store(int64(5 * time.Minute)); w.mineOne() }, func() { w.ahead.Store(0); w.mineOne() }},
		{"clock_off", func() { w.ahead.Store(-int64(5 * time.Minute)); w.mineOne() }, func() { w.ahead.Store(0); w.mineOne() }},
		{"disk_full", fit(mint.ErrDiskFull), fit(nil)},
		{"store_failing", fit(errors.New("disk I/O error")), fit(nil)},
		{"gas_budget", func() { disk.spent.Store(1000); w.mineOne() }, func() { disk.spent.Store(999); w.mineOne() }},
	} {
		signed := w.sign(k, "/mint", 2)
		orders := w.orders()
		ail.damage()
		if w.look(); !w.ails(ail.code) {
			t.Errorf("%s: not noticed: %+v", ail.code, w.engine.Health().Faults)
			ail.cure()
			w.look()
			continue
		}
		for _, a := range []answer{w.get("/mint", nil), w.get("/launches/ping/mint", nil), w.get("/mint", browser), w.pay("/mint", signed)} {
			a.wants(503).lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
			if after := a.header.Get("Retry-After"); after == "" && a.header.Get("Content-Type") == "application/json" {
				t.Errorf("%s: no Retry-After", ail.code)
			}
		}
		f := w.pay("/mint", signed).wants(503).problem("unavailable")
		if faults, _ := f.Details["faults"].([]any); len(faults) == 0 || faults[0].(object)["detail"] == "" {
			t.Errorf("%s: %+v", ail.code, f)
		}
		w.pay("/mint", known).wants(200) // whoever is known is answered all the same
		r := decode[server.Readiness](w.get("/readyz", nil).wants(503))
		if r.Ready || len(r.Reasons) != 1 || r.Reasons[0].Code != ail.code || r.Reasons[0].Detail == "" {
			t.Errorf("%s: %+v", ail.code, r)
		}
		w.get("/healthz", nil).wants(200)
		later := int64(i+1) * int64(3*time.Second) // another scrape, not the last one's figures
		w.ahead.Add(later)
		metrics := string(w.get("/metrics", nil).wants(200).body)
		w.ahead.Add(-later)
		line := `mint402_fault{code="` + ail.code + `",launch="` + r.Reasons[0].Launch + `"} 1`
		if !strings.Contains(metrics, "\n"+line+"\n") || !strings.Contains(metrics, "\nmint402_ready 0\n") {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
		if w.orders() != orders {
			t.Errorf("%s: claimed", ail.code)
		}
		ail.cure()
		if w.look(); w.ails(ail.code) {
			t.Fatalf("%s: not cured: %+v", ail.code, w.engine.Health().Faults)
		}
		w.get("/mint", nil).wants(402)
		w.pay("/mint", signed).wants(200)
		w.get("/readyz", nil).wants(200)
	}
}

// look has the engine look at everything once more, and whatever it finds wrong is
// for the test to see.
func (w *world) look() {
	w.stop()
	defer w.goOn()
	_ = w.engine.Step(w.ctx)
}

func (w *world) ails(code string) bool {
	for _, f := range w.engine.Health().Faults {
		if f.Code == code {
			return true
		}
	}
	return false
}

// mineOne makes a block, in which nothing has to happen.
func (w *world) mineOne() {
	w.Helper()
	_, err := w.net.Mine()
	w.must(err)
}

func TestAPaymentThatNoNodeCanBeAskedAboutIsUnavailableAndMayBeSentAgain(t *testing.T) {
	node := &ailing{}
	w := open(t, sale{chain: func(c mint.Chain) mint.Chain { node.Chain = c; return node }})
	for version := 1; version <= 2; version++ {
		s := w.sign(w.payer(100), "/mint", version)
		orders := w.orders()
		node.mute.Store(true)
		a := w.pay("/mint", s).wants(503).has("Retry-After", "5").lacks("PAYMENT-REQUIRED", "PAYMENT-RESPONSE")
		f := a.problem("unavailable")
		if !strings.Contains(f.Message, "nothing was charged here, and the same payment may be sent again") || strings.Contains(string(a.body), "secret") {
			t.Errorf("%s", a.body)
		}
		if faults, _ := f.Details["faults"].([]any); len(faults) != 1 || faults[0].(object)["code"] != "chain_unreachable" {
			t.Errorf("%+v", f)
		}
		if w.orders() != orders {
			t.Error("claimed")
		}
		node.mute.Store(false)
		w.pay("/mint", s).wants(200)
	}
	if !strings.Contains(w.log.String(), "secret") {
		t.Error("the log has to have the error")
	}
}
