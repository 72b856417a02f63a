package server_test

import (
	"context"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"html"
	"image"
	"image/png"
	"math/big"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

// countingStore counts the reads of requests.
type countingStore struct {
	mint.Store
	reads *atomic.Int64
}

func (s countingStore) Launches(ctx context.Context) ([]mint.Launch, error) {
	s.reads.Add(1)
	return s.Store.Launches(ctx)
}

func (s countingStore) Launch(ctx context.Context, slug string) (mint.Launch, error) {
	s.reads.Add(1)
	return s.Store.Launch(ctx, slug)
}

func (s countingStore) Order(ctx context.Context, id mint.PaymentID) (mint.Order, error) {
	s.reads.Add(1)
	return s.Store.Order(ctx, id)
}

func (s countingStore) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	s.reads.Add(1)
	return s.Store.Orders(ctx, q)
}

func (s countingStore) Newest(ctx context.Context, limit int) ([]mint.Event, error) {
	s.reads.Add(1)
	return s.Store.Newest(ctx, limit)
}

func (s countingStore) Tally(ctx context.Context, launch string, from, to uint64, do func(mint.BlockMints) error) (int64, error) {
	s.reads.Add(1)
	return s.Store.Tally(ctx, launch, from, to, do)
}

// many opens a world whose operator is stopped, and adds launches that are not on the chain.
func many(t testing.TB, n int, reads *atomic.Int64) *world {
	w := open(t, servertest.Sale{Store: func(s mint.Store) mint.Store { return countingStore{s, reads} }})
	w.Stop()
	t.Cleanup(w.GoOn)
	for i := range n {
		w.Must(w.Store.SaveLaunch(w.Ctx, w.invented(i)))
	}
	return w
}

// invented returns a launch that is not on the chain.
func (w *world) invented(i int) mint.Launch {
	l := w.Launch
	l.Slug, l.Name, l.Symbol, l.Token = fmt.Sprintf("l%04d", i), fmt.Sprintf("Launch %d", i), fmt.Sprintf("L%d", i), common.BigToAddress(big.NewInt(int64(i)+1000))
	l.DeployedAt++
	return l
}

var cardOf = regexp.MustCompile(`data-slug="([a-z0-9-]+)" data-status="([a-z_]+)"`)

// cards are the launches of a page, in order.
func cards(body string) (slugs []string) {
	for _, m := range cardOf.FindAllStringSubmatch(body, -1) {
		slugs = append(slugs, m[1])
	}
	return slugs
}

func (w *world) home(query string) (string, []string) {
	w.Helper()
	body := page(w.Get("/"+query, browser).Wants(200))
	return body, cards(body)
}

func TestTheHomePageHasEveryLaunchInItsSection(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Cap: 1})
	w.contains(page(w.Get("/", browser).Wants(200)), "buys 5,000 PING") // the page of the only launch
	if _, got := w.home("?show=all"); !slices.Equal(got, []string{"ping"}) {
		t.Errorf("%v", got)
	}
	w.Deploy("soon", servertest.Sale{Name: "Soon", Symbol: "SOON", Opens: 2 * time.Hour}, servertest.Account(w.Stranger))
	w.Deploy("next", servertest.Sale{Name: "Next", Symbol: "NEXT", Opens: time.Hour}, servertest.Account(w.Stranger))
	w.Deploy("long", servertest.Sale{Name: "Long", Symbol: "LONG"}, servertest.Account(w.Stranger))
	short := w.Deploy("short", servertest.Sale{Name: "Café <b>", Symbol: "SHORT", Closes: time.Hour}, servertest.Account(w.Stranger))
	for _, slug := range []string{"long", "short"} {
		w.Eventually("on sale", func() bool { return w.Get("/launches/"+slug+"/mint", nil).Status == 402 })
	}
	k := w.Payer(1000)
	w.Pay("/launches/ping/mint", w.Sign(k, "/launches/ping/mint", 2)).Wants(200)
	w.Pay("/launches/long/mint", w.Sign(k, "/launches/long/mint", 2)).Wants(200)
	check := func(query string, want ...string) {
		t.Helper()
		body, got := w.home(query)
		if !slices.Equal(got, want) {
			t.Errorf("/%s has %v, want %v", query, got, want)
		}
		w.markup("/"+query, body)
		var paths []string
		for _, l := range servertest.Decode[api.Launches](w.Get("/"+query, servertest.Header{"Accept": "application/json"}).Wants(200)).Launches {
			paths = append(paths, l.Slug)
		}
		if slices.Sort(paths); !slices.Equal(paths, slices.Sorted(slices.Values(want))) {
			t.Errorf("the JSON of /%s has %v", query, paths)
		}
		w.Do("HEAD", "/"+query, browser).Wants(200)
	}
	check("", "long", "short", "next", "soon", "ping")
	check("?sort=newest", "short", "long", "next", "soon", "ping")
	check("?sort=ending", "short", "long", "next", "soon", "ping")
	check("?sort=minted", "long", "short", "soon", "next", "ping")
	check("?sort=gone&show=live", "long", "short")
	check("?show=soon", "next", "soon")
	check("?show=finished", "ping")
	check("?q=caf%C3%A9", "short")
	check("?q=SHORT&show=soon")
	check("?q="+short.Token.Hex()[:12], "short")
	check("?q=0x0000000000000000000000")
	check("?q=nothing+like+it")
	w.arrange(func(a *mint.Arrangement) { a.Order = []string{"soon", "short"} })
	check("", "short", "long", "soon", "next", "ping")
	w.arrange(func(a *mint.Arrangement) { a.Front = "long" })
	w.contains(page(w.Get("/", browser).Wants(200)), "buys 5,000 LONG", "/?show=all")
	check("?show=all", "short", "long", "soon", "next", "ping")
	for _, query := range []string{"?sort=x", "?show=x", "?page=0", "?page=x", "?q=" + strings.Repeat("x", 101)} {
		w.Get("/launches"+query, nil).Wants(400)
		w.Get("/"+query, browser).Wants(400)
	}
	w.Get("/launches?q=a&q=b", nil).Wants(400)
	w.arrange(func(a *mint.Arrangement) { a.Front = "" })
	body, _ := w.home("")
	w.contains(body, "2 launches live, 2 opening soon, 1 finished", `<li><span class="what">5,000 LONG</span>`, "<title>2 launches live")
	if strings.Index(body, `<span class="what">5,000 LONG`) > strings.Index(body, `<span class="what">5,000 PING`) {
		t.Error("the newest mint is not the first")
	}
}

