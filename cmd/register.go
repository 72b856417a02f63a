package cmd

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// listing is what a seller chooses about a launch; its terms are the chain's.
type listing struct {
	token                    common.Address
	slug, description, image string // empty: as before, or made from the symbol
	deployedAt               uint64 // 0: as before, or found on the chain
}

// openStore opens the database for the node's chain.
func openStore(ctx context.Context, path string, n *node) (*store.Store, error) {
	s, err := openDatabase(path)
	if errors.Is(err, store.ErrLocked) {
		return nil, hint(err, "one server uses a database; stop the other, or choose another with --db")
	}
	if err != nil {
		return nil, err
	}
	genesis, err := n.Genesis(ctx)
	if err == nil {
		if err = s.Bind(n.ChainID(), genesis); errors.Is(err, store.ErrOtherChain) {
			err = hint(err, "each chain has its own database: --db FILE, or --network and --rpc of the other chain")
		}
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	return s, nil
}

// register puts a launch into the database, with the terms that the chain has.
func register(ctx context.Context, s *store.Store, n *node, want listing) (mint.Launch, error) {
	l, err := want.read(ctx, s, n)
	if err != nil {
		return mint.Launch{}, err
	}
	if err := s.SaveLaunch(ctx, l); err != nil {
		if errors.Is(err, store.ErrTerms) {
			err = hint(err, "--slug NAME, another than %q", l.Slug)
		}
		return mint.Launch{}, err
	}
	return l, nil
}

// read is the launch as it is to be registered: what is wanted of it, what the
// database has of it, and its terms from the chain.
func (want listing) read(ctx context.Context, s *store.Store, n *node) (mint.Launch, error) {
	before, err := s.Launches(ctx)
	if err != nil {
		return mint.Launch{}, err
	}
	for _, l := range before {
		if l.Token != want.token {
			continue
		}
		if want.slug != "" && want.slug != l.Slug {
			return mint.Launch{}, hint(fmt.Errorf("%s is registered as %q", l.Token, l.Slug), "a slug never changes: payments refer to it")
		}
		want.slug = l.Slug
		if want.description == "" {
			want.description = l.Description
		}
		if want.image == "" {
			want.image = l.Image
		}
		if want.deployedAt == 0 {
			want.deployedAt = l.DeployedAt
		}
	}
	var l mint.Launch
	if want.deployedAt == 0 {
		l, err = n.ReadLaunch(ctx, want.token)
	} else {
		l, err = n.ReadLaunchFrom(ctx, want.token, want.deployedAt)
	}
	if err != nil {
		return mint.Launch{}, hint(err, "is it the right --token, on the right --network?")
	}
	if l.Asset.Address != n.network.Asset.Address {
		return mint.Launch{}, hint(fmt.Errorf("%s is paid in %s, the network's asset is %s", l.Symbol, l.Asset.Address, n.network.Asset.Address),
			"--asset %s serves it all the same", l.Asset.Address)
	}
	now, err := n.Conditions(ctx, l, 0)
	if err != nil {
		return mint.Launch{}, err
	}
	l.Owner, l.Minter = now.Owner, now.Minter
	l.Slug, l.Description, l.Image = want.slug, want.description, want.image
	if l.Slug == "" {
		l.Slug = slugOf(l.Symbol)
	}
	return l, nil
}

// slugOf makes a name for paths of a symbol.
func slugOf(symbol string) string {
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
