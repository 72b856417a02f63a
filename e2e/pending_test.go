package e2e

import (
	"strings"
	"testing"
)

// TestNoStockClientCallsAPendingMintAFailureOrBuysTwice has every client pay a server that
// waits 1 ms for the mint, so that each gets its answer before a block has it. Those with
// a name for their purchase then run again.
func TestNoStockClientCallsAPendingMintAFailureOrBuysTwice(t *testing.T) {
	begin(t)
	u := deployCircle(t, startAnvil(t, 2))
	s := newShop(t, u)
	s.flags = []string{"--wait", "1ms"}
	s.launch(1000)
	payers := newPayers(t, len(x402Clients)+1+len(mcpClients))
	u.give(10*price, addresses(payers)...)
	s.start()
	t.Run("clients", func(t *testing.T) {
		for i, c := range x402Clients {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s.paysPendingOnce(t, payers[i], c.script)
			})
		}
		t.Run("mppx 0.11.0", func(t *testing.T) {
			t.Parallel()
			s.paysPendingOnce(t, payers[len(x402Clients)], "mppx/pay.mjs")
		})
		for i, c := range mcpClients {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				s.buysPendingOnce(t, payers[len(x402Clients)+1+i], c)
			})
		}
	})
	var paid []payer
	for i, p := range payers {
		mcp := i - len(x402Clients) - 1
		if haveGoClient() || !(i < len(x402Clients) && x402Clients[i].script == goSDK || mcp >= 0 && mcpClients[mcp].script == goSDK) {
			paid = append(paid, p)
		}
	}
	for _, p := range paid {
		until(t, "the payment of "+p.address.Hex()+" is minted", func() bool { return s.allotments(t, p.address) > 0 })
	}
	u.mineMany(3)
	for _, p := range paid {
		if got, left := s.allotments(t, p.address), s.usdc(t, p.address); got != 1 || left != 9*price {
			t.Errorf("%s has %d allotments and %d of %d USDC", p.address, got, left, 10*price)
		}
	}
	s.books(t, 0)
}

// pending reports whether an order says that it is accepted and has no mint yet.
func (r receipt) pending() bool {
	return (r.State == "claimed" || r.State == "minting") && strings.HasPrefix(r.Message, "Accepted. Do not pay again: ")
}

// paysPendingOnce runs a client of HTTP twice with one name for its purchase.
func (s *shop) paysPendingOnce(t *testing.T, p payer, script string) {
	t.Helper()
	purchase := "PURCHASE=order-of-" + p.address.Hex()
	var first, again clientSaid
	out := p.pays(t, s.url+"/mint", script, &first, purchase)
	if r := first.Receipt; first.Status != 202 || !first.Body.pending() || r.Success != nil || r.Transaction != "" || first.Outcome == "settle_failed" {
		t.Errorf("the client took the pending mint for %s", out)
	}
	out = p.pays(t, s.url+"/mint", script, &again, purchase)
	if r := again.Receipt; again.Status != 409 || !strings.Contains(string(again.Body.Error), first.Body.PaymentID.Hex()) || r.Transaction != "" {
		t.Errorf("the second run got %s", out)
	}
}

// buysPendingOnce is the same by MCP. Of its clients, the official one has a name for its
// purchase; the others would buy again.
func (s *shop) buysPendingOnce(t *testing.T, p payer, c mcpClient) {
	t.Helper()
	purchase := "PURCHASE=order-of-" + p.address.Hex()
	first, out := c.buys(t, s.url, p, purchase)
	if c.script == goSDK { // hands over no structured content
		first.Body.State, first.Body.Message = "claimed", first.Text
	}
	if first.IsError || !strings.HasPrefix(first.Text, "Accepted. Do not pay again: ") || !first.Body.pending() || first.Receipt.Transaction != [32]byte{} {
		t.Errorf("the client took the pending mint for %s", out)
	}
	if c.script != "clients/mcp-official.mjs" {
		return
	}
	again, out := c.buys(t, s.url, p, purchase)
	if !again.IsError || !strings.Contains(string(again.Body.Error), first.Body.PaymentID.Hex()) {
		t.Errorf("the second run got %s", out)
	}
}
