package relay_test

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/amount"
	"github.com/prometheus/client_golang/prometheus"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	. "github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestAPaymentOfAnotherIsSettledOnceHoweverOftenItIsAsked(t *testing.T) {
	w := open(t, "1", Sale{})
	k := w.Payer(100)
	q := w.pays(k, 250_000)
	w.Must(w.relay.Check(w.Ctx, w.token(), q))
	var all sync.WaitGroup
	for range 30 {
		all.Go(func() {
			if _, err := w.relay.Settle(w.Ctx, w.token(), q); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	p := w.settles(w.relay, q)
	again := w.settles(w.another(&w.Store.Relayed, w.Node), q)
	if p.Outcome != relay.Settled || again.Tx != p.Tx || p.Cost <= 0 || p.Cost > p.Reserved {
		t.Errorf("%+v, again %+v", p, again)
	}
	if w.sent() != 1 || w.USDC(w.shop) != 250_000 || w.USDC(Account(k)) != 750_000 {
		t.Errorf("%d transactions, the shop has %d", w.sent(), w.USDC(w.shop))
	}
	var why *x402.RefusedError
	if err := w.relay.Check(w.Ctx, w.token(), q); !errors.As(err, &why) || why.Reason != x402.ReasonNonceUsed {
		t.Error(err)
	}
}

// TestACrashAtAnyStepSettlesOnce has each call of the store and of the chain fail in turn, once before
// its effect and once after it, and goes on with a relay that remembers nothing.
func TestACrashAtAnyStepSettlesOnce(t *testing.T) {
	w := open(t, "1", Sale{})
	var n uint64
	for _, before := range []bool{true, false} {
		for at := 1; ; at++ {
			k := w.Payer(100)
			q := w.pays(k, 100_000)
			had := w.USDC(w.shop)
			f := &faulty{Store: &w.Store.Relayed, Chain: w.Node, at: at, before: before}
			dying := w.another(f, f)
			for range 12 {
				_, err := dying.Settle(w.Ctx, w.token(), q)
				step := dying.Step(w.Ctx)
				if f.failed.Load() {
					break
				}
				w.Must(errors.Join(err, step))
				w.MineOne()
			}
			p := w.settles(w.another(&w.Store.Relayed, w.Node), q)
			if n++; p.Outcome != relay.Settled || w.sent() != n || w.USDC(w.shop) != had+100_000 {
				t.Fatalf("call %d, before %t: %+v; %d transactions of %d payments", at, before, p, w.sent(), n)
			}
			if !f.failed.Load() {
				if at < 5 {
					t.Fatalf("only %d calls", at)
				}
				break
			}
		}
	}
}

func TestASettlementThatAReorgTookIsSettledAgain(t *testing.T) {
	w := open(t, "1", Sale{Finality: 8})
	q := w.pays(w.Payer(100), 100_000)
	var p relay.Payment
	w.Eventually("settled", func() bool {
		var err error
		p, err = w.relay.Settle(w.Ctx, w.token(), q)
		w.Must(errors.Join(err, w.relay.Step(w.Ctx)))
		w.MineOne()
		return p.Outcome == relay.Settled
	})
	if p.Final {
		t.Fatal("it is final at once")
	}
	w.Stop()
	_, err := w.Net.Reorg(p.Block, false)
	w.GoOn()
	w.Must(err)
	w.Must(w.relay.Step(w.Ctx))
	if now, err := w.Store.Relayed.Payment(w.Ctx, p.ID); err != nil || now.Outcome != relay.Open && now.Block == p.Block {
		t.Errorf("after the reorg: %+v, %v", now, err)
	}
	p = w.settles(w.relay, q)
	if p.Outcome != relay.Settled || w.sent() != 1 || w.USDC(w.shop) != 100_000 {
		t.Errorf("%+v; %d transactions", p, w.sent())
	}
}

// TestAPaymentThatAStrangerSentIsSettledByHisTransaction: what counts is the asset's log, of this amount to this recipient.
func TestAPaymentThatAStrangerSentIsSettledByHisTransaction(t *testing.T) {
	w := open(t, "1", Sale{})
	q := w.pays(w.Payer(100), 100_000)
	p, err := w.relay.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	w.submit(q)
	w.Must(w.relay.Step(w.Ctx))
	if p = w.settles(w.relay, q); p.Outcome != relay.Settled || p.Cost != 0 || w.sent() != 0 || w.USDC(w.shop) != 100_000 {
		t.Errorf("%+v", p)
	}
}

func TestTheBudgetOfATokenEndsAndRenews(t *testing.T) {
	w := open(t, "0.0005", Sale{}) // of a few payments
	var taken, refused int
	var last *x402.SettleRequest
	for range 40 {
		q := w.pays(w.Payer(100), 100_000)
		switch p, err := w.relay.Settle(w.Ctx, w.token(), q); {
		case err == nil:
			taken++
			_ = p
		case errors.Is(err, relay.ErrBudget):
			refused++
			last = q
		default:
			t.Fatal(err)
		}
		if refused > 0 {
			break
		}
	}
	if taken == 0 || refused == 0 {
		t.Fatalf("%d taken, %d refused", taken, refused)
	}
	day, _ := relay.Day(w.Engine.Clock())
	spent, err := w.Store.Relayed.Spent(w.Ctx, "shop", day)
	w.Must(err)
	if spent > 500_000 {
		t.Errorf("%d gwei of 500,000 are promised", spent)
	}
	if _, err := w.Store.Relayed.Payment(w.Ctx, mint.NewPaymentID(84532, last.Requirement.Asset, last.Payment.Authorization.From, last.Payment.Authorization.Nonce)); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a payment beyond the budget was stored: %v", err)
	}
	if began, renews := relay.Day(time.Unix(1_800_000_000, 0)); !renews.After(time.Unix(1_800_000_000, 0)) || renews.Sub(began) != 24*time.Hour {
		t.Error("the budget does not renew")
	}
}

func TestConcurrentPaymentsNeverPassTheBudget(t *testing.T) {
	w := open(t, "0.0005", Sale{})
	var requests []*x402.SettleRequest
	for range 30 {
		requests = append(requests, w.pays(w.Payer(100), 100_000))
	}
	var all sync.WaitGroup
	for _, q := range requests {
		all.Go(func() {
			if _, err := w.relay.Settle(w.Ctx, w.token(), q); err != nil && !errors.Is(err, relay.ErrBudget) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	day, _ := relay.Day(w.Engine.Clock())
	if spent, err := w.Store.Relayed.Spent(w.Ctx, "shop", day); err != nil || spent == 0 || spent > 500_000 {
		t.Errorf("%d gwei of 500,000, %v", spent, err)
	}
}

func TestWhatIsNotOfTheTokenOrWouldRevertIsRefusedAndNotStored(t *testing.T) {
	alloc := types.GenesisAlloc{}
	burner := Wallet(1, Burns, alloc)
	w := open(t, "1", Sale{Alloc: alloc})
	k := w.Payer(100)
	for name, c := range map[string]struct {
		change func(q *x402.SettleRequest)
		reason x402.Reason // empty: foreign
	}{
		"another recipient": {func(q *x402.SettleRequest) { q.Requirement.PayTo = Account(k) }, ""},
		"another asset":     {func(q *x402.SettleRequest) { q.Requirement.Asset = w.Launch.Token }, ""},
		"scheme":            {func(q *x402.SettleRequest) { q.Payment.Scheme = "upto" }, x402.ReasonScheme},
		"domain":            {func(q *x402.SettleRequest) { q.Requirement.Extra.Name = "" }, x402.ReasonMissingDomain},
		"network":           {func(q *x402.SettleRequest) { q.Payment.Network = "eip155:1" }, x402.ReasonNetwork},
		"recipient":         {func(q *x402.SettleRequest) { q.Payment.Authorization.To = Account(k) }, x402.ReasonRecipient},
		"expired":           {func(q *x402.SettleRequest) { q.Payment.Authorization.ValidBefore = big.NewInt(1) }, x402.ReasonValidBefore},
		"early": {func(q *x402.SettleRequest) {
			q.Payment.Authorization.ValidAfter = big.NewInt(w.Engine.Clock().Unix() + 99)
		}, x402.ReasonValidAfter},
		"amount":       {func(q *x402.SettleRequest) { q.Requirement.Amount = big.NewInt(1) }, x402.ReasonValue},
		"signature":    {func(q *x402.SettleRequest) { q.Payment.Signature[7]++ }, x402.ReasonSignature},
		"balance":      {func(q *x402.SettleRequest) { *q = *w.pays(w.Payer(1), 100_000) }, x402.ReasonBalance},
		"burning code": {func(q *x402.SettleRequest) { q.Payment.Authorization.From = burner }, x402.ReasonBalance},
	} {
		q := w.pays(k, 100_000)
		c.change(q)
		for _, err := range []error{w.relay.Check(w.Ctx, w.token(), q), func() error { _, err := w.relay.Settle(w.Ctx, w.token(), q); return err }()} {
			var foreign *relay.ForeignError
			var why *x402.RefusedError
			if c.reason == "" && !errors.As(err, &foreign) || c.reason != "" && (!errors.As(err, &why) || why.Reason != c.reason) {
				t.Errorf("%s: %v, want %s", name, err, c.reason)
			}
		}
	}
	if all, err := w.Store.Relayed.Unfinal(w.Ctx); err != nil || len(all) > 0 {
		t.Errorf("%d stored, %v", len(all), err)
	}
	if _, forged := w.tokens.Find(secret + "x"); forged {
		t.Error("a forged token is one")
	}
}

// TestAPaymentWhoseMoneyIsGoneIsNotSent: it was taken, and is simulated again before it is signed for.
func TestAPaymentWhoseMoneyIsGoneIsNotSent(t *testing.T) {
	w := open(t, "1", Sale{})
	k := w.Payer(10)
	q, other := w.pays(k, 100_000), w.pays(k, 100_000)
	_, err := w.relay.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	w.submit(other)
	p := w.settles(w.relay, q)
	if p.Outcome != relay.Failed || p.Why != string(x402.ReasonBalance) || w.sent() != 0 || p.Cost != 0 {
		t.Errorf("%+v; %d transactions", p, w.sent())
	}
}

// TestATransactionThatWaitsIsReplacedAtTheSameAccountNonce: whichever lands, it is one settlement.
func TestATransactionThatWaitsIsReplacedAtTheSameAccountNonce(t *testing.T) {
	w := open(t, "1", Sale{})
	q := w.pays(w.Payer(100), 100_000)
	lost := &deaf{Chain: w.Node}
	r := w.another(&w.Store.Relayed, lost)
	for range 12 {
		_, err := r.Settle(w.Ctx, w.token(), q)
		w.Must(errors.Join(err, r.Step(w.Ctx)))
		w.MineOne()
	}
	p, err := r.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	if len(p.Attempts) < 2 || p.Attempts[0].FeeCap.Cmp(p.Attempts[1].FeeCap) >= 0 || p.Outcome != relay.Open {
		t.Fatalf("%+v", p)
	}
	if p = w.settles(w.relay, q); p.Outcome != relay.Settled || w.sent() != 1 || w.USDC(w.shop) != 100_000 {
		t.Errorf("%+v; %d transactions", p, w.sent())
	}
}

func TestAFileOfTokensIsReadStrictly(t *testing.T) {
	w := open(t, "1", Sale{})
	good := tokenFile(t, w.shop, "0.05")
	for name, c := range map[string]struct{ from, to string }{
		"unknown key": {`"name"`, `"label":"x","name"`}, "key twice": {`"name"`, `"name":"x","name"`}, "short hash": {`"sha256":"`, `"sha256":"00`},
		"no network": {`"base-sepolia"`, ``}, "unknown network": {`base-sepolia`, `nowhere`}, "another network": {`base-sepolia`, `base`},
		"no asset": {`"assets":["`, `"assets":["1`}, "no budget": {`"0.05"`, `"0"`}, "a number": {`"0.05"`, `0.05`}, "no rate": {`1000`, `0`},
	} {
		if _, err := relay.ReadTokens(rewritten(t, good, c.from, c.to, 0o600), network, amount.Units.Parse); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := relay.ReadTokens(rewritten(t, good, "", "", 0o644), network, amount.Units.Parse); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("readable by others: %v", err)
	}
}

func TestATokenBeyondItsRateWaits(t *testing.T) {
	w := open(t, "1", Sale{})
	now := time.Unix(1_800_000_000, 0)
	for range 1000 {
		w.Must(w.token().Admit(now))
	}
	var late *relay.RateError
	if err := w.token().Admit(now.Add(10 * time.Second)); !errors.As(err, &late) || late.Again != 50*time.Second {
		t.Error(err)
	}
	w.Must(w.token().Admit(now.Add(time.Minute)))
}

// TestAStrangersOtherPaymentIsNoSettlement: the payer signed two authorizations with one nonce, and sent the smaller one.
func TestAStrangersOtherPaymentIsNoSettlement(t *testing.T) {
	w := open(t, "1", Sale{})
	k := w.Payer(100)
	q, less := w.pays(k, 100_000), w.pays(k, 1)
	a := less.Payment.Authorization
	a.Nonce = q.Payment.Authorization.Nonce
	sig, err := a.Sign(q.Requirement.Domain(), k)
	w.Must(err)
	less.Payment.Authorization, less.Payment.Signature = a, sig
	_, err = w.relay.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	w.submit(less)
	if p := w.settles(w.relay, q); p.Outcome != relay.Failed || p.Why != string(x402.ReasonNonceUsed) {
		t.Errorf("%+v", p)
	}
}

func TestWithoutCoinForGasNothingIsTaken(t *testing.T) {
	w := open(t, "1", Sale{})
	w.relay.Signer = signer{Key(t)}
	q := w.pays(w.Payer(100), 100_000)
	for _, err := range []error{w.relay.Check(w.Ctx, w.token(), q), func() error { _, err := w.relay.Settle(w.Ctx, w.token(), q); return err }()} {
		var why *mint.UnavailableError
		if !errors.As(err, &why) || why.Faults[0].Code != "relay_no_gas" {
			t.Error(err)
		}
	}
}

// TestOnePaymentThatNoNodeSimulatesDoesNotStopTheOthers: its wallet's code may hang the call.
func TestOnePaymentThatNoNodeSimulatesDoesNotStopTheOthers(t *testing.T) {
	w := open(t, "1", Sale{})
	stuck, next := w.pays(w.Payer(100), 100_000), w.pays(w.Payer(100), 100_000)
	for _, q := range []*x402.SettleRequest{stuck, next} {
		_, err := w.relay.Settle(w.Ctx, w.token(), q)
		w.Must(err)
	}
	r := w.another(&w.Store.Relayed, &hanging{w.Node, stuck.Payment.Authorization.From})
	w.Eventually("the other one is settled", func() bool {
		_ = r.Step(w.Ctx)
		w.MineOne()
		p, err := r.Settle(w.Ctx, w.token(), next)
		return err == nil && p.Outcome == relay.Settled
	})
	if p := w.settles(w.relay, stuck); p.Outcome != relay.Settled || w.sent() != 2 {
		t.Errorf("%+v", p)
	}
}

func TestOldFinalPaymentsAreDeletedAndOpenOnesAreNot(t *testing.T) {
	w := open(t, "1", Sale{})
	old, fresh := w.pays(w.Payer(100), 100_000), w.pays(w.Payer(100), 100_000)
	p := w.settles(w.relay, old)
	q, err := w.relay.Settle(w.Ctx, w.token(), fresh)
	w.Must(err)
	later := w.Store.Relayed
	later.Write = func(ctx context.Context, verb string, f func(*gorm.DB, time.Time) error) error {
		return w.Store.Relayed.Write(ctx, verb, func(db *gorm.DB, now time.Time) error { return f(db, now.Add(31*24*time.Hour)) })
	}
	w.Must(later.Prune(w.Ctx))
	if _, err := w.Store.Relayed.Payment(w.Ctx, p.ID); !errors.Is(err, mint.ErrNotFound) {
		t.Error(err)
	}
	if _, err := w.Store.Relayed.Payment(w.Ctx, q.ID); err != nil {
		t.Error(err)
	}
}

// TestEveryTransactionIsStoredBeforeItIsSent: after a crash the bytes that a node may have are known.
func TestEveryTransactionIsStoredBeforeItIsSent(t *testing.T) {
	w := open(t, "1", Sale{})
	q := w.pays(w.Payer(100), 100_000)
	c := &watching{Chain: w.Node, w: w, q: q}
	if p := w.settles(w.another(&w.Store.Relayed, c), q); p.Outcome != relay.Settled || c.sends == 0 {
		t.Errorf("%+v after %d sends", p, c.sends)
	}
}

// TestAPaymentWithAnOutcomeIsReadOnceABlock: a provider's bill does not grow with the payments that wait for finality.
func TestAPaymentWithAnOutcomeIsReadOnceABlock(t *testing.T) {
	w := open(t, "1", Sale{Finality: 16})
	q := w.pays(w.Payer(100), 100_000)
	c := &counting{Chain: w.Node}
	r := w.another(&w.Store.Relayed, c)
	w.Eventually("settled", func() bool {
		p, err := r.Settle(w.Ctx, w.token(), q)
		w.Must(errors.Join(err, r.Step(w.Ctx)))
		if p.Outcome == relay.Open {
			w.MineOne()
		}
		return p.Outcome == relay.Settled
	})
	w.Stop()
	w.Must(r.Step(w.Ctx))
	uses, mined := c.uses, c.mined
	for range 10 {
		w.Must(r.Step(w.Ctx))
	}
	if c.uses != uses || c.mined != mined {
		t.Errorf("ten steps in one block asked %d times for a use and %d times for a receipt", c.uses-uses, c.mined-mined)
	}
	w.GoOn()
	if p := w.settles(r, q); p.Outcome != relay.Settled || !p.Final {
		t.Errorf("%+v", p)
	}
	if c.uses != uses {
		t.Errorf("asked %d times more for its use", c.uses-uses)
	}
	figures := prometheus.NewRegistry()
	w.Must(figures.Register(relay.Collector{Relay: r, Chain: "base-sepolia"}))
	families, err := figures.Gather()
	w.Must(err)
	var names []string
	for _, f := range families {
		names = append(names, fmt.Sprint(f.GetName(), " ", f.GetMetric()[0].GetGauge().GetValue()))
	}
	if len(names) != 5 || !slices.Contains(names, "mint402_relay_ok 1") || !slices.Contains(names, "mint402_relay_gas_budget_wei 1e+18") {
		t.Errorf("figures: %q", names)
	}
}

// TestAnOutcomeEndsWithItsBlock: after a reorg the payer's other authorization uses the nonce first.
func TestAnOutcomeEndsWithItsBlock(t *testing.T) {
	w := open(t, "1", Sale{Finality: 16})
	k := w.Payer(100)
	q, less := w.pays(k, 100_000), w.pays(k, 1)
	a := less.Payment.Authorization
	a.Nonce = q.Payment.Authorization.Nonce
	sig, err := a.Sign(q.Requirement.Domain(), k)
	w.Must(err)
	less.Payment.Authorization, less.Payment.Signature = a, sig
	var p relay.Payment
	w.Eventually("settled", func() bool {
		p, err = w.relay.Settle(w.Ctx, w.token(), q)
		w.Must(errors.Join(err, w.relay.Step(w.Ctx)))
		w.MineOne()
		return p.Outcome == relay.Settled
	})
	w.Must(w.relay.Step(w.Ctx))
	w.Stop()
	_, err = w.Net.Reorg(p.Block, false)
	w.Must(err)
	w.submit(less)
	p, err = w.Store.Relayed.Payment(w.Ctx, p.ID)
	w.Must(err)
	w.Must(w.Node.Send(w.Ctx, p.Attempts[0].Raw)) // the step after this sees it in another block, and never without one
	w.MineOne()
	w.GoOn()
	if p := w.settles(w.relay, q); p.Outcome != relay.Failed || p.Why != string(x402.ReasonNonceUsed) || w.USDC(w.shop) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestAnOutcomeThatCouldNotBeStoredIsNotCounted(t *testing.T) {
	w := open(t, "1", Sale{})
	q := w.pays(w.Payer(100), 100_000)
	r := w.another(&forgetful{&w.Store.Relayed}, w.Node)
	p, err := r.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	w.Must(r.Step(w.Ctx))
	w.Eventually("an outcome cannot be stored", func() bool {
		w.MineOne()
		return r.Step(w.Ctx) != nil
	})
	if now, err := w.Store.Relayed.Payment(w.Ctx, p.ID); err != nil || now.Outcome != relay.Open {
		t.Fatalf("%+v, %v", now, err)
	}
	if n := settledBy(w, r); n != 0 {
		t.Errorf("%v outcomes were counted, and none is stored", n)
	}
	w.settles(w.another(&w.Store.Relayed, w.Node), q)
}

// forgetful is a store that cannot store an outcome.
type forgetful struct{ relay.Store }

func (*forgetful) End(context.Context, relay.Payment) error { return errCrash }

// settledBy is how many payments a relay counts as settled.
func settledBy(w *world, r *relay.Relay) (n float64) {
	w.Helper()
	figures := prometheus.NewRegistry()
	w.Must(figures.Register(relay.Collector{Relay: r, Chain: "base-sepolia"}))
	families, err := figures.Gather()
	w.Must(err)
	for _, f := range families {
		for _, m := range f.GetMetric() {
			for _, l := range m.GetLabel() {
				if l.GetName() == "outcome" && l.GetValue() == string(relay.Settled) {
					n = m.GetCounter().GetValue()
				}
			}
		}
	}
	return n
}
