package server_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"image/png"
	"io"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/piglig/go-qr"
	markup "golang.org/x/net/html"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server"
	"github.com/mint402/mint402/server/servertest"
)

// widget returns the widget of a launch, which is as strict as a page, but for its frames.
func (w *world) widget(path string) string {
	w.Helper()
	a := w.Get(path, browser).Wants(200).Has("Content-Type", "text/html; charset=utf-8").Has("Cache-Control", "no-store").Has("X-Content-Type-Options", "nosniff").Lacks("X-Frame-Options").
		Has("Content-Security-Policy", "default-src 'none'; style-src 'self'; font-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors *")
	return string(a.Body)
}

func TestOnlyAWidgetMayBeFramed(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	w.widget("/embed/ping")
	w.widget("/embed/ping?theme=dark&ref=a")
	receipt := "/r/" + w.ID(s).String()
	for _, r := range server.Routes(w.Server) {
		method, path := r[0], strings.NewReplacer(":slug", "ping", ":id", w.ID(s).String(), ":payer", servertest.Account(w.Stranger).Hex(), "/badge/:name", "/badge/ping.svg").Replace(r[1])
		if method != "GET" || strings.HasSuffix(path, "/feed") || path == "/embed/ping" {
			continue
		}
		for _, h := range []servertest.Header{browser, nil} {
			if policy := w.Get(path, h).Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
				t.Errorf("%s may be framed: %q", path, policy)
			}
		}
	}
	for _, path := range []string{"/embed/PING", "/embed/none/x", "/l/ping/share", receipt + "/share", "/embed/"} {
		if policy := w.Get(path, browser).Header.Get("Content-Security-Policy"); !strings.Contains(policy, "frame-ancestors 'none'") {
			t.Errorf("%s may be framed: %q", path, policy)
		}
	}
	a := w.Get("/embed/none", browser).Wants(404).Has("Content-Security-Policy", "default-src 'none'; frame-ancestors *")
	if string(a.Body) != "There is no such launch." {
		t.Errorf("%s", a.Body)
	}
	w.Get("/embed/PING?ref=a", browser).Wants(302).Has("Location", "/embed/ping?ref=a")
	w.Get("/l/PING/share", browser).Wants(302).Has("Location", "/l/ping/share")
}

var parts = regexp.MustCompile(`(?:href|src)="(/assets/[^"]+)"`)

func TestAWidgetIsSmallAndHasNoWallet(t *testing.T) {
	w := open(t, servertest.Sale{})
	body := w.widget("/embed/ping")
	files := parts.FindAllStringSubmatch(body, -1)
	total := len(w.Get("/embed/ping", servertest.Header{"Accept-Encoding": "gzip"}).Body)
	for _, file := range files {
		a := w.Get(file[1], servertest.Header{"Accept-Encoding": "gzip"}).Wants(200)
		total += len(a.Body)
		for _, word := range []string{"ethereum", "signTypedData", "walletconnect", "localStorage"} {
			if bytes.Contains(w.Get(file[1], nil).Body, []byte(word)) {
				t.Errorf("%s has %s", file[1], word)
			}
		}
	}
	if len(files) < 5 || total > 45<<10 {
		t.Errorf("%d files, %d bytes", len(files), total)
	}
	for _, wrong := range []string{"<form", "<button", "style=", "onclick"} {
		if strings.Contains(body, wrong) {
			t.Errorf("the widget has %s", wrong)
		}
	}
	w.contains(body, "5,000 for <strong>0.10 USDC</strong>", ">0</span></strong> of 5,000,000 minted", "Test money", `target="_blank" rel="noopener"`, "As of ")
}

