// Package web is the embedded page: one template, one stylesheet, one small
// script that keeps the figures fresh, no build step and nothing from elsewhere.
//
// Everything shown is escaped by html/template, and the page needs no inline
// style or script, so that it works under [Policy], which allows none. It works
// without the script, too.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"
)

//go:embed page.html page.css page.js icon.svg
var files embed.FS

// Page is what is shown: one launch, or a list to choose from, or neither.
type Page struct {
	Launch   *Launch
	Launches []Launch

	PublicURL string // scheme://host[:port]
	Network   string // for people: "Base Sepolia"
	ChainID   uint64
	Testnet   bool
	Demo      bool   // the money is worthless
	RPC       string // a node for wallets, shown where Demo
	Version   string
}

// Launch is a launch in words; all figures are formatted.
type Launch struct {
	Slug, Name, Symbol, Description string
	Image                           string // https URL, or empty

	Status  string // "open", "sold_out", "closed", "not_open", "reserved", else it cannot deliver now
	Reasons []string
	Price   string // "0.10"
	Money   string // "USDC"
	Each    string // tokens an allotment: "5,000"
	Cap     string // tokens: "5,000,000"
	Minted  string // tokens
	Left    string // tokens that nobody has bought or reserved
	Pending string // tokens reserved by payments on their way; empty if none
	Limit   int64  // allotments a payment may buy
	Sold    int64  // allotments
	Of      int64
	Opens   time.Time
	Closes  time.Time

	Token, Asset, Treasury, Owner Link
	MintURL                       string
	Mints                         []Mint
}

// Selling says whether a price is, or soon will be, named.
func (l Launch) Selling() bool { return l.Status != "sold_out" && l.Status != "closed" }

// Percent is how much of the supply is minted, rounded down.
func (l Launch) Percent() int64 {
	if l.Of == 0 {
		return 0
	}
	return l.Sold * 100 / l.Of
}

// Share is Percent for people: a little is not nothing.
func (l Launch) Share() string {
	if n := l.Percent(); n > 0 || l.Sold == 0 {
		return fmt.Sprintf("%d%%", n)
	}
	return "under 1%"
}

// Link is an address with its explorer's page, if there is one.
type Link struct{ Text, URL string }

// Short is an address cut for reading: 0x1234…abcd.
func (l Link) Short() string {
	if len(l.Text) < 14 {
		return l.Text
	}
	return l.Text[:6] + "…" + l.Text[len(l.Text)-4:]
}

// Mint is one line of the latest mints.
type Mint struct {
	Payer  Link
	Tokens string
	At     time.Time
	Ago    string
	Tx     Link
}

var page = template.Must(template.New("page.html").Funcs(template.FuncMap{
	"asset": func(name string) string { return "/assets/" + name + "?v=" + assets[name].Version },
	"utc":   func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
	"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
}).ParseFS(files, "page.html"))

// Render writes the page.
func (p Page) Render(w io.Writer) error {
	var b bytes.Buffer // so that half a page is never sent
	if err := page.Execute(&b, p); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

// Policy is the content security policy that the page is written for.
func (p Page) Policy() string {
	img := "'self'"
	if p.Launch != nil && p.Launch.Image != "" {
		img = "'self' https:"
	}
	return strings.Join([]string{"default-src 'none'", "style-src 'self'", "script-src 'self'", "connect-src 'self'",
		"img-src " + img, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}, "; ")
}

// Asset is a file that the page refers to.
type Asset struct {
	Type    string
	Version string // changes with the body
	Body    []byte
}

// Find returns a file by its name.
func Find(name string) (Asset, bool) {
	a, ok := assets[name]
	return a, ok
}

var assets = func() map[string]Asset {
	all := map[string]Asset{}
	for name, kind := range map[string]string{
		"page.css": "text/css; charset=utf-8", "page.js": "text/javascript; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		body, err := files.ReadFile(name)
		if err != nil {
			panic(err) // embedded above
		}
		sum := sha256.Sum256(body)
		all[name] = Asset{kind, hex.EncodeToString(sum[:6]), body}
	}
	return all
}()
