package store

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// tx is an open transaction of the writing connection. Several functions can use it,
// and so share the transaction and its commit.
//
// It is not gorm's Transaction, because database/sql hides whether a rollback failed,
// and then the next transaction cannot begin.
type tx struct {
	s           *Store
	db          *gorm.DB
	now         time.Time
	moves       map[string]*count     // changes to the counters of launches that are not written yet
	counters    map[string]counters   // of launches, after the commit
	reads       map[string]mint.Block // how far launches are read after the commit, for those that change
	doubted     map[string]bool       // launches with events and orders that do not become final
	launchSaved bool
	changed     int64 // number of rows
}

// write runs f in one durable transaction of its own. It stops waiting for the writer
// when ctx ends. Once it has the writer it ignores ctx, since the rest is short.
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
	err := s.transact(f)
	s.writes.Add(1) // after a failed COMMIT, too: the changes may be there
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// transact runs f in one durable transaction. The caller holds the turn.
func (s *Store) transact(f func(*tx) error) error {
	if s.closed {
		return os.ErrClosed
	}
	w := &tx{
		s: s, db: s.writer, now: s.Now().UTC(),
		moves: map[string]*count{}, counters: map[string]counters{}, reads: map[string]mint.Block{},
	}
	err := w.run(f)
	s.note(err)
	if err == nil {
		s.updateSnapshot(w)
		s.written(w.changed)
	}
	return err
}

func (w *tx) run(f func(*tx) error) (err error) {
	if w.s.broken {
		// The rollback of an earlier transaction failed.
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
		return ErrEpoch
	}
	if err := f(w); err != nil {
		return err
	}
	if err := w.settleCounters(); err != nil {
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
// commit.
func (w *tx) commit() error {
	if _, err := w.exec("COMMIT"); err != nil {
		w.s.snapshot.Store(nil)
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// rollback ends the transaction. It succeeds too if SQLite has already ended it, as
// it does when a write or a sync of the disk fails.
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

// exec runs SQL with gorm's prepared statements and returns how many rows it changed.
// It leaves out gorm's builder, which parses the text each time.
func (w *tx) exec(query string, args ...any) (int64, error) {
	result, err := w.db.ConnPool.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	w.changed += n
	return n, err
}

// row reads the first row of a query; see exec.
func (w *tx) row(query string, args ...any) scanner {
	rows, err := w.db.ConnPool.QueryContext(context.Background(), query, args...)
	return oneRow{rows, err}
}

// each calls f for every row of a query; see exec. The query is still open while f
// runs, so f must only collect and not write.
func (w *tx) each(f func(scanner) error, query string, args ...any) error {
	rows, err := w.db.ConnPool.QueryContext(context.Background(), query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, f)
}

// scanner is a row, or the error of the query that should have returned one.
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
