package server_test

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

// visiting asks from one of this machine's addresses.
func (w *world) visiting(from, method, path, body string, h header) answer {
	w.Helper()
	dialer := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.ParseIP(from)}}
	visitor := http.Client{Transport: &http.Transport{DialContext: dialer.DialContext, DisableKeepAlives: true}}
	req, err := http.NewRequestWithContext(w.ctx, method, w.url+path, strings.NewReader(body))
	w.must(err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range h {
		req.Header.Set(name, value)
	}
	res, err := visitor.Do(req)
	w.must(err)
	return w.answered(res)
}

// heldStore is a store whose lists of all orders wait while it is held.
type heldStore struct {
	mint.Store
	held    atomic.Bool
	waiting atomic.Int64
	let     chan struct{}
}

func (s *heldStore) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	if s.held.Load() && len(q.States) == 0 {
		s.waiting.Add(1)
		<-s.let
	}
	return s.Store.Orders(ctx, q)
}

// waits has so many requests wait in the store, made by ask, and returns what ends
// them and checks their answers.
func (s *heldStore) waits(w *world, n int, ask func() answer) (end func()) {
	w.Helper()
	s.let = make(chan struct{})
	s.held.Store(true)
	before := s.waiting.Load()
	var answers []func() answer
	for range n {
		answers = append(answers, w.meanwhile(ask))
	}
	w.eventually("the requests wait", func() bool { return s.waiting.Load() == before+int64(n) })
	s.held.Store(false)
	return func() {
		close(s.let)
		for _, answer := range answers {
			answer().wants(200)
		}
	}
}

func TestAVisitorWhoAsksForManyCostlyAnswersAtOnceLeavesThemToOthers(t *testing.T) {
	orders := &heldStore{}
	w := open(t, sale{store: func(s mint.Store) mint.Store { orders.Store = s; return orders }})
	server.Reads(w.server, 8) // 2 for a visitor
	end := orders.waits(w, 2, func() answer { return w.visiting("127.0.0.2", "GET", "/orders", "", nil) })
	for _, path := range []string{"/orders", "/launches", "/launches/ping", "/launches/ping/stats", "/launches/ping/solvency", "/metrics", "/l/ping", "/r/0x" + strings.Repeat("0", 64)} {
		a := w.visiting("127.0.0.2", "GET", path, "", nil).wants(503).has("Retry-After", "2")
		if f := a.problem("busy"); !strings.Contains(f.Message, "being answered already") {
			t.Errorf("%s: %+v", path, f)
		}
		if a := w.visiting("127.0.0.3", "GET", path, "", nil); a.status == 503 {
			t.Errorf("%s: another visitor: %d %s", path, a.status, a.body)
		}
	}
	w.visiting("127.0.0.2", "GET", "/mint", "", nil).wants(402) // money is none of it
	w.visiting("127.0.0.2", "GET", "/readyz", "", nil).wants(200)
	end()
	w.visiting("127.0.0.2", "GET", "/orders", "", nil).wants(200)
}

func TestOneVisitorsFilesLeaveFilesToOthers(t *testing.T) {
	orders := &heldStore{}
	w, k := dashboard(t, sale{store: func(s mint.Store) mint.Store { orders.Store = s; return orders }})
	cookie := w.signIn(k)
	end := orders.waits(w, 2, func() answer { return w.visiting("127.0.0.2", "GET", "/admin/orders.csv", "", cookie) })
	w.visiting("127.0.0.2", "GET", "/admin/orders.csv", "", cookie).wants(503).problem("busy")
	w.visiting("127.0.0.3", "GET", "/admin/orders.csv", "", cookie).wants(200)
	end()
	// Neither a refused file nor one that only its head was asked of keeps a place.
	for range 9 {
		w.visiting("127.0.0.2", "GET", "/admin/orders.csv?after=1", "", cookie).wants(400)
		w.visiting("127.0.0.2", "HEAD", "/admin/orders.csv", "", cookie).wants(200)
	}
	w.eventually("files are given again", func() bool {
		return w.visiting("127.0.0.2", "GET", "/admin/orders.csv", "", cookie).status == 200
	})
}

func TestOneVisitorLeavesTestMoneyToOthersAndAnHourLaterThereIsMore(t *testing.T) {
	var asked atomic.Int64
	let := make(chan struct{})
	last := byte(0)
	w := open(t, sale{configure: func(s *server.Server) {
		s.Demo, s.Fund = true, func(_ context.Context, a common.Address) error {
			if asked.Add(1); a[0] == 1 {
				<-let
			}
			return nil
		}
	}})
	funds := func(from string, waits byte) answer {
		last++
		to := common.Address{waits, 19: last}
		return w.visiting(from, "POST", "/demo/fund", `{"address":"`+to.Hex()+`"}`, nil)
	}
	server.FundsOf(w.server, 24) // 6 for a visitor
	var answers []func() answer
	for i := range 4 {
		to := common.Address{1, 19: byte(100 + i)}
		answers = append(answers, w.meanwhile(func() answer {
			return w.visiting("127.0.0.2", "POST", "/demo/fund", `{"address":"`+to.Hex()+`"}`, nil)
		}))
	}
	w.eventually("four wait for their block", func() bool { return asked.Load() == 4 })
	funds("127.0.0.2", 0).wants(503).problem("busy")
	funds("127.0.0.3", 0).wants(200)
	close(let)
	for _, answer := range answers {
		answer().wants(200)
	}
	funds("127.0.0.2", 0).wants(200)
	funds("127.0.0.2", 0).wants(200)
	funds("127.0.0.2", 0).wants(429).has("Retry-After", "3600").problem("funded")
	funds("127.0.0.3", 0).wants(200)
	w.ahead.Store(int64(time.Hour + time.Minute)) // the chain's clock comes on top
	funds("127.0.0.2", 0).wants(200)
	for range 6 + 6 + 6 + 6 { // all there is, by four
		funds("127.0.0."+string('2'+last%4), 0)
	}
	funds("127.0.0.9", 0).wants(429).problem("funded")
	w.ahead.Store(int64(2*time.Hour + 2*time.Minute))
	funds("127.0.0.9", 0).wants(200)
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
	w := open(t, sale{store: func(s mint.Store) mint.Store { seen.Store = s; return seen }})
	for _, from := range []string{"127.0.0.2", "127.0.0.3"} {
		w.visiting(from, "GET", "/mint", "", paid(w.sign(w.payer(100), "/mint", 1))).wants(200)
		if _, known := seen.all.Load(netip.MustParsePrefix(from + "/32")); !known {
			t.Errorf("a payment from %s is not verified on its part", from)
		}
	}
}
