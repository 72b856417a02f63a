package server_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
)

// setDelisted takes a launch off sale, or puts it back, while the server runs.
func (w *world) setDelisted(slug string, delisted bool) {
	w.Helper()
	changed, err := w.store.SetDelisted(w.ctx, slug, delisted)
	w.must(err)
	if !changed {
		w.Errorf("%s was so already", slug)
	}
}

func (w *world) listed() (slugs []string) {
	w.Helper()
	for _, l := range decode[server.Launches](w.get("/launches", nil).wants(200)).Launches {
		slugs = append(slugs, l.Slug)
	}
	return slugs
}

func TestADelistedLaunchHasNoPriceAndIsNotInTheShop(t *testing.T) {
	w := open(t, sale{wait: brief, anotherListing: true})
	k := w.payer(100)
	s := w.sign(k, "/mint", 2)
	w.setDelisted("ping", true)
	if got := w.listed(); !slices.Equal(got, []string{"pong"}) {
		t.Errorf("listed: %v", got)
	}
	w.get("/launches/ping/mint", nil).wants(410).lacks("PAYMENT-REQUIRED").problem("delisted")
	w.pay("/launches/ping/mint", s).wants(410).lacks("PAYMENT-REQUIRED").problem("delisted")
	w.pay("/mint", s).wants(410).lacks("PAYMENT-REQUIRED").problem("delisted")
	if w.orders() != 0 {
		t.Error("a payment was claimed")
	}
	if body := w.get("/mint", nil).wants(402).body; !strings.Contains(string(body), "PONG") {
		t.Errorf("the default is not the other: %s", body)
	}
	browser := header{"Accept": "text/html", "User-Agent": "Mozilla/5.0"}
	if body := string(w.get("/", browser).wants(200).body); strings.Contains(body, "/l/ping") || !strings.Contains(body, "PONG") {
		t.Error("the home page leads to it")
	}
	if body := string(w.get("/l/ping", browser).wants(200).body); !strings.Contains(body, "took the launch off sale") {
		t.Error("its page does not say so")
	}
	if l := decode[server.Launch](w.get("/launches/ping", nil).wants(200)); l.Open || l.Status != "delisted" {
		t.Errorf("%+v", l)
	}
	w.setDelisted("ping", false)
	if got := w.listed(); !slices.Equal(got, []string{"ping", "pong"}) {
		t.Errorf("listed again: %v", got)
	}
	w.pay("/mint", s)
	w.eventually("minted after all", func() bool { o := w.order(s); return o.State().Sold() })
}

func TestAKnownPaymentOfADelistedLaunchIsDeliveredAndGetsItsOrder(t *testing.T) {
	w := open(t, sale{wait: brief, anotherListing: true})
	k := w.payer(100)
	s := w.claimed(k)
	w.setDelisted("ping", true)
	// The default is another launch now, whose price would be paid as well.
	w.pay("/mint", s).wants(202).lacks("PAYMENT-REQUIRED")
	w.goOn()
	w.eventually("delivered", func() bool { o := w.order(s); return o.State().Sold() })
	w.pay("/mint", s).wants(200)
	w.pay("/launches/ping/mint", s).wants(200)
	w.get("/orders/"+w.id(s).String(), nil).wants(200)
}

func TestAPaymentThatAStrangerSettledIsMintedThoughTheLaunchIsDelisted(t *testing.T) {
	w := open(t, sale{wait: brief, minter: true})
	s := w.sign(w.payer(100), "/mint", 2)
	w.setDelisted("ping", true)
	w.settleDirectly(s)
	w.eventually("minted", func() bool {
		o, err := w.store.Order(w.ctx, w.id(s))
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
