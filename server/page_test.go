package server_test

import (
	"encoding/json"
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	markup "golang.org/x/net/html"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

var browser = servertest.Header{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}

func page(a servertest.Answer) string {
	a.T.Helper()
	a.Has("Content-Type", "text/html; charset=utf-8").Has("Cache-Control", "no-store").Has("X-Content-Type-Options", "nosniff")
	policy := a.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "manifest-src 'self'", "base-uri 'none'", "form-action '", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			a.T.Errorf("policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") || strings.Contains(policy, "form-action 'self'") != strings.Contains(string(a.Body), "<form") {
		a.T.Errorf("policy %q", policy)
	}
	return string(a.Body)
}

func (w *world) contains(body string, texts ...string) {
	w.Helper()
	body = html.UnescapeString(body)
	for _, text := range texts {
		if !strings.Contains(body, text) {
			w.Errorf("%q is not in the page:\n%s", text, body)
		}
	}
}

func TestABrowserGetsThePageAndThePriceInTheHeader(t *testing.T) {
	w := open(t, servertest.Sale{})
	k := w.Payer(100)
	w.Pay("/mint", w.Sign(k, "/mint", 2)).Wants(200)
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		a := w.Get(path, browser).Wants(402)
		body := page(a)
		var asked struct{ X402Version int }
		servertest.Header64(a, "PAYMENT-REQUIRED", &asked)
		if asked.X402Version != 2 {
			t.Errorf("%+v", asked)
		}
		w.contains(body, "5,000 PING", "0.10 USDC", "curl -si "+w.URL+"/mint | mint402 sign > payment.txt\ncurl -s -H @payment.txt "+w.URL+"/mint",
			"mint402 mint "+w.URL+"/mint", w.Launch.Token.Hex(), ">5,000</span></strong> of 5,000,000 PING minted", servertest.Account(k).Hex()[:6], "/tx/0x", "Base Sepolia")
	}
	page(w.Get("/", nil).Wants(200))
	// An agent that takes anything, and a browser that pays, get JSON.
	for _, h := range []servertest.Header{{"Accept": "*/*", "User-Agent": "Mozilla/5.0"}, {"Accept": "text/html", "User-Agent": "curl/8"}} {
		w.Get("/mint", h).Required()
	}
	s := w.Sign(k, "/mint", 2)
	w.Get("/mint", servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0", s.Header: s.Value}).Wants(200).Has("Content-Type", "application/json")
	w.Get("/mint", servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0", s.Header: "!"}).Wants(400).Has("Content-Type", "application/json")
}

func TestThePageSaysWhenNothingCanBeHad(t *testing.T) {
	servertest.Long(t)
	say := func(w *world, status int, texts ...string) {
		w.Helper()
		a := w.Get("/mint", browser).Wants(status).Lacks("PAYMENT-REQUIRED")
		w.contains(page(a), texts...)
	}
	w := open(t, servertest.Sale{Cap: 1})
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
	say(w, 410, "Sold out", "100%")
	if body := page(w.Get("/mint", browser)); strings.Contains(body, "curl -s") {
		t.Error("says how to mint what is sold out")
	}
	w = open(t, servertest.Sale{Opens: time.Hour})
	say(w, 403, "Not open yet", "The sale opens on")
	w = open(t, servertest.Sale{Closes: time.Hour})
	w.SetAhead(2 * time.Hour)
	say(w, 410, "Closed")
	w = open(t, servertest.Sale{})
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("noticed", func() bool { return len(w.Engine.Health().Faults) > 0 })
	say(w, 503, "Cannot deliver now", "ping is paused by its owner")
	w = open(t, servertest.Sale{Cap: 1, Wait: brief})
	w.Mining.Store(false)
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(202)
	say(w, 503, "All reserved")
}

var hostile = []string{
	`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `</title><script>alert(1)</script>`,
	`javascript:alert(1)`, `{{.Launch}}`, `"onmouseover="alert(1)`, "</script><script>alert(1)//", "\u2028alert(1)", "`${alert(1)}`", `&lt;script&gt;`,
}

// markup fails the test if a browser would see any element or attribute that is
// not of our template's making.
func (w *world) markup(where, body string) {
	w.Helper()
	root, err := markup.Parse(strings.NewReader(body))
	w.Must(err)
	ours := " a aside body button circle code dd details div dl dt figcaption figure footer form g h1 h2 h3 head header html img input label li link main meta nav noscript ol p path pre progress rect script section span strong summary svg table tbody td th thead time title tr ul use "
	scripts, told := 0, 0
	for n := range root.Descendants() {
		if n.Type != markup.ElementNode {
			continue
		}
		if !strings.Contains(ours, " "+n.Data+" ") {
			w.Errorf("%s: <%s>", where, n.Data)
		}
		kind := ""
		for _, a := range n.Attr {
			if a.Key == "type" {
				kind = a.Val
			}
		}
		switch {
		case n.Data == "script" && kind == "application/json":
			told++
			if !json.Valid([]byte(n.FirstChild.Data)) {
				w.Errorf("%s: what the script is told is no JSON: %s", where, n.FirstChild.Data)
			}
		case n.Data == "script":
			scripts++
			if n.FirstChild != nil {
				w.Errorf("%s: an inline script: %s", where, n.FirstChild.Data)
			}
		}
		for _, a := range n.Attr {
			switch {
			case strings.HasPrefix(a.Key, "on"), a.Key == "style", a.Key == "srcdoc", a.Key == "srcset", a.Key == "formaction":
				w.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			case (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "?") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, w.URL):
				w.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			}
		}
	}
	if scripts != 2 || told != 1 { // one of them early, for the colours
		w.Errorf("%s: %d scripts, told %d times", where, scripts, told)
	}
}

func TestAHostileNameRunsNothing(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	for i, text := range hostile {
		slug := fmt.Sprintf("l%d", i)
		w.Deploy(slug, servertest.Sale{Symbol: fmt.Sprintf("L%d", i), Edit: func(l *mint.Launch) {
			l.Name, l.Symbol, l.Description, l.ContractURI, l.Image = text, text, text, text, text
			if i%2 == 0 {
				l.Image = "https://" + text
			}
		}}, common.Address{})
		w.Eventually("on sale", func() bool { return w.Get("/launches/"+slug+"/mint", nil).Status == 402 })
		for _, path := range []string{"/launches/" + slug + "/mint", "/launches/" + slug + "/mint?utm_x=%3Cscript%3Ealert(1)%3C/script%3E", "/l/" + slug + "?%22%3E%3Cscript%3E"} {
			w.markup(path, page(w.Get(path, browser)))
		}
		a := w.Get("/launches/"+slug, nil).Wants(200).Has("Content-Type", "application/json")
		if strings.Contains(string(a.Body), "<script") || servertest.Decode[api.Launch](a).Name != text {
			t.Errorf("%s", a.Body)
		}
		r := w.Get("/launches/"+slug+"/mint", nil).Required()
		for _, b := range []byte(r.Resource.Description) {
			if b < 0x20 || b > 0x7e {
				t.Errorf("description %q", r.Resource.Description)
			}
		}
	}
	w.markup("/", page(w.Get("/", browser)))
	for _, text := range hostile {
		for _, path := range []string{"/l/" + escape(text), "/r/" + escape(text)} {
			body := page(w.Get(path, browser))
			if strings.Contains(body, "alert") || strings.Count(body, "<script") != 1 {
				t.Errorf("%s: %s", path, body)
			}
		}
		for _, path := range []string{"/" + escape(text), "/launches/" + escape(text)} {
			a := w.Get(path, browser)
			if a.Status != 404 || strings.Contains(string(a.Body), "alert") || strings.Count(string(a.Body), "<script") != 1 {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
		for _, path := range []string{"/orders/" + escape(text), "/mint?quantity=" + escape(text)} {
			if a := w.Get(path, browser); a.Status < 400 || strings.Contains(string(a.Body), "alert") || a.Header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %d %s", path, a.Status, a.Body)
			}
		}
	}
}

func escape(s string) string {
	var b strings.Builder
	for _, c := range []byte(s) {
		b.WriteString("%" + string("0123456789ABCDEF"[c>>4]) + string("0123456789ABCDEF"[c&15]))
	}
	return b.String()
}

func TestThePageNeedsNothingFromElsewhere(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	index := page(w.Get("/", browser).Wants(200))
	w.contains(index, "Ping", "Pong", "/l/pong")
	body := page(w.Get("/l/pong", browser).Wants(200))
	w.contains(body, w.URL+"/launches/pong/mint")
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(index+body, -1) {
		url := html.UnescapeString(m[1])
		switch {
		case strings.HasPrefix(url, "/assets/"):
			a := w.Get(url, nil).Wants(200).Has("Cache-Control", "public, max-age=31536000, immutable").Has("X-Content-Type-Options", "nosniff")
			if len(a.Body) == 0 {
				t.Errorf("%s is empty", url)
			}
		case strings.HasPrefix(url, "/"):
			w.Get(url, browser).Wants(200)
		case strings.HasPrefix(url, "#"), strings.HasPrefix(url, "?lang="), strings.HasPrefix(url, w.URL), strings.HasPrefix(url, "https://sepolia.basescan.org/"),
			strings.HasPrefix(url, "https://repo.sourcify.dev/84532/0x"):
		default:
			t.Errorf("%s", url)
		}
	}
	for _, name := range []string{"launch.html", "manifest.json", "..%2ficon.svg", "icon.svg"} {
		w.Get("/assets/"+name, nil).Wants(404)
	}
}

func TestADemoSaysThatItsMoneyIsWorthless(t *testing.T) {
	w := open(t, servertest.Sale{Configure: func(s *server.Server) { s.Presenter.Demo, s.Presenter.Chains[0].RPC = true, "http://127.0.0.1:8545" }})
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
	body := page(w.Get("/", browser).Wants(200))
	w.contains(body, "worth nothing", "http://127.0.0.1:8545", "84532")
	if strings.Contains(body, "basescan") {
		t.Error("links to an explorer that knows nothing of this chain")
	}
	if l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil)); !l.Demo || l.Explorer != "" {
		t.Errorf("%+v", l)
	}
}

func TestAServerWithoutAPlainOriginDoesNotOpen(t *testing.T) {
	w := open(t, servertest.Sale{})
	presented := func(change func(*api.Presenter)) *server.Server {
		on := api.Chain{Engine: w.Engine, Blocks: w.Node, Network: w.Server.Presenter.Chains[0].Network}
		p := &api.Presenter{Chains: []*api.Chain{&on}, Reader: w.Store, PublicURL: w.URL}
		change(p)
		return &server.Server{Presenter: p}
	}
	for _, url := range []string{"", "mint.example", "https://mint.example/", "https://mint.example/x", "ftp://mint.example", "https://mint.example?x", "https://u:p@mint.example", "https://", "//mint.example"} {
		if presented(func(p *api.Presenter) { p.PublicURL = url }).Open() == nil {
			t.Errorf("opened with %q", url)
		}
	}
	for what, change := range map[string]func(*api.Presenter){
		"a chain":   func(p *api.Presenter) { p.Chains = nil },
		"an engine": func(p *api.Presenter) { p.Chains[0].Engine = nil },
		"a reader":  func(p *api.Presenter) { p.Reader = nil },
		"blocks":    func(p *api.Presenter) { p.Chains[0].Blocks = nil },
	} {
		if presented(change).Open() == nil {
			t.Error("opened without", what)
		}
	}
	if presented(func(p *api.Presenter) { p.Chains[0].Network.ChainID++ }).Open() == nil {
		t.Error("opened for another chain")
	}
	if presented(func(p *api.Presenter) { p.Chains = append(p.Chains, p.Chains[0]) }).Open() == nil {
		t.Error("opened with a chain twice")
	}
}
