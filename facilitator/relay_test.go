package facilitator_test

import (
	"context"
	"math/big"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	. "github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestAPaymentThatAFacilitatorSettlesIsMintedOnce(t *testing.T) {
	for _, version := range []int{1, 2} {
		s := newStub(t, "honest")
		m := open(t, facilitator.ByThem, s)
		payer := m.Payer(100)
		signed := m.Sign(payer, "/mint", version)
		m.Pay("/mint", signed)
		o := m.outcome(signed, mint.Minted)
		m.Pay("/mint", signed).Wants(200)
		if m.Tokens(Account(payer)) != 1 || m.USDC(Account(payer)) != 1_000_000-Price {
			t.Errorf("the payer has %d tokens and %d", m.Tokens(Account(payer)), m.USDC(Account(payer)))
		}
		if !o.Settlement.Seen() || o.Settlement.Tx != s.sent[signed.Authorization.Nonce] {
			t.Errorf("settled in %s", o.Settlement.Tx)
		}
		if requests, _ := s.asked(); requests != 1 {
			t.Errorf("asked %d times", requests)
		}
	}
}

func TestWithoutABreakdownOurOwnSendersSettle(t *testing.T) {
	s := newStub(t, "honest")
	m := open(t, facilitator.Fallback, s)
	payer := m.Payer(100)
	signed := m.Sign(payer, "/mint", 2)
	m.Pay("/mint", signed)
	if o := m.outcome(signed, mint.Minted); o.Settlement.Seen() {
		t.Error("a facilitator settled it")
	}
	if requests, _ := s.asked(); requests != 0 || s.verifies != 0 {
		t.Errorf("asked %d times", requests)
	}
}

func TestTheNextFacilitatorIsAskedOnlyIfTheFirstSentNothing(t *testing.T) {
	for what, test := range map[string]struct {
		settle func(w http.ResponseWriter, p x402.Payment)
		verify func(w http.ResponseWriter, p x402.Payment) bool
		next   bool
	}{
		"refused with a reason": {next: true, settle: func(w http.ResponseWriter, _ x402.Payment) {
			answers(w, 400, `{"success":false,"errorReason":"invalid_payload","transaction":"","network":""}`)
		}},
		"verify refuses": {next: true, verify: func(w http.ResponseWriter, _ x402.Payment) bool {
			answers(w, 200, `{"isValid":false,"invalidReason":"invalid_exact_evm_signature"}`)
			return false
		}},
		"verify fails":  {next: true, verify: func(w http.ResponseWriter, _ x402.Payment) bool { hangUp(w); return false }},
		"no answer":     {settle: func(w http.ResponseWriter, _ x402.Payment) { hangUp(w) }},
		"its own error": {settle: func(w http.ResponseWriter, _ x402.Payment) { answers(w, 500, `{}`) }},
		"garbage":       {settle: func(w http.ResponseWriter, _ x402.Payment) { answers(w, 200, `ok`) }},
		"a pending one": {settle: func(w http.ResponseWriter, _ x402.Payment) {
			answers(w, 200, `{"success":false,"errorReason":"settlement_pending","transaction":"","network":""}`)
		}},
		"a lie": {settle: func(w http.ResponseWriter, _ x402.Payment) {
			answers(w, 200, `{"success":true,"transaction":"0x`+hex64+`","network":"eip155:84532"}`)
		}},
		"checks of kyt": {settle: func(w http.ResponseWriter, _ x402.Payment) {
			answers(w, 400, `{"success":false,"errorReason":"invalid_exact_evm_payload_from_address_kyt","transaction":""}`)
		}},
	} {
		t.Run(what, func(t *testing.T) {
			first, second := newStub(t, "first"), newStub(t, "second")
			if first.verify = test.verify; test.settle != nil {
				first.settle = test.settle
			}
			m := open(t, facilitator.ByThem, first, second)
			payer := m.Payer(100)
			signed := m.Sign(payer, "/mint", 2)
			m.Pay("/mint", signed)
			if test.next {
				m.outcome(signed, mint.Minted)
				return
			}
			m.Eventually("the first has answered", func() bool {
				asks, err := m.Store.Asks.Of(m.Ctx, m.ID(signed))
				return err == nil && len(asks) == 1 && !asks[0].AnsweredAt.IsZero()
			})
			m.later(10 * time.Minute)
			if o := m.outcome(signed, mint.Voided); o.Settlement.Seen() {
				t.Error("it was settled")
			}
			if requests, _ := second.asked(); requests+second.verifies != 0 {
				t.Error("the second facilitator was asked")
			}
			if m.Tokens(Account(payer)) != 0 || m.USDC(Account(payer)) != 1_000_000 {
				t.Error("the payer was charged, or has tokens")
			}
			// Only now is a new signature asked for.
			m.Pay("/mint", signed).Wants(402)
		})
	}
}

