package web

import (
	"strings"
	"time"
)

// Crowd is the content of a page that lists the addresses that minted a token, or hold it.
type Crowd struct {
	Kind             string // "minters" or "holders"
	Title            string // "Minters of Ping"
	Launch, Symbol   string // the launch's name, and the token's
	LaunchURL        string // path of the launch's page
	Hidden           bool   // search engines should not list the page
	Block            string // the figures are those after this block: "1,234"; empty: not known
	Unknown          string // why there is no list; empty: there is one
	Incomplete       string // why the list may lack addresses; empty: it is complete
	Checked          bool   // the balances of holders add up to the supply
	Figures          []Figure
	Limits           []string // what the figures do not say
	Rows             []CrowdRow
	Text, Found      string // of the search: its text, and how many match
	Page, Pages      int
	Place            string // "Page 2 of 3"
	Before, After    string // paths of the pages around this one, or empty
	Path, File, JSON string // paths: of this page without a query, of the list as CSV and as JSON
	Minters, Holders string // paths of the two pages; empty: there is no such page
	Money            string // the asset's symbol
}

// Figure is a number with the name of the thing that it counts.
type Figure struct{ Name, Value, Unit string }

// CrowdRow is an address of the list.
type CrowdRow struct {
	Rank        string
	Address     Link
	Tokens      string // minted or held
	Share       string // of all, in percent; of holders
	Mints, Paid string // of minters
	First, Last CrowdMint
	Note        string // what is known of a holder: "the launch's treasury"
}

// Face returns the path of the address's picture.
func (r CrowdRow) Face() string { return "/avatars/" + strings.ToLower(r.Address.Text) + ".svg" }

// CrowdMint is a mint with the path of its receipt.
type CrowdMint struct {
	URL   string
	Block string
	At    time.Time // zero: not known
}