func TestAListOfAThousandLaunchesIsBoundedAndReadAtOnce(t *testing.T) {
	var reads atomic.Int64
	n := 1000
	if testing.Short() {
		n = 200
	}
	w := many(t, n, &reads)
	count := func(path string, h servertest.Header) (servertest.Answer, int64) {
		t.Helper()
		w.Get(path, h).Wants(200) // fills the caches
		before := reads.Load()
		return w.Get(path, h).Wants(200), reads.Load() - before
	}
	for _, path := range []string{"/", "/?q=launch", "/?show=live&page=2", "/l/ping", "/launches", "/launches?q=launch&page=2", "/oembed?url=" + url.QueryEscape(w.URL+"/l/l0003")} {
		a, got := count(path, browser)
		if got > 12 || len(a.Body) > 400<<10 {
			t.Errorf("%s: %d reads, %d bytes", path, got, len(a.Body))
		}
	}
	_, got := w.home("")
	if len(got) != 24 {
		t.Errorf("%d launches at first", len(got))
	}
	seen := map[string]bool{}
	for path, pages := "/launches?limit=60", 0; path != ""; pages++ {
		l := servertest.Decode[api.Launches](w.Get(path, nil).Wants(200))
		for _, one := range l.Launches {
			if seen[one.Slug] {
				t.Fatalf("%s is there twice", one.Slug)
			}
			seen[one.Slug] = true
		}
		if l.Total != n+1 || pages > 20 {
			t.Fatalf("%s: %d in total", path, l.Total)
		}
		path = l.Next
	}
	if len(seen) != n+1 {
		t.Errorf("%d launches on all pages", len(seen))
	}
	all := map[string]bool{}
	for path := "/?show=live"; path != ""; {
		body := page(w.Get(path, browser).Wants(200))
		for _, slug := range cards(body) {
			all[slug] = true
		}
		path = ""
		if m := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body); m != nil {
			path = html.UnescapeString(m[1])
		}
	}
	if len(all) != n+1 {
		t.Errorf("%d launches on all pages of the home page", len(all))
	}
	var sitemap struct {
		URL []struct {
			Loc string `xml:"loc"`
		} `xml:"url"`
	}
	w.Must(xml.Unmarshal(w.Get("/sitemap.xml", nil).Wants(200).Body, &sitemap))
	if len(sitemap.URL) != n+2 {
		t.Errorf("the sitemap has %d pages", len(sitemap.URL))
	}
}

// previewers are the programs that make previews of links, as they call themselves. The
// Accept header of most is */*.
var previewers = []string{"Twitterbot/1.0", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
	"Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)", "TelegramBot (like TwitterBot)", "WhatsApp/2.23.20.0", "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
	"Mozilla/5.0 (compatible; Warpcast/1.0)"}

