package server_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

func TestAQueryThatMeansNothingIsRefusedBeforeAPrice(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(10), "/mint", 2)
	for _, query := range []string{"Quantity=2", "QUANTITY=2", "qty=3", "quantity=2&Quantity=3", "q=1", "quantity%20=2", "count=2", "refund=1"} {
		for _, headers := range []servertest.Header{nil, {s.Header: s.Value}} {
			f := w.Get("/mint?"+query, headers).Wants(400).Lacks("PAYMENT-REQUIRED").Problem("bad_request")
			if f.Field == "" || !strings.Contains(f.Message, "quantity=n") {
				t.Errorf("%s: %+v", query, f)
			}
		}
	}
	if w.Orders() != 0 {
		t.Errorf("%d orders", w.Orders())
	}
	for _, query := range []string{"utm_source=a&utm_medium=b", "fbclid=1", "gclid=2&quantity=2", "ref=friend", "REF=friend", "_ga=1", ""} {
		w.Get("/mint?"+query, nil).Wants(402)
	}
}

func TestALaunchThatIsSoldOutSaysSoEverywhere(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	w.contains(page(w.Get("/l/ping", browser)), "<title>Ping (PING): 5,000 for 0.10 USDC")
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
	l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200))
	if l.Open || !l.SoldOut || l.Status != "sold_out" {
		t.Errorf("open %v, sold out %v, %s", l.Open, l.SoldOut, l.Status)
	}
	head, _, _ := strings.Cut(page(w.Get("/l/ping", browser)), "</head>")
	if strings.Contains(head, "0.10") || !strings.Contains(head, "<title>Ping (PING): sold out") || !strings.Contains(head, `og:title" content="Ping (PING): sold out"`) {
		t.Errorf("%s", head)
	}
}

func TestBehindHTTPSEveryAnswerAsksForHTTPS(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.Presenter.PublicURL = "https://mint.example" }})
	for _, path := range []string{"/mint", "/", "/launches", "/nothing", "/admin", "/l/ping/share.png"} {
		w.Get(path, nil).Has(http.CanonicalHeaderKey("Strict-Transport-Security"), "max-age=31536000")
	}
	plain := open(t, servertest.Sale{})
	plain.Get("/mint", nil).Lacks("Strict-Transport-Security")
}

func TestMetricsThatAreServedElsewhereAreNotServedHere(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.MetricsApart = true }})
	w.Get("/metrics", nil).Wants(404)
	answer := httptest.NewRecorder()
	w.Server.Metrics().ServeHTTP(answer, httptest.NewRequest("GET", "/metrics", nil))
	if answer.Code != 200 || !strings.Contains(answer.Body.String(), "\nmint402_ready 1\n") {
		t.Errorf("%d %.200s", answer.Code, answer.Body)
	}
}

func TestAPersonIsLedToThePageWhosePathIsNearlySpelt(t *testing.T) {
	w := open(t, servertest.Sale{})
	for path, to := range map[string]string{"/MINT/": "/mint", "/l/ping/": "/l/ping", "/l/PING": "/l/ping", "/l/Ping//?utm_source=a": "/l/ping?utm_source=a", "/MINT": "/mint"} {
		w.Get(path, browser).Wants(302).Has("Location", to).Lacks("PAYMENT-REQUIRED")
		if path != "/l/ping/" { // the slash alone is no mistake
			w.Get(path, nil).Wants(404).Lacks("PAYMENT-REQUIRED", "Location")
		}
	}
	for _, path := range []string{"/nothing", "/l/none", "/l/ping/more", "/r/", "//evil.example/", "/%2f%2fevil.example"} {
		a := w.Get(path, browser)
		if a.Status != 404 && a.Status != 400 || a.Status == 404 && !strings.HasPrefix(a.Header.Get("Content-Type"), "text/html") || a.Header.Get("Location") != "" {
			t.Errorf("%s: %d %s, to %q", path, a.Status, a.Header.Get("Content-Type"), a.Header.Get("Location"))
		}
	}
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Get("/mint/", servertest.Header{s.Header: s.Value, "Accept": "text/html", "User-Agent": "Mozilla/5.0"}).Wants(200).Lacks("Location")
	w.Get("/MINT", servertest.Header{s.Header: s.Value, "Accept": "text/html", "User-Agent": "Mozilla/5.0"}).Wants(404).Lacks("Location")
}
