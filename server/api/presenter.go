// Package api makes the answers of the HTTP API: the JSON shapes of launches, orders,
// receipts, ledgers and errors, and the values in them.
//
// A receipt never promises more than the chain shows: it is final only if no reorg can
// change it, and an error never says "not charged" unless that is certain. Integer
// amounts are decimal strings in base units, next to the same amount formatted for
// people. Addresses have their checksum. Times are UTC.
//
// [Presenter] makes the shapes from the state of each chain's engine and from a [Reader], which
// the caller hands in. What is about a launch comes from its chain: see [Presenter.Of]. [ToHTTP]
// is the one table that maps errors to statuses and codes.
package api

import (
	"errors"
	"fmt"
	"hash/maphash"
	"log/slog"
	"net/url"
	"strings"
	"time"

	"github.com/mint402/mint402/proof"
)

// Presenter makes the shapes of answers. Its fields are set before Open.
type Presenter struct {
	// Chains are those that the server sells on, in the order of configuration. The first is
	// the default. There is at least one.
	Chains Chains
	// Reader reads the launches and orders of all chains.
	Reader Reader
	// Profiles are those of launches. If it is nil, launches have no profiles.
	Profiles Profiles
	// PublicURL is the origin of all our URLs in answers: scheme://host[:port], without a
	// trailing slash.
	PublicURL string
	// Demo says in answers that the money has no value.
	Demo    bool
	Version string
	// Proofs signs receipts and offers. If it is nil, none are signed.
	Proofs *proof.Issuer
	Log    *slog.Logger
	// Shop reads which launches are found. Open makes it.
	Shop *Shop

	hashes  hashes
	tallies tallies
	times   *times
	starts  starts
	changes changes
}

// Open checks the fields. The engines must be open.
func (p *Presenter) Open() error {
	if p.Reader == nil {
		return errors.New("a reader is needed")
	}
	if err := p.Chains.check(); err != nil {
		return err
	}
	u, err := url.Parse(p.PublicURL)
	if err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Host == "" || p.PublicURL != u.Scheme+"://"+u.Host {
		return fmt.Errorf("public URL %q: expected scheme://host[:port] without a path or trailing slash", p.PublicURL)
	}
	if p.Profiles == nil {
		p.Profiles = noProfiles{}
	}
	if p.Log == nil {
		p.Log = slog.New(slog.DiscardHandler)
	}
	p.hashes, p.times = newHashes(), newTimes()
	p.Shop = &Shop{Presenter: p}
	p.Shop.newest.seed = maphash.MakeSeed()
	return nil
}

// Now returns the time of the first chain's engine.
func (p *Presenter) Now() time.Time { return p.Chains[0].Engine.Clock() }

// Secure reports whether our URLs are https.
func (p *Presenter) Secure() bool { return strings.HasPrefix(p.PublicURL, "https://") }

// Explorer returns the URL of a transaction or an address of a chain, or "" if the network has
// no explorer.
func (p *Presenter) Explorer(chainID uint64, kind, what string) string {
	n := &p.Chains.of(chainID).Network
	if n.Explorer == "" || p.Demo {
		return ""
	}
	return n.Explorer + "/" + kind + "/" + what
}

// OrEmpty returns the list, or an empty one for nil, so that its JSON is [] and not null.
func OrEmpty[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