func TestAWidgetShowsEveryStateAndALinkThatKeepsCampaigns(t *testing.T) {
	servertest.Long(t)
	say := func(w *world, status string, texts ...string) {
		w.Helper()
		w.contains(w.widget("/embed/ping"), append(texts, `data-status="`+status+`"`)...)
	}
	w := open(t, servertest.Sale{Cap: 1})
	say(w, "open", `<span data-when="open">Mint PING</span>`, `<span data-when="" hidden>See PING</span>`)
	for query, want := range map[string]string{
		"": "", "?theme=dark": "", "?quantity=3&next=https://evil.example": "", "?ref=a": "?ref=a", "?REF=A%26b&utm_source=x+y&theme=light": "?ref=A%26b&utm_source=x+y",
		"?ref=a&ref=b&Ref=c": "?ref=a", "?utm_term=%zz": "?utm_term=%25zz", "?ref=%ff": "", "?ref=%00": "", "?ref=" + strings.Repeat("x", 600) + "&utm_medium=b": "?utm_medium=b",
		"?ref=%22%3E%3Cscript%3E": "?ref=%22%3E%3Cscript%3E",
	} {
		w.contains(w.widget("/embed/ping"+query), `href="`+w.URL+"/l/ping"+want+`"`)
	}
	for query, want := range map[string]string{"?theme=dark": `<html lang="en" data-theme="dark">`, "?theme=light": `data-theme="light"`, "?theme=pink": `<html lang="en">`, "?theme=dark&theme=%22": `<html lang="en"`} {
		w.contains(w.widget("/embed/ping"+query), want)
	}
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(200)
	say(w, "sold_out", "Sold out", `<span data-when="">See PING</span>`, "100%")
	say(open(t, servertest.Sale{Opens: time.Hour}), "not_open", "Not open yet", "· opens <time")
	w = open(t, servertest.Sale{Closes: time.Hour})
	w.contains(w.widget("/embed/ping"), "· until <time")
	w.SetAhead(2 * time.Hour)
	say(w, "closed", "Closed")
	w = open(t, servertest.Sale{})
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("paused", func() bool { return strings.Contains(w.widget("/embed/ping"), `data-status="paused"`) })
	w = open(t, servertest.Sale{Cap: 1, Wait: brief, AnotherListing: true})
	w.setDelisted("pong", true)
	w.contains(w.widget("/embed/pong"), `data-status="delisted"`, "Off sale")
	w.Mining.Store(false)
	w.Pay("/mint", w.Sign(w.Payer(10), "/mint", 2)).Wants(202)
	say(w, "reserved", "All reserved")
}

func TestAnOembedConsumerGetsTheWidgetIfItHasRoomForIt(t *testing.T) {
	w := open(t, servertest.Sale{Edit: func(l *mint.Launch) { l.Name = `Pi"ng <b>` }})
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	type oembed struct {
		Version, Type, Title, HTML string
		Width, Height              int
		Thumbnail                  string `json:"thumbnail_url"`
		ThumbnailWidth             int    `json:"thumbnail_width"`
	}
	at := func(path, query string) (o oembed) {
		t.Helper()
		w.Must(json.Unmarshal(w.Get("/oembed?url="+url.QueryEscape(w.URL+path)+query, nil).Wants(200).Has("Cache-Control", "public, max-age=60").Body, &o))
		return o
	}
	for _, path := range []string{"/", "/l/ping", "/mint"} {
		o := at(path, "")
		if o.Type != "rich" || o.Width != 480 || o.Height != 224 || o.ThumbnailWidth != 1200 ||
			!strings.HasPrefix(o.HTML, `<iframe src="`+w.URL+`/embed/ping" title="Pi&#34;ng &lt;b&gt; (PING)" width="480" height="224"`) || !strings.HasSuffix(o.HTML, "></iframe>") {
			t.Errorf("%s: %+v", path, o)
		}
	}
	for query, want := range map[string]string{
		"&maxwidth=300": "rich 300 256", "&maxwidth=5000&maxheight=700": "rich 480 1200", "&maxwidth=260&maxheight=224": "rich 260 32", "&maxwidth=259": "link 0 256",
		"&maxheight=223": "link 0 32", "&maxwidth=31": "link 0 0", "&maxwidth=9000000000000000000": "rich 480 1200", "&format=json&maxheight=256": "rich 480 256",
	} {
		o := at("/l/ping", query)
		if got := fmt.Sprint(o.Type, " ", o.Width, " ", o.ThumbnailWidth); got != want {
			t.Errorf("%s: %s, want %s", query, got, want)
		}
		if (o.Thumbnail == "") != (o.ThumbnailWidth == 0) {
			t.Errorf("%s: %+v", query, o)
		}
	}
	if o := at("/r/"+w.ID(s).String(), ""); o.Type != "link" || o.HTML != "" || o.ThumbnailWidth != 1200 {
		t.Errorf("%+v", o)
	}
	for _, name := range []string{"maxwidth", "maxheight"} {
		for _, value := range []string{"0", "-1", "x", "1.5", "99999999999999999999", "%00"} {
			if f := w.Get("/oembed?url="+url.QueryEscape(w.URL+"/l/ping")+"&"+name+"="+value, nil).Wants(400).Problem("bad_request"); f.Field != name {
				t.Errorf("%s=%s: %+v", name, value, f)
			}
		}
	}
	w.Get("/oembed?format=xml&url="+url.QueryEscape(w.URL+"/l/ping"), nil).Wants(501)
	w.Get("/l/ping/logo-256.png", nil).Wants(200)
}