func TestAPaymentWhoseMoneyWasPassedOnHoldsNoTokensForAFacilitator(t *testing.T) {
	s := newStub(t, "slow")
	asked := make(chan x402.Payment, 1)
	s.settle = func(w http.ResponseWriter, p x402.Payment) {
		asked <- p
		answers(w, 500, `{}`) // it may still settle it
	}
	m := open(t, facilitator.ByThem, s)
	payer := m.Payer(10)
	signed := m.Sign(payer, "/mint", 2)
	m.Pay("/mint", signed)
	m.Eventually("it has answered", func() bool {
		asks, err := m.Store.Asks.Of(m.Ctx, m.ID(signed))
		return err == nil && len(asks) == 1 && !asks[0].AnsweredAt.IsZero()
	})
	if o := m.outcome(signed, mint.Claimed); o.Settlement.Seen() {
		t.Fatal("it was settled")
	}
	_, err := m.Net.GiveGas(Account(payer), big.NewInt(1e18))
	m.Must(err)
	m.MineOne()
	m.SendBy(payer, devnet.USDC, bindings.NewTestUSDC().PackTransfer(Account(Key(t)), big.NewInt(Price)))
	m.outcome(signed, mint.Parked)
	if reserved, err := m.Store.Launch(m.Ctx, m.Launch.Slug); err != nil || reserved.Reserved != 0 {
		t.Errorf("%d are reserved, %v", reserved.Reserved, err)
	}
	// It has money again, and the facilitator settles after all: the promise holds.
	_, err = m.Net.GiveUSDC(Account(payer), big.NewInt(Price))
	m.Must(err)
	m.MineOne()
	s.send(<-asked)
	m.outcome(signed, mint.Minted)
	if m.Tokens(Account(payer)) != 1 || m.USDC(Account(payer)) != 0 {
		t.Errorf("the payer has %d tokens and %d", m.Tokens(Account(payer)), m.USDC(Account(payer)))
	}
}

func contains(s, part string) bool { return strings.Contains(s, part) }

const hex64 = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

func TestARefusalForEverIsSaidInWordsAndNotRepeated(t *testing.T) {
	first, second := newStub(t, "cdp"), newStub(t, "second")
	first.verify = func(w http.ResponseWriter, _ x402.Payment) bool {
		answers(w, 200, `{"isValid":false,"invalidReason":"invalid_exact_evm_payload_from_address_kyt"}`)
		return false
	}
	m := open(t, facilitator.ByThem, first, second)
	signed := m.Sign(m.Payer(100), "/mint", 2)
	m.Pay("/mint", signed)
	o := m.outcome(signed, mint.Parked)
	if want := "cdp does not settle for this account: invalid_exact_evm_payload_from_address_kyt"; !contains(o.Reason(), want) {
		t.Errorf("reason: %s", o.Reason())
	}
	for range 3 {
		// A 402 without a price: no client signs again for it.
		if a := m.Pay("/mint", signed); a.Status != 402 || !contains(string(a.Body), "refused permanently") || contains(string(a.Body), `"accepts"`) {
			t.Errorf("%d %s", a.Status, a.Body)
		}
		m.outcome(signed, mint.Parked)
	}
	if first.verifies != 1 || second.verifies != 0 {
		t.Errorf("asked %d and %d times", first.verifies, second.verifies)
	}
	left, err := m.Store.Launch(m.Ctx, m.Launch.Slug)
	m.Must(err)
	if left.Reserved != 0 {
		t.Error("a payment that is refused holds tokens")
	}
}

func TestAPaymentThatAllRefuseIsAskedForAgainOnlyAfterAGrowingPause(t *testing.T) {
	s := newStub(t, "only")
	s.verify = func(w http.ResponseWriter, _ x402.Payment) bool {
		answers(w, 200, `{"isValid":false,"invalidReason":"insufficient_funds"}`)
		return false
	}
	m := open(t, facilitator.ByThem, s)
	signed := m.Sign(m.Payer(100), "/mint", 2)
	presents := func(times, asked int) {
		t.Helper()
		for range times {
			m.Pay("/mint", signed).Wants(202)
			if o := m.outcome(signed, mint.Parked); !contains(o.Reason(), "insufficient_funds") {
				t.Errorf("reason: %s", o.Reason())
			}
		}
		if s.verifies != asked {
			t.Errorf("it was asked %d times, want %d", s.verifies, asked)
		}
	}
	presents(5, 1)
	m.later(6 * time.Second)
	presents(5, 2)
	m.later(6 * time.Second)
	presents(5, 2)
	m.later(6 * time.Second)
	presents(5, 3)
}

