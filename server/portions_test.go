package server_test

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

func TestAVisitorWhoAsksForManyCostlyAnswersAtOnceLeavesThemToOthers(t *testing.T) {
	orders := &servertest.HeldStore{}
	w := open(t, servertest.Sale{Store: func(s mint.Store) mint.Store { orders.Store = s; return orders }})
	server.Reads(w.Server, 8) // 2 for a visitor
	end := orders.Waits(w.World, 2, func() servertest.Answer { return w.Visiting("127.0.0.2", "GET", "/orders", "", nil) })
	for _, path := range []string{"/orders", "/launches", "/launches/ping", "/launches/ping/stats", "/launches/ping/solvency", "/metrics", "/l/ping", "/r/0x" + strings.Repeat("0", 64)} {
		a := w.Visiting("127.0.0.2", "GET", path, "", nil).Wants(503).Has("Retry-After", "2")
		if f := a.Problem("busy"); !strings.Contains(f.Message, "of this kind are running") {
			t.Errorf("%s: %+v", path, f)
		}
		if a := w.Visiting("127.0.0.3", "GET", path, "", nil); a.Status == 503 {
			t.Errorf("%s: another visitor: %d %s", path, a.Status, a.Body)
		}
	}
	w.Visiting("127.0.0.2", "GET", "/mint", "", nil).Wants(402) // money is none of it
	w.Visiting("127.0.0.2", "GET", "/readyz", "", nil).Wants(200)
	end()
	w.Visiting("127.0.0.2", "GET", "/orders", "", nil).Wants(200)
}

func TestOneVisitorLeavesTestMoneyToOthersAndAnHourLaterThereIsMore(t *testing.T) {
	var asked atomic.Int64
	let := make(chan struct{})
	last := byte(0)
	w := open(t, servertest.Sale{Configure: func(s *server.Server) {
		s.Presenter.Demo, s.Fund = true, func(_ context.Context, a common.Address) error {
			if asked.Add(1); a[0] == 1 {
				<-let
			}
			return nil
		}
	}})
	funds := func(from string, waits byte) servertest.Answer {
		last++
		to := common.Address{waits, 19: last}
		return w.Visiting(from, "POST", "/demo/fund", `{"address":"`+to.Hex()+`"}`, nil)
	}
	server.FundsOf(w.Server, 24) // 6 for a visitor
	var answers []func() servertest.Answer
	for i := range 4 {
		to := common.Address{1, 19: byte(100 + i)}
		answers = append(answers, w.Meanwhile(func() servertest.Answer {
			return w.Visiting("127.0.0.2", "POST", "/demo/fund", `{"address":"`+to.Hex()+`"}`, nil)
		}))
	}
	w.Eventually("four wait for their block", func() bool { return asked.Load() == 4 })
	funds("127.0.0.2", 0).Wants(503).Problem("busy")
	funds("127.0.0.3", 0).Wants(200)
	close(let)
	for _, answer := range answers {
		answer().Wants(200)
	}
	funds("127.0.0.2", 0).Wants(200)
	funds("127.0.0.2", 0).Wants(200)
	funds("127.0.0.2", 0).Wants(429).Has("Retry-After", "3600").Problem("funded")
	funds("127.0.0.3", 0).Wants(200)
	w.SetAhead(time.Hour + time.Minute) // the chain's clock comes on top
	funds("127.0.0.2", 0).Wants(200)
	for range 6 + 6 + 6 + 6 { // all there is, by four
		funds("127.0.0."+string('2'+last%4), 0)
	}
	funds("127.0.0.9", 0).Wants(429).Problem("funded")
	w.SetAhead(2*time.Hour + 2*time.Minute)
	funds("127.0.0.9", 0).Wants(200)
}

// callers is a store that notes for which visitors payments are looked up.
type callers struct {
	mint.Store
	all sync.Map
}

func (s *callers) Order(ctx context.Context, id mint.PaymentID) (mint.Order, error) {
	s.all.Store(mint.Caller(ctx), true)
	return s.Store.Order(ctx, id)
}

func TestAPaymentIsVerifiedOnItsVisitorsPart(t *testing.T) {
	seen := &callers{}
	w := open(t, servertest.Sale{Store: func(s mint.Store) mint.Store { seen.Store = s; return seen }})
	for _, from := range []string{"127.0.0.2", "127.0.0.3"} {
		w.Visiting(from, "GET", "/mint", "", servertest.Paid(w.Sign(w.Payer(100), "/mint", 1))).Wants(200)
		if _, known := seen.all.Load(netip.MustParsePrefix(from + "/32")); !known {
			t.Errorf("a payment from %s is not verified on its part", from)
		}
	}
}