func TestASharePageHasTheLinksTheCodeAndWhatToPaste(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	body := page(w.Get("/l/ping/share?ref=a%20b&x=1", browser).Wants(200))
	shared := w.URL + "/l/ping?ref=a+b"
	l := strings.ReplaceAll(url.QueryEscape(shared), "+", "%20")
	const text = "Ping%20%28PING%29%3A%205%2C000%20for%200.10%20USDC"
	w.contains(body, `href="https://x.com/intent/post?text=`+text+`&url=`+l+`" target="_blank" rel="noopener noreferrer"`,
		`href="https://farcaster.xyz/~/compose?text=`+text+`&embeds[]=`+l+`"`, `href="https://t.me/share/url?url=`+l+`&text=`+text+`"`, `href="https://wa.me/?text=`+text+`%20`+l+`"`,
		`href="mailto:?subject=`+text, `<code>`+shared+`</code>`, `src="/l/ping/qr.svg?ref=a+b"`, `download="ping-qr.png"`,
		"[![PING minted]("+w.URL+"/badge/ping.svg)]("+shared+")", `<iframe src="`+w.URL+`/embed/ping?ref=a+b"`, `name="robots" content="noindex"`)
	id := w.ID(s).String()
	body = page(w.Get("/r/"+id+"/share", browser).Wants(200))
	w.contains(body, w.URL+"/r/"+id, "/r/"+id+"/qr.svg", "5,000 PING for 0.10 USDC")
	if strings.Contains(body, "Widget") {
		t.Error("a receipt has a widget")
	}
	w.contains(page(w.Get("/l/ping", browser)), `<a class="button little share" href="/l/ping/share">Share</a>`)
	w.contains(page(w.Get("/r/"+id, browser)), `href="/r/`+id+`/share">Share</a>`)
	page(w.Get("/l/none/share", browser).Wants(404))
	page(w.Get("/r/0x12/share", browser).Wants(400))
	page(w.Get("/r/"+common.Hash{}.Hex()+"/share", browser).Wants(404))
	w.Do("HEAD", "/l/ping/share", nil).Wants(200)
	for i, text := range hostile {
		slug := fmt.Sprintf("l%d", i)
		w.Deploy(slug, servertest.Sale{Symbol: fmt.Sprintf("L%d", i), Edit: func(l *mint.Launch) { l.Name, l.Symbol = text, text }}, common.Address{})
		for _, path := range []string{"/l/" + slug + "/share?ref=" + url.QueryEscape(text), "/embed/" + slug + "?ref=" + url.QueryEscape(text)} {
			w.harmless(path, string(w.Get(path, browser).Wants(200).Body))
		}
		badge := w.Get("/badge/"+slug+".svg", nil).Wants(200).Body
		d := xml.NewDecoder(bytes.NewReader(badge))
		for {
			token, err := d.Token()
			if err == io.EOF {
				break
			}
			w.Must(err)
			if e, ok := token.(xml.StartElement); ok && !strings.Contains(" svg title clipPath rect g text ", " "+e.Name.Local+" ") {
				t.Errorf("a badge has <%s>", e.Name.Local)
			}
		}
	}
}

// harmless fails the test if a browser would run a script of a name or of a parameter.
func (w *world) harmless(where, body string) {
	w.Helper()
	root, err := markup.Parse(strings.NewReader(body))
	w.Must(err)
	for n := range root.Descendants() {
		for _, a := range n.Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || a.Key == "srcdoc" || a.Key == "href" && strings.HasPrefix(a.Val, "javascript:") || a.Key == "src" && !strings.HasPrefix(a.Val, "/") {
				w.Errorf("%s: <%s %s=%q>", where, n.Data, a.Key, a.Val)
			}
		}
		if n.Type == markup.ElementNode && (n.Data == "iframe" || n.Data == "script" && n.FirstChild != nil && !json.Valid([]byte(n.FirstChild.Data))) {
			w.Errorf("%s: <%s>", where, n.Data)
		}
	}
}

func TestAQRCodeLeadsToThePage(t *testing.T) {
	w := open(t, servertest.Sale{})
	s := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	long := "?ref=" + strings.Repeat("x", 500)
	for path, want := range map[string]string{"/l/ping/qr": "/l/ping", "/r/" + w.ID(s).String() + "/qr": "/r/" + w.ID(s).String()} {
		for _, query := range []string{"", "?utm_source=a", long} {
			a := w.Get(path+".png"+query, nil).Wants(200).Has("Content-Type", "image/png").Has("Cache-Control", "public, max-age=3600")
			img, err := png.Decode(bytes.NewReader(a.Body))
			w.Must(err)
			text, err := go_qr.Decode(img)
			w.Must(err)
			if text != w.URL+want+query {
				t.Errorf("%s%s leads to %s", path, query, text)
			}
			var svg struct {
				XMLName xml.Name `xml:"http://www.w3.org/2000/svg svg"`
			}
			w.Must(xml.Unmarshal(w.Get(path+".svg"+query, nil).Wants(200).Has("Content-Type", "image/svg+xml").Body, &svg))
		}
	}
	w.Get("/l/none/qr.svg", nil).Wants(404)
	w.Get("/r/0x12/qr.png", nil).Wants(400)
}

