package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// tx is an open transaction of the writing connection. The functions that use it share the
// transaction and its commit.
//
// It is not gorm's Transaction, because database/sql hides whether a rollback failed,
// and then the next transaction cannot begin.
type tx struct {
	s           *Store
	chain       uint64 // that it sees and writes; 0: all
	db          *gorm.DB
	now         time.Time
	moves       map[string]*count          // slug → change of a launch's counters; settleCounters writes it
	counters    map[string]counters        // slug → the counters after the commit, if they change
	reads       map[string]mint.Block      // slug → how far the launch is read after the commit, if that changes
	twice       map[string]uint64          // slug → how far it is read a second time after the commit, if that changes
	doubted     map[string]bool            // slugs of launches whose events and orders must not become final
	edited      map[mint.PaymentID]*record // orders that change, for the cache; nil if removed
	resigned    bool                       // a stored transaction gets another attempt, or loses an order
	journal     journal
	reported    map[string]mint.Standing // slugs of launches whose standing changes
	launchSaved bool
	changed     int64 // rows; an estimate, since SQLite repeats the last count for BEGIN and COMMIT
}

// write runs f in one durable transaction of its own. It stops waiting for the turn when
// ctx ends. Once it has the turn it ignores ctx, since the rest is short. An error begins
// with the verb.
//
// A nil error means that the changes of f are durable. An error of f, or of any
// statement before COMMIT, means that no row was changed. For an error of COMMIT, see
// [tx.commit].
func (s *Store) write(ctx context.Context, verb string, f func(*tx) error) error {
	if s.writer == nil {
		return fmt.Errorf("%s: %w", verb, ErrReadOnly)
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return fmt.Errorf("%s: %w", verb, ctx.Err())
	}
	err := s.transact(func(w *tx) error {
		w.chain = s.chain
		return f(w)
	})
	s.writes.Add(1) // after a failed COMMIT, too: the changes may be there
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// transact runs f in one durable transaction and then updates the caches. The caller holds
// the turn.
func (s *Store) transact(f func(*tx) error) error {
	if s.closed {
		return os.ErrClosed
	}
	w := &tx{
		s: s, db: s.writer, now: s.Now().UTC().Round(0), // without a monotonic clock, as it is stored
		edited: map[mint.PaymentID]*record{},
		moves:  map[string]*count{}, counters: map[string]counters{}, reads: map[string]mint.Block{}, twice: map[string]uint64{},
	}
	err := w.run(f)
	if w.resigned { // after a failed COMMIT, too: the changes may be there
		s.resigned.Add(1)
	}
	s.note(err)
	if err == nil {
		s.cache.add(w.edited)
		s.updateSnapshot(w)
		s.written(w.changed)
	}
	return err
}

// run checks the epoch, runs f and commits. If any of these fails, it rolls back.
func (w *tx) run(f func(*tx) error) (err error) {
	if w.s.broken {
		// The rollback of an earlier transaction failed, so it is still open.
		if err := w.rollback(); err != nil {
			return err
		}
	}
	if _, err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			_ = w.rollback() // if it fails, the next transaction repeats it
		}
	}()
	var epoch int64
	if err := w.row("SELECT epoch FROM meta").Scan(&epoch); err != nil {
		return err
	}
	if epoch != w.s.epoch {
		w.s.cache.clear() // the other process changes orders
		return ErrEpoch
	}
	if err := f(w); err != nil {
		return err
	}
	if err := w.settleCounters(); err != nil {
		return err
	}
	if err := w.writeJournal(); err != nil {
		return err
	}
	if err := w.commit(); err != nil {
		return err
	}
	committed = true
	return nil
}

