package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/mint402/mint402/mint"
)

// tx is an open transaction of the writer. Several functions can use it, and so
// share the transaction and its commit.
type tx struct {
	s           *Store
	now         time.Time
	moves       map[string]*count     // changes to the counters of launches that are not written yet
	counters    map[string]counters   // of launches, after the commit
	reads       map[string]mint.Block // how far launches are read after the commit, for those that change
	doubted     map[string]bool       // launches with events and orders that do not become final
	launchSaved bool
	changed     int64 // number of rows
}

// write runs f in one durable transaction of its own. It stops waiting for the writer
// when ctx ends. Once it has the writer it ignores ctx, since the rest is short. So a
// nil error means that f was written, and any other that it was not.
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
	err := s.commit(f)
	s.writes.Add(1) // it may be there even if it failed
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// commit runs f in one durable transaction. The caller holds the turn.
func (s *Store) commit(f func(*tx) error) error {
	if s.closed {
		return os.ErrClosed
	}
	w := &tx{s: s, now: s.Now().UTC(), moves: map[string]*count{}, counters: map[string]counters{}, reads: map[string]mint.Block{}}
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
			w.rollback()
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
	if _, err := w.exec("COMMIT"); err != nil {
		// The commit may have taken effect. The cache is dropped, so the database
		// answers.
		w.s.snapshot.Store(nil)
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	return nil
}

// rollback ends the transaction. It succeeds too if SQLite has already ended it.
func (w *tx) rollback() error {
	_, err := w.exec("ROLLBACK")
	if err != nil && strings.Contains(err.Error(), "no transaction is active") {
		err = nil
	}
	w.s.broken = err != nil
	return err
}

// prepared caches one statement for each SQL string on the writer.
func (w *tx) prepared(query string) (*sql.Stmt, error) {
	if stmt, ok := w.s.stmts[query]; ok {
		return stmt, nil
	}
	stmt, err := w.s.writer.PrepareContext(context.Background(), query)
	if err != nil {
		return nil, err
	}
	w.s.stmts[query] = stmt
	return stmt, nil
}

// exec runs a statement and returns how many rows it changed.
func (w *tx) exec(query string, args ...any) (int64, error) {
	stmt, err := w.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.Exec(args...)
	if err != nil {
		return 0, err
	}
	n, err := result.RowsAffected()
	w.changed += n
	return n, err
}

// scanner is a row, or the error of the query that should have returned one.
type scanner interface{ Scan(dest ...any) error }

type failed struct{ error }

func (f failed) Scan(...any) error { return f.error }

func (w *tx) row(query string, args ...any) scanner {
	stmt, err := w.prepared(query)
	if err != nil {
		return failed{err}
	}
	return stmt.QueryRow(args...)
}

// each calls f for every row of a query. The query is still open while f runs, so f
// must only collect and not write.
func (w *tx) each(f func(scanner) error, query string, args ...any) error {
	stmt, err := w.prepared(query)
	if err != nil {
		return err
	}
	rows, err := stmt.Query(args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := f(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}
