package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

func TestAQueryThatMeansNothingIsRefusedBeforeAPrice(t *testing.T) {
	w := open(t, sale{})
	s := w.sign(w.payer(10), "/mint", 2)
	for _, query := range []string{"Quantity=2", "QUANTITY=2", "qty=3", "quantity=2&Quantity=3", "q=1", "quantity%20=2", "count=2", "refund=1"} {
		for _, headers := range []header{nil, {s.Header: s.Value}} {
			f := w.get("/mint?"+query, headers).wants(400).lacks("PAYMENT-REQUIRED").problem("bad_request")
			if f.Field == "" || !strings.Contains(f.Message, "quantity=n") {
				t.Errorf("%s: %+v", query, f)
			}
		}
	}
	if w.orders() != 0 {
		t.Errorf("%d orders", w.orders())
	}
	for _, query := range []string{"utm_source=a&utm_medium=b", "fbclid=1", "gclid=2&quantity=2", "ref=friend", "_ga=1", ""} {
		w.get("/mint?"+query, nil).wants(402)
	}
}

func TestALaunchThatIsSoldOutSaysSoEverywhere(t *testing.T) {
	w := open(t, sale{cap: 1})
	w.contains(page(w.get("/l/ping", browser)), "<title>Ping (PING): 5,000 for 0.10 USDC")
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(200)
	l := decode[server.Launch](w.get("/launches/ping", nil).wants(200))
	if l.Open || !l.SoldOut || l.Status != "sold_out" {
		t.Errorf("open %v, sold out %v, %s", l.Open, l.SoldOut, l.Status)
	}
	head, _, _ := strings.Cut(page(w.get("/l/ping", browser)), "</head>")
	if strings.Contains(head, "0.10") || !strings.Contains(head, "<title>Ping (PING): sold out") || !strings.Contains(head, `og:title" content="Ping (PING): sold out"`) {
		t.Errorf("%s", head)
	}
}

func TestABadgeSaysNothingThatTheChainDidNotShow(t *testing.T) {
	seen := mint.Mark{Block: 1, Tx: common.Hash{1}}
	for _, test := range []struct {
		order   mint.Order
		doubted bool
		badge   string
	}{
		{mint.Order{VoidedFor: "expired"}, false, "Never charged"},
		{mint.Order{VoidedFor: "expired"}, true, "Being checked"},
		{mint.Order{ParkedFor: "no balance"}, true, "Being checked"},
		{mint.Order{ParkedFor: "no balance"}, false, "Waits for the payer"},
		{mint.Order{VoidedFor: "cancelled", Settlement: seen}, false, "Paid, and owed"},
		{mint.Order{VoidedFor: "cancelled", Mint: seen}, true, "Minted"},
		{mint.Order{VoidedFor: "cancelled", Refund: seen}, true, "Refunded"},
	} {
		if got := server.Badge(&test.order, test.doubted); got != test.badge {
			t.Errorf("%+v, doubted %v: %q, not %q", test.order, test.doubted, got, test.badge)
		}
	}
}

func TestBehindHTTPSEveryAnswerAsksForHTTPS(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) { s.PublicURL = "https://mint.example" }})
	for _, path := range []string{"/mint", "/", "/launches", "/nothing", "/admin", "/l/ping/share.png"} {
		w.get(path, nil).has(http.CanonicalHeaderKey("Strict-Transport-Security"), "max-age=31536000")
	}
	plain := open(t, sale{})
	plain.get("/mint", nil).lacks("Strict-Transport-Security")
}

func TestMetricsThatAreServedElsewhereAreNotServedHere(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) { s.MetricsApart = true }})
	w.get("/metrics", nil).wants(404)
	answer := httptest.NewRecorder()
	w.server.Metrics().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if answer.Code != 200 || !strings.Contains(answer.Body.String(), "\nmint402_ready 1\n") {
		t.Errorf("%d %.200s", answer.Code, answer.Body)
	}
}

func TestAPersonIsLedToThePageWhosePathIsNearlySpelt(t *testing.T) {
	w := open(t, sale{})
	for path, to := range map[string]string{"/mint/": "/mint", "/l/ping/": "/l/ping", "/l/PING": "/l/ping", "/l/Ping//?utm_source=a": "/l/ping?utm_source=a", "/MINT": "/mint"} {
		w.get(path, browser).wants(302).has("Location", to).lacks("PAYMENT-REQUIRED")
		w.get(path, nil).wants(404).lacks("PAYMENT-REQUIRED", "Location")
	}
	for _, path := range []string{"/nothing", "/l/none", "/l/ping/more", "/r/", "//evil.example/", "/%2f%2fevil.example"} {
		a := w.get(path, browser)
		if a.status != 404 && a.status != 400 || a.status == 404 && !strings.HasPrefix(a.header.Get("Content-Type"), "text/html") || a.header.Get("Location") != "" {
			t.Errorf("%s: %d %s, to %q", path, a.status, a.header.Get("Content-Type"), a.header.Get("Location"))
		}
	}
	s := w.sign(w.payer(10), "/mint", 2)
	w.get("/mint/", header{s.Header: s.Value, "Accept": "text/html", "User-Agent": "Mozilla/5.0"}).wants(404).lacks("Location")
}
