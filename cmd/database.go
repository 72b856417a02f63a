package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// openStore opens the database and returns its view of the node's chain. It refuses a database of another
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
	return s.On(n.ChainID()), nil
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

// ofChain returns an error if a database is of other chains only. A zero genesis, and that of a chain
// which is not bound yet, are not compared.
func ofChain(found store.Contents, chainID uint64, genesis common.Hash) error {
	bound, ok := found.Chains[chainID]
	if len(found.Chains) == 0 || ok && (genesis == common.Hash{} || bound == common.Hash{} || bound == genesis) {
		return nil
	}
	of := chainID
	if !ok {
		of = slices.Min(slices.Collect(maps.Keys(found.Chains)))
	}
	return otherChain(fmt.Errorf("%w: it is of chain %d with genesis %s, not of chain %d", store.ErrOtherChain, of, found.Chains[of], chainID))
}

func otherChain(err error) error {
	if errors.Is(err, store.ErrOtherChain) {
		err = hint(err, "each chain has its own database, unless mint402 serve --chains sells on several: --db FILE, or --network and --rpc of the other chain")
	}
	return err
}

// register stores a launch in the database, with the terms from the chain.
func register(ctx context.Context, s *store.Store, n *node, want deploy.Listing) (mint.Launch, error) {
	l, err := deploy.Register(ctx, s, n.Client, n.takes, want)
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
		return hint(err, "--asset %s takes it, too", asset.Asset.Address)
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

// placed returns an error if the launch could not be registered: the database belongs
// to another chain, or another launch has the slug. It does not write.
func (f *launchFlags) placed(ctx context.Context, n *node, l mint.Launch) error {
	genesis, err := n.Genesis(ctx)
	if err != nil {
		return err
	}
	found, err := store.Peek(f.db)
	if err != nil {
		return err
	}
	if err := ofChain(found, n.ChainID(), genesis); err != nil {
		return fmt.Errorf("open store %s: %w", f.db, err)
	}
	this := store.Token{ChainID: n.ChainID(), Address: l.Token}
	for slug, token := range found.Tokens {
		switch {
		case slug == l.Slug && token != this:
			return hint(fmt.Errorf("%q is already the slug of %s in %s; nothing was sent", slug, token.Address, f.db), "give --slug another name than %q", slug)
		case token == this && slug != l.Slug:
			return hint(fmt.Errorf("%s is already registered as %q; nothing was sent", token.Address, slug), "a slug never changes, because payments refer to it: give --slug %s, or --salt to make another launch", slug)
		}
	}
	return nil
}

// writable returns an error if a file of the launch could not be written.
func (f *launchFlags) writable() error {
	for _, dir := range []string{filepath.Dir(f.db), f.out} {
		if err := isDirectory(dir); err != nil {
			return fmt.Errorf("nothing can be written to %s, so nothing was deployed: %w", dir, err)
		}
		probe, err := os.CreateTemp(dir, ".mint402-*")
		if err != nil {
			return fmt.Errorf("nothing can be written to %s, so nothing was deployed: %w", dir, err)
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return nil
}

// serverMinter returns the account of the minter's key on a chain of the server that uses the database,
// or used it last; zero if it has none, or there was no server.
func (f *launchFlags) serverMinter(chainID uint64) (common.Address, error) {
	if found, err := store.Peek(f.db); err != nil || !found.Exists {
		return common.Address{}, err
	}
	requests, err := deploy.NewRequests(f.db)
	if err != nil {
		return common.Address{}, err
	}
	note, err := requests.Server()
	return note.MinterOn(chainID), err
}

// sellable returns an error if the server that uses the database would not sell a launch that is
// not deployed yet.
func (f *launchFlags) sellable(l mint.Launch) error {
	key, err := f.serverMinter(l.ChainID)
	if err != nil || key == (common.Address{}) || l.Minter == key {
		return err
	}
	return hint(fmt.Errorf("the minter of %s is %s, but the server that uses %s has the key of %s, and would not sell it; nothing was sent", l.Slug, deploy.OrNone(l.Minter), f.db, key.Hex()),
		"give --minter %s, or no --minter; or another --db", key.Hex())
}

// requestPatience is how long launch waits for a server's answer. A server answers within
// seconds, if its nodes do.
const requestPatience = 20 * time.Second

// register registers the launch: in the database, or with the server that uses it.
func (b *launching) register(ctx context.Context) error {
	f, token := b.f, b.launch.Token
	want := deploy.Listing{Token: token, Slug: f.input.Slug, Description: f.input.Description, Image: f.input.Image, DeployedAt: b.result.Block, ChainID: b.n.ChainID()}
	s, err := openStore(ctx, f.db, b.n)
	if errors.Is(err, store.ErrLocked) {
		return b.request(ctx, want)
	}
	if err == nil {
		defer s.Close()
		_, err = register(ctx, s, b.n, want)
	}
	if err != nil {
		return fmt.Errorf("the token is deployed at %s, but it is not registered in the database, so it is not on sale yet: %w", token, err)
	}
	b.result.Registered = true
	return nil
}

// request gives the launch to the server that uses the database, and waits for its answer.
func (b *launching) request(ctx context.Context, want deploy.Listing) error {
	requests, err := deploy.NewRequests(b.f.db)
	if err != nil {
		return err
	}
	b.p.say("a server uses %s: asking it to sell the launch", b.f.db)
	waiting, cancel := context.WithTimeout(ctx, requestPatience)
	defer cancel()
	err = requests.Ask(waiting, want)
	refused := (*deploy.RequestRefused)(nil)
	switch {
	case err == nil:
		b.p.say("the server has registered it, and sells it once it has read its past")
		b.result.Registered, b.selling = true, true
		return nil
	case errors.As(err, &refused):
		err = fmt.Errorf("the token is deployed at %s, but the server does not sell it: %s", want.Token, refused.Reason)
		b.first = strings.Replace(refused.Hint, "--token "+want.Token.Hex(), "--token "+want.Token.Hex()+" --network "+b.n.network.Name+b.f.rpcAgain(b.p), 1)
		return err
	case ctx.Err() == nil && errors.Is(err, context.DeadlineExceeded):
		return hint(fmt.Errorf("the token is deployed at %s, but the server that uses %s has not answered within %s; the request is kept, and the server sells the launch when it reads it",
			want.Token, b.f.db, requestPatience), "see the server's log; a server that is older than this program does not read requests: restart it with --token %s", want.Token)
	}
	return fmt.Errorf("the token is deployed at %s, but the server that uses %s could not be asked to sell it: %w", want.Token, b.f.db, err)
}

const listingHelp = `
    --token ADDRESS     the contract of a launch, or SLUG=ADDRESS; may be repeated
    --slug NAME         its name in paths (default from its symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --deployed-at N     the block it was deployed in (default: found)`

// listingFlags has the flags that register launches in a database: the tokens of the
// launches, and the seller's choices for a launch if it is the only one.
type listingFlags struct {
	tokens                   []string
	slug, description, image string
	deployedAt               uint64
}

func (l *listingFlags) add(c *cobra.Command) {
	c.Flags().StringSliceVar(&l.tokens, "token", nil, "")
	c.Flags().StringVar(&l.slug, "slug", "", "")
	c.Flags().StringVar(&l.description, "description", "", "")
	c.Flags().StringVar(&l.image, "image", "", "")
	c.Flags().Uint64Var(&l.deployedAt, "deployed-at", 0, "")
}

// all returns a listing for each --token.
func (l *listingFlags) all() ([]deploy.Listing, error) {
	if len(l.tokens) != 1 && (l.slug != "" || l.description != "" || l.image != "" || l.deployedAt != 0) {
		return nil, usage("--slug, --description, --image and --deployed-at need exactly one --token")
	}
	var all []deploy.Listing
	for _, t := range l.tokens {
		slug, address, named := strings.Cut(strings.TrimSpace(t), "=")
		switch {
		case !named:
			slug, address = l.slug, slug
		case l.slug != "" && l.slug != slug:
			return nil, usage("--token %q and --slug %q: expected one name", plain(t), plain(l.slug))
		case !mint.ValidSlug(slug):
			return nil, usage("--token %q: %q is no slug: expected up to 32 of a-z, 0-9 and -", plain(t), plain(slug))
		}
		token, err := parseAddress("--token", address)
		if err != nil {
			return nil, err
		}
		all = append(all, deploy.Listing{Token: token, Slug: slug, Description: l.description, Image: l.image, DeployedAt: l.deployedAt})
	}
	return all, nil
}

// removeDatabase removes the files of an empty database. It leaves the lock file:
// otherwise two processes could lock two different files of that name.
func removeDatabase(path string) {
	for _, suffix := range []string{"", "-wal", "-shm"} {
		_ = os.Remove(path + suffix)
	}
}
