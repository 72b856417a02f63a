// Package store keeps launches and orders in one SQLite file.
//
// A claim is one write, counters change together with the orders that they count,
// and no acknowledged write is lost:
//
//   - Every write is one IMMEDIATE transaction on the only writing connection,
//     synced to disk before the method returns. Claims that arrive at the same
//     time share one. Each has its own conditions, and is acknowledged or refused
//     separately once that transaction is durable.
//   - A launch's sold and reserved change in the transaction that changes an
//     order's state, by the difference of [mint.Order.State] before and after.
//   - Two processes never write to one database. [Open] takes a kernel lock and
//     raises an epoch, and every write checks that epoch. A process that was
//     suspended and replaced can therefore only fail when it wakes up.
//   - The data that every request needs is cached in memory as of the last commit:
//     launches with their counters, the number of orders in each state, and which
//     ids were never stored. A replaced process keeps an outdated cache, but none
//     of its writes can succeed.
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
	// ErrLocked means that another process has the database open for writing.
	ErrLocked = errors.New("another process has the database open")
	// ErrLinked means that the database file has a second name, a hard link. The lock
	// and SQLite's log belong to a name. Two servers could write to one file through
	// two names, and each would miss the writes in the other's log.
	ErrLinked = errors.New("the database has more than one name, and another process may write to it by another: " +
		"remove the other names (find -samefile lists them), or start on a copy that mint402 backup made")
	// ErrEpoch is mint.ErrReplaced: this process may not write any more.
	ErrEpoch = mint.ErrReplaced
	// ErrReadOnly is returned by a write to a store that OpenReader opened.
	ErrReadOnly = errors.New("the database is open for reading only")
)

// readers is the maximum number of connections that read at the same time.
const readers = 4

// Store is a database of launches and orders. Its methods are safe for concurrent
// use.
type Store struct {
	// Now returns the time stored with orders and transactions. Open sets it to
	// time.Now.
	Now func() time.Time

	path   string
	driver string
	lock   *flock.Flock
	epoch  int64
	turn   chan struct{} // a lock: held by the goroutine that writes
	claims waiters       // claims that wait for a shared commit
	closed bool          // only changed while holding turn
	broken bool          // a failed transaction is still open; only changed while holding turn
	pool   *sql.DB       // only for the writer
	writer *sql.Conn     // nil in a reader
	stmts  map[string]*sql.Stmt
	read   *gorm.DB
	byID   *sql.Stmt

	checkpointer  checkpointer
	files         files                         // empty in a reader
	snapshot      atomic.Pointer[snapshot]      // cache; nil in a reader, and while its content is unknown
	filter        *filter                       // of the ids in orders; nil in a reader
	writes        atomic.Uint64                 // number of writes that ended, without claims
	inFlight      atomic.Pointer[inFlightCache] // cache for InFlight; nil in a reader
	diskErr       atomic.Pointer[error]         // the disk error of the last write, if any
	checkpointErr atomic.Pointer[error]         // why the last checkpoint failed, if it did
}

var _ mint.Store = (*Store)(nil)

// Driver is the name under which SQLite's driver is registered.
const Driver = "sqlite3"

// Open opens the database at path for writing, and creates or migrates it first if
// needed. It holds a lock until Close, so that no other process can open it for
// writing. It fails with ErrLocked if another process holds the lock, and with
// ErrLinked if the file has a second name.
func Open(path string) (*Store, error) { return OpenDriver(path, Driver) }

// OpenDriver is Open with another registered driver of SQLite, such as one with which
// a test injects errors. The store ignores the meaning of driver errors other than
// SQLite's own; see [Store.Healthy].
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

	// SQLite would let all users read the file, which contains signed authorizations.
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
	if err := s.openCheckpointer(); err != nil {
		return nil, err
	}
	if _, err := s.writer.ExecContext(context.Background(), "PRAGMA wal_autocheckpoint = 0"); err != nil {
		return nil, err
	}
	// From here on, a process that had the database before us cannot write to it.
	err = s.writer.QueryRowContext(context.Background(),
		"UPDATE meta SET epoch = epoch + 1 RETURNING epoch").Scan(&s.epoch)
	if err != nil {
		return nil, fmt.Errorf("raise epoch: %w", err)
	}
	if err := s.files.watch(path, path+"-wal"); err != nil { // the write above has created the log
		return nil, err
	}
	m, err := s.readSnapshot()
	if err != nil {
		return nil, err
	}
	if s.filter, err = s.idsOf(m); err != nil {
		return nil, err
	}
	s.snapshot.Store(m)
	return s, nil
}

// OpenReader opens an existing database for reading. Another process may have it open
// for writing at the same time. Every write fails with ErrReadOnly.
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

// resolve maps all paths that lead to a file to one path, so that they share a lock.
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
	dir, err := filepath.EvalSymlinks(filepath.Dir(path)) // the file does not exist yet
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
	options.Set("_mutex", "no") // database/sql never uses a connection from two goroutines at a time
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}).String()
}

func (s *Store) openReaders() error {
	pool, err := sql.Open(s.driver, dsn(s.path, url.Values{
		"mode":          {"ro"},
		"_busy_timeout": {"5000"},
		"_query_only":   {"1"},
		"_cache_size":   {"-1000"}, // enough for the inner pages of a million orders
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

// Close waits for a running write, writes the log back into the database file and
// unlocks the database for other processes.
func (s *Store) Close() error {
	if s.turn != nil {
		s.turn <- struct{}{}
		defer func() { <-s.turn }()
	}
	if s.closed {
		return nil
	}
	s.closed = true
	if s.checkpointer.pool != nil {
		close(s.checkpointer.ending)
		s.checkpointer.working <- struct{}{} // never released: no checkpoint starts after this
		s.checkpointer.pool.Close()
	}
	s.snapshot.Store(nil)
	s.inFlight.Store(nil)
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
		// If a reader in another process prevents this, the log stays next to the
		// file and no data is lost.
		s.writer.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		errs = append(errs, s.writer.Close())
	}
	if s.pool != nil {
		errs = append(errs, s.pool.Close())
	}
	if s.lock != nil {
		// The lock file is not removed. Otherwise two processes could lock two
		// different files of that name.
		errs = append(errs, s.lock.Unlock())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
}
