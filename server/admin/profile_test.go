package admin_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"mime/multipart"
	"net/textproto"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/servertest"
)

func picture(t testing.TB, w, h int) []byte {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, w, h))
	for i := range w * h {
		img.Set(i%w, i/w, color.NRGBA{200, 40, uint8(i), 255})
	}
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// part is a field of a form; with a file name, a file.
type part struct {
	name, file, kind string
	body             []byte
}

// upload posts a form to a launch's page.
func (w *fixture) upload(cookie servertest.Header, parts ...part) servertest.Answer {
	w.Helper()
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, p := range parts {
		h := textproto.MIMEHeader{"Content-Disposition": {fmt.Sprintf(`form-data; name=%q`, p.name)}}
		if p.file != "" {
			h.Set("Content-Disposition", fmt.Sprintf(`form-data; name=%q; filename=%q`, p.name, p.file))
			h.Set("Content-Type", p.kind)
		}
		body, err := form.CreatePart(h)
		w.Must(err)
		_, err = body.Write(p.body)
		w.Must(err)
	}
	w.Must(form.Close())
	return w.Post("POST", "/admin/launches/ping/profile", b.String(), servertest.Header{"Cookie": cookie["Cookie"], "Content-Type": form.FormDataContentType()})
}

func text(name, value string) part { return part{name: name, body: []byte(value)} }

func TestAnOwnerMakesAPageTheirOwn(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	w.upload(cookie, part{"image", "logo.png", "image/png", picture(t, 300, 300)}, part{"banner", "../../banner.html", "text/html", picture(t, 900, 300)},
		text("description", "Ping & pong"), text("about", "# Why\n\n**Because** [site](https://example.org) <script>alert(1)</script> ![x](https://evil.example/x.png)"),
		text("accent", "#ffee00"), text("x", "@ping"), text("discord", "discord.gg/ping"), text("tradesAt", "https://app.uniswap.org/"), text("version", "1")).Wants(200)

	l := servertest.Decode[api.Launch](w.Get("/launches/ping", nil).Wants(200))
	if l.Description != "Ping & pong" || l.Profile == nil || l.Profile.Accent != "#ffee00" || len(l.Profile.Links) != 2 || l.Profile.Links[0].URL != "https://x.com/ping" || !strings.HasPrefix(l.Image, w.URL+"/media/") {
		t.Errorf("%+v, %+v", l.Look, l.Profile)
	}
	for _, u := range []string{l.Image, l.Profile.Banner, l.Logo} {
		a := w.Get(strings.TrimPrefix(u, w.URL), nil).Wants(200).Has("X-Content-Type-Options", "nosniff").Has("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
		if _, _, err := image.Decode(bytes.NewReader(a.Body)); err != nil || !strings.HasPrefix(a.Header.Get("Content-Type"), "image/") {
			t.Errorf("%s: %s, %v", u, a.Header.Get("Content-Type"), err)
		}
		if immutable := strings.Contains(a.Header.Get("Cache-Control"), "immutable"); immutable != strings.Contains(u, "/media/") {
			t.Errorf("%s: %s", u, a.Header.Get("Cache-Control"))
		}
	}
	preview, err := png.Decode(bytes.NewReader(w.Get("/l/ping/share.png", nil).Wants(200).Body))
	w.Must(err)
	if r, g, _, _ := preview.At(984, 288).RGBA(); r>>8 < 190 || g>>8 > 60 {
		t.Errorf("the preview has %v where the picture is red", preview.At(984, 288))
	}
	a := w.Get("/l/ping", nil).Wants(200)
	page := string(a.Body)
	for _, want := range []string{`<picture class="banner">`, `<h3>Why</h3>`, `<strong>Because</strong>`, `href="https://x.com/ping" rel="noopener noreferrer nofollow ugc"`, `/assets/accent-ffee00.css`, "What its maker changed", servertest.Account(k).Hex(), "image, banner, accent"} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %s", want)
		}
	}
	if policy := a.Header.Get("Content-Security-Policy"); strings.Contains(page, "<script>alert") || strings.Contains(page, "evil.example") && !strings.Contains(page, `"about":`) || strings.Contains(policy, "https:") {
		t.Errorf("%s\n%s", policy, page)
	}
	for _, src := range regexp.MustCompile(`(?:src|srcset|poster)="([^"]+)"`).FindAllStringSubmatch(page, -1) {
		if !strings.HasPrefix(src[1], "/") || strings.HasPrefix(src[1], "//") {
			t.Errorf("the page loads %s", src[1])
		}
	}
	if css := string(w.Get("/assets/accent-ffee00.css", nil).Wants(200).Has("Content-Type", "text/css; charset=utf-8").Body); !strings.Contains(css, "--mint: light-dark(") {
		t.Error(css)
	}

	w.upload(cookie, text("image", ""), text("version", "2")).Wants(200)
	w.upload(cookie, text("image", ""), text("x", "other"), text("version", "2")).Problem("conflict")
	w.upload(cookie, text("x", "other"), text("version", "0")).Problem("conflict")
	history := servertest.Decode[struct {
		Launch   string
		Versions []profile.Version
	}](w.Get("/l/ping/history.json", nil).Wants(200)).Versions
	if len(history) != 3 || !slices.Equal(history[0].Changed, []string{"image"}) || history[1].Profile.Image.Files == nil || history[1].Author != servertest.Account(k).Hex() {
		t.Errorf("%+v", history)
	}
	w.Get(strings.TrimPrefix(l.Image, w.URL), nil).Wants(200) // earlier versions keep their pictures
}

