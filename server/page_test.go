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
)

var browser = header{"Accept": "text/html,application/xhtml+xml,*/*;q=0.8", "User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}

func page(a answer) string {
	a.t.Helper()
	a.has("Content-Type", "text/html; charset=utf-8").has("Cache-Control", "no-store").has("X-Content-Type-Options", "nosniff")
	policy := a.header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			a.t.Errorf("policy %q lacks %s", policy, want)
		}
	}
	if strings.Contains(policy, "unsafe") {
		a.t.Errorf("policy %q", policy)
	}
	return string(a.body)
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
	w := open(t, sale{})
	k := w.payer(100)
	w.pay("/mint", w.sign(k, "/mint", 2)).wants(200)
	for _, path := range []string{"/mint", "/launches/ping/mint"} {
		a := w.get(path, browser).wants(402)
		body := page(a)
		var asked struct{ X402Version int }
		header64(a, "PAYMENT-REQUIRED", &asked)
		if asked.X402Version != 2 {
			t.Errorf("%+v", asked)
		}
		w.contains(body, "5,000 PING", "0.10 USDC", "curl -si "+w.url+"/mint | mint402 sign > payment.txt\ncurl -s -H @payment.txt "+w.url+"/mint",
			"mint402 mint "+w.url+"/mint", w.launch.Token.Hex(), ">5,000</strong> of 5,000,000 PING minted", account(k).Hex()[:6], "/tx/0x", "Base Sepolia")
	}
	page(w.get("/", nil).wants(200))
	// An agent that takes anything, and a browser that pays, get JSON.
	for _, h := range []header{{"Accept": "*/*", "User-Agent": "Mozilla/5.0"}, {"Accept": "text/html", "User-Agent": "curl/8"}} {
		w.get("/mint", h).required()
	}
	s := w.sign(k, "/mint", 2)
	w.get("/mint", header{"Accept": "text/html", "User-Agent": "Mozilla/5.0", s.Header: s.Value}).wants(200).has("Content-Type", "application/json")
	w.get("/mint", header{"Accept": "text/html", "User-Agent": "Mozilla/5.0", s.Header: "!"}).wants(400).has("Content-Type", "application/json")
}

func TestThePageSaysWhenNothingCanBeHad(t *testing.T) {
	say := func(w *world, status int, texts ...string) {
		w.Helper()
		a := w.get("/mint", browser).wants(status).lacks("PAYMENT-REQUIRED")
		w.contains(page(a), texts...)
	}
	w := open(t, sale{cap: 1})
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(200)
	say(w, 410, "Sold out", "100%")
	if body := page(w.get("/mint", browser)); strings.Contains(body, "curl -s") {
		t.Error("says how to mint what is sold out")
	}
	w = open(t, sale{opens: time.Hour})
	say(w, 403, "Not open yet", "The sale opens on")
	w = open(t, sale{closes: time.Hour})
	w.ahead.Store(int64(2 * time.Hour))
	say(w, 410, "Closed")
	w = open(t, sale{})
	w.onChain(func() error { _, err := w.node.Pause(w.ctx, w.launch.Token, w.owner); return err })
	w.eventually("noticed", func() bool { return len(w.engine.Health().Faults) > 0 })
	say(w, 503, "Cannot deliver now", "ping is paused by its owner")
	w = open(t, sale{cap: 1, wait: brief})
	w.mining.Store(false)
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(202)
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
	w.must(err)
	ours := " a aside body button circle code dd details div dl dt figcaption figure footer g h1 h2 h3 head header html img label li link main meta nav noscript ol p path pre progress rect script section span strong summary svg table tbody td th thead time title tr ul use "
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
			case (a.Key == "href" || a.Key == "src") && !strings.HasPrefix(a.Val, "/") && !strings.HasPrefix(a.Val, "#") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, w.url):
				w.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			}
		}
	}
	if scripts != 2 || told != 1 { // one of them early, for the colours
		w.Errorf("%s: %d scripts, told %d times", where, scripts, told)
	}
}