func TestALinkToMintIsShownByProgramsThatPreviewAndSoldToAllOthers(t *testing.T) {
	w := open(t, servertest.Sale{Cap: 1})
	k := w.Payer(10)
	for _, agent := range previewers {
		for _, path := range []string{"/mint", "/mint/", "/launches/ping/mint", "/l/ping", "/"} {
			for _, accept := range []string{"*/*", "", "text/html,application/xhtml+xml"} {
				a := w.Get(path, servertest.Header{"User-Agent": agent, "Accept": accept}).Wants(200).Lacks("PAYMENT-REQUIRED", "WWW-Authenticate")
				w.contains(page(a), `<meta property="og:image" content="`+w.URL+`/l/ping/share.png">`, `<meta name="twitter:card"`, `"launch_miniapp"`, "application/json+oembed")
			}
		}
	}
	for _, agent := range []string{"curl/8", "python-httpx/0.27", "node", "", "Mozilla/5.0", "GPTBot/1.2", "x402-bot"} {
		w.Get("/mint", servertest.Header{"User-Agent": agent, "Accept": "*/*"}).Required()
	}
	s := w.Sign(k, "/mint", 2)
	w.Get("/mint", servertest.Header{"User-Agent": previewers[0], s.Header: s.Value}).Wants(200).Has("Content-Type", "application/json")
	w.contains(page(w.Get("/mint", servertest.Header{"User-Agent": previewers[0]}).Wants(200)), "sold out")
	w.Do("POST", "/mint", servertest.Header{"User-Agent": previewers[0]}).Wants(410)
}

func TestEveryPublicPageHasAPreviewForOtherSites(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{AnotherListing: true})
	w.Eventually("on sale", func() bool { return w.Get("/launches/pong/mint", nil).Status == 402 })
	s := w.Sign(w.Payer(100), "/mint", 2)
	w.Pay("/mint", s).Wants(200)
	receipt := "/r/" + w.ID(s).String()
	for path, title := range map[string]string{"/": "2 launches live", "/l/pong": "Pong (PONG): 5,000 for 0.10 USDC", receipt: "5,000 PING for 0.10 USDC", "/mint": "Ping (PING)", "/launches/pong/mint": "Pong (PONG)"} {
		var o struct {
			Version, Type, Title string
			ThumbnailURL         string `json:"thumbnail_url"`
		}
		a := w.Get("/oembed?url="+url.QueryEscape(w.URL+path), nil).Wants(200)
		w.Must(json.Unmarshal(a.Body, &o))
		kind := map[bool]string{false: "rich", true: "link"}[path == "/" || path == receipt]
		if o.Version != "1.0" || o.Type != kind || !strings.Contains(o.Title, title) {
			t.Errorf("%s: %+v", path, o)
		}
		w.picture(strings.TrimPrefix(o.ThumbnailURL, w.URL))
		if strings.HasSuffix(path, "mint") {
			continue
		}
		body := page(w.Get(path, browser).Wants(200))
		discovered := regexp.MustCompile(`application/json\+oembed" href="([^"]+)"`).FindStringSubmatch(body)
		if discovered == nil || string(w.Get(strings.TrimPrefix(html.UnescapeString(discovered[1]), w.URL), nil).Wants(200).Body) != string(a.Body) {
			t.Errorf("%s leads to another document: %v", path, discovered)
		}
		embed := regexp.MustCompile(`name="fc:miniapp" content="([^"]+)"`).FindStringSubmatch(body)
		if path != "/l/pong" { // a mini app is shown in a frame
			if embed != nil {
				t.Errorf("%s is a mini app: %s", path, embed[1])
			}
			continue
		}
		var mini struct {
			Version, ImageURL string
			Button            struct {
				Title  string
				Action struct{ Type, URL, Name, SplashImageURL string }
			}
		}
		w.Must(json.Unmarshal([]byte(html.UnescapeString(embed[1])), &mini))
		if mini.Version != "1" || len(mini.Button.Title) > 32 || mini.Button.Action.URL != w.URL+"/embed/pong" || mini.Button.Action.Type != "launch_miniapp" || mini.Button.Action.SplashImageURL != w.URL+"/splash.png" {
			t.Errorf("%s: %+v", path, mini)
		}
		card := w.Get(strings.TrimPrefix(mini.ImageURL, w.URL), nil).Wants(200).Has("Content-Type", "image/png")
		img, err := png.Decode(strings.NewReader(string(card.Body)))
		w.Must(err)
		if img.Bounds() != image.Rect(0, 0, 1200, 800) {
			t.Errorf("%s: %v", mini.ImageURL, img.Bounds())
		}
	}
	for _, url := range []string{"", "https://other.example/l/ping", w.URL + "/l/none", w.URL + "/admin", w.URL + "/r/0x12", w.URL + "/l/ping/x", w.URL + ".evil/l/ping"} {
		if a := w.Get("/oembed?url="+escape(url), nil); a.Status != 404 && a.Status != 400 {
			t.Errorf("%q: %d", url, a.Status)
		}
	}
	w.Get("/oembed?format=xml&url="+url.QueryEscape(w.URL+"/l/ping"), nil).Wants(501)
	w.Get("/site.webmanifest", nil).Wants(200).Has("Content-Type", "application/manifest+json")
	for _, path := range []string{"/site.webmanifest", "/share.png", "/favicon.ico", "/robots.txt", "/sitemap.xml", "/l/ping", receipt, "/oembed?url=" + url.QueryEscape(w.URL+"/")} {
		w.Do("HEAD", path, nil).Wants(200)
	}
}