func TestHostileEditsAreRefusedWithTheirField(t *testing.T) {
	w, k := dashboard(t, servertest.Sale{})
	cookie := w.signIn(k)
	file := func(body string) part { return part{"image", "a.png", "image/png", []byte(body)} }
	huge := append([]byte("\x89PNG\r\n\x1a\n\x00\x00\x00\x0dIHDR\x00\x00\x1f\x40\x00\x00\x18\x6a\x08\x06\x00\x00\x00"), 0x7e, 0x9a, 0x9b, 0x3c)
	for name, one := range map[string]struct {
		parts       []part
		field, want string
	}{
		"50 megapixels":      {[]part{file(string(huge))}, "image", ""},
		"a page":             {[]part{file("<!doctype html><script>alert(1)</script>")}, "image", "document type"},
		"an SVG with script": {[]part{file(`<svg viewBox="0 0 1 1"><script>alert(1)</script></svg>`)}, "image", "<script>"},
		"a foreign object":   {[]part{file(`<svg viewBox="0 0 1 1"><foreignObject/></svg>`)}, "image", "<foreignObject>"},
		"an external href":   {[]part{file(`<svg viewBox="0 0 1 1"><path d="M0 0" href="https://evil.example"/></svg>`)}, "image", "refers to"},
		"too large":          {[]part{file(strings.Repeat("a", media.MaxBytes+1))}, "image", "4096 KiB"},
		"a picture as text":  {[]part{text("image", "http://example.org/a.png")}, "image", "https://"},
		"a private address":  {[]part{text("image", "https://127.0.0.1/a.png")}, "image", "host with a name"},
		"a file as text":     {[]part{{"website", "a.png", "image/png", picture(t, 4, 4)}}, "website", "takes no file"},
		"a link elsewhere":   {[]part{text("telegram", "https://evil.example/t.me")}, "telegram", "not a page of Telegram"},
		"a script as a link": {[]part{text("website", "javascript:alert(1)")}, "website", "https://"},
		"too long":           {[]part{text("description", strings.Repeat("a", 1001))}, "description", "1001 characters"},
		"no colour":          {[]part{text("accent", "red;}*{display:none")}, "accent", "not a colour"},
		"an unknown field":   {[]part{text("../x", "1")}, "../x", "is no field"},
		"a field twice":      {[]part{text("x", "a"), text("x", "b")}, "x", "one value"},
		"a version of words": {[]part{text("version", "newest")}, "version", "whole number"},
	} {
		a := w.upload(cookie, one.parts...)
		if f := a.Problem("bad_request"); a.Status != 400 || f.Field != one.field || !strings.Contains(f.Message, one.want) {
			t.Errorf("%s: %d %s", name, a.Status, a.Body)
		}
	}
	many := []part{}
	for i := range 50 {
		many = append(many, text(fmt.Sprint("f", i), ""))
	}
	if a := w.upload(cookie, many...); a.Status != 400 {
		t.Errorf("many parts: %d %s", a.Status, a.Body)
	}
	large := fmt.Sprintf("POST /admin/launches/ping/profile HTTP/1.1\r\nHost: x\r\nCookie: %s\r\nContent-Type: multipart/form-data; boundary=a\r\nContent-Length: %d\r\n\r\n", cookie["Cookie"], 9<<20)
	if a := w.Raw(large + strings.Repeat("a", 9<<20)); a.Status != 413 {
		t.Errorf("a huge form: %d", a.Status)
	}
	for kind, status := range map[string]int{"application/json": 415, "": 415, "multipart/form-data": 415, "multipart/mixed; boundary=a": 415, "multipart/form-data; boundary=a": 400} {
		if a := w.Post("POST", "/admin/launches/ping/profile", "{}", servertest.Header{"Cookie": cookie["Cookie"], "Content-Type": kind}); a.Status != status {
			t.Errorf("%q: %d %s", kind, a.Status, a.Body)
		}
	}
	// A stranger's large body is refused before it is read.
	if a := w.upload(servertest.Header{}, file(strings.Repeat("a", 100<<10))); a.Status != 413 {
		t.Errorf("a stranger: %d %s", a.Status, a.Body)
	}
	for _, path := range []string{"/admin/launches/nothing/profile", "/admin/launches/..%2fping/profile"} {
		if a := w.Get(path, cookie); a.Status != 404 {
			t.Errorf("%s: %d", path, a.Status)
		}
	}
	for _, path := range []string{"/media/", "/media/../mint402.db", "/media/%2e%2e%2fx.png", "/media/" + strings.Repeat("0", 64) + ".png", "/media/" + strings.Repeat("0", 64) + ".svg", "/media/" + strings.Repeat("0", 63) + "g.png", "/assets/accent-zzzzzz.css", "/assets/accent-000000.css.css", "/l/nothing/logo-32.png", "/l/nothing/token.json"} {
		if a := w.Get(path, nil); a.Status != 404 {
			t.Errorf("%s: %d %s", path, a.Status, a.Body)
		}
	}
	if got := servertest.Decode[api.Launch](w.Get("/launches/ping", nil)); got.Profile.Version != 1 {
		t.Errorf("a refused edit was stored: %+v", got.Profile)
	}
}
