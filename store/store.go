// Package store keeps launches and orders in one SQLite file.
//
// A claim is one write, counters move with the orders that they count, and
// nothing that was acknowledged is lost:
//
//   - Every write is one IMMEDIATE transaction on the only writing connection,
//     synced to disk before the method returns. Claims that come at the same
//     time share one; each has its own conditions, and is acknowledged or refused
//     on its own once that transaction is durable.
//   - A launch's sold and reserved move in the transaction that changes an
//     order's state, by the difference of [mint.Order.State] before and after.
//   - Two processes never write to one database: [Open] holds a kernel lock and
//     raises an epoch that every write checks, so that a process that was
//     suspended and replaced can only fail when it wakes up.
//   - What every request asks for is remembered as of the last commit: launches
//     with their counters, how many orders are in which state, and which ids were
//     never stored. A process that was replaced remembers what was then; nothing
//     that it does with that can be written.
//
// The schema, with every column explained, is schema.sql. [Store] implements
// [mint.Store].
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/mint402/mint402/mint"
)

var (
	// ErrLocked: another process has the database open for writing.
	ErrLocked = errors.New("another process has the database open")
	// ErrLinked: the database file has a second name, a hard link. The lock and
	// SQLite's log belong to a name: two servers could write to one file, and each
	// would miss what is in the other's log.
	ErrLinked = errors.New("the database has more than one name, and another process may write to it by another: " +
		"remove the other names (find -samefile lists them), or start on a copy that mint402 backup made")
	// ErrEpoch is mint.ErrReplaced: this process may not write any more.
	ErrEpoch = mint.ErrReplaced
	// ErrReadOnly: a write to a store that OpenReader returned.
	ErrReadOnly = errors.New("the database is open for reading only")
)

// readers is how many connections read at a time.
const readers = 4

// Store is a database of launches and orders. Its methods may be called from
// any goroutine.
type Store struct {
	// Now dates orders and transactions. Open sets it to time.Now.
	Now func() time.Time

	path   string
	driver string
	lock   *flock.Flock
	epoch  int64
	turn   chan struct{} // held by whoever writes
	claims claimants     // who wait to share a write
	closed bool          // changed by whoever holds the turn
	torn   bool          // the writer is in a transaction that failed; as closed
	pool   *sql.DB       // of the writer alone
	writer *sql.Conn     // nil in a reader
	stmts  map[string]*sql.Stmt
	read   *gorm.DB
	byID   *sql.Stmt

	keeper  keeper
	ours    files                  // nothing in a reader
	memory  atomic.Pointer[memory] // nil in a reader, and where what it should hold is unknown
	filter  *filter                // of the ids in orders; nil in a reader
	writes  atomic.Uint64          // that ended, but for claims
	flight  atomic.Pointer[flight] // nil in a reader
	trouble atomic.Pointer[error]  // the disk's fault that the last write met
	lag     atomic.Pointer[error]  // why the last of the log was not brought in
}

var _ mint.Store = (*Store)(nil)

// Driver is the name that SQLite's driver is registered under.
const Driver = "sqlite3"

// Open opens the database at path for writing, making or migrating it, and
// keeps every other process from doing so until Close. It fails with ErrLocked
// if one already has, and with ErrLinked if the file has a second name.
func Open(path string) (*Store, error) { return OpenDriver(path, Driver) }