// commit makes the transaction durable.
//
// If COMMIT fails, the caller cannot know whether the changes will last. COMMIT
// appends them to the log, syncs the log and then shows them to other connections. A
// write or a sync of the log that fails (SQLITE_FULL, SQLITE_IOERR) makes SQLite roll
// back: no connection sees the changes, and the next write overwrites them in the
// log. But they may be complete in the log file. If the process dies before the next
// write, SQLite finds them when it next opens the file, and takes them as committed.
// SQLITE_BUSY, which a writer does not get in WAL mode, would leave the transaction
// open, and run would roll it back.
//
// So the error means "not now, but perhaps after a restart", and callers repeat the
// operation. Claim then returns the order that is there, and a transaction that Carry
// stored is sent. The snapshot is dropped, so reads go to the database until the next
// commit. The orders of the transaction are not in the cache, whether COMMIT fails or not.
func (w *tx) commit() error {
	w.s.cache.drop(w.edited)
	if _, err := w.exec("COMMIT"); err != nil {
		w.s.snapshot.Store(nil)
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// rollback ends the transaction without its changes. It also succeeds if SQLite has already
// ended the transaction, as it does when a write or a sync of the disk fails.
func (w *tx) rollback() error {
	_, err := w.exec("ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		err = nil
	}
	w.s.broken = err != nil
	return err
}

// done returns the number of rows that a statement of gorm changed, and its error.
func (w *tx) done(result *gorm.DB) (int64, error) {
	w.changed += result.RowsAffected
	return result.RowsAffected, result.Error
}

// exec runs SQL with gorm's prepared statements and returns how many rows an INSERT, UPDATE
// or DELETE changed. It leaves out gorm's builder, which parses the text each time.
func (w *tx) exec(query string, args ...any) (int64, error) {
	result, err := w.db.ConnPool.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	w.changed += n
	return n, err
}

// insert runs an INSERT of at most one row as exec does, and returns the row's id, or 0 if
// no row was inserted.
func (w *tx) insert(query string, args ...any) (int64, error) {
	result, err := w.db.ConnPool.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	if w.changed += n; err != nil || n == 0 {
		return 0, err
	}
	return result.LastInsertId()
}

// row runs a query as exec does, and returns its first row or its error.
func (w *tx) row(query string, args ...any) scanner {
	rows, err := w.db.ConnPool.QueryContext(context.Background(), query, args...)
	return oneRow{rows, err}
}

// each runs a query as exec does, and calls f for every row. The query is still open while
// f runs, so f must only collect and not write.
func (w *tx) each(f func(scanner) error, query string, args ...any) error {
	rows, err := w.db.ConnPool.QueryContext(context.Background(), query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, f)
}

// ofLaunch makes the rest of the transaction write for a launch's chain. It returns
// mint.ErrNotFound if the view does not have the launch.
func ofLaunch(w *tx, slug string) error {
	var chainID uint64
	err := w.row("SELECT chain_id FROM launches WHERE slug = ? AND ? IN (0, chain_id)", slug, w.chain).Scan(&chainID)
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("launch %s: %w", slug, mint.ErrNotFound)
	}
	w.chain = chainID
	return err
}

// has reports whether a launch is of the chain for which this part of the transaction writes.
// The chain of a launch never changes.
func has(w *tx, launch string) (bool, error) {
	if w.chain == 0 {
		return true, nil
	}
	if m := w.s.snapshot.Load(); m != nil {
		if chain, ok := m.chain(launch); ok {
			return chain == w.chain, nil
		}
	}
	var n int
	err := w.row("SELECT count(*) FROM launches WHERE slug = ? AND chain_id = +?", launch, w.chain).Scan(&n)
	return n > 0, err
}

// without removes the orders of other chains than the transaction's.
func without(w *tx, found map[mint.PaymentID]*record) error {
	for id, o := range found {
		if sees, err := has(w, o.Launch); err != nil {
			return err
		} else if !sees {
			delete(found, id)
		}
	}
	return nil
}

// scanner is a row. If its query failed, Scan returns that error.
type scanner interface{ Scan(dest ...any) error }

// oneRow is the first row of a query. It replaces gorm's Row, which panics if the
// query fails.
type oneRow struct {
	rows *sql.Rows
	err  error
}

// Scan returns sql.ErrNoRows if there is no row. It closes the query.
func (r oneRow) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		return cmp.Or(r.rows.Err(), sql.ErrNoRows)
	}
	if err := r.rows.Scan(dest...); err != nil {
		return err
	}
	return r.rows.Close()
}

// eachRow calls f for every row until it fails, and closes the query.
func eachRow(rows *sql.Rows, f func(scanner) error) error {
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
