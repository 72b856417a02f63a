package server_test

import (
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

func TestTheSamePaymentTwoHundredTimesAtOnceIsOneMint(t *testing.T) {
	w := open(t, sale{})
	k := w.payer(100)
	two := w.sign(k, "/mint", 2)
	one := w.redress(two, 1)
	gate := make(chan struct{})
	var answers []func() answer
	for i := range 200 {
		s := two
		if i%2 == 0 {
			s = one
		}
		answers = append(answers, w.meanwhile(func() answer {
			<-gate
			return w.pay("/mint", s)
		}))
	}
	close(gate)
	var first mint.PaymentID
	var tx string
	for _, answer := range answers {
		a := answer()
		if a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
		var r struct {
			PaymentID   mint.PaymentID
			Transaction string
			Payer       common.Address
		}
		w.must(json.Unmarshal(a.body, &r))
		if tx == "" {
			first, tx = r.PaymentID, r.Transaction
		}
		if got := a.settle(); r.PaymentID != first || r.Transaction != tx || !got.Success || got.Transaction != tx {
			t.Errorf("%+v, others %s", r, tx)
		}
	}
	if w.tokens(account(k)) != 1 || w.usdc(account(k)) != 1_000_000-price || w.orders() != 1 {
		t.Errorf("%d allotments, %d USDC, %d orders", w.tokens(account(k)), w.usdc(account(k)), w.orders())
	}
	if l, err := w.store.Launch(w.ctx, "ping"); err != nil || l.Sold != 1 || l.Reserved != 0 {
		t.Errorf("%+v %v", l, err)
	}
}

func TestManyPayersForTheLastAllotmentsNeverGetMore(t *testing.T) {
	w := open(t, sale{cap: 5})
	const payers = 20
	var signed []x402.Signed
	for range payers {
		signed = append(signed, w.sign(w.payer(10), "/mint", 2))
	}
	gate := make(chan struct{})
	var answers []func() answer
	for _, s := range signed {
		answers = append(answers, w.meanwhile(func() answer {
			<-gate
			return w.pay("/mint", s)
		}))
	}
	close(gate)
	statuses := map[int]int{}
	for _, answer := range answers {
		a := answer()
		statuses[a.status]++
		if a.status != 200 {
			a.lacks("PAYMENT-REQUIRED")
		}
	}
	if statuses[200] != 5 || statuses[410]+statuses[503] != payers-5 {
		t.Errorf("%v", statuses)
	}
	charged, minted := 0, int64(0)
	for _, s := range signed {
		if w.usdc(s.Authorization.From) == 0 {
			charged++
		}
		minted += w.tokens(s.Authorization.From)
	}
	if charged != 5 || minted != 5 {
		t.Errorf("%d charged, %d minted", charged, minted)
	}
}

func TestWhoComesWhileTooManyWaitIsToldWhereToLook(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) { s.Held = 1 }})
	first, second := w.payer(100), w.payer(100)
	w.mining.Store(false)
	s := w.sign(first, "/mint", 2)
	waiting := w.meanwhile(func() answer { return w.pay("/mint", s) })
	w.eventually("the first is claimed", func() bool { return w.orders() == 1 })
	a := w.pay("/mint", w.sign(second, "/mint", 2)).wants(202)
	if a.header.Get("Location") == "" || a.header.Get("Retry-After") == "" {
		t.Errorf("%v", a.header)
	}
	w.mining.Store(true)
	waiting().wants(200)
	w.eventually("the second is minted, too", func() bool { return w.tokens(account(second)) == 1 })
}
