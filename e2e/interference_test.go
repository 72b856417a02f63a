package e2e

import (
	"testing"
)

// moment is when somebody interferes with a payment. Its function brings a shop
// to that moment, interferes, and lets the chain go on.
type moment struct {
	name string
	at   func(s *shop, p payment, interfere func(payment))
}

var moments = []moment{
	{"before it is presented", func(s *shop, p payment, interfere func(payment)) {
		interfere(p)
		s.chain.mine()
	}},
	{"while it is queued", func(s *shop, p payment, interfere func(payment)) {
		first := newPayers(s.t, 1)
		s.chain.give(price, first[0].address)
		ahead := s.payments(first, 1)[0]
		s.chain.stop()
		heard := s.later(ahead)
		s.reaches(ahead, "minting")
		// One batch is in flight, so this one waits for the next.
		s.later(p)
		s.reaches(p, "claimed")
		interfere(p)
		s.chain.resume()
		if a := <-heard; a.status != 200 {
			s.t.Errorf("the payment ahead of it was told %d %s", a.status, a.body)
		}
	}},
	{"while it is in flight", func(s *shop, p payment, interfere func(payment)) {
		s.chain.stop()
		s.later(p)
		s.reaches(p, "minting")
		interfere(p) // with a higher tip, so that it goes first in the block
		s.chain.resume()
	}},
}

// later presents a payment and goes on; the answer can be heard once.
func (s *shop) later(p payment) <-chan answer {
	heard := make(chan answer, 1)
	go func() {
		a, err := s.present(p, 2)
		if err != nil {
			s.t.Errorf("payment %s: %v", p.id, err)
		}
		heard <- a
	}()
	return heard
}

func TestWhoeverSubmitsAPaymentToUSDCFirstThePayerGetsTheTokens(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	s := openShop(t, u, 1000)
	var all []payment
	one := func() payment {
		payers := newPayers(t, 1)
		u.give(price, payers[0].address)
		all = append(all, s.payments(payers, 1)[0])
		return all[len(all)-1]
	}
	for _, m := range moments {
		t.Run(m.name, func(t *testing.T) {
			p := one()
			m.at(s, p, func(p payment) { u.submit(p) })
			a := s.insist(p, 1)
			if a.status != 200 || a.Settlement == "" || a.Settlement == a.Transaction {
				t.Errorf("told %d %s", a.status, a.body)
			}
		})
	}
	t.Run("and it is never presented", func(t *testing.T) {
		p := one()
		u.submit(p)
		if a := s.reaches(p, "mined", "minted"); a.Settlement == "" || a.Settlement == a.Transaction {
			t.Errorf("the order is %s", a.body)
		}
	})
	if bought, _ := s.audit(t, price, all); len(bought) != len(all) {
		t.Errorf("%d of %d were minted", len(bought), len(all))
	}
	s.books(t, 0)
}

func TestAPayerWhoCancelsIsNotChargedAndGetsNothing(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	s := openShop(t, u, 1000)
	var all []payment
	try := func(t *testing.T) {
		for _, m := range moments {
			t.Run(m.name, func(t *testing.T) {
				payers := newPayers(t, 1)
				u.give(price, payers[0].address)
				p := s.payments(payers, 1)[0]
				all = append(all, p)
				m.at(s, p, func(p payment) { u.cancel(p) })
				if a := s.insist(p, 1); a.status != 402 {
					t.Errorf("told %d %s", a.status, a.body)
				}
				if o := s.order(p); o.status != 404 && (o.State != "voided" || !o.Final) {
					t.Errorf("the order is %s", o.body)
				}
			})
		}
	}
	try(t)
	// Money that nobody is owed must not be taken for the cancelled payment's.
	u.donate(3*price, s.token)
	t.Run("with a donation in the launch", try)
	if bought, _ := s.audit(t, price, all); len(bought) != 0 {
		t.Errorf("%d cancelled payments were minted", len(bought))
	}
	s.books(t, 3*price)
}
