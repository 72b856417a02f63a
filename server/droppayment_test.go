package server_test

import (
	"testing"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"github.com/mint402/mint402/server"
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
