package server_test

import (
	"html"
	"maps"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/web/languages"
)

// reading returns the headers of a browser with a language that it prefers, and one that its
// reader chose here. Both may be empty.
func reading(accepted, chosen string) servertest.Header {
	h := maps.Clone(browser)
	if accepted != "" {
		h["Accept-Language"] = accepted
	}
	if chosen != "" {
		h["Cookie"] = "other=1; lang=" + chosen
	}
	return h
}

// said returns the language that a page says that it has.
func said(body string) string {
	m := regexp.MustCompile(`<html lang="([^"]*)">`).FindStringSubmatch(body)
	if m == nil {
		return ""
	}
	return m[1]
}

func TestAPageIsInTheReadersLanguageAndNoCacheMayMixThem(t *testing.T) {
	w := open(t, servertest.Sale{})
	id := w.ID(w.Sign(w.Payer(100), "/mint", 1)).String()
	for path, status := range map[string]int{"/": 200, "/?show=all": 200, "/l/ping": 200, "/mint": 402, "/l/ping/share": 200, "/l/ping/minters": 200, "/l/ping/holders": 200, "/embed/ping": 200, "/launches/ping/mint": 402, "/l/none": 404, "/nothing": 404, "/r/0x12": 400, "/r/" + id: 404} {
		for _, c := range []struct{ accepted, chosen, want string }{
			{"", "", "en"}, {"de-AT,de;q=0.9", "", "de"}, {"nl", "", "en"}, {"de", "ja", "ja"}, {"de", "en", "en"}, {"de", "xx", "de"}, {"", "../../x", "en"},
		} {
			a := w.Get(path, reading(c.accepted, c.chosen)).Wants(status).Has("Content-Language", c.want).Has("Cache-Control", "no-store").Lacks("ETag", "Set-Cookie")
			if got := said(string(a.Body)); got != c.want {
				t.Errorf("%s for %q, chosen %q: %q, not %q", path, c.accepted, c.chosen, got, c.want)
			}
			vary := strings.Join(a.Header.Values("Vary"), ", ")
			if !strings.Contains(vary, "Accept-Language") || !strings.Contains(vary, "Cookie") {
				t.Errorf("%s: Vary is %q", path, vary)
			}
		}
	}
}

func TestAReaderChoosesTheLanguageByALinkAndKeepsTheOtherParameters(t *testing.T) {
	w := open(t, servertest.Sale{})
	for asked, to := range map[string]string{
		"/?lang=de":                        "/",
		"/l/ping?lang=de":                  "/l/ping",
		"/l/ping?ref=a%26b&lang=de&x=1":    "/l/ping?ref=a%26b&x=1",
		"/?lang=de&show=all&q=%3Cscript":   "/?show=all&q=%3Cscript",
		"/nothing?lang=de":                 "/nothing",
		"/mint?quantity=2&lang=de":         "/mint?quantity=2",
		"//evil.example?lang=de":           "/evil.example",
		"/%5C%5Cevil.example/%2e?lang=de":  "/%255C%255Cevil.example/%252e",
		"/l/ping?lang=de&lang=fr":          "/l/ping",
		"/l/ping?lang=de&slang=fr&lang%3D": "/l/ping?slang=fr&lang%3D",
	} {
		a := w.Get(asked, browser).Wants(302).Has("Cache-Control", "no-store").Lacks("PAYMENT-REQUIRED")
		if got := strings.TrimPrefix(a.Header.Get("Location"), w.URL); got != to {
			t.Errorf("%s leads to %q, not %q", asked, got, to)
		}
		cookies := (&http.Response{Header: a.Header}).Cookies()
		if len(cookies) != 1 || cookies[0].Name != "lang" || cookies[0].Value != "de" || cookies[0].SameSite != http.SameSiteLaxMode || !cookies[0].HttpOnly || cookies[0].Path != "/" || cookies[0].MaxAge < 86400 {
			t.Errorf("%s: cookies %v", asked, cookies)
		}
	}
	body := page(w.Get("/l/ping?ref=a%26b&lang=xx", reading("fr", "")).Wants(200).Lacks("Set-Cookie"))
	if said(body) != "fr" {
		t.Error("a code of no language chooses one")
	}
	for _, l := range languages.All() {
		w.contains(body, `<a href="?ref=a%26b&lang=`+l.Code()+`" lang="`+l.Code()+`"`, ">"+l.Name()+"</a>")
	}
	if n := strings.Count(body, `aria-current="true"`); n != 1 {
		t.Errorf("%d languages are marked as the page's", n)
	}
}

