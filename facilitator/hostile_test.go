package facilitator_test

import (
	"crypto/ecdsa"
	"fmt"
	"math/big"
	"net/http"
	"sync"
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

// lie is something that a hostile or broken facilitator does with a payment. paid reports
// whether it settles the payment.
type lie struct {
	paid bool
	do   func(s *stub, w http.ResponseWriter, p x402.Payment)
	// verify, unless nil, ends at /verify.
	verify func(s *stub, w http.ResponseWriter, p x402.Payment)
	second bool // another facilitator may be asked after it
}

// says is an answer with success and any other field.
func says(w http.ResponseWriter, p x402.Payment, tx, network string) {
	answers(w, 200, fmt.Sprintf(`{"success":true,"transaction":%q,"network":%q,"payer":%q}`, tx, network, p.Authorization.From.Hex()))
}

// lies are the lies of A19, and outcomes that are not answers.
func lies(old common.Hash, others func() common.Hash) map[string]lie {
	base := "eip155:84532"
	return map[string]lie{
		"clean":          {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, s.send(p).Hex(), base) }},
		"a random hash":  {do: func(_ *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, p.Authorization.Nonce.Hex(), base) }},
		"an old hash":    {do: func(_ *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, old.Hex(), base) }},
		"another's hash": {do: func(_ *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, others().Hex(), base) }},
		"another chain":  {do: func(_ *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, old.Hex(), "eip155:8453") }},
		"a reverted tx":  {do: func(s *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, s.reverts(p).Hex(), base) }},
		"a transfer of its own to the launch": {do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			says(w, p, s.gives(p.Authorization.To, p.Authorization.Value).Hex(), base)
		}},
		"a transfer to itself": {do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			says(w, p, s.gives(Account(s.key), p.Authorization.Value).Hex(), base)
		}},
		"a wrong amount": {do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			says(w, p, s.gives(p.Authorization.To, big.NewInt(1)).Hex(), base)
		}},
		"pending for ever": {do: func(_ *stub, w http.ResponseWriter, _ x402.Payment) {
			answers(w, 200, `{"success":false,"errorReason":"settlement_pending","transaction":"`+old.Hex()+`","network":"eip155:84532"}`)
		}},
		"200 with garbage":              {do: func(_ *stub, w http.ResponseWriter, _ x402.Payment) { answers(w, 200, `<html>settled</html>`) }},
		"garbage after settling":        {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) { s.send(p); answers(w, 200, `settled`) }},
		"5xx_after_settle":              {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) { s.send(p); answers(w, 500, `{}`) }},
		"accept_then_timeout":           {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) { s.send(p); hangUp(w) }},
		"reconcile_unavailable":         {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) { s.send(p); answers(w, 503, `unavailable`) }},
		"settles twice":                 {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) { s.send(p); says(w, p, s.reverts(p).Hex(), base) }},
		"success without a transaction": {do: func(_ *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, "", base) }},
		"says reverted, and settles": {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			answers(w, 200, `{"success":false,"errorReason":"invalid_exact_evm_transaction_failed","transaction":"`+s.send(p).Hex()+`","network":"eip155:84532"}`)
		}},
		"declared_safe": {paid: true, second: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			s.send(p)
			answers(w, 400, `{"success":false,"errorReason":"insufficient_funds","transaction":"","network":"eip155:84532"}`)
		}},
		"double_402": {paid: true, second: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			s.send(p)
			answers(w, 402, `{"success":false,"errorReason":"invalid_payment_requirements","transaction":"","network":"eip155:84532"}`)
		}},
		"barred, and settles": {paid: true, do: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			s.send(p)
			answers(w, 200, `{"success":false,"errorReason":"invalid_exact_evm_payload_from_address_kyt","transaction":"","network":"eip155:84532"}`)
		}},
		"verify refuses, and settles": {paid: true, second: true, verify: func(s *stub, w http.ResponseWriter, p x402.Payment) {
			s.send(p)
			answers(w, 200, `{"isValid":false,"invalidReason":"invalid_exact_evm_signature"}`)
		}},
	}
}

// reverts sends a payment that the asset refuses, and returns the transaction.
func (s *stub) reverts(p x402.Payment) common.Hash {
	a := p.Authorization
	a.Value = new(big.Int).Add(a.Value, common.Big1) // not what was signed
	s.mu.Lock()
	defer s.mu.Unlock()
	tx, _ := s.call(devnet.USDC, transfer(a, p.Signature))
	return tx
}

