package cmd

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

const rebuildHelp = `
rebuild restores a lost database from the chain: the launches, every payment that
reached them, and its status. It ends with an audit. It never changes an existing
database. The new one gets its name only when it is complete and the audit finds
no difference.

usage: mint402 rebuild --token ADDRESS… [flags]

    $ mint402 rebuild --token 0x5FbD… --db mint402.db
    $ mint402 rebuild --token 0x5FbD… --slug ping --network base --rpc https://…
    $ mint402 rebuild --chains chains.yaml      # of a server with several chains

Payments that had not reached the chain are not restored: those that were claimed
but not sent, sent but not mined, or parked. Their payers were not charged. If a
payer sends such a payment again, the server accepts it like a new one, and it is
still minted at most once. The slug, the description and the image are not on the
chain: give them again. If several launches have them, rebuild one, and add the
others with serve, one at a time.

flags` + listingHelp + `
    --chains FILE       the chains of a server that sells on several, with their
                        launches in the field tokens; see mint402 serve --help
    --db FILE           the new database (default mint402.db)
    --json              print the audit as JSON` + nodeHelp

type rebuildFlags struct {
	chainFlags
	chains string
	db     string
	asJSON bool
}

func rebuildVerb(p *Program) *cobra.Command {
	var f rebuildFlags
	c := &cobra.Command{Use: "rebuild", Long: rebuildHelp, Args: arguments(0, 0, "no arguments; --token names a launch"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c, p) }}
	f.node.add(c)
	f.listing.add(c)
	c.Flags().StringVar(&f.chains, "chains", "", "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

// rebuilding is a chain that is read into a new database.
type rebuilding struct {
	*node
	flags    *chainFlags
	listings []deploy.Listing
	store    *store.Store // the view of the chain
}

// wanted returns the chains to read, with their launches.
func (f *rebuildFlags) wanted(c *cobra.Command) (all []*rebuilding, err error) {
	chains, err := chainsOf(c, f.chains, &f.chainFlags)
	if err != nil {
		return nil, err
	}
	for _, one := range chains {
		listings, err := one.listing.all()
		if err != nil {
			return nil, one.in(err)
		}
		if len(listings) > 0 {
			all = append(all, &rebuilding{flags: one, listings: listings})
		}
	}
	if len(all) > 0 {
		return all, nil
	}
	how := "--token ADDRESS, once for each launch"
	if f.chains != "" {
		how = "the field tokens of each chain has them"
	}
	return nil, &usageError{hint(errors.New("say which launches the database held"), "%s", how)}
}

// dial connects to a node of the chain. The caller closes it.
func (f *chainFlags) dial(ctx context.Context) (*node, error) {
	n, err := f.node.dial(ctx)
	if err != nil {
		return nil, err
	}
	for _, given := range f.assets {
		address, err := assetAddress(n.network, given)
		var a x402.Asset
		if err == nil {
			a, err = n.ReadAsset(ctx, address)
		}
		if err != nil {
			n.Close()
			return nil, err
		}
		n.others = append(n.others, a)
	}
	return n, nil
}

func (f *rebuildFlags) run(c *cobra.Command, p *Program) error {
	ctx := c.Context()
	all, err := f.wanted(c)
	if err != nil {
		return err
	}
	vacant, err := vacate(f.db)
	if err != nil {
		return err
	}
	defer vacant.Close()
	if err := removeUnfinished(f.db); err != nil {
		return err
	}
	for _, one := range all {
		if one.node, err = one.flags.dial(ctx); err != nil {
			return one.flags.in(err)
		}
		defer one.node.Close()
	}
	dir, err := os.MkdirTemp(filepath.Dir(f.db), filepath.Base(f.db)+".rebuild-*")
	if err != nil {
		return fmt.Errorf("make a directory for the new database: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := store.OpenDriver(filepath.Join(dir, "new.db"), failpoint.Driver)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, one := range all {
		genesis, err := one.Genesis(ctx)
		if err == nil {
			one.store = s.On(one.ChainID())
			err = one.store.Bind(one.ChainID(), genesis)
		}
		if err != nil {
			return err
		}
		for _, want := range one.listings {
			if _, err := register(ctx, one.store, one.node, want); err != nil {
				return err
			}
		}
		if err := readChain(ctx, p, one.store, one.node); err != nil {
			return err
		}
	}
	return f.finish(ctx, p, s, all)
}

// finish audits the new database, and gives it its name if there is no difference.
func (f *rebuildFlags) finish(ctx context.Context, p *Program, s *store.Store, all []*rebuilding) error {
	var books []mint.Solvency
	for _, one := range all {
		launches, err := one.store.Launches(ctx)
		if err != nil {
			return err
		}
		read, err := booksOf(ctx, p, one.node, one.store, launches)
		if err != nil {
			return err
		}
		books = append(books, read...)
	}
	differs := reportBooks(p, books, f.asJSON)
	if differs != nil && !errors.Is(differs, errDiffers) {
		return differs
	}
	if differs != nil {
		// A database with missing events would sell tokens that are sold already, and
		// ask payers to pay twice.
		aside := f.db + ".differs"
		if err := s.Backup(ctx, aside); err != nil {
			return errors.Join(differs, err)
		}
		return hint(fmt.Errorf("%w; %s was not made, the rebuilt data is in %s", differs, f.db, aside),
			"the node may have deleted old blocks: give an archive node with --rpc URL, and --deployed-at N if you know the block")
	}
	if err := s.Backup(ctx, f.db); err != nil {
		return err
	}
	return rebuilt(ctx, p, f.db, s)
}

// vacate checks that there is no file at the path and no log of one next to it. It
// also locks the database, which fails while a server still has the lost file open.
// The caller holds the lock until it closes it.
func vacate(path string) (*flock.Flock, error) {
	for _, suffix := range []string{"", "-wal", "-journal"} {
		_, err := os.Lstat(path + suffix)
		if err == nil {
			return nil, hint(fmt.Errorf("rebuild %s: %w", path+suffix, fs.ErrExist), "move it away and keep it, or choose another --db FILE")
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return nil, fmt.Errorf("rebuild %s: %w", path, err)
		}
	}
	real, err := filepath.EvalSymlinks(filepath.Dir(path)) // the store's lock is next to the real file
	if err != nil {
		return nil, fmt.Errorf("rebuild %s: %w", path, err)
	}
	lock := flock.New(filepath.Join(real, filepath.Base(path)+".lock"))
	switch ok, err := lock.TryLock(); {
	case err != nil:
		return nil, fmt.Errorf("rebuild %s: %w", path, err)
	case !ok:
		return nil, hint(fmt.Errorf("rebuild %s: %w", path, store.ErrLocked), "stop the server that used the lost database")
	}
	return lock, nil
}

// removeUnfinished removes what an earlier rebuild of the same file left when it was killed. The
// caller holds the file's lock, so no other rebuild of it runs.
func removeUnfinished(path string) error {
	dir, name := filepath.Dir(path), filepath.Base(path)
	entries, err := os.ReadDir(dir)
	for _, entry := range entries {
		// The directory of run, and the copy that Backup has not given its name.
		for prefix, isDir := range map[string]bool{name + ".rebuild-": true, name + ".partial-": false} {
			number, ours := strings.CutPrefix(entry.Name(), prefix)
			if _, notNumber := strconv.ParseUint(number, 10, 64); !ours || notNumber != nil || entry.IsDir() != isDir {
				continue
			}
			err = errors.Join(err, os.RemoveAll(filepath.Join(dir, entry.Name())))
		}
	}
	if err != nil {
		return fmt.Errorf("remove an unfinished rebuild of %s: %w", path, err)
	}
	return nil
}

// readChain reads the chain in the same way as a server after an interruption, but
// from the beginning.
func readChain(ctx context.Context, p *Program, s *store.Store, n *node) error {
	latest, _, err := n.Head(ctx)
	if err != nil {
		return err
	}
	engine := &mint.Engine{Store: s, Chain: n.Client, ChainID: n.ChainID(), Clock: p.Now, Log: slog.New(slog.DiscardHandler)}
	return engine.Read(ctx, func(b mint.Block) { p.say("read up to block %d of %d", b.Number, max(b.Number, latest.Number)) })
}

// rebuilt prints the content of the new database.
func rebuilt(ctx context.Context, p *Program, path string, s *store.Store) error {
	orders, err := s.Count(ctx, mint.Query{})
	if err != nil {
		return err
	}
	p.say("%s has %s from the chain; a payment that had not reached the chain is minted when its payer sends it again", path, amount.Plural(int64(orders), "payment"))
	return nil
}
