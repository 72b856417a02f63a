package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// setDelisted takes a launch off sale, or puts it back, while the server runs.
func (w *world) setDelisted(slug string, delisted bool) {
	w.Helper()
	w.arrange(func(a *mint.Arrangement) {
		if a.Delisted = nil; delisted {
			a.Delisted = []string{slug}
		}
	})
}

// arrange changes the operator's choices while the server runs.
func (w *world) arrange(edit func(*mint.Arrangement)) {
	w.Helper()
	w.Must(w.Store.Arrange(w.Ctx, func(a *mint.Arrangement) error { edit(a); return nil }))
}

func (w *world) listed() (slugs []string) {
	w.Helper()
	for _, l := range servertest.Decode[api.Launches](w.Get("/launches", nil).Wants(200)).Launches {
		slugs = append(slugs, l.Slug)
	}
	return slugs
}

func TestADelistedLaunchHasNoPriceAndIsNotInTheShop(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief, AnotherListing: true})
	k := w.Payer(100)
	s := w.Sign(k, "/mint", 2)
	w.setDelisted("ping", true)
	if got := w.listed(); !slices.Equal(got, []string{"pong"}) {
		t.Errorf("listed: %v", got)
	}
	w.Get("/launches/ping/mint", nil).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("delisted")
	w.Pay("/launches/ping/mint", s).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("delisted")
	w.Pay("/mint", s).Wants(410).Lacks("PAYMENT-REQUIRED").Problem("delisted")
	if w.Orders() != 0 {
		t.Error("a payment was claimed")
	}
	if body := w.Get("/mint", nil).Wants(402).Body; !strings.Contains(string(body), "PONG") {
		t.Errorf("the default is not the other: %s", body)
	}
	browser := servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
	if body := string(w.Get("/", browser).Wants(200).Body); strings.Contains(body, "/l/ping") || !strings.Contains(body, "PONG") {
		t.Error("the home page leads to it")
	}
	if body := string(w.Get("/l/ping", browser).Wants(200).Body); !strings.Contains(body, "took the launch off sale") {
		t.Error("its page does not say so")
	}
	if l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200)); l.Open || l.Status != "delisted" {
		t.Errorf("%+v", l)
	}
	w.setDelisted("ping", false)
	if got := w.listed(); !slices.Equal(got, []string{"ping", "pong"}) {
		t.Errorf("listed again: %v", got)
	}
	w.Pay("/mint", s)
	w.Eventually("minted after all", func() bool { o := w.Order(s); return o.State().Sold() })
}

func TestAKnownPaymentOfADelistedLaunchIsDeliveredAndGetsItsOrder(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Wait: brief, AnotherListing: true})
	k := w.Payer(100)
	s := w.claimed(k)
	w.setDelisted("ping", true)
	// The default is another launch now, whose price would be paid as well.
	w.Pay("/mint", s).Wants(202).Lacks("PAYMENT-REQUIRED")
	w.GoOn()
	w.Eventually("delivered", func() bool { o := w.Order(s); return o.State().Sold() })
	w.Pay("/mint", s).Wants(200)
	w.Pay("/launches/ping/mint", s).Wants(200)
	w.Get("/orders/"+w.ID(s).String(), nil).Wants(200)
}

func TestAHiddenLaunchIsSoldAndFoundNowhere(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true, Configure: withMCP})
	w.arrange(func(a *mint.Arrangement) { a.Hidden = []string{"ping"} })
	if got := w.listed(); !slices.Equal(got, []string{"pong"}) {
		t.Errorf("listed: %v", got)
	}
	say := w.Post("POST", "/mcp", `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"list_launches","arguments":{}}}`,
		servertest.Header{"Accept": "application/json, text/event-stream"}).Wants(200)
	if text := string(say.Body); strings.Contains(text, "/ping/") || !strings.Contains(text, "/pong/") {
		t.Errorf("the tool lists %s", text)
	}
	for _, path := range []string{"/sitemap.xml", "/llms.txt", "/.well-known/x402", "/openapi.json", "/", "/?q=ping", "/l/pong"} {
		w.Eventually("it is not in "+path, func() bool {
			text := string(w.Get(path, browser).Wants(200).Body)
			return !strings.Contains(text, "/ping") && !strings.Contains(text, "now ping")
		})
	}
	w.contains(page(w.Get("/l/ping", browser).Wants(200)), `<meta name="robots" content="noindex">`)
	signed := w.Sign(w.Payer(10), "/launches/ping/mint", 2)
	w.Pay("/launches/ping/mint", signed).Wants(200)
	w.contains(page(w.Get("/r/"+w.ID(signed).String(), browser).Wants(200)), `<meta name="robots" content="noindex">`)
	if strings.Contains(string(w.Get("/", browser).Wants(200).Body), "/l/ping") {
		t.Error("its mint is on the home page")
	}
}

func TestAPaymentThatAStrangerSettledIsMintedThoughTheLaunchIsDelisted(t *testing.T) {
	w := open(t, servertest.Sale{Wait: brief, Minter: true})
	s := w.Sign(w.Payer(100), "/mint", 2)
	w.setDelisted("ping", true)
	w.SettleDirectly(s)
	w.Eventually("minted", func() bool {
		o, err := w.Store.Order(w.Ctx, w.ID(s))
		return err == nil && o.State().Sold()
	})
}

func TestADelistedLaunchWithAFaultMakesNoServerUnready(t *testing.T) {
	good, bad := mint.Launch{Slug: "good"}, mint.Launch{Slug: "bad", Delisted: true}
	h := mint.Health{Faults: []mint.Fault{{Code: "launch_paused", Launch: "good"}}}
	if stopped := h.Stopped([]mint.Launch{good, bad}); len(stopped) != 1 {
		t.Errorf("what is off sale counts as sold: %v", stopped)
	}
	h.Faults[0].Launch = "bad"
	if stopped := h.Stopped([]mint.Launch{good, bad}); len(stopped) != 0 {
		t.Errorf("stopped: %v", stopped)
	}
}
