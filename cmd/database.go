package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

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
		return nil, hint(err, "only one server can use a database: stop the other server, or choose another database with --db")
	}
	return s, err
}

// openReader opens an existing database for reading, even if a server uses it.
func openReader(path string) (*store.Store, error) {
	s, err := store.OpenReader(path)
	if err != nil {
		return nil, hint(err, "--db FILE names the database")
	}
	return s, nil
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
func register(ctx context.Context, s *store.Store, n *node, want deploy.Listing) (mint.Launch, error) {
	l, err := deploy.Register(ctx, s, n.Client, n.network.Asset.Address, want)
	return l, withAdvice(err)
}

// withAdvice adds to an error of [deploy] what the user of the command line can do.
func withAdvice(err error) error {
	var (
		slug    *deploy.SlugError
		renamed *deploy.RenamedError
		asset   *deploy.AssetError
		minter  *deploy.MinterError
		read    *deploy.ReadError
	)
	switch {
	case errors.As(err, &slug):
		return hint(err, "give --slug another name than %q", slug.Slug)
	case errors.Is(err, store.ErrTerms):
		return hint(err, "the terms of a launch never change: check --token, --network and --asset, or use another --db")
	case errors.As(err, &renamed):
		return hint(err, "a slug never changes, because payments refer to it")
	case errors.As(err, &asset):
		return hint(err, "--asset %s serves it anyway", asset.Asset)
	case errors.As(err, &minter):
		return hint(err, "change it with the owner's key: mint402 set-minter %s --token %s; or serve without %s", minter.Key, minter.Token, minterKey)
	case !errors.As(err, &read):
		return err
	case chain.NoContract(err):
		return hint(err, "check --token and --network")
	case chain.Passing(err):
		return hint(err, "the node did not answer: try again, or give another with --rpc URL")
	case chain.Pruned(err):
		return hint(err, "give the block that it was deployed in with --deployed-at N, or an archive node with --rpc URL")
	}
	return err
}

// asUsage converts the first invalid term to an error of the command line.
func asUsage(err error) error {
	var f deploy.InvalidTerms
	if !errors.As(err, &f) {
		return err
	}
	name := "--" + f[0].Term
	if f[0].Term == "contractURI" {
		name = "--contract-uri"
	}
	wrong := fmt.Errorf("%s %s", name, f[0].Message)
	switch {
	case f[0].Suggestion != "":
		return &usageError{hint(wrong, "%s %s", name, f[0].Suggestion)}
	case f[0].Message == deploy.Missing:
		return &usageError{hint(wrong, "mint402 launch --help shows an example")}
	}
	return &usageError{wrong}
}

// removeDatabase removes the files of an empty database. It leaves the lock file:
// otherwise two processes could lock two different files of that name.
func removeDatabase(path string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + suffix)
	}
}
