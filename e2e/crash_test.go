package e2e

import (
	"math/rand/v2"
	"sync/atomic"
	"syscall"
	"testing"
)

// Rounds of the crash test, payments in each, and the seed of the moments.
const (
	crashRounds   = 10
	crashPayments = 20
	crashSeed     = 402
)

// crashLines is about how much the server says while it mints a round: a line
// for each claim, for each transaction sent and mined, and for each mint.
const crashLines = 2*crashPayments + 6

func TestAServerKilledAtAnyMomentMintsOnceOrNeverCharges(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, crashRounds*crashPayments)
	u.give(2*price, addresses(payers)...)
	s := openShop(t, u, 1000)
	random := rand.New(rand.NewPCG(crashSeed, crashSeed))
	var all []payment
	for round := range crashRounds {
		payments := s.payments(payers[round*crashPayments:(round+1)*crashPayments], 1)
		all = append(all, payments...)
		// One moment in each part of what there is to say, so that claiming,
		// sending and mining are all cut short.
		after := int32(1 + (round*crashLines+random.IntN(crashLines))/crashRounds)
		var lines, answered atomic.Int32
		server := s.server
		server.onLine(func(string) {
			if lines.Add(1) == after {
				server.signal(syscall.SIGKILL)
			}
		})
		// Every other payer sends the payment again until it is minted. The rest
		// are never heard of again if the server dies on them.
		heard := make([]bool, len(payments))
		restarted := make(chan struct{})
		go func() {
			defer close(restarted)
			<-server.done
			s.start()
		}()
		together(len(payments), func(i int) {
			a, err := s.present(payments[i], i)
			if err == nil && a.status == 200 {
				heard[i] = true
				answered.Add(1)
			} else if i%2 == 0 {
				<-restarted
				a = s.insist(payments[i], i)
			}
			if i%2 == 0 && (a.status != 200 || a.PaymentID != payments[i].id) {
				t.Errorf("payment %s: %d %s", payments[i].id, a.status, a.body)
			}
		})
		// A round that said less than expected ends here.
		server.signal(syscall.SIGKILL)
		<-restarted
		minted, unknown := 0, 0
		for i, p := range payments {
			o := s.order(p)
			if o.status == 404 {
				unknown++
				if heard[i] || i%2 == 0 {
					t.Errorf("payment %s was answered, and is forgotten", p.id)
				}
				continue
			}
			s.reaches(p, "mined", "minted")
			minted++
		}
		t.Logf("round %d: killed after %d of %d lines, %d answered by then; in the end %d minted, %d never claimed",
			round, after, lines.Load(), answered.Load(), minted, unknown)
		if t.Failed() {
			break
		}
	}
	bought, transactions := s.audit(t, 2*price, all)
	for _, p := range all {
		if o := s.order(p); (o.status == 404) == bought[p.id] {
			t.Errorf("payment %s is minted %t on chain, and here %d %s", p.id, bought[p.id], o.status, o.body)
		}
	}
	s.books(t, 0)
	t.Logf("%d of %d payments minted, each once, by %d transactions; nobody else was charged", len(bought), len(all), transactions)
}