// OpenDriver is Open with another registered driver of SQLite, such as one that
// lets a test decide what fails. Driver errors other than SQLite's own mean
// nothing to the store; see [Store.Fit].
func OpenDriver(path, driver string) (*Store, error) {
	s, err := open(path, driver)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

func open(path, driver string) (_ *Store, err error) {
	if path, err = resolve(path); err != nil {
		return nil, err
	}
	s := &Store{Now: time.Now, path: path, driver: driver, turn: make(chan struct{}, 1), stmts: map[string]*sql.Stmt{}}
	defer func() {
		if err != nil {
			s.Close()
		}
	}()

	s.lock = flock.New(path + ".lock")
	if ok, err := s.lock.TryLock(); err != nil {
		return nil, fmt.Errorf("lock %s.lock: %w", path, err)
	} else if !ok {
		return nil, fmt.Errorf("lock %s.lock: %w", path, ErrLocked)
	}

	// SQLite would let everybody read it. Signed authorizations are in it.
	if file, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	} else if err := file.Close(); err != nil {
		return nil, err
	}
	if err := named(path); err != nil {
		return nil, err
	}
	s.pool, err = sql.Open(driver, dsn(path, url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_busy_timeout": {"5000"},
		"_foreign_keys": {"1"},
		"_cache_size":   {"-4000"},
	}))
	if err != nil {
		return nil, err
	}
	s.pool.SetMaxOpenConns(1)
	if s.writer, err = s.pool.Conn(context.Background()); err != nil {
		return nil, err
	}
	if err := migrate(s.writer, path); err != nil {
		return nil, err
	}
	if err := s.openReaders(); err != nil {
		return nil, err
	}
	if err := s.openKeeper(); err != nil {
		return nil, err
	}
	if _, err := s.writer.ExecContext(context.Background(), "PRAGMA wal_autocheckpoint = 0"); err != nil {
		return nil, err
	}
	// From here on whoever had the database before us cannot write to it.
	err = s.writer.QueryRowContext(context.Background(),
		"UPDATE meta SET epoch = epoch + 1 RETURNING epoch").Scan(&s.epoch)
	if err != nil {
		return nil, fmt.Errorf("raise epoch: %w", err)
	}
	if err := s.ours.watch(path, path+"-wal"); err != nil { // the log is there since that write
		return nil, err
	}
	m, err := s.recall()
	if err != nil {
		return nil, err
	}
	if s.filter, err = s.idsOf(m); err != nil {
		return nil, err
	}
	s.memory.Store(m)
	return s, nil
}

// OpenReader opens an existing database for reading, beside a process that may
// have it open for writing. Every write fails with ErrReadOnly.
func OpenReader(path string) (*Store, error) {
	s := &Store{Now: time.Now, driver: Driver}
	var err error
	if s.path, err = resolve(path); err == nil {
		if err = named(s.path); err == nil {
			err = s.openReaders()
		}
	}
	if err != nil {
		s.Close()
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

// resolve makes one name of all that lead to a file, so that they share a lock.
func resolve(path string) (string, error) {
	if path == "" {
		return "", errors.New("the name of the file is empty")
	}
	path, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(path); err == nil {
		return real, nil
	}
	dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // the file is yet to be made
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, filepath.Base(path)), nil
}

// named checks that the database file exists and has no second name.
func named(path string) error {
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return &fs.PathError{Op: "open", Path: path, Err: syscall.EISDIR}
	}
	return alone(path, info)
}

func dsn(path string, options url.Values) string {
	options.Set("_mutex", "no") // database/sql lets one at a time use a connection
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}).String()
}

func (s *Store) openReaders() error {
	pool, err := sql.Open(s.driver, dsn(s.path, url.Values{
		"mode":          {"ro"},
		"_busy_timeout": {"5000"},
		"_query_only":   {"1"},
		"_cache_size":   {"-1000"}, // the inner pages of a million orders
	}))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(readers)
	pool.SetMaxIdleConns(readers)
	s.read, err = gorm.Open(sqlite.Dialector{Conn: pool}, &gorm.Config{
		Logger:                 logger.Discard,
		DisableAutomaticPing:   true,
		SkipDefaultTransaction: true,
	})
	if err != nil {
		pool.Close()
		return err
	}
	if err := checkSchema(pool); err != nil {
		return err
	}
	s.byID, err = pool.Prepare(selectOrder + " WHERE id = ?")
	return err
}

// Close waits for a write that is running, writes the log back into the database
// file and lets other processes open it.
func (s *Store) Close() error {
	if s.turn != nil {
		s.turn <- struct{}{}
		defer func() { <-s.turn }()
	}
	if s.closed {
		return nil
	}
	s.closed = true
	if s.keeper.pool != nil {
		close(s.keeper.ending)
		s.keeper.working <- struct{}{} // for good
		s.keeper.pool.Close()
	}
	s.memory.Store(nil)
	s.flight.Store(nil)
	var errs []error
	if s.byID != nil {
		errs = append(errs, s.byID.Close())
	}
	if s.read != nil {
		if pool, err := s.read.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	if s.writer != nil {
		for _, stmt := range s.stmts {
			errs = append(errs, stmt.Close())
		}
		// Where a reader of another process is in the way, the log stays beside
		// the file and nothing is lost.
		s.writer.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		errs = append(errs, s.writer.Close())
	}
	if s.pool != nil {
		errs = append(errs, s.pool.Close())
	}
	if s.lock != nil {
		// The lock file stays: removing it would let two processes lock two files
		// of that name.
		errs = append(errs, s.lock.Unlock())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}
