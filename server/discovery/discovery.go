// Package discovery describes what a server sells, for software that has never seen it:
// the bazaar extension of a 402, /openapi.json, the files under /.well-known,
// /llms.txt, robots.txt, sitemap.xml and the favicon.
//
// All of them are made from one value, a [Site], so that no two can differ. The 402
// is binding: a document only repeats its price. A document names a launch's price only
// while a request for one allotment can get it: not before it opens, not while it is paused,
// not after it is sold out, closed or delisted.
package discovery

import (
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/mint402/mint402/farcaster"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/checkout"
	"github.com/mint402/mint402/x402"
)

// Site is a server with its launches at one moment.
type Site struct {
	URL      string         // origin of all its URLs, without a trailing slash
	Networks []x402.Network // of its chains, the default one first; at least one
	Version  string         // of mint402
	Demo     bool           // the money has no value
	Features

	// Launches are those of the server in the operator's order, delisted and hidden ones
	// included. Default is the launch of /mint; its slug is empty if there is none.
	Launches []mint.Launch
	Default  mint.Launch
	Paused   map[string]bool // slugs of launches that are paused
	Now      time.Time
}

// Features are the parts of a server that not every server has.
type Features struct {
	MCP bool // an MCP server answers at /mcp
	// Facilitator: payments for our launches are settled for other servers, at /facilitator.
	Facilitator bool
	MPP         bool // the 402 also has a challenge of the Payment scheme
	// Proofs: receipts and offers are signed, and the keys are published. A Publisher
	// sets it from its presenter.
	Proofs bool
	// Farcaster is the manifest of the operator's mini app, or nil.
	Farcaster *farcaster.Manifest
	// Name is that of the site, for the manifest.
	Name string
}

// stage is how far a launch's sale is, by its terms and the mints on the chain.
// Conditions that pass within minutes, such as reservations or a node that is down, do not
// count.
type stage string

const (
	priced  stage = "open" // a request gets a 402
	paused  stage = "paused"
	early   stage = "not open yet"
	closed  stage = "closed"
	soldOut stage = "sold out"
)

func (s *Site) stageOf(l mint.Launch) stage {
	switch {
	case l.SoldOut():
		return soldOut
	case l.Closed(s.Now):
		return closed
	case !l.Open(s.Now):
		return early
	case s.Paused[l.Slug]:
		return paused
	}
	return priced
}

// listed returns the launches that the documents have.
func (s *Site) listed() []mint.Launch { return mint.Shown(s.Launches) }

// onSale returns the launches that have a price now.
func (s *Site) onSale() []mint.Launch {
	var all []mint.Launch
	for _, l := range s.listed() {
		if s.stageOf(l) == priced {
			all = append(all, l)
		}
	}
	return all
}

// byDefault returns the launch of /mint, if it has a price now.
func (s *Site) byDefault() (mint.Launch, bool) {
	l := s.Default
	return l, l.Slug != "" && !l.Delisted && s.stageOf(l) == priced
}

// mintPath is the path where a launch is paid.
func mintPath(l mint.Launch) string { return "/launches/" + l.Slug + "/mint" }

// sells describes one allotment as the 402 does.
func sells(l mint.Launch) string { return checkout.Sells(&l, 1) }

// maxText is how many bytes of a launch's own text go into a document.
const maxText = 64

// plain returns a text in printable ASCII, on one line and at most maxBytes long. Names of
// launches are input: software reads these documents as advice, and some clients cannot
// send other characters back.
func plain(s string, maxBytes int) string {
	s = checkout.ASCII(s)
	return strings.TrimSpace(s[:min(len(s), maxBytes)])
}

// currencies has the ISO 4217 currency of known stablecoins, by symbol.
var currencies = map[string]string{"USDC": "USD", "USDT0": "USD", "USDT": "USD", "EURC": "EUR"}

// Link is the Link header of pages and of answers that ask for payment (RFC 8288, RFC
// 9727): where the documents are.
const Link = `</openapi.json>; rel="service-desc", </llms.txt>; rel="service-doc", </.well-known/api-catalog>; rel="api-catalog"`

// Service returns the name, tags and icon that catalogues show for a resource. There is no
// icon if the origin is an address or a local name: catalogues would refuse it.
func Service(origin string) *x402.Service {
	return &x402.Service{ServiceName: "mint402", Tags: []string{"mint", "token"}, IconURL: iconURL(origin)}
}

func iconURL(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	host := strings.TrimSuffix(u.Hostname(), ".")
	if _, err := netip.ParseAddr(host); err == nil || !strings.Contains(host, ".") || strings.HasSuffix(host, ".localhost") {
		return ""
	}
	return origin + iconPath
}
