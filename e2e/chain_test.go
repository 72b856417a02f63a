package e2e

import (
	"context"
	"testing"

	"github.com/ethereum/go-ethereum/common"
)

func TestWhatTheNodeForgotWhileTheServerWasDeadIsSentAgain(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 20)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	payments := s.payments(payers, 1)

	u.stop()
	for _, p := range payments[:10] {
		go func() { _, _ = s.present(p, 2) }() // the server dies before it can answer
	}
	for _, p := range payments[:10] {
		s.reaches(p, "claimed", "minting")
	}
	s.inFlight(payments[:10])
	s.restart(func() { u.forget() })
	u.resume()
	// Those who come later find no gap in the sender's account nonces.
	together(10, func(i int) {
		if a := s.insist(payments[10+i], i); a.status != 200 {
			t.Errorf("payment %s: %d %s", payments[10+i].id, a.status, a.body)
		}
	})
	for _, p := range payments {
		s.reaches(p, "mined", "minted")
	}
	if bought, _ := s.audit(t, price, payments); len(bought) != len(payments) {
		t.Errorf("%d of %d payments were minted", len(bought), len(payments))
	}
	s.books(t, 0)
}

func TestAMintThatAReorgTookAwayIsMintedAgain(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 1))
	payers := newPayers(t, 5)
	u.give(price, addresses(payers)...)
	s := openShop(t, u, 1000)
	payments := s.payments(payers, 1)

	u.stop()
	for _, p := range payments {
		s.later(p)
	}
	taken := s.inFlight(payments)
	u.mine()
	before := s.reaches(taken, "mined", "minted")
	if before.Final {
		t.Fatalf("the order is final in the newest block: %s", before.body)
	}
	u.reorg(1)
	if _, err := u.TransactionReceipt(context.Background(), common.HexToHash(before.Transaction)); err == nil {
		t.Fatal("the reorg left the transaction where it was")
	}
	u.resume()
	for _, p := range payments {
		if a := s.insist(p, 1); a.status != 200 {
			t.Errorf("payment %s: %d %s", p.id, a.status, a.body)
		}
		s.reaches(p, "minted")
	}
	if bought, _ := s.audit(t, price, payments); len(bought) != len(payments) {
		t.Errorf("%d of %d payments were minted", len(bought), len(payments))
	}
	s.books(t, 0)
}

// inFlight is one of the payments that a transaction in the node's pool carries.
func (s *shop) inFlight(payments []payment) (found payment) {
	s.t.Helper()
	until(s.t, "a payment is in flight", func() bool {
		for _, p := range payments {
			if o := s.order(p); o.State == "minting" && o.Transaction != "" {
				found = p
				_, pending, err := s.TransactionByHash(context.Background(), common.HexToHash(o.Transaction))
				return err == nil && pending
			}
		}
		return false
	})
	return found
}
