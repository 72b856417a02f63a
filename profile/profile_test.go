package profile

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/png"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/media"
)

// memory is a store with one launch.
type memory struct {
	versions []Version
	files    []media.File
}

func (m *memory) Save(_ context.Context, _, author string, expect int, change func(*Profile), files []media.File) (Version, error) {
	var newest Version
	if n := len(m.versions); n > 0 {
		newest = m.versions[n-1]
	}
	if expect != 0 && max(expect, 0) != newest.Number {
		return Version{}, ErrStale
	}
	next := newest
	change(&next.Profile)
	if next.Changed = Diff(newest.Profile, next.Profile); len(next.Changed) == 0 {
		return newest, nil
	}
	next.Number, next.Author = newest.Number+1, author
	m.versions, m.files = append(m.versions, next), append(m.files, files...)
	return next, nil
}

func picture(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 20, 20))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestAnEditIsStoredWholeOrNotAtAll(t *testing.T) {
	m := &memory{}
	e := Editor{m, func(context.Context, string) ([]byte, error) { return picture(t), nil }}
	v, err := e.Apply(t.Context(), "ping", Edit{Author: Operator, Texts: map[string]string{"description": " Hello ", "x": "@mint402", "image": "https://example.org/a.png"}, Uploads: map[string][]byte{"banner": picture(t)}})
	if err != nil || v.Number != 1 || !slices.Equal(v.Changed, []string{"description", "image", "banner", "x"}) {
		t.Fatalf("%+v, %v", v, err)
	}
	p := v.Profile
	if p.Description != "Hello" || p.X != "https://x.com/mint402" || p.Image.Source != "https://example.org/a.png" || len(p.Image.Files) != 4 || p.Banner.Source != "" || len(p.Banner.Files) != 2 || len(m.files) != 6 {
		t.Errorf("%+v, %d files", p, len(m.files))
	}
	_, err = e.Apply(t.Context(), "ping", Edit{Texts: map[string]string{"description": "Bye", "x": "https://evil.example/x.com", "accent": "red", "colour": "#fff", "image": "http://example.org"}, Uploads: map[string][]byte{"banner": []byte("no"), "website": picture(t)}})
	var bad *InvalidError
	if !errors.As(err, &bad) {
		t.Fatal(err)
	}
	var names []string
	for _, f := range bad.Fields {
		names = append(names, f.Field)
	}
	if !slices.Equal(names, []string{"image", "banner", "accent", "website", "x", "colour"}) || len(m.versions) != 1 {
		t.Errorf("%v; %d versions", err, len(m.versions))
	}
	if v, err := e.Apply(t.Context(), "ping", Edit{Texts: map[string]string{"image": "", "description": "Hello"}, Expect: 1}); err != nil || !slices.Equal(v.Changed, []string{"image"}) || len(v.Profile.Image.Files) > 0 {
		t.Errorf("%+v, %v", v, err)
	}
	if _, err := e.Apply(t.Context(), "ping", Edit{Texts: map[string]string{"x": ""}, Expect: 1}); !errors.Is(err, ErrStale) {
		t.Error(err)
	}
}

func TestLinksLeadToTheSitesThatTheyAreNamedAfter(t *testing.T) {
	for _, one := range []struct{ field, given, want string }{
		{"x", "@mint402", "https://x.com/mint402"}, {"x", "mint402", "https://x.com/mint402"}, {"x", "twitter.com/mint402/", "https://x.com/mint402"},
		{"x", "https://www.x.com/mint402?s=20", "https://x.com/mint402"}, {"x", "https://x.com.evil.example/mint402", ""}, {"x", "https://evil.example/x.com/a", ""},
		{"x", "https://x.com@evil.example/a", ""}, {"x", "javascript:alert(1)//x.com/a", ""}, {"x", "https://x.com/a/b", ""}, {"x", "http://x.com/a", ""}, {"x", "https://х.com/a", ""},
		{"telegram", "@mint402", "https://t.me/mint402"}, {"telegram", "https://t.me/+AbCdEfGh12", "https://t.me/+AbCdEfGh12"}, {"telegram", "https://t.me.evil.example/a", ""},
		{"discord", "https://discord.gg/AbC12", "https://discord.gg/AbC12"}, {"discord", "https://discord.com/invite/AbC12", "https://discord.gg/AbC12"}, {"discord", "https://discord.com/oauth2", ""},
		{"farcaster", "@dwr.eth", "https://farcaster.xyz/dwr.eth"}, {"farcaster", "https://warpcast.com/dwr", "https://farcaster.xyz/dwr"},
		{"website", "https://Example.ORG/a?b=c#d", "https://example.org/a?b=c#d"}, {"website", "https://127.0.0.1/", ""}, {"website", "https://[::1]/", ""}, {"website", "https://localhost/", ""},
		{"website", "https://example.org:8443/", ""}, {"website", "ftp://example.org", ""}, {"website", "https://a@example.org", ""}, {"website", "https://" + strings.Repeat("a", 600) + ".org", ""},
		{"website", "https://0x7f.1/", ""}, {"website", "https://exa mple.org", ""}, {"website", "//example.org", ""}, {"tradesAt", "https://app.uniswap.org/swap?outputCurrency=0x5FbDB2315678afecb367f032d93F642f64180aa3", "https://app.uniswap.org/swap?outputCurrency=0x5FbDB2315678afecb367f032d93F642f64180aa3"},
		{"accent", "#0A6B49", "#0a6b49"}, {"accent", "fa0", "#ffaa00"}, {"accent", "red;}body{display:none", ""}, {"description", "a\u202eb", ""}, {"description", "a\x00b", ""},
	} {
		v, err := Editor{Store: &memory{}}.Apply(t.Context(), "ping", Edit{Texts: map[string]string{one.field: one.given}})
		if got := v.Profile.Text(one.field); got != one.want || (err == nil) != (one.want != "") {
			t.Errorf("%s %q: %q, %v, want %q", one.field, one.given, got, err, one.want)
		}
	}
}