func TestAWidgetIsInTheLanguageOfItsURLWithoutACookieOrARedirect(t *testing.T) {
	w := open(t, servertest.Sale{})
	for asked, want := range map[string]string{"?lang=de": "de", "?theme=dark&lang=ja&ref=a": "ja", "?lang=en": "en", "?lang=xx": "fr", "?lang=": "fr", "": "fr"} {
		a := w.Get("/embed/ping"+asked, reading("fr", "")).Wants(200).Lacks("Set-Cookie", "Location").Has("Content-Language", want)
		if !strings.Contains(string(a.Body), `<html lang="`+want+`"`) {
			t.Errorf("%s: %.60s", asked, a.Body)
		}
	}
	w.contains(w.widget("/embed/ping?lang=de&ref=a"), "PING minten", "0,10 USDC", "5.000", "?ref=a\"")
	w.contains(page(w.Get("/l/ping/share", reading("de", ""))), "?lang=de", "?theme=light")
}

func TestListsOfAddressesHaveNoEnglishSentenceInAnotherLanguage(t *testing.T) {
	servertest.Long(t)
	w := openCrowd(t)
	english := func() (all []string) {
		minters, holders := w.minters(""), w.holders("")
		return append(append(minters.Limits, holders.Limits...), holders.Reason)
	}
	shown := func() string {
		return html.UnescapeString(string(w.Get("/l/ping/minters", reading("de", "")).Wants(200).Body) + string(w.Get("/l/ping/holders", reading("de", "")).Wants(200).Body))
	}
	check := func() {
		t.Helper()
		for _, text := range english() {
			if text != "" && strings.Contains(shown(), text) {
				t.Errorf("a German page has %q", text)
			}
		}
	}
	check()
	w.trouble = "no node answers"
	check()
	w.trouble, w.Server.Lists.Funders = "", true
	w.Pay("/mint", w.Sign(w.Payer(100), "/mint", 2)).Wants(200)
	w.followed()
	check()
	w.contains(shown(), "5.000", "100\u00a0%")
}

func TestALanguageChangesNothingForPrograms(t *testing.T) {
	w := open(t, servertest.Sale{AnotherListing: true})
	s := w.Sign(w.Payer(100), "/mint", 1)
	program := servertest.Header{"Accept-Language": "de", "Cookie": "lang=de"}
	challenge := regexp.MustCompile(`"challengeId":"[^"]*"`) // each 402 has its own
	for _, path := range []string{"/mint?lang=de", "/launches?lang=de", "/launches/ping?lang=de", "/launches/ping/minters?lang=de", "/launches/ping/holders?lang=de", "/launches/ping/minters.csv?lang=de", "/badge/ping.svg?lang=de", "/oembed?url=" + w.URL + "/&lang=de"} {
		plain, asked := w.Get(path, nil), w.Get(path, program).Lacks("Set-Cookie")
		if challenge.ReplaceAllString(string(plain.Body), "") != challenge.ReplaceAllString(string(asked.Body), "") || plain.Status != asked.Status {
			t.Errorf("%s: %d %s, and %d %s", path, plain.Status, plain.Body, asked.Status, asked.Body)
		}
	}
	h := reading("de", "de")
	h[s.Header] = s.Value
	if a := w.Do("GET", "/mint?lang=fr", h); a.Status != 200 || !strings.Contains(string(a.Body), `"tokens":"5000"`) {
		t.Errorf("a payment with a language: %d %s", a.Status, a.Body)
	}
}

func TestHostileLanguagesAreHarmless(t *testing.T) {
	w := open(t, servertest.Sale{})
	for _, header := range []string{strings.Repeat("de,", 2000), strings.Repeat("-", 6000), "de;q=1e999999999", "\xff\xfe", ";;;,,,==", "de\t;\tq=1", `"><script>`} {
		if body := page(w.Get("/l/ping", servertest.Header{"Accept": "text/html", "User-Agent": "Mozilla/5.0", "Accept-Language": header, "Cookie": "lang=" + strings.NewReplacer(`"`, "", ";", "", ",", "", "\t", "", "\xff", "", "\xfe", "").Replace(header)}).Wants(200)); said(body) == "" || strings.Contains(body, "<script>\"") {
			t.Errorf("%.40q: %.200s", header, body)
		}
	}
	for _, code := range []string{strings.Repeat("x", 3000), "%00", "%ff", "de%0d%0aSet-Cookie:%20a=b", "..%2f", "DE", "en-US", ""} {
		w.Get("/l/ping?lang="+code, browser).Wants(200).Lacks("Set-Cookie", "Location")
	}
}
