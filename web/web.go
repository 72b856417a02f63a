// Package web is the embedded pages: a launch, a receipt, the owner's dashboard.
// Templates (pages/) are rendered here, and are complete without a script down to
// the terms and a command that mints; scripts and styles (src/) are built by Vite
// into dist/.
//
// Everything shown is escaped by html/template, and the pages need no inline
// style or script and nothing from elsewhere, so that they work under
// [Page.Policy], which allows none.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
	"time"
)

//go:embed pages
var templates embed.FS

// Page is what is shown: a launch with the others below it, a receipt, or the
// dashboard; with none of them, that there is nothing on sale.
type Page struct {
	Launch   *Launch
	Launches []Launch // others
	Receipt  *Receipt
	Problem  *Problem // why there is none of what was asked for
	Admin    bool

	// Data is what the page's script is told, as JSON; none if nil.
	Data any
	// Connect are origins beside the server's own that the script may talk to.
	Connect []string

	Network string // for people: "Base Sepolia"
	ChainID uint64
	Testnet bool
	Demo    bool   // the money is worthless
	RPC     string // a node for wallets, shown where Demo
	Node    string // one for everybody to ask, for commands
	Version string
}

// Launch is a launch in words; all figures are formatted.
type Launch struct {
	Slug, Name, Symbol, Description string
	Image                           string // https URL, or empty

	Status  string // "open", "sold_out", "closed", "delisted", "not_open", "reserved", else it cannot deliver now
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
	URL, MintURL, ShareImage      string
	Mints                         []Mint

	Payments string // that were minted: "1,234"
	Payers   string // different ones among them
	Proceeds string // what all of them came to: "12.30"
	Roles    *Roles // nil until they were read
}

// Roles are who may do what at the contract, as it said after a block.
type Roles struct {
	Owner, Minter, Treasury Link
	Renounced               bool // there is no owner any more
	Unminted                bool // there is no minter
	Paused                  bool
	Block                   uint64
}

// Problem is why a page is not what was asked for.
type Problem struct {
	Status      int
	Title, Text string
}

// pill is a launch's status in a word or two. A page carries all of them and
// shows one, so that its script can change to another without words of its own.
type pill struct{ Text, Class string }

// pills has every status but that of a launch that could not deliver, which has
// many names.
var pills = map[string]pill{
	"open":     {"Open", "good"},
	"not_open": {"Not open yet", "warn"},
	"reserved": {"All reserved", "warn"},
	"sold_out": {"Sold out", ""},
	"closed":   {"Closed", ""},
	"delisted": {"Off sale", ""},
	// The page's script says so where it gets no answer; the server never does.
	"unreachable": {"Not connected", "stop"},
}

// Headline is the launch in one line, for titles and for links to it. It has the
// terms only while somebody could pay them.
func (l Launch) Headline() string {
	name := l.Name + " (" + l.Symbol + "): "
	switch l.Status {
	case "sold_out":
		return name + "sold out"
	case "closed":
		return name + "the sale has closed"
	case "delisted":
		return name + "taken off sale"
	case "", "open", "not_open", "reserved":
		return name + l.Each + " for " + l.Price + " " + l.Money
	}
	return name + "not selling right now"
}

// Ended says that nothing will be sold any more.
func (l Launch) Ended() bool {
	return l.Status == "sold_out" || l.Status == "closed" || l.Status == "delisted"
}

// Selling says whether a price is, or soon will be, named.
func (l Launch) Selling() bool { return !l.Ended() }

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

// Art stands for the launch where it has no picture.
func (l Launch) Art() template.HTML { return rosette(l.Token.Text) }

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
	At     time.Time // the block's own time
	Ago    string
	Tx     Link
	URL    string // of the receipt, a path
	Final  bool
}

var pages = func() map[string]*template.Template {
	all := map[string]*template.Template{}
	for _, name := range []string{"launch", "receipt", "problem", "admin"} {
		needs := entryOf("src/" + name + ".ts")
		all[name] = template.Must(template.New("frame.html").Funcs(template.FuncMap{
			"asset": func(name string) string { return "/assets/" + name },
			"icon":  func() string { return "/assets/" + icon },
			"theme": func() string { return "/assets/" + theme },
			"entry": func() entry { return needs },
			"utc":   func(t time.Time) string { return t.UTC().Format("2 January 2006, 15:04 UTC") },
			"iso":   func(t time.Time) string { return t.UTC().Format(time.RFC3339) },
			"steps": func() []string { return []string{"Taken", "Sent", "Minted", "Final"} },
			"next":  func(i int) int { return i + 1 },
			"pills": func() map[string]pill { return pills },
			"known": func(status string) bool { return pills[status] != pill{} },
		}).ParseFS(templates, "pages/frame.html", "pages/"+name+".html"))
	}
	return all
}()

// kind is the template and the script of the page.
func (p Page) kind() string {
	switch {
	case p.Problem != nil:
		return "problem"
	case p.Receipt != nil:
		return "receipt"
	case p.Admin:
		return "admin"
	}
	return "launch"
}

// Render writes the page.
func (p Page) Render(w io.Writer) error {
	var b bytes.Buffer // so that half a page is never sent
	if err := pages[p.kind()].Execute(&b, p); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

// pictured says whether the page shows a picture from elsewhere.
func (p Page) pictured() bool {
	return p.Launch != nil && p.Launch.Image != "" || slices.ContainsFunc(p.Launches, func(l Launch) bool { return l.Image != "" })
}

// Policy is the content security policy that the page is written for.
func (p Page) Policy() string {
	img := "'self' data:" // wallets announce themselves with pictures as data
	if p.pictured() {
		img += " https:"
	}
	connect := strings.Join(append([]string{"'self'"}, p.Connect...), " ")
	return strings.Join([]string{"default-src 'none'", "style-src 'self'", "font-src 'self'", "script-src 'self'", "connect-src " + connect,
		"img-src " + img, "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"}, "; ")
}