func TestMarkdownRunsNothingAndLoadsNothing(t *testing.T) {
	for source, want := range map[string]string{
		"# Title\n\n**bold** and `code`":        "<h3>Title</h3>\n<p><strong>bold</strong> and <code>code</code></p>\n",
		"[site](https://example.org)":           `<p><a href="https://example.org" rel="nofollow noopener noreferrer ugc">site</a></p>` + "\n",
		"<https://example.org/?a=1&b=2>":        `<p><a href="https://example.org/?a=1&amp;b=2" rel="nofollow noopener noreferrer ugc">https://example.org/?a=1&amp;b=2</a></p>` + "\n",
		"[site](javascript:alert(1))":           "<p>site</p>\n",
		"![picture](https://example.org/a.png)": "<p>picture</p>\n",
		"a <b onclick=alert(1)>b</b>":           "<p>a b</p>\n",
	} {
		if got := string(Markdown(source)); got != want {
			t.Errorf("%q gives\n%s, want\n%s", source, got, want)
		}
	}
	bad := regexp.MustCompile(`(?i)<(script|img|iframe|svg|object|embed|style|link|form|input|meta|base|math|div|span|video|audio)|\son\w+\s*=\s*["']|href="(?:[^h]|h[^t])|\sstyle=|\sid=`)
	for _, source := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "[a](JaVaScRiPt:alert(1))", "[a](&#106;avascript:alert(1))", "[a](java\tscript:alert(1))",
		"[a](data:text/html;base64,PHNjcmlwdD4=)", "[a](vbscript:x)", "![a](javascript:alert(1))", "![a](https://evil.example/x\"onerror=\"alert(1))", "<javascript:alert(1)>", "<data:text/html,x>",
		"[a]: javascript:alert(1)\n\n[a]", "[a](https://example.org \"onmouseover=alert(1)\")", "[a](<https://example.org/\" onmouseover=\"alert(1)>)", "# a {#id onclick=alert(1)}", "```\"onload=alert(1)\n</code><script>\n```",
		"<div style=\"position:fixed\">x</div>", "<!--<script>-->", "<![CDATA[<script>alert(1)</script>]]>", "<?php ?>", "<iframe src=//evil.example>", "[![a](x)](javascript:alert(1))", "[<script>](https://example.org)",
		"<a href=javascript:alert(1)>x</a>", "**<object data=x>**", "> <form action=//evil.example>", "&lt;script&gt;&#60;script&#62;", "[a](//evil.example)", "[a](/admin)", "<a@b.example>", "[a](https://evil.example\\@example.org)",
		"<style>body{display:none}</style>", "<math><mtext><img src onerror=alert(1)>", "\x00<script\x00>", "`<script>`", "    <script>alert(1)</script>",
	} {
		if out := string(Markdown(source)); bad.MatchString(out) {
			t.Errorf("%q gives %s", source, out)
		}
	}
}

func TestMarkdownOfAnyKindIsRenderedQuickly(t *testing.T) {
	for _, part := range []string{">", "[", "![](", "*a_", "`", "<a ", "- ", "](", "&", "1. ", "\\", "| a |\n|--|\n"} {
		began := time.Now()
		_ = Markdown(strings.Repeat(part, MaxAbout/len(part)))
		if took := time.Since(began); took > 2*time.Second {
			t.Errorf("%q takes %s", part, took)
		}
	}
}

func TestEveryAccentCanBeRead(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	all := []string{"#000000", "#ffffff", "#ffff00", "#808080", "#0000ff", "#00ff00", "#ff0000"}
	for range 500 {
		all = append(all, hex(parse("#000000")))
		all[len(all)-1] = "#" + strings.ToLower(string([]byte{digit(random), digit(random), digit(random), digit(random), digit(random), digit(random)}))
	}
	pairs := regexp.MustCompile(`--([a-z-]+): light-dark\((#\w+), (#\w+)\)`)
	for _, accent := range all {
		vars := map[string][2]string{}
		for _, m := range pairs.FindAllStringSubmatch(Theme(accent), -1) {
			vars[m[1]] = [2]string{m[2], m[3]}
		}
		for dark := range 2 {
			for _, back := range append([]string{vars["mint-wash"][dark]}, paper[dark]...) {
				for _, ink := range []string{"mint", "mint-strong"} {
					if c := contrast(parse(vars[ink][dark]), parse(back)); c < minContrast {
						t.Errorf("%s: --%s on %s has the contrast %.2f", accent, ink, back, c)
					}
				}
			}
			for _, under := range []string{"mint", "mint-strong"} {
				if c := contrast(parse(vars["on-mint"][dark]), parse(vars[under][dark])); c < minContrast {
					t.Errorf("%s: --on-mint on --%s has the contrast %.2f", accent, under, c)
				}
			}
		}
	}
}

func digit(r *rand.Rand) byte { return "0123456789abcdef"[r.IntN(16)] }
