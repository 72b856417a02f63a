// Package web renders the embedded pages: a launch, a receipt, the owner's dashboard.
// The templates are in pages/. Launches and receipts are complete without JavaScript,
// including the terms and a command that mints; the dashboard needs it. Vite builds the
// scripts and styles from src/ into dist/.
//
// html/template escapes every value. [Page.Policy] forbids inline styles and scripts,
// and files from other origins.
package web

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"strings"
	"time"

	"github.com/mint402/mint402/web/languages"
)

//go:embed pages
var templates embed.FS

// Page is the content of a page: a launch with other launches below it, the home page, a
// receipt, a problem, the dashboard, what shares a page, or a widget. If all are unset, the page
// shows that nothing is on sale.
type Page struct {
	Launch   *Launch
	Launches []Launch // some of the other launches
	Home     *Home
	Preview  Preview // of a page that may be shared
	Receipt  *Receipt
	Crowd    *Crowd   // who minted a token, or holds it
	Problem  *Problem // why the requested page cannot be shown
	Admin    bool     // the dashboard
	Share    *Share
	Embed    *Embed

	// Data is passed to the page's script as JSON, unless it is nil.
	Data any
	// Connect lists the origins, other than the server's own, that the script may connect
	// to.
	Connect []string

	Network string // title of the network: "Base Sepolia"
	ChainID uint64
	Testnet bool
	Demo    bool   // the money has no value
	Open    bool   // anyone may launch a token in the dashboard
	RPC     string // URL of the demo's node, for wallets; empty without Demo
	Node    string // URL of a public node, for the commands that a page shows; may be empty
	Version string // of mint402
	Brand   Brand

	Language  languages.Language
	Languages []LanguageLink // the menu; empty for pages that are English only
}

// LanguageLink is a link to the same page in a language.
type LanguageLink struct {
	Code, Name, URL string
	Chosen          bool
}

// Software returns the name of the program, with its version if it is known.
func (p Page) Software() string { return strings.TrimSpace("mint402 " + p.Version) }

// Launch is a launch as a page shows it. Amounts and names are text, ready to show.
type Launch struct {
	Language languages.Language // of the texts

	Slug, Name, Symbol, Description string
	Look
	Network string // its network's title; empty if the server has only one

	// Status is "open", "sold_out", "closed", "delisted", "not_open", "reserved" or
	// "paused". Any other code means that the launch cannot deliver now.
	Status  string
	Since   time.Time // when a pause began; zero: not known
	EndedAt time.Time // the last mint of a launch that is sold out; zero: not known
	Hidden  bool      // search engines should not list the page
	Few     bool      // less than a tenth of the cap is left
	Reasons []string  // why it cannot deliver
	Price   string    // of one allotment: "0.10"
	Money   string    // the asset's symbol: "USDC"
	Each    string    // tokens in one allotment: "5,000"
	Cap     string    // tokens: "5,000,000"
	Minted  string    // tokens
	Left    string    // tokens that are neither sold nor reserved
	Pending string    // tokens reserved for payments that are not minted yet: "5,000 PING"; may be empty
	Limit   int64     // allotments that one payment may buy
	Sold    int64     // allotments that are minted
	Of      int64     // allotments in the cap
	Opens   time.Time // zero: open from the start
	Closes  time.Time // zero: open until sold out

	Token, Asset, Treasury, Owner Link
	// Creator is the wallet that made the launch here without the operator. It is nil if the operator made it.
	Creator *Link
	// Verified is the service that has verified the contract's source, with its page. It is nil
	// until there is one.
	Verified                 *Link
	URL, MintURL, ShareImage string
	Mints                    []Mint // newest first
	AsOf                     time.Time

	Payments string // number of minted payments: "1,234"
	Payers   string // number of distinct payers: "1,234"
	Proceeds string // price of all that is minted: "12.30"
	TopTen   string // the share of the ten largest holders, in a sentence with its limit; empty: not known
	Roles    *Roles // nil until they have been read
}

// Roles are the accounts with rights on the contract, as of a block.
type Roles struct {
	Owner, Minter, Treasury Link
	Renounced               bool // the contract has no owner anymore
	Unminted                bool // the contract has no minter
	Paused                  bool
	Block                   uint64 // when they were read
}

// Problem explains why there is no page for the request.
type Problem struct {
	Status      int // HTTP status
	Title, Text string
}

// pill is a launch's status in one or two words. A page contains all of them and shows
// one, so its script can switch to another and needs no texts of its own.
type pill struct{ Text, Class string }

// pills has the pill of each status. Statuses of a launch that cannot deliver are not
// in it: they have many codes, and the template shows one text for all.
var pills = map[string]pill{
	"open":     {languages.Key("Open"), "good"},
	"not_open": {languages.Key("Not open yet"), "warn"},
	"reserved": {languages.Key("All reserved"), "warn"},
	"paused":   {languages.Key("Paused"), "warn"},
	"sold_out": {languages.Key("Sold out"), ""},
	"closed":   {languages.Key("Closed"), ""},
	"delisted": {languages.Key("Off sale"), ""},
	// Set by the page's script if the server does not answer, never by the server.
	"unreachable": {languages.Key("Not connected"), "stop"},
}

