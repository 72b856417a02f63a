package server_test

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

// What is answered after the wait depends on the other headers.
func TestARequestWithoutItsPaymentIsOtherwiseAsBefore(t *testing.T) {
	app := fiber.New()
	c := app.AcquireCtx(&fasthttp.RequestCtx{})
	defer app.ReleaseCtx(c)
	h := &c.Request().Header
	h.SetMethod("HEAD")
	h.SetRequestURI("/launches/ping/mint?quantity=2")
	h.SetProtocol("HTTP/1.0")
	for _, f := range [][2]string{{"Host", "mint.example"}, {"User-Agent", "agent"}, {"Origin", "https://app.example"}, {"Accept", "text/html"}, {"Accept", "*/*"},
		{"Cookie", "lang=de; other=1"}, {"Connection", "close"}, {"Idempotency-Key", "mine"}, {"Payment-Signature", "cGF5"}, {"X-Payment", "cGF5"}, {"Authorization", "Payment cGF5"}} {
		h.Add(f[0], f[1])
	}
	want := map[string][]string{}
	for key, value := range h.All() {
		switch name := string(key); name {
		case "Payment-Signature", "X-Payment", "Authorization":
		default:
			want[name] = append(want[name], string(value))
		}
	}
	if len(want) != 7 || len(want["Accept"]) != 2 {
		t.Fatalf("before: %v", want)
	}

	server.DropPayment(c)

	got := map[string][]string{}
	for key, value := range h.All() {
		got[string(key)] = append(got[string(key)], string(value))
	}
	for name, values := range want {
		if len(got[name]) != len(values) || got[name][0] != values[0] || got[name][len(values)-1] != values[len(values)-1] {
			t.Errorf("%s is %q, not %q", name, got[name], values)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v is left, want %v", got, want)
	}
	if !h.IsHead() || string(h.RequestURI()) != "/launches/ping/mint?quantity=2" || h.IsHTTP11() || !h.ConnectionClose() || string(h.Cookie("lang")) != "de" {
		t.Errorf("the request is now\n%s", h)
	}
	if raw := len(h.RawHeaders()); raw > 0 {
		t.Errorf("%d bytes of the old head are left", raw)
	}
}

func TestAPaymentThatWaitsInACrowdIsAnsweredAsEver(t *testing.T) {
	w := open(t, servertest.Sale{})
	w.Mining.Store(false)
	crowd := w.Sign(w.Payer(100), "/mint", 2)
	var waits []func() servertest.Answer
	for range 300 {
		waits = append(waits, w.Meanwhile(func() servertest.Answer { return w.Pay("/mint", crowd) }))
	}
	for end := time.Now().Add(servertest.Bounded); !server.IsCrowded(w.Server); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("300 payments that wait are no crowd")
		}
	}
	asks := map[string]func() servertest.Answer{}
	for version := 1; version <= 2; version++ {
		for _, head := range []string{"HTTP/1.1\r\nHost: localhost\r\n", "HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nOrigin: https://app.example\r\n", "HTTP/1.0\r\nAccept: text/html\r\n"} {
			s := w.Sign(w.Payer(100), "/mint", version)
			asks[string(rune('0'+version))+head] = func() servertest.Answer { return w.Raw("GET /mint " + head + s.Header + ": " + s.Value + "\r\n\r\n") }
		}
	}
	came := map[string]func() servertest.Answer{}
	for name, ask := range asks {
		came[name] = w.Meanwhile(ask)
	}
	for end := time.Now().Add(servertest.Bounded); w.Orders() < 7; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d of 7 payments are taken", w.Orders())
		}
	}
	w.Mining.Store(true)
	for _, wait := range waits {
		wait().Wants(200)
	}
	w.Seen()
	for name, ask := range asks {
		first, again := came[name]().Wants(200), ask().Wants(200)
		names := func(a servertest.Answer) []string { return slices.Sorted(maps.Keys(a.Header)) }
		if !slices.Equal(names(first), names(again)) {
			t.Errorf("%q: headers %v in a crowd, and %v alone", name, names(first), names(again))
		}
		if got, want := servertest.Decode[map[string]any](first), servertest.Decode[map[string]any](again); !slices.Equal(slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want))) {
			t.Errorf("%q: %v in a crowd, and %v alone", name, got, want)
		}
	}
	if w.Orders() != 7 {
		t.Errorf("%d orders of 7 payments", w.Orders())
	}
}
