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
	"time"

	"github.com/gofrs/flock"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
)

const rebuildHelp = `
rebuild restores a lost database from the chain: the launches, every payment that
reached them, and its status. It ends with an audit. It never changes an existing
database. The new one gets its name only when it is complete and the audit finds
no difference.

usage: mint402 rebuild --token ADDRESS… [flags]

    $ mint402 rebuild --token 0x5FbD… --db mint402.db
    $ mint402 rebuild --token 0x5FbD… --slug ping --network base --rpc https://…

Payments that had not reached the chain are not restored: those that were claimed
but not sent, sent but not mined, or parked. Their payers were not charged. If a
payer sends such a payment again, the server accepts it like a new one, and it is
still minted at most once. The slug, the description and the image are not on the
chain: give them again. If several launches have them, rebuild one, and add the
others with serve, one at a time.

flags` + listingHelp + `
    --db FILE           the new database (default mint402.db)
    --json              print the audit as JSON` + nodeHelp

type rebuildFlags struct {
	node    nodeFlags
	listing listingFlags
	db      string
	asJSON  bool
}

func rebuildVerb(p *Program) *cobra.Command {
	var f rebuildFlags
	c := &cobra.Command{Use: "rebuild", Long: rebuildHelp, Args: arguments(0, 0, "no arguments; --token names a launch"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), p) }}
	f.node.add(c)
	f.listing.add(c)
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

func (f *rebuildFlags) run(ctx context.Context, p *Program) error {
	listings, err := f.listing.all()
	if err != nil {
		return err
	}
	if len(listings) == 0 {
		return &usageError{hint(errors.New("say which launches the database held"), "--token ADDRESS, once for each launch")}
	}
	vacant, err := vacate(f.db)
	if err != nil {
		return err
	}
	defer vacant.Close()
	if err := removeUnfinished(f.db); err != nil {
		return err
	}
	n, err := f.node.dial(ctx)
	if err != nil {
		return err
	}
	defer n.Close()
	dir, err := os.MkdirTemp(filepath.Dir(f.db), filepath.Base(f.db)+".rebuild-*")
	if err != nil {
		return fmt.Errorf("make a directory for the new database: %w", err)
	}
	defer os.RemoveAll(dir)
	s, err := openStore(ctx, filepath.Join(dir, "new.db"), n)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, want := range listings {
		if _, err := register(ctx, s, n, want); err != nil {
			return err
		}
	}
	if err := readChain(ctx, p, s, n); err != nil {
		return err
	}
	return f.finish(ctx, p, s, n)
}

// finish audits the new database, and gives it its name if there is no difference.
func (f *rebuildFlags) finish(ctx context.Context, p *Program, s *store.Store, n *node) error {
	launches, err := s.Launches(ctx)
	if err != nil {
		return err
	}
	differs := auditLaunches(ctx, p, n, s, launches, f.asJSON)
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

const backupHelp = `
backup copies the database to a new file, even while a server uses it. The copy
is complete, of one moment, and on disk when the command ends.

usage: mint402 backup FILE [--db FILE]

    $ mint402 backup /backup/mint402-$(date +%F).db

flags
    --db FILE     the database (default mint402.db)
    --json        print the result as JSON

to restore one
    Stop the server. Move the database's files away, mint402.db and those whose
    names begin with mint402.db-. Copy the backup to mint402.db, and start the
    server: it reads from the chain what is newer. The other files next to the
    database (mint402.db.challenges, mint402.db.holders, webhooks.json) stay. A
    backup has no keys. Without a backup: mint402 rebuild.

The dashboard's checklist shows when this was last run, from a note that it writes
next to the database: FILE.backup.json.
`

type backedUp struct {
	File  string `json:"file"`
	Bytes int64  `json:"bytes"`
}

func backupVerb(p *Program) *cobra.Command {
	var db string
	var asJSON bool
	c := &cobra.Command{Use: "backup", Long: backupHelp, Args: arguments(1, 1, "the file to write"),
		RunE: func(c *cobra.Command, args []string) error {
			s, err := openReader(db)
			if err != nil {
				return err
			}
			defer s.Close()
			if err := isDirectory(filepath.Dir(args[0])); err != nil {
				return fmt.Errorf("back up to %s: %w", args[0], err)
			}
			if err := s.Backup(c.Context(), args[0]); err != nil {
				return err
			}
			info, err := os.Stat(args[0])
			if err != nil {
				return err
			}
			if err := noteBackup(db, args[0], p.Now(), info.Size()); err != nil {
				p.say("the dashboard will not show this backup: %s", err)
			}
			if asJSON {
				return p.json(backedUp{args[0], info.Size()})
			}
			_, err = fmt.Fprintf(p.Out, "%s, %d bytes\n", args[0], info.Size())
			return err
		}}
	c.Flags().StringVar(&db, "db", "mint402.db", "")
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// noteBackup notes a copy for the dashboard's checklist.
func noteBackup(db, file string, now time.Time, size int64) error {
	whole, err := filepath.Abs(file)
	if err != nil {
		return err
	}
	return store.NoteCopy(db, store.Copy{At: now, File: whole, Bytes: size})
}

// lastBackup returns the function that returns the newest copy of a database, for the dashboard.
func lastBackup(db string) func() (admin.Backup, error) {
	return func() (admin.Backup, error) {
		c, there, err := store.LastCopy(db)
		return admin.Backup{At: c.At, File: c.File, Bytes: c.Bytes, There: there}, err
	}
}

// isDirectory returns an error with the directory's name if it does not exist.
func isDirectory(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("there is no directory %s", dir)
	case err == nil && !info.IsDir():
		return fmt.Errorf("%s is not a directory", dir)
	}
	return err
}
