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
//     launches with their counters, the number of orders in each state, orders on
//     their way, and which ids were never stored. A replaced process keeps an outdated
//     cache, but none of its writes can succeed.
//
// gorm runs the statements. Rows that change rarely are written by models. Statements
// of hot paths, and those that gorm's builder cannot express, are SQL on gorm's
// prepared statements. A comment gives the reason and the measurement.
//
// The schema, with every column explained, is schema.sql. [Store] implements
// [mint.Store].
package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"sync/atomic"
	"time"

	"github.com/gofrs/flock"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store/asks"
	"github.com/mint402/mint402/store/crowds"
	"github.com/mint402/mint402/store/notes"
	"github.com/mint402/mint402/store/profiles"
	"github.com/mint402/mint402/store/relayed"
)

var (
	// ErrLocked means that another process has the database open for writing.
	ErrLocked = errors.New("another process has the database open")
	// ErrLinked means that the database file has a second name, a hard link. The lock
	// and SQLite's log belong to a name. Two servers could write to one file through
	// two names, and each would miss the writes in the other's log.
	ErrLinked = errors.New("the database file has more than one name, and another process may write to it by another name: " +
		"remove the other names (find -samefile lists them), or start on a copy made with mint402 backup")
	// ErrEpoch means that another process has opened the database for writing since, so
	// this one may not write any more. It is [mint.ErrReplaced].
	ErrEpoch = mint.ErrReplaced
	// ErrReadOnly means that a write was tried on a store that OpenReader opened.
	ErrReadOnly = errors.New("the database is open for reading only")
	// errNoChain means that a method was called that is about one chain, on a store of all.
	errNoChain = errors.New("the store has several chains: choose one with On")
)

// Store is a database of launches and orders, of one chain or several. Its methods are safe for
// concurrent use.
//
// The store that is opened sees all chains. [Store.On] is the same store with one chain's books.
type Store struct {
	*core
	chain uint64 // that it sees and writes; 0: all

	EventReader   // with read
	JournalReader // with read
	// Profiles are those of launches.
	Profiles profiles.Table
	// Notes are the operator's.
	Notes notes.Table
	// Asks are what facilitators were asked.
	Asks asks.Table
	// Relayed are payments that the facilitator settles for holders of tokens.
	Relayed relayed.Table
	// Crowds reads who minted.
	Crowds crowds.Table
}

// core is what all views of a database share.
type core struct {
	// Now returns the time stored with orders and transactions. Open sets it to
	// time.Now.
	Now func() time.Time

	path   string
	driver string
	lock   *flock.Flock
	epoch  int64
	turn   chan struct{} // a lock with room for one: full while a goroutine writes
	claims waiters       // claims that wait for a group commit
	lead   chan struct{} // a lock: held by the claim that waits for the turn to commit a group, or does so
	closed bool          // only changed while holding turn
	broken bool          // a failed transaction is still open; only changed while holding turn

	maxChanges int64     // that the journal keeps
	unpruned   int       // changes written since old ones were deleted; only changed while holding turn
	pool       *sql.DB   // has only conn
	conn       *sql.Conn // the only writing connection; nil in a reader
	writer     *gorm.DB  // on conn; it prepares each statement once
	read       *gorm.DB  // on a pool of reading connections
	byID       *sql.Stmt // reads an order

	checkpointer  checkpointer
	checkpointErr atomic.Pointer[error]         // why the last checkpoint failed, if it did
	diskErr       atomic.Pointer[error]         // the disk error of the last write, if any
	files         files                         // empty in a reader
	filter        *filter                       // of the ids in orders; nil in a reader
	cache         *orderCache                   // nil in a reader
	snapshot      atomic.Pointer[snapshot]      // cache; nil in a reader, and while its content is unknown
	writes        atomic.Uint64                 // number of writes that ended; claims are not counted
	lastSkip      atomic.Int64                  // no skipped payment's transaction was first seen mined later; nanoseconds since 1970; not kept in a reader
	resigned      atomic.Uint64                 // number of writes that added an attempt to a stored transaction, or took an order from one
	inFlight      atomic.Pointer[inFlightCache] // cache for InFlight; nil in a reader
}

var _ mint.Store = (*Store)(nil)

// Driver is the name under which SQLite's driver is registered.
const Driver = "sqlite3"

// Open opens the database at path for writing, and creates or migrates it first if
// needed. It holds a lock until Close, so that no other process can open it for
// writing. It fails with ErrLocked if another process holds the lock, and with
// ErrLinked if the file has a second name.
func Open(path string) (*Store, error) { return OpenDriver(path, Driver) }

// OpenDriver opens the database as Open does, with another registered driver of SQLite,
// such as one with which a test injects errors. Only SQLite's own errors count as errors
// of the disk; see [Store.Healthy].
func OpenDriver(path, driver string) (*Store, error) {
	s, err := open(path, driver)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	return s, nil
}

// open opens the database at path for writing. The order of its steps matters: lock, check
// the file, open the connections, raise the epoch, and only then read the caches.
func open(path, driver string) (_ *Store, err error) {
	if path, err = resolve(path); err != nil {
		return nil, err
	}
	s := &Store{core: &core{Now: time.Now, path: path, driver: driver, turn: make(chan struct{}, 1), lead: make(chan struct{}, 1), maxChanges: MaxChanges,
		cache: &orderCache{}}}
	defer func() {
		if err != nil {
			_ = s.Close() // the error above is the reason
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
	if err := s.openWriter(); err != nil {
		return nil, err
	}
	if err := s.openReaders(); err != nil {
		return nil, err
	}
	if err := s.openCheckpointer(); err != nil {
		return nil, err
	}
	// The checkpointer does this work, so that no commit has to.
	if _, err := s.conn.ExecContext(context.Background(), "PRAGMA wal_autocheckpoint = 0"); err != nil {
		return nil, err
	}
	// From here on, a process that had the database before us cannot write to it.
	err = s.conn.QueryRowContext(context.Background(),
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
	s := &Store{core: &core{Now: time.Now, driver: Driver}}
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
	s.cache.clear()
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
		errs = append(errs, closeStatements(s.writer))
	}
	if s.conn != nil {
		// If a reader in another process prevents this, the log stays next to the
		// file and no data is lost.
		_, _ = s.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		errs = append(errs, s.conn.Close())
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