func TestACrashBetweenAskAndAnswerAsksNobodyElse(t *testing.T) {
	first, second := newStub(t, "first"), newStub(t, "second")
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	asked := make(chan struct{}, 8)
	first.settle = func(w http.ResponseWriter, p x402.Payment) {
		first.send(p)
		asked <- struct{}{}
		<-release
	}
	m := open(t, facilitator.ByThem, first, second)
	payer := m.Payer(100)
	signed := m.Sign(payer, "/mint", 2)
	m.Mining.Store(false)
	m.Stop() // the engine reads nothing
	m.Pay("/mint", signed)
	<-asked
	// What a crash leaves is the row without an answer. A new relay reads it.
	relay := m.newRelay(m.Engine, m.Store, facilitator.ByThem)
	m.Must(relay.Load(m.Ctx))
	if !relay.Holds(m.ID(signed)) {
		t.Error("after a restart, the payment counts as not asked for")
	}
	m.GoOn()
	m.Mining.Store(true)
	m.outcome(signed, mint.Minted)
	if requests, _ := second.asked(); requests+second.verifies != 0 {
		t.Error("the second facilitator was asked")
	}
	if m.Tokens(Account(payer)) != 1 || m.USDC(Account(payer)) != 1_000_000-Price {
		t.Error("not one mint for one payment")
	}
}

// poorSenders is a chain on which only the minter has coin for gas, while poor is true.
type poorSenders struct {
	mint.Chain
	minter func() common.Address
	poor   *atomic.Bool
}

func (c poorSenders) Balance(ctx context.Context, account common.Address) (*big.Int, error) {
	if c.poor.Load() && account != c.minter() {
		return new(big.Int), nil
	}
	return c.Chain.Balance(ctx, account)
}

func TestWhileOurSendersCannotSendAFacilitatorSettles(t *testing.T) {
	s := newStub(t, "honest")
	var m *market
	poor := &atomic.Bool{}
	m = openOn(t, facilitator.Fallback, func(c mint.Chain) mint.Chain {
		return poorSenders{c, func() common.Address { return m.Launch.Minter }, poor}
	}, s)
	poor.Store(true)
	m.Eventually("the engine sees that they cannot", func() bool {
		m.finalizeAlways()
		return m.Engine.Facilitated("ping")
	})
	payer := m.Payer(100)
	signed := m.signed(payer, m.Get("/mint", nil).Wants(402), time.Hour)
	m.Pay("/mint", signed)
	if o := m.outcome(signed, mint.Minted); o.Settlement.Tx != s.sent[signed.Authorization.Nonce] {
		t.Errorf("settled in %s", o.Settlement.Tx)
	}
	// Without a facilitator nothing is sold, and nothing is charged.
	s.Close()
	m.Eventually("no price is quoted", func() bool {
		m.finalizeAlways()
		price := m.Get("/mint", nil)
		if price.Status == 402 {
			m.Pay("/mint", m.signed(m.Payer(10), price, time.Hour))
		}
		return price.Status == 503
	})
}

func TestALaunchThatOnlyFacilitatorsSettleIsNotSoldWithoutOne(t *testing.T) {
	s := newStub(t, "honest")
	broken := &atomic.Bool{}
	broken.Store(true)
	s.verify = func(w http.ResponseWriter, _ x402.Payment) bool {
		if broken.Load() {
			answers(w, 500, `{}`)
		}
		return !broken.Load()
	}
	m := open(t, facilitator.ByThem, s)
	m.Eventually("no price is quoted", func() bool {
		price := m.Get("/mint", nil)
		if price.Status == 402 {
			m.Pay("/mint", m.signed(m.Payer(10), price, time.Hour))
		}
		return price.Status == 503
	})
	if a := m.Get("/mint", nil); !strings.Contains(string(a.Body), `"no_facilitator"`) {
		t.Errorf("the answer is %s", a.Body)
	}
	broken.Store(false)
	m.later(time.Minute) // the pause of the breaker ends
	m.Eventually("it is sold again", func() bool { return m.Get("/mint", nil).Status == 402 })
}
