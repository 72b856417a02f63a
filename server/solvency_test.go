package server_test

import (
	"context"
	"errors"
	"math/big"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain/devnet"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/x402"
)

// books waits until the books are those of a block that is made now.
func (w *world) books() server.Solvency {
	w.Helper()
	b, err := w.net.Mine()
	w.must(err)
	var s server.Solvency
	w.eventually("books of the block", func() bool {
		s = decode[server.Solvency](w.get("/launches/ping/solvency", nil).wants(200))
		return s.Block.Number >= b.Number
	})
	return s
}

func TestTheBooksHoldEveryWayThatMoneyCanTake(t *testing.T) {
	w := open(t, sale{})
	w.pay("/mint", w.sign(w.payer(100), "/mint", 2)).wants(200)
	w.pay("/mint?quantity=3", w.sign(w.payer(100), "/mint?quantity=3", 2)).wants(200)
	settled, refunded := w.sign(w.payer(100), "/mint?quantity=2", 2), w.sign(w.payer(100), "/mint", 2)
	w.pay("/mint", w.sign(w.payer(100), "/mint", 1)).wants(200)
	w.settleDirectly(settled) // no minter here: it stays owed
	w.settleDirectly(refunded)
	usdc := bindings.NewTestUSDC()
	_, err := w.net.GiveUSDC(account(w.stranger), big.NewInt(7))
	w.must(err)
	w.send(devnet.USDC, usdc.PackTransfer(w.launch.Token, big.NewInt(7))) // a donation
	w.eventually("known", func() bool { return w.orders() == 5 })
	w.onChain(func() (err error) {
		_, err = w.node.Refund(w.ctx, w.launch.Token, w.owner, mint.Refund{Payer: refunded.Authorization.From, Nonce: refunded.Authorization.Nonce, Amount: big.NewInt(price)}, mint.Proof{})
		return err
	})
	w.onChain(func() error { _, err := w.node.Withdraw(w.ctx, w.launch.Token, w.owner); return err })

	s := w.books()
	p := func(n int64) string { return big.NewInt(n).String() }
	if s.Launch != "ping" || s.Mints != 3 || s.Allotments != 5 || s.Received.Amount != p(8*price+7) || s.Minted.Amount != p(5*price) ||
		s.Refunded.Amount != p(price) || s.Withdrawn.Amount != p(5*price) || s.Held.Amount != p(2*price+7) ||
		s.Unaccounted != (server.Price{Amount: p(2*price + 7), Formatted: "0.200007"}) || s.Owed.Amount != p(2*price) || s.OwedOrders != 1 {
		t.Errorf("%+v", s)
	}
	if len(s.Differences) != 0 {
		t.Errorf("%+v", s.Differences)
	}
	if got := w.usdc(w.launch.Token); p(got) != s.Held.Amount {
		t.Errorf("the launch holds %d", got)
	}
	w.ahead.Store(int64(5 * time.Second))
	metrics := string(w.get("/metrics", nil).wants(200).body)
	for _, line := range []string{`mint402_solvency_difference{launch="ping"} 0`, `mint402_unaccounted{launch="ping"} 200007`,
		`mint402_owed{launch="ping"} 200000`, `mint402_received{launch="ping"} 800007`} {
		if !strings.Contains(metrics, "\n"+line) {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
	}
	w.get("/launches/none/solvency", nil).wants(404).problem("not_found")
	if a := w.do("OPTIONS", "/launches/ping/solvency", nil).wants(204); !strings.Contains(a.header.Get("Allow"), "GET, HEAD") {
		t.Errorf("Allow: %q", a.header.Get("Allow"))
	}
}

func TestSomebodyWhoSignsThePlaceOfAGiftDoesNotUpsetTheBooks(t *testing.T) {
	w := open(t, sale{})
	// A plain transfer has its place on the chain for a payment nonce; then its
	// giver signs an authorization with that very nonce, and mints.
	_, err := w.net.GiveUSDC(account(w.stranger), big.NewInt(2*price))
	w.must(err)
	w.send(devnet.USDC, bindings.NewTestUSDC().PackTransfer(w.launch.Token, big.NewInt(price)))
	w.seen()
	events, err := w.store.Events(w.ctx, "ping", 1, mint.EventReceived)
	w.must(err)
	w.pay("/mint", w.craft(w.stranger, func(a *x402.Authorization, _ *x402.Domain) { a.Nonce = events[0].Nonce })).wants(200)
	if got := w.books(); got.Received.Amount != "200000" || got.Unaccounted.Amount != "100000" || len(got.Differences) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMoneyThatCameBeforeItsMintIsCountedOnce(t *testing.T) {
	w := open(t, sale{minter: true})
	k := w.payer(100)
	s := w.sign(k, "/mint?quantity=2", 2)
	w.settleDirectly(s)
	w.eventually("minted", func() bool { return w.orders() == 1 && w.tokens(account(k)) == 2 })
	w.pay("/mint", w.sign(w.payer(100), "/mint", 2)).wants(200)
	if got := w.books(); got.Received.Amount != "300000" || got.Unaccounted.Amount != "0" || got.Mints != 2 || got.OwedOrders != 0 || len(got.Differences) != 0 {
		t.Errorf("%+v", got)
	}
}

// audited is a chain that counts what the books cost, and may fail.
type audited struct {
	mint.Chain
	asked atomic.Int64
	fail  atomic.Bool
	bent  atomic.Bool // bend is called
	bend  func(*mint.Conditions)
}

func (c *audited) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	if at != 0 {
		c.asked.Add(1)
		if c.fail.Load() {
			return mint.Conditions{}, errors.New("no state of that block")
		}
	}
	found, err := c.Chain.Conditions(ctx, l, at)
	if c.bent.Load() && at != 0 && err == nil {
		c.bend(&found)
	}
	return found, err
}

func TestTheBooksAreReadOnceAHeadAndTheLastOnesWhileTheyCannotBe(t *testing.T) {
	c := &audited{}
	c.fail.Store(true)
	w := open(t, sale{chain: func(real mint.Chain) mint.Chain { c.Chain = real; return c }})
	w.get("/launches/ping/solvency", nil).wants(503).problem("books_unread")
	c.fail.Store(false)
	w.eventually("the books are read", func() bool { return w.get("/launches/ping/solvency", nil).status == 200 })
	first := w.books()
	before := c.asked.Load()
	for range 20 {
		w.get("/launches/ping/solvency", nil).wants(200)
	}
	if n := c.asked.Load() - before; n != 0 {
		t.Errorf("asked %d times for one head", n)
	}
	c.fail.Store(true)
	w.seen()
	if s := decode[server.Solvency](w.get("/launches/ping/solvency", nil).wants(200)); s.Block.Number != first.Block.Number {
		t.Errorf("books of block %d, of %d before", s.Block.Number, first.Block.Number)
	}
}

func TestAContractThatCountsOtherwiseIsADifferenceWithItsName(t *testing.T) {
	c := &audited{bend: func(found *mint.Conditions) {
		found.Sold++
		found.Held = new(big.Int).Sub(found.Held, big.NewInt(1))
		found.Withdrawn = big.NewInt(5)
	}}
	w := open(t, sale{chain: func(real mint.Chain) mint.Chain { c.Chain = real; return c }})
	w.pay("/mint", w.sign(w.payer(100), "/mint", 2)).wants(200)
	c.bent.Store(true)
	var codes []string
	for _, d := range w.books().Differences {
		codes = append(codes, d.Code)
	}
	if got := strings.Join(codes, " "); got != "contract_sold contract_withdrawn contract_held" {
		t.Errorf("differences: %s", got)
	}
	w.ahead.Store(int64(5 * time.Second))
	if metrics := string(w.get("/metrics", nil).body); !strings.Contains(metrics, "\nmint402_solvency_difference{launch=\"ping\"} 3\n") {
		t.Error(grep(metrics, "solvency"))
	}
}
