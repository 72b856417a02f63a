package server_test

import (
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

func TestTheSamePaymentTwoHundredTimesAtOnceIsOneMint(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	two := w.Sign(k, "/mint", 2)
	one := w.redress(two, 1)
	gate := make(chan struct{})
	var answers []func() servertest.Answer
	for i := range 200 {
		s := two
		if i%2 == 0 {
			s = one
		}
		answers = append(answers, w.Meanwhile(func() servertest.Answer {
			<-gate
			return w.Pay("/mint", s)
		}))
	}
	close(gate)
	var first mint.PaymentID
	var tx string
	for _, answer := range answers {
		a := answer()
		if a.Status != 200 {
			t.Fatalf("%d %s", a.Status, a.Body)
		}
		var r struct {
			PaymentID   mint.PaymentID
			Transaction string
			Payer       common.Address
		}
		w.Must(json.Unmarshal(a.Body, &r))
		if tx == "" {
			first, tx = r.PaymentID, r.Transaction
		}
		if got := a.Settle(); r.PaymentID != first || r.Transaction != tx || !got.Success || got.Transaction != tx {
			t.Errorf("%+v, others %s", r, tx)
		}
	}
	if w.Tokens(servertest.Account(k)) != 1 || w.USDC(servertest.Account(k)) != 1_000_000-servertest.Price || w.Orders() != 1 {
		t.Errorf("%d allotments, %d USDC, %d orders", w.Tokens(servertest.Account(k)), w.USDC(servertest.Account(k)), w.Orders())
	}
	if l, err := w.Store.Launch(w.Ctx, "ping"); err != nil || l.Sold != 1 || l.Reserved != 0 {
		t.Errorf("%+v %v", l, err)
	}
}

func TestManyPayersForTheLastAllotmentsNeverGetMore(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 5})
	const payers = 20
	var signed []x402.Signed
	for range payers {
		signed = append(signed, w.Sign(w.Payer(10), "/mint", 2))
	}
	gate := make(chan struct{})
	var answers []func() servertest.Answer
	for _, s := range signed {
		answers = append(answers, w.Meanwhile(func() servertest.Answer {
			<-gate
			return w.Pay("/mint", s)
		}))
	}
	close(gate)
	statuses := map[int]int{}
	for _, answer := range answers {
		a := answer()
		statuses[a.Status]++
		if a.Status != 200 {
			a.Lacks("PAYMENT-REQUIRED")
		}
	}
	if statuses[200] != 5 || statuses[410]+statuses[503] != payers-5 {
		t.Errorf("%v", statuses)
	}
	charged, minted := 0, int64(0)
	for _, s := range signed {
		if w.USDC(s.Authorization.From) == 0 {
			charged++
		}
		minted += w.Tokens(s.Authorization.From)
	}
	if charged != 5 || minted != 5 {
		t.Errorf("%d charged, %d minted", charged, minted)
	}
}

func TestWhoComesWhileTooManyWaitIsToldWhereToLook(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MaxHeld = 1 }})
	first, second := w.Payer(100), w.Payer(100)
	w.Mining.Store(false)
	s := w.Sign(first, "/mint", 2)
	waiting := w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", s) })
	w.Eventually("the first is claimed", func() bool { return w.Orders() == 1 })
	a := w.Pay("/mint", w.Sign(second, "/mint", 2)).Wants(202)
	if a.Header.Get("Location") == "" || a.Header.Get("Retry-After") == "" {
		t.Errorf("%v", a.Header)
	}
	w.Mining.Store(true)
	waiting().Wants(200)
	w.Eventually("the second is minted, too", func() bool { return w.Tokens(servertest.Account(second)) == 1 })
}
