package mint

import (
	"math/big"
	"regexp"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// Launch is a token on sale. Its terms are fixed at deployment and read from the chain;
// the operator chooses only Slug, Description and Image.
type Launch struct {
	Slug        string
	Description string
	Image       string // absolute URL, or empty

	ChainID    uint64
	Token      common.Address // the launch contract: ERC-20, and payTo
	DeployedAt uint64         // block to read events from
	Asset      x402.Asset

	Name, Symbol, ContractURI string
	Price                     *big.Int  // asset base units per allotment
	Allotment                 *big.Int  // token base units per allotment
	Cap                       int64     // allotments
	Limit                     int64     // allotments per payment; Cap if the contract says 0
	OpensAt, ClosesAt         time.Time // zero: open from the start, never closes
	Treasury, Owner, Minter   common.Address

	// Sold and Reserved are the store's counters, in allotments. Sold counts every
	// canonical Minted. Reserved counts the allotments held by claimed, minting and
	// settled orders. Sold + Reserved exceeds Cap only if strangers' transactions cause
	// it.
	Sold, Reserved int64

	// Delisted launches are no longer sold by this server: the operator took them off
	// sale. Their orders are still processed.
	Delisted bool

	// Creator is the wallet that launched it on this server without the operator. It is zero for the
	// operator's own launches.
	Creator common.Address

	// Hidden launches are left out of the home page, the lists and the documents. They are
	// sold, and their pages answer, as before.
	Hidden bool
	// Default is true for the launch that the operator chose for /mint, and Front for the
	// one whose page the operator put at /. At most one launch has each.
	Default, Front bool
	// Place is the launch's place in the operator's order, from 1. Launches without one, 0,
	// follow in order of registration.
	Place int
	// Removals is how often the operator removed the launch from the lists: hid it, or took it
	// off sale. The store keeps it.
	Removals int

	// Reported is the standing that the newest change of the launch reported, and ReportedAt
	// when; empty if there is none. The store keeps it.
	Reported   Standing
	ReportedAt time.Time

	// Read is the block up to which the launch was read: all its events up to there are
	// in the store. It is the newest block of the cursor, unless the launch is behind
	// the others. A zero hash stands for any block of that number.
	Read Block

	// Twice is the final block up to which the launch was read a second time.
	Twice uint64
}

// Standing is whether a launch can be bought from, as changes report it.
type Standing string

// Standings of a launch. If several apply, the first in this list is reported.
const (
	StandingDelisted Standing = "delisted" // it was taken off sale here
	StandingSoldOut  Standing = "sold_out"
	StandingClosed   Standing = "closed"   // closesAt has passed
	StandingNotOpen  Standing = "not_open" // opensAt has not passed
	StandingPaused   Standing = "paused"   // by its owner, or its asset by the issuer
	StandingStopped  Standing = "stopped"  // a fault that lasts keeps this server from selling it
	StandingOpen     Standing = "open"
)

// words returns the standing as the log says it.
func (s Standing) words() string {
	if s == StandingOpen {
		return "on sale"
	}
	return "not on sale: " + strings.ReplaceAll(string(s), "_", " ")
}

// StandingAt returns a launch's standing at a time. It never returns StandingStopped, which
// only the engine knows.
func (l *Launch) StandingAt(now time.Time, paused bool) Standing {
	switch {
	case l.Delisted:
		return StandingDelisted
	case l.SoldOut():
		return StandingSoldOut
	case l.Closed(now):
		return StandingClosed
	case !l.Open(now):
		return StandingNotOpen
	case paused:
		return StandingPaused
	}
	return StandingOpen
}

// Left returns how many allotments are neither sold nor reserved.
func (l *Launch) Left() int64 { return max(0, l.Cap-l.Sold-l.Reserved) }

// SoldOut reports whether the chain has minted every allotment.
func (l *Launch) SoldOut() bool { return l.Sold >= l.Cap }

// Open reports whether the contract would mint at the given time.
func (l *Launch) Open(now time.Time) bool {
	return !now.Before(l.OpensAt) && !l.Closed(now)
}

// Closed reports whether closesAt has passed.
func (l *Launch) Closed(now time.Time) bool {
	return !l.ClosesAt.IsZero() && !now.Before(l.ClosesAt)
}

// Listed returns the launches that are not delisted, in the same order.
func Listed(launches []Launch) []Launch {
	var listed []Launch
	for _, l := range launches {
		if !l.Delisted {
			listed = append(listed, l)
		}
	}
	return listed
}

// Shown returns the launches that lists and documents have, in the same order: those that
// are neither delisted nor hidden.
func Shown(launches []Launch) []Launch {
	var shown []Launch
	for _, l := range launches {
		if !l.Delisted && !l.Hidden {
			shown = append(shown, l)
		}
	}
	return shown
}

// Arrangement is what the operator chose about the launches of a server, by slug.
type Arrangement struct {
	Default  string   // the launch of /mint; empty: the first that sells
	Front    string   // the launch whose page is at /; empty: the home page, if there are several
	Order    []string // the first launches of every list; the others follow in order of registration
	Hidden   []string // left out of the home page, the lists and the documents
	Delisted []string // off sale
}

// ArrangementOf returns the arrangement that launches have. They are in the operator's order.
func ArrangementOf(launches []Launch) Arrangement {
	var a Arrangement
	for _, l := range launches {
		if l.Default {
			a.Default = l.Slug
		}
		if l.Front {
			a.Front = l.Slug
		}
		if l.Place > 0 {
			a.Order = append(a.Order, l.Slug)
		}
		if l.Hidden {
			a.Hidden = append(a.Hidden, l.Slug)
		}
		if l.Delisted {
			a.Delisted = append(a.Delisted, l.Slug)
		}
	}
	return a
}

// Total returns the price of a quantity of allotments, in asset base units.
func (l *Launch) Total(quantity int64) *big.Int {
	return new(big.Int).Mul(l.Price, big.NewInt(quantity))
}

// Tokens returns the size of a quantity of allotments, in token base units.
func (l *Launch) Tokens(quantity int64) *big.Int {
	return new(big.Int).Mul(l.Allotment, big.NewInt(quantity))
}

// Quantity returns how many allotments an amount pays for exactly. It returns 0 if the
// amount is no multiple of the price or buys more than a payment may.
func (l *Launch) Quantity(amount *big.Int) int64 {
	n, rest := new(big.Int).QuoRem(amount, l.Price, new(big.Int))
	if rest.Sign() != 0 || !n.IsInt64() || n.Int64() > l.Limit {
		return 0
	}
	return n.Int64()
}

// Requirement returns the requirement that a payment for a quantity must meet. It is
// the same for every request, so that an echoed one can be compared.
func (l *Launch) Requirement(quantity int64) x402.Requirement {
	return x402.Requirement{
		Scheme:            x402.SchemeExact,
		Network:           x402.CAIP2(l.ChainID),
		Amount:            l.Total(quantity),
		Asset:             l.Asset.Address,
		PayTo:             l.Token,
		MaxTimeoutSeconds: maxTimeoutSeconds,
		Extra:             x402.Extra{Name: l.Asset.Name, Version: l.Asset.Version, PaymentFlow: x402.FlowUpfront, PrimaryType: x402.PrimaryTransfer},
	}
}

// maxTimeoutSeconds is how long we ask clients to keep an authorization valid. It
// leaves time for a queue, a few blocks and a restart, and an abandoned authorization
// ends soon.
const maxTimeoutSeconds = 300

// SlugPattern is the form of a launch's slug: 1 to 32 of a-z, 0-9 and -, not beginning
// with -. A slug is part of URLs and file names.
const SlugPattern = `^[a-z0-9][a-z0-9-]{0,31}$`

var slugPattern = regexp.MustCompile(SlugPattern)

// ValidSlug reports whether s has the form of a slug; see [SlugPattern].
func ValidSlug(s string) bool { return slugPattern.MatchString(s) }
