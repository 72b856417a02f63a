package languages_test

import (
	"html/template"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/web/languages"
)

func TestTheLanguageIsTheOneThatTheBrowserPrefersAndWeHave(t *testing.T) {
	for header, want := range map[string]languages.Language{
		"":                                    "",
		"de":                                  "de",
		"de-CH":                               "de",
		"DE-ch, en;q=0.9":                     "de",
		"en-US,en;q=0.9":                      "",
		"nl,en;q=0.9,fr;q=0.8":                "",
		"nl, fr;q=0.8, en;q=0.7":              "fr",
		"en;q=0.3, ko;q=0.8, ja;q=0.8":        "ko",
		"pt-BR,pt;q=0.9":                      "pt",
		"zh-Hant-TW":                          "zh",
		"in":                                  "id",
		"de;q=0":                              "",
		"de;q=0, fr;q=0.1":                    "fr",
		"*":                                   "",
		"nl":                                  "",
		"de;q=2":                              "",
		"de;q=-1, fr;q=nan, es;q=1e-1":        "es",
		"de;q=":                               "",
		"de;level=1":                          "",
		" de ; q = 0.5 , fr ; q = 0.4":        "de",
		",,;;,=,q=1,de;q=1;x,\x00\xff":        "",
		"../../de":                            "",
		strings.Repeat("x,", 100_000) + "de":  "",
		"fr," + strings.Repeat("de;", 50_000): "fr",
		strings.Repeat("-", 1_000_000):        "",
	} {
		if got := languages.Accepted(header); got != want {
			t.Errorf("%.60q: %q, not %q", header, got, want)
		}
	}
}

func TestAFigureHasTheSeparatorsOfItsLanguage(t *testing.T) {
	for l, want := range map[languages.Language]string{"": "1,234,567.50 12% 1", "de": "1.234.567,50 12\u00a0% 1", "fr": "1\u202f234\u202f567,50 12\u00a0% 1",
		"es": "1.234.567,50 12\u00a0% 1", "pt": "1.234.567,50 12% 1", "tr": "1.234.567,50 %12 1", "vi": "1.234.567,50 12% 1", "id": "1.234.567,50 12% 1",
		"ko": "1,234,567.50 12% 1", "ja": "1,234,567.50 12% 1", "zh": "1,234,567.50 12% 1"} {
		if got := l.Number("1,234,567.50") + " " + l.Percent(12) + " " + l.Number("1"); got != want {
			t.Errorf("%s: %q, not %q", l.Code(), got, want)
		}
	}
}

func TestADateIsWrittenAsItsLanguageWritesIt(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 5, 0, 0, time.FixedZone("", 3600))
	for l, want := range map[languages.Language]string{"": "1 March 2026, 08:05 UTC", "es": "1 de marzo de 2026, 08:05 UTC", "pt": "1 de março de 2026, 08:05 UTC",
		"fr": "1 mars 2026, 08:05 UTC", "de": "1. März 2026, 08:05 UTC", "tr": "1 Mart 2026, 08:05 UTC", "vi": "1 tháng 3, 2026, 08:05 UTC", "id": "1 Maret 2026, 08:05 UTC",
		"ko": "2026년 3월 1일 08:05 UTC", "ja": "2026年3月1日 08:05 UTC", "zh": "2026年3月1日 08:05 UTC"} {
		if got := l.Date(at); got != want {
			t.Errorf("%s: %q, not %q", l.Code(), got, want)
		}
	}
}

func TestAShareMayHaveAFraction(t *testing.T) {
	for l, want := range map[languages.Language]string{"": "12.3%", "de": "12,3\u00a0%", "fr": "12,3\u00a0%", "tr": "%12,3", "pt": "12,3%", "ja": "12.3%"} {
		if got := l.Share("12.3"); got != want {
			t.Errorf("%s: %q, not %q", l.Code(), got, want)
		}
	}
}

func TestACountTakesTheTextOfItsLanguagesPlural(t *testing.T) {
	text := func(l languages.Language, n any) string { return l.Plural(n, "{n} one", "{n} others") }
	for _, c := range []struct {
		l    languages.Language
		n    any
		want string
	}{
		{"", 0, "0 others"}, {"", 1, "1 one"}, {"", int64(1234), "1,234 others"}, {"", "1", "1 one"}, {"", "1,234", "1,234 others"},
		{"fr", 0, "0 one"}, {"fr", 1, "1 one"}, {"fr", 2, "2 others"}, {"pt", 0, "0 one"}, {"de", 0, "0 others"}, {"de", 1234, "1.234 others"},
	} {
		if got := text(c.l, c.n); got != c.want {
			t.Errorf("%s %v: %q, not %q", c.l.Code(), c.n, got, c.want)
		}
	}
}

func TestATextEscapesWhatItIsFilledWith(t *testing.T) {
	hostile := `<script>"{b}{price}`
	if got, want := languages.English.Rich("{b}Mint{/b} {tokens} for {price}", hostile, template.HTML("<i>1</i>")), template.HTML("<strong>Mint</strong> &lt;script&gt;&#34;{b}{price} for <i>1</i>"); got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := languages.English.Rich("see {link}this{/link}", languages.Link(`javascript:alert("1")`, "")), template.HTML(`see <a href="#ZgotmplZ">this</a>`); got != want {
		t.Errorf("%s, not %s", got, want)
	}
	if got, want := languages.English.T("{a} and {b} and {a}", "{b}", "1"), "{b} and {b} and {b}"; got != want {
		t.Errorf("%q, not %q", got, want) // {b} is no name: it marks bold text
	}
	if got := languages.English.T("{tokens} for {price}", "x"); got != "x for {price}" {
		t.Errorf("%q", got)
	}
}
