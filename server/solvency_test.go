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
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// books waits until the books are those of a block that is made now.
func (w *world) books() api.Solvency {
	w.Helper()
	b, err := w.Net.Mine()
	w.Must(err)
	var s api.Solvency
	w.Eventually("books of the block", func() bool {
		s = servertest.Decode[api.Solvency](w.Get("/launches/ping/solvency", nil).Wants(200))
		return s.Block.Number >= b.Number
	})
	return s
}

func TestTheBooksHoldEveryWayThatMoneyCanTake(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	w.Pay("/mint?quantity=3", w.Sign(w.Payer(100), "/mint?quantity=3", 2)).Wants(200)
	settled, refunded := w.Sign(w.Payer(100), "/mint?quantity=2", 2), w.Sign(w.Payer(100), "/mint", 2)
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 1)).Wants(200)
	w.SettleDirectly(settled) // no minter here: it stays owed
	w.SettleDirectly(refunded)
	usdc := bindings.NewTestUSDC()
	_, err := w.Net.GiveUSDC(servertest.Account(w.Stranger), big.NewInt(7))
	w.Must(err)
	w.Send(devnet.USDC, usdc.PackTransfer(w.Launch.Token, big.NewInt(7))) // a donation
	w.Eventually("known", func() bool { return w.Orders() == 5 })
	w.OnChain(func() (err error) {
		_, err = w.Node.Refund(w.Ctx, w.Launch.Token, w.Owner, mint.Refund{Payer: refunded.Authorization.From, Nonce: refunded.Authorization.Nonce, Amount: big.NewInt(servertest.Price)}, mint.Proof{})
		return err
	})
	w.OnChain(func() error { _, err := w.Node.Withdraw(w.Ctx, w.Launch.Token, w.Owner); return err })

	s := w.books()
	p := func(n int64) string { return big.NewInt(n).String() }
	if s.Launch != "ping" || s.Mints != 3 || s.Allotments != 5 || s.Received.Amount != p(8*servertest.Price+7) || s.Minted.Amount != p(5*servertest.Price) ||
		s.Refunded.Amount != p(servertest.Price) || s.Withdrawn.Amount != p(5*servertest.Price) || s.Held.Amount != p(2*servertest.Price+7) ||
		s.Unaccounted != (api.Price{Amount: p(2*servertest.Price + 7), Formatted: "0.200007"}) || s.Owed.Amount != p(2*servertest.Price) || s.OwedOrders != 1 {
		t.Errorf("%+v", s)
	}
	if len(s.Differences) != 0 {
		t.Errorf("%+v", s.Differences)
	}
	if got := w.USDC(w.Launch.Token); p(got) != s.Held.Amount {
		t.Errorf("the launch holds %d", got)
	}
	w.SetAhead(5 * time.Second)
	metrics := string(w.Get("/metrics", nil).Wants(200).Body)
	for _, line := range []string{`mint402_solvency_difference{launch="ping"} 0`, `mint402_unaccounted{launch="ping"} 200007`,
		`mint402_owed{launch="ping"} 200000`, `mint402_received{launch="ping"} 800007`} {
		if !strings.Contains(metrics, "\n"+line) {
			t.Errorf("no %s in\n%s", line, grep(metrics, "mint402_"))
		}
	}
	w.Get("/launches/none/solvency", nil).Wants(404).Problem("not_found")
	if a := w.Do("OPTIONS", "/launches/ping/solvency", nil).Wants(204); !strings.Contains(a.Header.Get("Allow"), "GET, HEAD") {
		t.Errorf("Allow: %q", a.Header.Get("Allow"))
	}
}

func TestSomebodyWhoSignsThePlaceOfAGiftDoesNotUpsetTheBooks(t *testing.T) {
	w := open(t, servertest.Sale{})
	// A plain transfer has its place on the chain for a payment nonce; then its
	// giver signs an authorization with that very nonce, and mints.
	_, err := w.Net.GiveUSDC(servertest.Account(w.Stranger), big.NewInt(2*servertest.Price))
	w.Must(err)
	w.Send(devnet.USDC, bindings.NewTestUSDC().PackTransfer(w.Launch.Token, big.NewInt(servertest.Price)))
	w.Seen()
	events, err := w.Store.Events(w.Ctx, "ping", 1, mint.EventReceived)
	w.Must(err)
	w.Pay("/mint", w.craft(w.Stranger, func(a *x402.Authorization, _ *x402.Domain) { a.Nonce = events[0].Nonce })).Wants(200)
	if got := w.books(); got.Received.Amount != "200000" || got.Unaccounted.Amount != "100000" || len(got.Differences) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestMoneyThatCameBeforeItsMintIsCountedOnce(t *testing.T) {
	w := open(t, servertest.Sale{Minter: true})
	k := w.Payer(100)
	s := w.Sign(k, "/mint?quantity=2", 2)
	w.SettleDirectly(s)
	w.Eventually("minted", func() bool { return w.Orders() == 1 && w.Tokens(servertest.Account(k)) == 2 })
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
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
	w := open(t, servertest.Sale{Chain: func(real mint.Chain) mint.Chain { c.Chain = real; return c }})
	w.Get("/launches/ping/solvency", nil).Wants(503).Problem("books_unread")
	c.fail.Store(false)
	w.Eventually("the books are read", func() bool { return w.Get("/launches/ping/solvency", nil).Status == 200 })
	first := w.books()
	before := c.asked.Load()
	for range 20 {
		w.Get("/launches/ping/solvency", nil).Wants(200)
	}
	if n := c.asked.Load() - before; n != 0 {
		t.Errorf("asked %d times for one head", n)
	}
	c.fail.Store(true)
	w.Seen()
	if s := servertest.Decode[api.Solvency](w.Get("/launches/ping/solvency", nil).Wants(200)); s.Block.Number != first.Block.Number {
		t.Errorf("books of block %d, of %d before", s.Block.Number, first.Block.Number)
	}
}

func TestAContractThatCountsOtherwiseIsADifferenceWithItsName(t *testing.T) {
	c := &audited{bend: func(found *mint.Conditions) {
		found.Sold++
		found.Held = new(big.Int).Sub(found.Held, big.NewInt(1))
		found.Withdrawn = big.NewInt(5)
	}}
	w := open(t, servertest.Sale{Chain: func(real mint.Chain) mint.Chain { c.Chain = real; return c }})
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	c.bent.Store(true)
	var codes []string
	for _, d := range w.books().Differences {
		codes = append(codes, d.Code)
	}
	if got := strings.Join(codes, " "); got != "contract_sold contract_withdrawn contract_held" {
		t.Errorf("differences: %s", got)
	}
	w.SetAhead(5 * time.Second)
	if metrics := string(w.Get("/metrics", nil).Body); !strings.Contains(metrics, "\nmint402_solvency_difference{launch=\"ping\"} 3\n") {
		t.Error(grep(metrics, "solvency"))
	}
}