// gives transfers money of the facilitator's own.
func (s *stub) gives(to common.Address, amount *big.Int) common.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.world.Net.GiveUSDC(Account(s.key), amount)
	tx, _ := s.call(devnet.USDC, bindings.NewTestUSDC().PackTransfer(to, amount))
	return tx
}

func TestNoLieOfAFacilitatorMintsForFreeOrCostsAPayer(t *testing.T) {
	Long(t)
	var mu sync.Mutex
	by := map[common.Address]lie{} // payer → what is done with its payment
	first, second := newStub(t, "first"), newStub(t, "second")
	of := func(p x402.Payment) lie {
		mu.Lock()
		defer mu.Unlock()
		return by[p.Authorization.From]
	}
	first.settle = func(w http.ResponseWriter, p x402.Payment) { of(p).do(first, w, p) }
	first.verify = func(w http.ResponseWriter, p x402.Payment) bool {
		if l := of(p); l.verify != nil {
			l.verify(first, w, p)
			return false
		}
		return true
	}
	m := open(t, facilitator.ByThem, first, second)
	victim := m.Payer(100)
	victims := m.Sign(victim, "/mint", 2)
	p, err := x402.DecodePayment(victims.Value)
	m.Must(err)
	by[Account(victim)] = lie{do: func(s *stub, w http.ResponseWriter, p x402.Payment) { says(w, p, s.send(p).Hex(), "eip155:84532") }}
	m.Pay("/mint", victims)
	old := m.outcome(victims, mint.Minted).Settlement.Tx
	asked := 0
	for what, l := range lies(old, func() common.Hash { return first.sent[p.Authorization.Nonce] }) {
		payer := m.Payer(100)
		mu.Lock()
		by[Account(payer)] = l
		mu.Unlock()
		was, _ := second.asked()
		wasVerified := second.verifies
		signed := m.signed(payer, m.Get("/mint", nil).Wants(402), 5*time.Minute)
		m.Pay("/mint", signed)
		m.checkEnd(what, l, payer, signed)
		if now, _ := second.asked(); (now != was || second.verifies != wasVerified) && !l.second {
			t.Errorf("%s: the second facilitator was asked", what)
		}
		facilitator.Forgive(m.list) // the next lie is judged alone
		asked++
	}
	if asked < 12 {
		t.Errorf("%d lies", asked)
	}
	if m.Tokens(Account(victim)) != 1 || m.USDC(Account(victim)) != 1_000_000-Price {
		t.Error("the payer whose transaction was named has not exactly one mint for one payment")
	}
}

// checkEnd waits until a payment has ended, and checks that its payer has the tokens or the
// money.
func (m *market) checkEnd(what string, l lie, payer *ecdsa.PrivateKey, signed x402.Signed) {
	m.Helper()
	m.Eventually(what+": the first facilitator has answered", func() bool {
		asks, err := m.Store.Asks.Of(m.Ctx, m.ID(signed))
		return err == nil && len(asks) > 0 && !asks[len(asks)-1].AnsweredAt.IsZero()
	})
	if !l.paid {
		if got := m.Pay("/mint", signed); got.Status == 402 {
			m.Errorf("%s: 402 before a final block shows that the payment can never execute", what)
		}
		m.later(10 * time.Minute)
	}
	o := m.outcome(signed)
	tokens, spent := m.Tokens(Account(payer)), 1_000_000-m.USDC(Account(payer))
	if l.paid && (o.State() != mint.Minted || tokens != 1 || spent != Price) || !l.paid && (o.State() != mint.Voided || tokens != 0 || spent != 0) {
		m.Errorf("%s: the order is %s; the payer has %d tokens and spent %d", what, o.State(), tokens, spent)
	}
	var sold *big.Int
	c, err := m.Node.Conditions(m.Ctx, m.Launch, 0)
	m.Must(err)
	if sold = new(big.Int).Mul(big.NewInt(c.Sold), big.NewInt(Price)); sold.Cmp(c.Held) > 0 {
		m.Errorf("%s: %s sold for %s", what, sold, c.Held)
	}
}

