package cmd

import (
	"math/big"
	"strings"
	"testing"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

func TestARefundOfAnotherAmountThanCameInIsRefusedUnlessItIsAskedForAndIsADifference(t *testing.T) {
	i := newIsland(t)
	m := i.trade(i.token)
	l, s := m.launches[0], i.shell().with("MINT402_DB="+m.path)
	pay := func(amount int64) offer {
		p := m.signed(l, m.payer(1), big.NewInt(amount))
		m.send(devnet.USDC, submit(p))
		return p
	}
	price, odd := pay(islandPrice), pay(123_000)
	k := m.payer(1)
	cancelled := m.signed(l, k, l.Price)
	signature, err := x402.SignCancellation(l.Asset.Domain(devnet.ChainID), cancelled.Authorization.Nonce, k)
	m.must(err)
	m.onChain(func() error {
		_, err := m.node.Cancel(m.ctx, devnet.USDC, addressOf(m.stranger), addressOf(k), cancelled.Authorization.Nonce, signature)
		return err
	})
	_, err = m.net.GiveUSDC(addressOf(m.stranger), big.NewInt(50_000))
	m.must(err)
	m.mine()
	m.send(devnet.USDC, bindings.NewTestUSDC().PackTransfer(l.Token, big.NewInt(50_000)))

	call := func(p offer, amount string, more ...string) []string {
		a := p.Authorization
		return append([]string{"refund", "--to", a.From.Hex(), "--nonce", a.Nonce.Hex(), "--amount", amount, "--token", l.Token.Hex(), "--yes"}, more...)
	}
	var gift owed
	for _, o := range decode[[]owed](t, s.ok("", "refund", "--token", l.Token.Hex(), "--json").out) {
		if o.Payer == addressOf(m.stranger) {
			gift = o
		}
	}
	given := func(amount string) []string {
		return []string{"refund", "--to", gift.Payer.Hex(), "--reference", gift.Nonce.Hex(), "--amount", amount, "--token", l.Token.Hex(), "--yes"}
	}
	for _, args := range [][]string{call(price, "0"), call(price, "0.000000", "--other-amount"), given("0")} {
		s.refused(2, "a refund of 0 would spend the id", "", args...)
	}
	s.refused(1, "0.10 USDC arrived for", "", call(price, "0.000001")...)
	s.refused(1, "--amount 0.10 returns all of it; --other-amount returns 0.11 USDC", "", call(price, "0.11")...)
	s.refused(1, "the chain shows no money that arrived for", "", call(cancelled, "0.10")...)
	s.refused(1, "0.05 USDC arrived for", "", given("0.04")...)
	s.refused(2, "--other-amount needs", "", "refund", gift.ID.String(), "--other-amount", "--token", l.Token.Hex(), "--yes")

	returns := func(want string, args ...string) {
		t.Helper()
		var r ran
		m.onChain(func() error { r = s.run("", args...); return nil })
		if r.code != 0 || !strings.Contains(r.out, want) {
			t.Errorf("exit %d:\n%s%s", r.code, r.out, r.err)
		}
	}
	returns("returned 0.05 USDC", given("0.05")...)
	returns("returned 0.123 USDC", call(odd, "0.123")...)
	returns("returned 0.04 USDC", call(price, "0.04", "--other-amount")...)
	s.refused(4, "refund from", "", call(odd, "0.1")...) // the contract's own words about an id that is spent

	m.step()
	found := decode[audited](t, s.refused(1, "disagree about the money", "", "audit", "--db", m.path, "--json").out).Launches[0].Differences
	id := mint.NewPaymentID(devnet.ChainID, devnet.USDC, price.Authorization.From, price.Authorization.Nonce)
	if len(found) != 1 || found[0].Code != "refund_amount" || *found[0].Payment != id ||
		!strings.Contains(found[0].Detail, "0.10 USDC came in and 0.04 USDC were refunded") {
		t.Errorf("differences: %+v", found)
	}
	books, err := m.engine.Solvency(m.ctx, l.Slug)
	m.must(err)
	if len(books.Differences) != 1 || books.Differences[0].Detail != found[0].Detail {
		t.Errorf("the server's books: %+v", books.Differences)
	}
	if faults := m.engine.Faults(l.Slug); len(faults) != 0 {
		t.Errorf("the launch is not sold: %v", faults)
	}
}