// Headline describes the launch in one line, for titles and link previews. It quotes the
// terms only if the launch is open, not open yet or fully reserved.
func (l Launch) Headline() string {
	name, deal := l.Name+" ("+l.Symbol+"): ", l.Language.T("{tokens} for {price}", l.Each, l.Cost())
	switch l.Status {
	case "sold_out":
		return name + l.Language.T("sold out")
	case "closed":
		return name + l.Language.T("the sale has closed")
	case "delisted":
		return name + l.Language.T("taken off sale")
	case "paused":
		return name + l.Language.T("paused by its owner")
	case "not_open":
		return name + l.Language.T("opens {time}", l.Language.Date(l.Opens)) + ", " + deal
	case "", "open", "reserved":
		if l.NearlyGone() {
			return name + l.Language.T("nearly gone") + ", " + deal
		}
		return name + deal
	}
	return name + l.Language.T("not selling right now")
}

// Ended reports whether the sale is over: sold out, closed or delisted.
func (l Launch) Ended() bool {
	return l.Status == "sold_out" || l.Status == "closed" || l.Status == "delisted"
}

// Selling reports whether the launch quotes a price, or may do so later.
func (l Launch) Selling() bool { return !l.Ended() }

// NearlyGone reports whether the launch sells, and little is left.
func (l Launch) NearlyGone() bool { return l.Few && l.Status == "open" }

// Percent returns how much of the cap is minted, in percent, rounded down.
func (l Launch) Percent() int64 {
	if l.Of == 0 {
		return 0
	}
	return l.Sold * 100 / l.Of
}

// Share returns Percent as text. A share between 0 and 1 is "under 1%", not "0%".
func (l Launch) Share() string {
	if n := l.Percent(); n > 0 || l.Sold == 0 {
		return l.Language.Percent(n)
	}
	return l.Language.T("under {percent}", l.Language.Percent(1))
}

// Buys returns the tokens of one allotment: "5,000 PING".
func (l Launch) Buys() string { return l.Each + " " + l.Symbol }

// Cost returns the price of one allotment: "0.10 USDC".
func (l Launch) Cost() string { return l.Price + " " + l.Money }

// Art returns the token's seal as SVG. A page shows it if the launch has no picture.
func (l Launch) Art() template.HTML { return art(l.Token) }

// Link is an address or a transaction hash, with the URL of its page on the explorer.
// The URL is empty if there is no explorer.
type Link struct{ Text, URL string }

// Plain returns the link as text only.
func (l Link) Plain() Link { return Link{Text: l.Text} }

// Short returns the text shortened for display: 0x1234…abcd.
func (l Link) Short() string {
	if len(l.Text) < 14 {
		return l.Text
	}
	return l.Text[:6] + "…" + l.Text[len(l.Text)-4:]
}

// Mint is one line in the list of the latest mints.
type Mint struct {
	Payer  Link
	Tokens string
	At     time.Time // of the block
	Ago    string    // the time since At: "5 min ago"
	Tx     Link
	URL    string // path of the receipt
	Final  bool   // the mint's block is final
}

// kind returns the name of the page's template and script.
func (p Page) kind() string {
	switch {
	case p.Problem != nil:
		return "problem"
	case p.Receipt != nil:
		return "receipt"
	case p.Crowd != nil:
		return "crowd"
	case p.Admin:
		return "admin"
	case p.Home != nil:
		return "home"
	case p.Share != nil:
		return "sharepage"
	case p.Embed != nil:
		return "embed"
	}
	return "launch"
}

// Render writes the page. If the template fails, it writes nothing to w.
func (p Page) Render(w io.Writer) error {
	p.Preview.Site = p.Brand.Site()
	root := "frame.html"
	if p.Embed != nil {
		root = "embed.html" // a widget has no header and no footer
	}
	var b bytes.Buffer
	if err := templateOf(p.kind(), p.Language).ExecuteTemplate(&b, root, p); err != nil {
		return fmt.Errorf("render page: %w", err)
	}
	_, err := b.WriteTo(w)
	return err
}

// Policy returns the page's Content-Security-Policy.
func (p Page) Policy() string {
	img, form := "'self' data:", "'none'" // wallets announce themselves with a data: URL of their icon
	if p.Home != nil || p.Crowd != nil {
		form = "'self'" // the search
	}
	ancestors := "'none'"
	if p.Embed != nil {
		img, ancestors = "'self'", "*" // see Embed
	}
	connect := strings.Join(append([]string{"'self'"}, p.Connect...), " ")
	return strings.Join([]string{"default-src 'none'", "style-src 'self'", "font-src 'self'", "script-src 'self'", "connect-src " + connect,
		"img-src " + img, "manifest-src 'self'", "base-uri 'none'", "form-action " + form, "frame-ancestors " + ancestors}, "; ")
}