func TestAnAnswerThatComesTooLateChangesNothing(t *testing.T) {
	late, second := newStub(t, "late"), newStub(t, "second")
	late.patience = 100 * time.Millisecond
	release := make(chan struct{})
	t.Cleanup(func() { close(release) })
	late.settle = func(w http.ResponseWriter, p x402.Payment) { late.send(p); <-release }
	m := open(t, facilitator.ByThem, late, second)
	payer := m.Payer(100)
	signed := m.Sign(payer, "/mint", 2)
	m.Pay("/mint", signed)
	m.outcome(signed, mint.Minted)
	if requests, _ := second.asked(); requests+second.verifies != 0 {
		t.Error("the second facilitator was asked")
	}
	if m.Tokens(Account(payer)) != 1 || m.USDC(Account(payer)) != 1_000_000-Price {
		t.Error("not one mint for one payment")
	}
}

func TestTheFirstFacilitatorDiesInTheMiddleOf200Mints(t *testing.T) {
	Long(t)
	const payers, before = 200, 90
	first, second := newStub(t, "first"), newStub(t, "second")
	var mu sync.Mutex
	var once sync.Once
	dead := make(chan struct{})
	settled := 0
	first.settle = func(w http.ResponseWriter, p x402.Payment) {
		mu.Lock()
		settled++
		n := settled
		mu.Unlock()
		if n < before-10 {
			says(w, p, first.send(p).Hex(), "eip155:84532")
			return
		}
		if n%2 == 0 { // it dies after it sent these, and before the others
			first.send(p)
		}
		if n == before {
			close(dead)
		}
		<-dead
		hangUp(w)
		once.Do(first.dies)
	}
	m := open(t, facilitator.ByThem, first, second)
	keys := make([]*ecdsa.PrivateKey, payers)
	signed := make([]x402.Signed, payers)
	for i := range keys {
		keys[i] = Key(t)
		_, err := m.Net.GiveUSDC(Account(keys[i]), big.NewInt(2*Price))
		m.Must(err)
		if i%20 == 19 {
			_, err = m.Net.Mine()
			m.Must(err)
		}
	}
	pay := func(i int) {
		m.Eventually("the sale goes on", func() bool {
			price := m.Get("/mint", nil)
			if price.Status != 402 {
				return false
			}
			signed[i] = m.signed(keys[i], price, time.Hour)
			status := m.Pay("/mint", signed[i]).Status
			return status == 200 || status == 202
		})
	}
	for i := range keys {
		pay(i)
	}
	ended := func(i int) mint.State { return m.outcomeSoon(signed[i]) }
	var again []int // what the first one took along and never sent
	m.Eventually("all end or are held", func() bool {
		again = again[:0]
		done := true
		for i := range signed {
			switch o := m.Order(signed[i]); {
			case o.State() == mint.Minted || o.State() == mint.Mined:
			case o.State() == mint.Claimed && m.relay.Holds(o.ID) && m.answered(o.ID):
				again = append(again, i)
			default:
				done = false
			}
		}
		m.finalize()
		return done
	})
	m.later(2 * time.Hour)
	for _, i := range again {
		if state := ended(i); state != mint.Voided {
			t.Fatalf("a payment that was never sent is %s", state)
		}
		pay(i)
	}
	for i := range signed {
		m.outcome(signed[i], mint.Minted, mint.Mined)
		if tokens, left := m.Tokens(Account(keys[i])), m.USDC(Account(keys[i])); tokens != 1 || left != Price {
			t.Errorf("payer %d has %d tokens and %d", i, tokens, left)
		}
	}
	if len(again) == 0 {
		t.Error("no payment was lost with the first facilitator: the test shows less than it should")
	}
	l, err := m.Store.Launch(m.Ctx, "ping")
	m.Must(err)
	if l.Sold != payers || l.Reserved != 0 {
		t.Errorf("%d sold, %d reserved", l.Sold, l.Reserved)
	}
}

// dies refuses all further connections.
func (s *stub) dies() { _ = s.Listener.Close() }

// answered reports whether an order's last ask has an answer.
func (m *market) answered(id mint.PaymentID) bool {
	asks, err := m.Store.Asks.Of(m.Ctx, id)
	return err == nil && len(asks) > 0 && !asks[0].AnsweredAt.IsZero()
}

// outcomeSoon waits until an order has ended.
func (m *market) outcomeSoon(s x402.Signed) mint.State {
	o := m.outcome(s)
	return o.State()
}
