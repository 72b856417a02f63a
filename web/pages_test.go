package web_test

import (
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/web"
)

// has fails for each text that a page should have and has not.
func has(t *testing.T, body string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(body, text) {
			t.Errorf("the page has no %s", text)
		}
	}
}

func TestAFinishedSaleIsToldInThePast(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	l := web.Launch{Name: "Tiny", Symbol: "TINY", Each: "10", Price: "0.10", Money: "USDC", Limit: 1, Of: 2, Sold: 2, Status: "sold_out", EndedAt: at}
	body := render(t, web.Page{Launch: &l})
	has(t, body, `<span data-sale="on" hidden>buys 10 TINY</span><span data-sale="over">bought 10 TINY</span>`, `<div data-sale="on" hidden><dt>A payment may buy</dt>`,
		`<div data-sale="on" hidden><dt>Closes</dt>`, `<div data-sale="over"><dt>Closed</dt><dd class="ending"><span data-when="sold_out">sold out on <time datetime="2026-03-01T12:00:00Z">`)
	l.Status, l.Closes = "closed", at
	has(t, render(t, web.Page{Launch: &l}), `<span data-when="closed"><time datetime="2026-03-01T12:00:00Z">`)
	l.Status = "open"
	has(t, render(t, web.Page{Launch: &l}), `<span data-sale="on">buys 10 TINY</span><span data-sale="over" hidden>bought 10 TINY</span>`, `<div data-sale="over" hidden><dt>Closed</dt>`)
}

// TestAnotherSiteShowsWhoLaunchedATokenHere is about the operator's name: a launch that a wallet
// made by itself must not look like the operator's on another site.
func TestAnotherSiteShowsWhoLaunchedATokenHere(t *testing.T) {
	creator := &web.Link{Text: "0x70997970C51812dc3A010C7d01b50e0d17dc79C8", URL: "https://explorer.example/address/1"}
	l := web.Launch{Name: "Ping", Symbol: "PING", Status: "open"}
	brand := web.Brand{Name: "Acme"}
	has(t, render(t, web.Page{Brand: brand, Network: "Base", Embed: &web.Embed{Launch: l}}), `<p class="by">Acme · Base</p>`)
	l.Creator = creator
	body := render(t, web.Page{Brand: brand, Network: "Base", Embed: &web.Embed{Launch: l}})
	has(t, body, `class="widget of-creator"`, `title="0x70997970C51812dc3A010C7d01b50e0d17dc79C8">0x7099…79C8</span>, not by Acme</p>`)
	if strings.Contains(body, "Acme · Base") {
		t.Error("the widget of a creator's launch has the operator's line")
	}
	has(t, render(t, web.Page{Share: &web.Share{What: "Ping", Creator: creator}}), "Launched by", "not by the operator of this server")
	if strings.Contains(render(t, web.Page{Share: &web.Share{What: "Ping"}}), "Launched by") {
		t.Error("the share page of the operator's launch names a creator")
	}
}

func TestPagesLeadToTheFormForALaunchWhereAnyoneMayLaunch(t *testing.T) {
	const link = `href="/admin#/new"`
	for name, p := range map[string]web.Page{"nothing on sale": {}, "a launch": {Launch: &web.Launch{}}, "home": {Home: &web.Home{}}} {
		if strings.Contains(render(t, p), link) {
			t.Errorf("%s: there is a link, but launches are not open", name)
		}
		if p.Open = true; !strings.Contains(render(t, p), link) {
			t.Errorf("%s: there is no link", name)
		}
	}
	if n := strings.Count(render(t, web.Page{Home: &web.Home{}, Open: true}), link); n != 2 {
		t.Errorf("the home page has %d links, want one at the top and one in the foot", n)
	}
}