func TestAHostileNameRunsNothing(t *testing.T) {
	w := open(t, sale{})
	for i, text := range hostile {
		slug := fmt.Sprintf("l%d", i)
		w.deploy(slug, sale{symbol: fmt.Sprintf("L%d", i), edit: func(l *mint.Launch) {
			l.Name, l.Symbol, l.Description, l.ContractURI, l.Image = text, text, text, text, text
			if i%2 == 0 {
				l.Image = "https://" + text
			}
		}}, common.Address{})
		w.eventually("on sale", func() bool { return w.get("/launches/"+slug+"/mint", nil).status == 402 })
		for _, path := range []string{"/launches/" + slug + "/mint", "/launches/" + slug + "/mint?utm_x=%3Cscript%3Ealert(1)%3C/script%3E", "/l/" + slug + "?%22%3E%3Cscript%3E"} {
			w.markup(path, page(w.get(path, browser)))
		}
		a := w.get("/launches/"+slug, nil).wants(200).has("Content-Type", "application/json")
		if strings.Contains(string(a.body), "<script") || decode[server.Launch](a).Name != text {
			t.Errorf("%s", a.body)
		}
		r := w.get("/launches/"+slug+"/mint", nil).required()
		for _, b := range []byte(r.Resource.Description) {
			if b < 0x20 || b > 0x7e {
				t.Errorf("description %q", r.Resource.Description)
			}
		}
	}
	w.markup("/", page(w.get("/", browser)))
	for _, text := range hostile {
		for _, path := range []string{"/l/" + escape(text), "/r/" + escape(text)} {
			body := page(w.get(path, browser))
			if strings.Contains(body, "alert") || strings.Count(body, "<script") != 1 {
				t.Errorf("%s: %s", path, body)
			}
		}
		for _, path := range []string{"/" + escape(text), "/launches/" + escape(text)} {
			a := w.get(path, browser)
			if a.status != 404 || strings.Contains(string(a.body), "alert") || strings.Count(string(a.body), "<script") != 1 {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		for _, path := range []string{"/orders/" + escape(text), "/mint?quantity=" + escape(text)} {
			if a := w.get(path, browser); a.status < 400 || strings.Contains(string(a.body), "alert") || a.header.Get("Content-Type") != "application/json" {
				t.Errorf("%s: %d %s", path, a.status, a.body)
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
	w := open(t, sale{anotherListing: true})
	index := page(w.get("/", browser).wants(200))
	w.contains(index, "Ping", "Pong", "/l/pong")
	body := page(w.get("/l/pong", browser).wants(200))
	w.contains(body, w.url+"/launches/pong/mint")
	for _, m := range regexp.MustCompile(`(?:src|href)="([^"]+)"`).FindAllStringSubmatch(index+body, -1) {
		url := html.UnescapeString(m[1])
		switch {
		case strings.HasPrefix(url, "/assets/"):
			a := w.get(url, nil).wants(200).has("Cache-Control", "public, max-age=31536000, immutable").has("X-Content-Type-Options", "nosniff")
			if len(a.body) == 0 {
				t.Errorf("%s is empty", url)
			}
		case strings.HasPrefix(url, "/"):
			w.get(url, browser).wants(200)
		case strings.HasPrefix(url, "#"), strings.HasPrefix(url, w.url), strings.HasPrefix(url, "https://sepolia.basescan.org/"),
			strings.HasPrefix(url, "https://repo.sourcify.dev/84532/0x"):
		default:
			t.Errorf("%s", url)
		}
	}
	for _, name := range []string{"launch.html", "manifest.json", "..%2ficon.svg", "icon.svg"} {
		w.get("/assets/"+name, nil).wants(404)
	}
}

func TestADemoSaysThatItsMoneyIsWorthless(t *testing.T) {
	w := open(t, sale{configure: func(s *server.Server) { s.Demo, s.RPC = true, "http://127.0.0.1:8545" }})
	w.pay("/mint", w.sign(w.payer(10), "/mint", 2)).wants(200)
	body := page(w.get("/", browser).wants(200))
	w.contains(body, "worth nothing", "http://127.0.0.1:8545", "84532")
	if strings.Contains(body, "basescan") {
		t.Error("links to an explorer that knows nothing of this chain")
	}
	if l := decode[server.Launch](w.get("/launches/ping", nil)); !l.Demo || l.Explorer != "" {
		t.Errorf("%+v", l)
	}
}

func TestAServerWithoutAPlainOriginDoesNotOpen(t *testing.T) {
	w := open(t, sale{})
	for _, url := range []string{"", "mint.example", "https://mint.example/", "https://mint.example/x", "ftp://mint.example", "https://mint.example?x", "https://u:p@mint.example", "https://", "//mint.example"} {
		s := server.Server{Engine: w.engine, Network: w.server.Network, PublicURL: url}
		if s.Open() == nil {
			t.Errorf("opened with %q", url)
		}
	}
	if s := (&server.Server{Network: w.server.Network, PublicURL: w.url}); s.Open() == nil {
		t.Error("opened without an engine")
	}
	other := w.server.Network
	other.ChainID++
	if s := (&server.Server{Engine: w.engine, Network: other, PublicURL: w.url}); s.Open() == nil {
		t.Error("opened for another chain")
	}
}
