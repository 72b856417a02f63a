// Package api makes the answers of the HTTP API: the JSON shapes of launches, orders,
// receipts, ledgers and errors, and the values in them.
//
// A receipt never promises more than the chain shows: it is final only if no reorg can
// change it, and an error never says "not charged" unless that is certain. Integer
// amounts are decimal strings in base units, next to the same amount formatted for
// people. Addresses have their checksum. Times are UTC.
//
// [Presenter] makes the shapes from the engine's state and from a [Reader], which the
// caller hands in. [ToHTTP] is the one table that maps errors to statuses and codes.
package api

import (
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/source"
	"github.com/mint402/mint402/x402"
)

// Presenter makes the shapes of answers. Its fields are set before Open.
type Presenter struct {
	Engine *mint.Engine
	Reader Reader
	// Profiles are those of launches. If it is nil, launches have no profiles.
	Profiles Profiles
	Blocks   Blocks
	Network  x402.Network
	// PublicURL is the origin of all our URLs in answers: scheme://host[:port], without a
	// trailing slash.
	PublicURL string
	// Demo says in answers that the money has no value.
	Demo bool
	// RPC is the node for wallets on the demo's page; it may be empty.
	RPC string
	// Nodes returns the state of the nodes of the engine's chain, best first, each with a
	// different host. If it is nil, no nodes are shown.
	Nodes func() []Node
	// Facilitators returns the status of the remote facilitators; nil: there are none.
	Facilitators func() []facilitator.Status
	Version      string
	// Sources returns the verification of a token's source at each service. It may be nil,
	// and must be quick: each page and each list of launches calls it.
	Sources func(token common.Address) []source.State
	// Proofs signs receipts and offers. If it is nil, none are signed.
	Proofs *proof.Issuer
	Log    *slog.Logger
	// Shop reads which launches are found. Open makes it.
	Shop *Shop

	hashes  hashes
	tallies tallies
	times   *times
	starts  starts
}

// Open checks the fields. The engine must be open.
func (p *Presenter) Open() error {
	if p.Engine == nil || p.Reader == nil || p.Blocks == nil {
		return errors.New("an open engine, a reader and the chain's blocks are needed")
	}
	if p.Network.ChainID != p.Engine.ChainID {
		return fmt.Errorf("the network's chain id is %d and the engine's %d", p.Network.ChainID, p.Engine.ChainID)
	}
	u, err := url.Parse(p.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || p.PublicURL != u.Scheme+"://"+u.Host {
		return fmt.Errorf("public URL %q: expected scheme://host[:port] without a path or trailing slash", p.PublicURL)
	}
	if p.Profiles == nil {
		p.Profiles = noProfiles{}
	}
	if p.Nodes == nil {
		p.Nodes = func() []Node { return nil }
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	p.hashes, p.times = newHashes(), newTimes()
	p.Shop = &Shop{Presenter: p}
	p.Shop.newest.seed = maphash.MakeSeed()
	return nil
}

// InDoubt reports whether a launch's ledger differs from its contract. Then an order
// without a mint in the ledger may have one on the chain.
func (p *Presenter) InDoubt(slug string) bool {
	return slices.ContainsFunc(p.Engine.Faults(slug), func(f mint.Fault) bool { return f.Code == "books_differ" })
}

// Now returns the engine's time.
func (p *Presenter) Now() time.Time { return p.Engine.Clock() }

// Secure reports whether our URLs are https.
func (p *Presenter) Secure() bool { return strings.HasPrefix(p.PublicURL, "https://") }

// Explorer returns the URL of a transaction or an address, or "" if the network has no
// explorer.
func (p *Presenter) Explorer(kind, what string) string {
	if p.Network.Explorer == "" || p.Demo {
		return ""
	}
	return p.Network.Explorer + "/" + kind + "/" + what
}

// OrEmpty returns the list, or an empty one for nil, so that its JSON is [] and not null.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
