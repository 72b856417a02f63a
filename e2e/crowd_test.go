package e2e

import (
	"encoding/json"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

func TestTwoHundredPayersAtOnceAreMintedInAFewTransactions(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	payers := newPayers(t, 200)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	payments := s.payments(payers, 1)

	began := time.Now()
	together(len(payments), func(i int) {
		if a := s.insist(payments[i], i); a.status != 200 || a.PaymentID != payments[i].id {
			t.Errorf("payment %s: %d %s", payments[i].id, a.status, a.body)
		}
	})
	lasted := took(began)
	bought, transactions := s.audit(t, price, payments)
	if len(bought) != len(payments) {
		t.Errorf("%d of %d payments were minted", len(bought), len(payments))
	}
	if transactions > 40 {
		t.Errorf("%d payments took %d transactions", len(payments), transactions)
	}
	s.books(t, 0)
	t.Logf("%d payers minted in %v, by %d transactions", len(bought), lasted, transactions)
}

func TestOneAuthorizationSentTwoHundredTimesAtOnceMintsOnce(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	payers := newPayers(t, 1)
	u.give(10*price, payers[0].address)
	s := openShop(t, u, 1000)
	payments := s.payments(payers, 1)

	answers := make([]answer, 200)
	together(len(answers), func(i int) { answers[i] = s.insist(payments[0], i) })
	first := answers[0]
	for i, a := range answers {
		if a.status != 200 || a.PaymentID != payments[0].id || a.Transaction != first.Transaction || a.TokensBase != allotment.String() || a.Payer != payers[0].address {
			t.Errorf("answer %d: %d %s\nbut the first was %s", i, a.status, a.body, first.body)
		}
	}
	s.restart(func() {})
	for version := range 2 {
		if a, err := s.present(payments[0], version); err != nil || a.status != 200 || a.Transaction != first.Transaction {
			t.Errorf("after a restart: %d %s, %v", a.status, a.body, err)
		}
	}
	if bought, transactions := s.audit(t, 10*price, payments); len(bought) != 1 || transactions != 1 {
		t.Errorf("minted %d payments in %d transactions", len(bought), transactions)
	}
	s.books(t, 0)
}

func TestTheLastFiftyAllotmentsGoToFiftyAndNobodyElseIsCharged(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	payers := newPayers(t, 100)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 50)
	payments := s.payments(payers, 1)

	// Without blocks what is reserved stays reserved, so fifty must be turned away.
	u.stop()
	var told [600]atomic.Int32
	var answered atomic.Int32
	late := make([]bool, len(payments)) // who was told that all is reserved
	everyoneElse := make(chan struct{})
	go func() {
		defer close(everyoneElse)
		together(len(payments), func(i int) {
			a, err := s.present(payments[i], i)
			if err != nil {
				t.Errorf("payment %s: %v", payments[i].id, err)
				return
			}
			told[a.status].Add(1)
			if a.status == 503 {
				late[i] = true
				if code := codeOf(a); code != "reserved" || a.header.Get("Retry-After") == "" {
					t.Errorf("turned away with code %q and Retry-After %q", code, a.header.Get("Retry-After"))
				}
				answered.Add(1)
			}
		})
	}()
	until(t, "fifty are told that all is reserved", func() bool { return answered.Load() == 50 })
	u.resume()
	<-everyoneElse
	together(len(payments), func(i int) {
		a := s.insist(payments[i], i)
		switch {
		case late[i] && (a.status != 410 || codeOf(a) != "sold_out"):
			t.Errorf("turned away, then told %d %s", a.status, a.body)
		case !late[i] && a.status != 200:
			t.Errorf("taken, then told %d %s", a.status, a.body)
		}
	})
	bought, transactions := s.audit(t, price, payments)
	if len(bought) != 50 {
		t.Errorf("%d of 50 allotments were minted", len(bought))
	}
	for i, p := range payments {
		if bought[p.id] == late[i] {
			t.Errorf("payment %s: turned away %t, minted %t", p.id, late[i], bought[p.id])
		}
	}
	s.books(t, 0)
	t.Logf("at once: %d minted, %d accepted and pending, %d told 503; in %d transactions; the rest were told 410 in the end",
		told[200].Load(), told[202].Load(), told[503].Load(), transactions)
}

// codeOf is the stable code of a problem.
func codeOf(a answer) string {
	var fault struct{ Code string }
	_ = json.Unmarshal(a.Error, &fault)
	return fault.Code
}

func TestAPayerWithMoneyForTwentyKeepsNoMoreThanTwentyFromOthers(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	greedy, others := newPayers(t, 1)[0], newPayers(t, 9)
	u.give(20*price, append(addresses(others), greedy.address)...)
	s := openShop(t, u, 200)
	ten := make([]payer, 10)
	for i := range ten {
		ten[i] = greedy
	}
	wants, honest := s.payments(ten, 20), s.payments(others, 20)

	// The ten are all presented before a block could show which one is minted.
	u.stop()
	var refused atomic.Int32
	taken := make(chan payment, len(wants))
	decided := make(chan struct{})
	go func() {
		defer close(decided)
		together(len(wants), func(i int) {
			switch a, err := s.present(wants[i], i); {
			case err != nil:
				t.Errorf("payment %s: %v", wants[i].id, err)
			case a.status == 503 && strings.Contains(string(a.Error), `"payer_busy"`): // no price, and so no second signature
				refused.Add(1)
			case a.status == 200 || a.status == 202:
				taken <- wants[i]
			default:
				t.Errorf("payment %s: %d %s", wants[i].id, a.status, a.body)
			}
		})
	}()
	until(t, "nine of ten are refused", func() bool { return refused.Load() == 9 })
	// All that is left is there for the others, at once.
	answers := make([]answer, len(honest))
	bought := make(chan struct{})
	go func() {
		defer close(bought)
		together(len(honest), func(i int) { answers[i] = s.insist(honest[i], i) })
	}()
	for _, p := range honest {
		s.reaches(p, "claimed", "minting")
	}
	u.resume()
	<-bought
	<-decided
	for _, a := range answers {
		if a.status != 200 {
			t.Errorf("one of the others was told %d %s", a.status, a.body)
		}
	}
	if len(taken) != 1 {
		t.Fatalf("%d of the ten were taken", len(taken))
	}
	if a := s.insist(<-taken, 2); a.status != 200 {
		t.Errorf("the one that was taken was told %d %s", a.status, a.body)
	}
	minted, transactions := s.audit(t, 20*price, append(wants, honest...))
	if len(minted) != 10 {
		t.Errorf("%d payments of 20 were minted out of 200 allotments", len(minted))
	}
	s.books(t, 0)
	t.Logf("1 of 10 payments was taken, and 9 × 20 allotments were left to others; %d transactions", transactions)
}
