// Package deploy makes a launch and puts it on sale: it checks the entered terms,
// deploys the contract, and registers it with a server. A launch's terms can never be
// changed, so all invalid terms are reported before anything is signed or sent. The
// command line and the dashboard both use it; [Backend] is the dashboard's part.
//
// It reads and writes the chain and the database, and does not print. Errors that the user
// can do something about have types, so that the caller can add advice.
package deploy

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// Listing holds what a seller chooses for a launch in the database. The terms come from the
// chain.
type Listing struct {
	Token                    common.Address
	Slug, Description, Image string // empty: unchanged; a new launch's slug comes from its symbol
	DeployedAt               uint64 // block number; 0: unchanged; for a new launch, searched on the chain
	ChainID                  uint64 `json:",omitempty"` // in a request to a server: the chain that the launch is on; 0: the server's only one
}

// Register stores a launch in the database, with the terms from the chain. The launch
// must be paid in an asset that is taken. The errors are those of [Listing.Read], and *SlugError.
func Register(ctx context.Context, s *store.Store, c *chain.Client, takes func(asset common.Address) bool, want Listing) (mint.Launch, error) {
	l, err := want.Read(ctx, s, c, takes)
	if err != nil {
		return mint.Launch{}, err
	}
	if err := s.SaveLaunch(ctx, l); err != nil {
		if errors.Is(err, store.ErrSlug) {
			err = &SlugError{l.Slug, err}
		}
		return mint.Launch{}, err
	}
	return l, nil
}

// Read returns the launch as it will be registered, and does not write it. It combines the
// listing, the data in the database, and the terms from the chain. If the launch cannot be
// registered, the error is a *ReadError, *AssetError or *RenamedError.
func (want Listing) Read(ctx context.Context, s *store.Store, c *chain.Client, takes func(asset common.Address) bool) (mint.Launch, error) {
	before, err := s.Launches(ctx)
	if err != nil {
		return mint.Launch{}, err
	}
	for _, l := range before {
		if l.Token != want.Token {
			continue
		}
		if err := want.Fill(&l); err != nil {
			return mint.Launch{}, err
		}
		want = Listing{Token: l.Token, Slug: l.Slug, Description: l.Description, Image: l.Image, DeployedAt: l.DeployedAt}
	}
	var l mint.Launch
	if want.DeployedAt == 0 {
		l, err = c.ReadLaunch(ctx, want.Token)
	} else {
		l, err = c.ReadLaunchFrom(ctx, want.Token, want.DeployedAt)
	}
	if err != nil {
		return mint.Launch{}, &ReadError{err}
	}
	if !takes(l.Asset.Address) {
		return mint.Launch{}, &AssetError{Symbol: l.Symbol, Asset: l.Asset}
	}
	now, err := c.Conditions(ctx, l, 0)
	if err != nil {
		return mint.Launch{}, err
	}
	l.Owner, l.Minter = now.Owner, now.Minter
	l.Slug, l.Description, l.Image = want.Slug, want.Description, want.Image
	if l.Slug == "" {
		l.Slug = Slug(l.Symbol)
	}
	return l, nil
}

// Fill changes a registered launch: it sets the texts and the deployment block that the
// listing has. It returns a *RenamedError if the listing has another slug.
func (want Listing) Fill(l *mint.Launch) error {
	if want.Slug != "" && want.Slug != l.Slug {
		return &RenamedError{Token: l.Token, Slug: l.Slug}
	}
	l.Description = cmp.Or(want.Description, l.Description)
	l.Image = cmp.Or(want.Image, l.Image)
	l.DeployedAt = cmp.Or(want.DeployedAt, l.DeployedAt)
	return nil
}

// CheckSale returns an error if a server cannot sell a launch that is not registered yet.
// minter is the account of the server's minter key, or zero. If the launch
// has another minter, the error is a *MinterError.
func CheckSale(ctx context.Context, c *chain.Client, l mint.Launch, minter common.Address) error {
	switch reason, err := c.Differs(ctx, l); {
	case err != nil:
		return err
	case reason != "":
		return fmt.Errorf("launch %s cannot be sold: %s", l.Slug, reason)
	case minter != common.Address{} && l.Minter != minter:
		return &MinterError{Name: l.Slug, Token: l.Token, Minter: l.Minter, Key: minter}
	}
	return nil
}

// CheckSlug returns a *SlugError if another of the launches has the slug of l.
func CheckSlug(launches []mint.Launch, l mint.Launch) error {
	for _, other := range launches {
		if other.Slug == l.Slug && other.Token != l.Token {
			return &SlugError{l.Slug, fmt.Errorf("%w: %q is the slug of %s", store.ErrSlug, l.Slug, other.Token)}
		}
	}
	return nil
}

// Slug makes a slug from a symbol: 1 to 32 of a-z, 0-9 and -. Other launches may have the
// same slug; see CheckSlug.
func Slug(symbol string) string {
	slug := strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		}
		return '-'
	}, strings.ToLower(symbol)), "-")
	if slug == "" {
		return "token"
	}
	return slug[:min(len(slug), 32)]
}
