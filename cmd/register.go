package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// listing holds a seller's choices for a launch. The terms come from the chain.
type listing struct {
	token                    common.Address
	slug, description, image string // empty: unchanged, or made from the symbol
	deployedAt               uint64 // 0: unchanged, or found on the chain
}

// openStore opens the database for the node's chain. It refuses a database of another
// chain before it opens it for writing, which would migrate it.
func openStore(ctx context.Context, path string, n *node) (*store.Store, error) {
	genesis, err := n.Genesis(ctx)
	if err != nil {
		return nil, err
	}
	found, err := store.Peek(path)
	if err != nil {
		return nil, err
	}
	if err := ofChain(found, n.ChainID(), genesis); err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s, err := openLocked(path)
	if err != nil {
		return nil, err
	}
	if err := s.Bind(n.ChainID(), genesis); err != nil {
		s.Close()
		return nil, otherChain(err)
	}
	return s, nil
}

// openLocked opens the database without a check of its chain.
func openLocked(path string) (*store.Store, error) {
	s, err := store.OpenDriver(path, failpoint.Driver)
	if errors.Is(err, store.ErrLocked) {
		return nil, hint(err, "one server uses a database; stop the other, or choose another with --db")
	}
	return s, err
}

// ofChain returns an error if a database is bound to another chain. A zero genesis is
// not compared.
func ofChain(found store.Contents, chainID uint64, genesis common.Hash) error {
	if found.ChainID == 0 || found.ChainID == chainID && (genesis == common.Hash{} || found.Genesis == genesis) {
		return nil
	}
	return otherChain(fmt.Errorf("%w: it is of chain %d with genesis %s, not of chain %d", store.ErrOtherChain, found.ChainID, found.Genesis, chainID))
}

func otherChain(err error) error {
	if errors.Is(err, store.ErrOtherChain) {
		err = hint(err, "each chain has its own database: --db FILE, or --network and --rpc of the other chain")
	}
	return err
}

// register stores a launch in the database, with the terms from the chain.
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

// read returns the launch as it will be registered. It combines the listing, the data
// in the database, and the terms from the chain.
func (want listing) read(ctx context.Context, s *store.Store, n *node) (mint.Launch, error) {
	before, err := s.Launches(ctx)
	if err != nil {
		return mint.Launch{}, err
	}
	for _, l := range before {
		if l.Token != want.token {
			continue
		}
		if err := want.fill(&l); err != nil {
			return mint.Launch{}, err
		}
		want = listing{l.Token, l.Slug, l.Description, l.Image, l.DeployedAt}
	}
	var l mint.Launch
	if want.deployedAt == 0 {
		l, err = n.ReadLaunch(ctx, want.token)
	} else {
		l, err = n.ReadLaunchFrom(ctx, want.token, want.deployedAt)
	}
	if err != nil {
		return mint.Launch{}, readHint(err)
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

// fill copies the texts and the block that the listing sets to a registered launch.
func (want listing) fill(l *mint.Launch) error {
	if want.slug != "" && want.slug != l.Slug {
		return hint(fmt.Errorf("%s is registered as %q", l.Token, l.Slug), "a slug never changes: payments refer to it")
	}
	l.Description = cmp.Or(want.description, l.Description)
	l.Image = cmp.Or(want.image, l.Image)
	l.DeployedAt = cmp.Or(want.deployedAt, l.DeployedAt)
	return nil
}

// readHint adds a hint to an error from reading a launch.
func readHint(err error) error {
	switch {
	case chain.NoContract(err):
		return hint(err, "is it the right --token, on the right --network?")
	case chain.Passing(err):
		return hint(err, "the node did not answer: try again, or name another with --rpc URL")
	case chain.Pruned(err):
		return hint(err, "--deployed-at N says in which block it was deployed; or --rpc URL of an archive node")
	}
	return err
}

// check returns an error if a launch that is not registered yet cannot be sold here.
func (l *unregistered) check(ctx context.Context, n *node, minter common.Address) error {
	switch reason, err := n.Differs(ctx, l.Launch); {
	case err != nil:
		return err
	case reason != "":
		return fmt.Errorf("launch %s cannot be sold: %s", l.Slug, reason)
	case minter != common.Address{} && l.Minter != minter:
		return hint(fmt.Errorf("the minter of %s is %s, and %s is of %s", l.Slug, orNobody(l.Minter), minterKey, minter),
			"the owner changes it: mint402 set-minter %s --token %s; or leave the key out", minter, l.Token)
	}
	return nil
}

// unregistered is a launch with the data to register.
type unregistered struct{ mint.Launch }

// free returns an error if another launch has the slug.
func free(launches []mint.Launch, l mint.Launch) error {
	for _, other := range launches {
		if other.Slug == l.Slug && other.Token != l.Token {
			return hint(fmt.Errorf("%w: %q is the slug of %s", store.ErrTerms, l.Slug, other.Token), "--slug NAME, another than %q", l.Slug)
		}
	}
	return nil
}

// slugOf makes a slug from a symbol.
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