func TestABadgeIsCachedForAMinuteAndKnownByItsTag(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Cap: 3})
	badge := func(text string) servertest.Answer {
		t.Helper()
		a := w.Get("/badge/ping.svg", nil).Wants(200).Has("Content-Type", "image/svg+xml").Has("Cache-Control", "public, max-age=60").Has("Access-Control-Allow-Origin", "*")
		if !strings.Contains(html.UnescapeString(string(a.Body)), "<title>PING: "+text+"</title>") {
			t.Errorf("no %s: %s", text, a.Body)
		}
		return a
	}
	first := badge("0% minted")
	tag := first.Header.Get("ETag")
	if a := w.Get("/badge/ping.svg", servertest.Header{"If-None-Match": `"x", ` + tag}).Wants(304).Has("ETag", tag); len(a.Body) > 0 {
		t.Errorf("%s", a.Body)
	}
	w.Get("/badge/ping.svg", servertest.Header{"If-None-Match": `"x"`}).Wants(200)
	if dark := w.Get("/badge/ping.svg?theme=dark", nil).Wants(200); bytes.Equal(dark.Body, first.Body) {
		t.Error("the dark badge is the light one")
	}
	k := w.Payer(100)
	w.Pay("/mint", w.Sign(k, "/mint", 2)).Wants(200)
	if badge("33% minted").Header.Get("ETag") == tag {
		t.Error("the tag is that of before")
	}
	w.setDelisted("ping", true)
	w.Eventually("off sale", func() bool {
		return strings.Contains(string(w.Get("/badge/ping.svg", nil).Body), "off sale")
	})
	for _, path := range []string{"/badge/none.svg", "/badge/ping", "/badge/ping.png", "/badge/.svg", "/badge/..%2fping.svg", "/badge/" + strings.Repeat("a", 300) + ".svg"} {
		w.Get(path, nil).Wants(404)
	}
	w.Do("HEAD", "/badge/ping.svg", nil).Wants(200)
}

// campaigned are queries of links that came through other sites.
var campaigned = []string{"?ref=friend", "?REF=Friend", "?Utm_Source=a&UTM_MEDIUM=b&utm_campaign=c%20d", "?fbclid=" + strings.Repeat("x", 1500), "?ref=a&ref=b", "?utm_source=a&utm_source=b&gclid=1",
	"?ref=%zz&utm_term=%", "?ref=%ff%fe", "?ref=%00", "?ref", "?ref=&utm_source", "?&&ref=a&", "?ref=%22%3E%3Cscript%3Ealert(1)%3C%2Fscript%3E", "?ref=a;b=c", "?ref=a?b#c", "?ref_src=twsrc&igsh=1&gad_source=2", "?_ga=1.2&_GL=3"}

func TestALinkThroughAnyCampaignBreaksNoPageAndNoPayment(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{})
	k := w.Payer(1000)
	first := w.Sign(k, "/mint", 2)
	w.Pay("/mint", first).Wants(200)
	receipt := "/r/" + w.ID(first).String()
	for i, query := range campaigned {
		for _, path := range []string{"/", "/l/ping", receipt, "/l/ping/share", receipt + "/share"} {
			page(w.Get(path+query, browser).Wants(200))
		}
		w.widget("/embed/ping" + query)
		page(w.Get("/mint"+query, browser).Wants(402))
		for _, path := range []string{"/launches/ping", "/launches", "/badge/ping.svg", "/l/ping/qr.svg", "/l/ping/qr.png", "/orders"} {
			w.Get(path+query, nil).Wants(200)
		}
		w.Get("/mint"+query, nil).Required()
		s := w.Sign(k, "/mint"+query, 1+i%2)
		if a := w.Pay("/mint"+query, s).Wants(200); !strings.Contains(string(a.Body), w.ID(s).String()) {
			t.Errorf("%s: %s", query, a.Body)
		}
		w.Pay("/mint", s).Wants(200) // the same payment without the campaign
	}
	if n := w.Orders(); n != len(campaigned)+1 {
		t.Errorf("%d orders for %d payments", n, len(campaigned)+1)
	}
}
