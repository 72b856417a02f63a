package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/ethereum/go-ethereum/common"
)

// ErrOtherChain means that the database holds the orders of another chain.
var ErrOtherChain = errors.New("the database belongs to another chain")

//go:embed migrations/*.sql
var migrationFiles embed.FS

// migrations lead from each version of the schema to the next, in the order of their
// file names. A database stores in user_version how many of them were applied. A
// released migration never changes. schema.sql is their sum.
var migrations = readMigrations()

func readMigrations() (all []string) {
	files, err := migrationFiles.ReadDir("migrations")
	if err != nil {
		panic(err) // cannot happen: embedded
	}
	for _, f := range files {
		text, err := migrationFiles.ReadFile("migrations/" + f.Name())
		if err != nil {
			panic(err) // cannot happen: embedded
		}
		all = append(all, string(text))
	}
	return all
}

// application marks a file as ours (SQLite's application_id): "m402".
const application = 0x6d343032

type queryer interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// version returns how many migrations were applied to a database. It fails for files
// that are not ours and for those of a newer program.
func version(db queryer) (int, error) {
	var version, app, tables int
	ctx := context.Background()
	if err := db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, fmt.Errorf("read schema version: %w", err)
	}
	if err := db.QueryRowContext(ctx, "PRAGMA application_id").Scan(&app); err != nil {
		return 0, fmt.Errorf("read application id: %w", err)
	}
	if err := db.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_master").Scan(&tables); err != nil {
		return 0, fmt.Errorf("read schema: %w", err)
	}
	switch {
	case app != application && tables > 0:
		return 0, errors.New("the file is the database of another program")
	case version > len(migrations):
		return 0, fmt.Errorf("the database has schema %d, and this program reads up to schema %d: use a newer version of mint402", version, len(migrations))
	}
	return version, nil
}

// migrate updates a database to our schema, each step in one transaction. Before the
// first step it stores a copy of the old database next to the file.
func migrate(conn *sql.Conn, path string) error {
	ctx := context.Background()
	v, err := version(conn)
	if err != nil {
		return err
	}
	if v > 0 && v < len(migrations) {
		if err := keepCopy(conn, path, v); err != nil {
			return fmt.Errorf("keep a copy before migrating to schema %d: %w", len(migrations), err)
		}
	}
	if v == len(migrations) {
		return nil
	}
	// A table to which others refer can only be made again while references are not enforced.
	// They are checked before each COMMIT.
	if _, err := conn.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	for ; v < len(migrations); v++ {
		if err := step(ctx, conn, v); err != nil {
			_, _ = conn.ExecContext(ctx, "ROLLBACK") // the error is the reason
			return fmt.Errorf("migrate to schema %d: %w", v+1, err)
		}
	}
	_, err = conn.ExecContext(ctx, "PRAGMA foreign_keys = ON")
	return err
}

// step applies one migration in a transaction, which it leaves open if it fails.
func step(ctx context.Context, conn *sql.Conn, v int) error {
	_, err := conn.ExecContext(ctx, fmt.Sprintf("BEGIN IMMEDIATE;\n%s;\nPRAGMA application_id = %d; PRAGMA user_version = %d",
		migrations[v], application, v+1))
	if err != nil {
		return err
	}
	var broken int
	if err := conn.QueryRowContext(ctx, "SELECT count(*) FROM pragma_foreign_key_check").Scan(&broken); err != nil {
		return err
	}
	if broken > 0 {
		return fmt.Errorf("%d rows refer to rows that are not there", broken)
	}
	_, err = conn.ExecContext(ctx, "COMMIT")
	return err
}

// keepCopy writes the database as it is to path.schemaN. If that file exists, it uses
// path.schemaN-2, path.schemaN-3 and so on. The copy gets its name only when it is on
// disk.
func keepCopy(conn *sql.Conn, path string, schema int) error {
	partial := fmt.Sprintf("%s.schema%d.partial", path, schema)
	if err := os.Remove(partial); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	defer os.Remove(partial)
	file, err := os.OpenFile(partial, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return err
	}
	defer file.Close()
	if _, err := conn.ExecContext(context.Background(), "VACUUM INTO ?", partial); err != nil {
		return err
	}
	if err := file.Sync(); err != nil {
		return err
	}
	for n, name := 2, fmt.Sprintf("%s.schema%d", path, schema); ; n++ {
		err := os.Link(partial, name) // never replaces a file
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
		name = fmt.Sprintf("%s.schema%d-%d", path, schema, n)
	}
}

// checkSchema returns an error if a reader cannot read the schema without a
// migration.
func checkSchema(db queryer) error {
	v, err := version(db)
	if err == nil && v < len(migrations) {
		err = fmt.Errorf("the database has schema %d, and this program reads schema %d: start mint402 serve on it once, which migrates it", v, len(migrations))
	}
	return err
}

// Bind makes a chain one of the database, unless it is one already. It fails with ErrOtherChain
// if the chain has another genesis block here.
func (s *Store) Bind(chainID uint64, genesis common.Hash) error {
	return s.write(context.Background(), "bind", func(w *tx) error {
		if w.chain != 0 && w.chain != chainID {
			return fmt.Errorf("%w: these are the books of chain %d, not of chain %d", ErrOtherChain, w.chain, chainID)
		}
		if _, err := w.exec("INSERT INTO chains (chain_id, genesis) VALUES (?, ?) ON CONFLICT DO NOTHING", chainID, genesis[:]); err != nil {
			return err
		}
		var bound common.Hash
		if err := w.row("SELECT genesis FROM chains WHERE chain_id = ?", chainID).Scan(&bound); err != nil {
			return err
		}
		if bound != genesis {
			return fmt.Errorf("%w: it has the orders of chain %d with genesis %s, and not with genesis %s", ErrOtherChain, chainID, bound, genesis)
		}
		return nil
	})
}

// bound returns ErrOtherChain if the database is of chains, and a chain is none of them.
func bound(w *tx, chainID uint64) error {
	var other uint64
	err := w.row("SELECT chain_id FROM chains WHERE NOT EXISTS (SELECT 1 FROM chains WHERE chain_id = ?) LIMIT 1", chainID).Scan(&other)
	if err == nil {
		return fmt.Errorf("%w: it has the orders of chain %d, and the launch is on chain %d", ErrOtherChain, other, chainID)
	}
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return err
}
