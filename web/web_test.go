package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/web"
)

func render(t *testing.T, p web.Page) string {
	t.Helper()
	var b strings.Builder
	if err := p.Render(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryStatusHasItsWords(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for status, want := range map[string]string{"open": "Open", "sold_out": "Sold out", "closed": "The sale closed on", "not_open": "The sale opens on", "delisted": "took the launch off sale",
		"reserved": "All reserved", "unavailable": "Cannot deliver now", "busy": "Cannot deliver now", "a new one": "Cannot deliver now"} {
		l := web.Launch{Name: "Ping", Symbol: "PING", Status: status, Opens: at, Closes: at, MintURL: "https://mint.example/mint"}
		body := render(t, web.Page{Launch: &l})
		if !strings.Contains(body, want) {
			t.Errorf("%s: no %q", status, want)
		}
		if selling := strings.Contains(body, "mint402 sign"); selling != l.Selling() {
			t.Errorf("%s: says how to mint: %v", status, selling)
		}
	}
	if body := render(t, web.Page{}); !strings.Contains(body, "Nothing is on sale yet") {
		t.Error(body)
	}
}

func TestAReceiptPromisesOnlyWhatTheChainShows(t *testing.T) {
	for _, one := range []struct {
		receipt  web.Receipt
		yes, not string
	}{
		{web.Receipt{State: "parked"}, "Nothing was charged", "may have been charged"},
		{web.Receipt{State: "parked", NonceUsed: true}, "may have been charged", "Nothing was charged"},
		{web.Receipt{State: "parked", Doubted: true}, "Being checked", "Nothing was charged"},
		{web.Receipt{State: "voided", Final: true}, "can never be charged", "the mint is in a final block"},
		{web.Receipt{State: "voided", Doubted: true}, "Being checked", "can never be charged"},
		{web.Receipt{State: "voided", MayArrive: true}, "others can still execute it", "can never be charged"},
		{web.Receipt{State: "refunded", Final: true}, "a final block shows this outcome", "the mint is in a final block"},
		{web.Receipt{State: "minted", Final: true, Block: 7}, "the mint is in a final block", "Nothing was charged"},
	} {
		body := render(t, web.Page{Receipt: &one.receipt})
		if !strings.Contains(body, one.yes) || strings.Contains(body, one.not) {
			t.Errorf("%+v: %q is missing, or %q is there", one.receipt, one.yes, one.not)
		}
	}
}

func TestNoPageLoadsAnythingFromElsewhere(t *testing.T) {
	for _, p := range []web.Page{{Launch: &web.Launch{Look: web.Look{Image: "/media/x.png"}}}, {}, {Admin: true}} {
		if policy := p.Policy(); strings.Contains(policy, "https:") || strings.Contains(policy, "unsafe") || !strings.Contains(policy, "img-src 'self' data:;") {
			t.Error(policy)
		}
	}
}

func TestALittleIsNotNothing(t *testing.T) {
	for want, l := range map[string]web.Launch{"0%": {Sold: 0, Of: 1000}, "under 1%": {Sold: 1, Of: 1000}, "99%": {Sold: 999, Of: 1000}, "100%": {Sold: 1000, Of: 1000}} {
		if got := l.Share(); got != want {
			t.Errorf("%d of %d: %s, want %s", l.Sold, l.Of, got, want)
		}
	}
}

func TestThePageHasTheOperatorsOwnName(t *testing.T) {
	l := &web.Launch{Name: "Ping", Symbol: "PING", Status: "open"}
	for brand, want := range map[web.Brand][]string{
		{}:              {"· mint402</title>", "> mint402</a>", "Served by mint402"},
		{Name: "A & B"}: {"· A &amp; B</title>", "> A &amp; B</a>", "A &amp; B, <small>powered by mint402"},
		{Name: "Ours", URL: "https://ours.example"}: {"· Ours</title>", `<a href="https://ours.example" rel="noopener noreferrer">Ours</a>, <small>powered by mint402`},
	} {
		for _, p := range []web.Page{{Launch: l, Brand: brand}, {Receipt: &web.Receipt{State: "minted"}, Brand: brand}, {Admin: true, Brand: brand}, {Problem: &web.Problem{}, Brand: brand}} {
			body := render(t, p)
			for _, text := range want {
				if !strings.Contains(body, text) {
					t.Errorf("%+v: a page has no %q", brand, text)
				}
			}
		}
	}
}

func TestWhatALaunchLacksIsNotOnItsPage(t *testing.T) {
	body := render(t, web.Page{Launch: &web.Launch{Name: "Ping", Status: "open"}})
	for _, text := range []string{`class="banner"`, `class="sites"`, `class="about"`, `class="edits"`, "accent-"} {
		if strings.Contains(body, text) {
			t.Errorf("the page has %s", text)
		}
	}
	if ended := render(t, web.Page{Launch: &web.Launch{Status: "sold_out", Look: web.Look{TradesAt: "https://app.uniswap.org/"}}}); !strings.Contains(ended, "Where it trades") {
		t.Error("sold out, the page does not link to where it trades")
	}
}
