package facilitator_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

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
		m.Pay("/mint", signed).Wants(202)
		m.outcome(signed, mint.Parked)
	}
	if first.verifies != 1 || second.verifies != 0 {
		t.Errorf("asked %d and %d times", first.verifies, second.verifies)
	}
	left, err := m.Store.Launch(m.Ctx, "ping")
	m.Must(err)
	if left.Reserved != 0 {
		t.Error("a payment that is refused holds tokens")
	}
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