func TestATrailingSlashLeadsToThePage(t *testing.T) {
	w := open(t, servertest.Sale{})
	id := w.Sign(w.Payer(10), "/mint", 2)
	w.Pay("/mint", id).Wants(200)
	for _, path := range []string{"/l/ping", "/r/" + w.ID(id).String(), "/launches", "/launches/ping", "/launches/ping/stats", "/launches/ping/solvency", "/orders", "/orders/" + w.ID(id).String(), "/readyz", "/healthz", "/events", "/openapi.json", "/llms.txt", "/oembed"} {
		a := w.Get(path+"/?utm_source=x", nil)
		if a.Status != 302 || a.Header.Get("Location") != path+"?utm_source=x" {
			t.Errorf("%s/: %d, %q", path, a.Status, a.Header.Get("Location"))
		}
	}
	w.Get("/mint/", nil).Wants(402)
	w.Get("/nothing/", nil).Wants(404)
}

func TestEveryEndOfALaunchHasItsPageAndItsJSON(t *testing.T) {
	servertest.Long(t)
	w := open(t, servertest.Sale{Cap: 20})
	at := func(want mint.Standing, texts ...string) api.Launch {
		t.Helper()
		l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200))
		if l.Standing != want {
			t.Errorf("%s, want %s", l.Standing, want)
		}
		w.contains(page(w.Get("/l/ping", browser).Wants(200)), texts...)
		return l
	}
	at(mint.StandingOpen, `nearly-gone" role="status" hidden>`, "<title>Ping (PING): 5,000 for 0.10 USDC")
	k := w.Payer(1000)
	w.Pay("/mint?quantity=9", w.Sign(k, "/mint?quantity=9", 2)).Wants(200)
	w.Pay("/mint?quantity=9", w.Sign(k, "/mint?quantity=9", 2)).Wants(200)
	at(mint.StandingOpen, `nearly-gone" role="status">`, "<title>Ping (PING): nearly gone, 5,000 for")
	w.OnChain(func() error { _, err := w.Node.Pause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("paused", func() bool {
		return servertest.Decode[api.Launch](w.Get("/launches/ping", nil)).Standing == mint.StandingPaused
	})
	w.Eventually("reported", func() bool { return servertest.Decode[api.Launch](w.Get("/launches/ping", nil)).Since != nil })
	l := at(mint.StandingPaused, "<title>Ping (PING): paused by its owner", "Paused by its owner since <time")
	if l.Since == nil || time.Since(*l.Since).Abs() > 10*time.Minute || l.Status != "unavailable" {
		t.Errorf("%+v", l)
	}
	w.OnChain(func() error { _, err := w.Node.Unpause(w.Ctx, w.Launch.Token, w.Owner); return err })
	w.Eventually("resumed", func() bool { return w.Get("/mint", nil).Status == 402 })
	w.Pay("/mint?quantity=2", w.Sign(k, "/mint?quantity=2", 2)).Wants(200)
	l = at(mint.StandingSoldOut, "<title>Ping (PING): sold out", "The last one was minted on <time", "1 payer minted them, in 3 payments")
	if l.Since == nil {
		t.Errorf("%+v", l)
	}
	w.Deploy("later", servertest.Sale{Name: "Later", Symbol: "LATER", Opens: time.Hour}, servertest.Account(w.Stranger))
	w.contains(page(w.Get("/l/later", browser).Wants(200)), "<title>Later (LATER): opens ", "data-countdown")
}

func BenchmarkHomeOf1000Launches(b *testing.B) {
	var reads atomic.Int64
	w := many(b, 1000, &reads)
	for _, c := range []struct {
		name, path string
		header     servertest.Header
	}{{"page", "/", browser}, {"search", "/?q=launch+99&sort=gone", browser}, {"json", "/launches", nil}, {"price", "/mint", nil}} {
		b.Run(c.name, func(b *testing.B) {
			w.Get(c.path, c.header)
			before := reads.Load()
			for b.Loop() {
				w.Get(c.path, c.header)
			}
			b.ReportMetric(float64(reads.Load()-before)/float64(b.N), "reads/op")
		})
	}
}
