package store

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"time"

	"github.com/mint402/mint402/mint"
)

// writing is an open transaction of the writer. What works on it can share the
// transaction, and so the commit, with others.
type writing struct {
	s     *Store
	now   time.Time
	moves map[string]count // by which the counters of launches differ from their orders
}

// count is what orders add to their launch's counters.
type count struct{ sold, reserved int64 }

func counted(o *mint.Order) count {
	switch s := o.State(); {
	case s.Sold():
		return count{sold: o.Quantity}
	case s.Reserves():
		return count{reserved: o.Quantity}
	}
	return count{}
}

// write runs f in one durable transaction. Waiting for the writer heeds ctx;
// what follows is short and does not, so that a nil error means written and any
// other not.
func (s *Store) write(ctx context.Context, verb string, f func(*writing) error) error {
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
	if s.closed {
		return fmt.Errorf("%s: %w", verb, os.ErrClosed)
	}
	w := &writing{s: s, now: s.Now().UTC(), moves: map[string]count{}}
	err := w.run(f)
	s.note(err)
	if err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

func (w *writing) run(f func(*writing) error) (err error) {
	if _, err := w.exec("BEGIN IMMEDIATE"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			w.exec("ROLLBACK")
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
		return fmt.Errorf("commit: %w", err)
	}
	committed = true
	return nil
}

// move notes what a change of an order takes from and gives to the counters.
func (w *writing) move(from string, before count, to string, after count) {
	c := w.moves[from]
	c.sold -= before.sold
	c.reserved -= before.reserved
	w.moves[from] = c
	c = w.moves[to]
	c.sold += after.sold
	c.reserved += after.reserved
	w.moves[to] = c
}

func (w *writing) settleCounters() error {
	for launch, by := range w.moves {
		if by == (count{}) {
			continue
		}
		_, err := w.exec("UPDATE launches SET sold = sold + ?, reserved = reserved + ? WHERE slug = ?", by.sold, by.reserved, launch)
		if err != nil {
			return fmt.Errorf("count launch %s: %w", launch, err)
		}
	}
	return nil
}

// prepared keeps one statement for each SQL string on the writer.
func (w *writing) prepared(query string) (*sql.Stmt, error) {
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

// exec runs a statement and says how many rows it changed.
func (w *writing) exec(query string, args ...any) (int64, error) {
	stmt, err := w.prepared(query)
	if err != nil {
		return 0, err
	}
	result, err := stmt.Exec(args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}

// scanner is a row, or the error of the query that was to give one.
type scanner interface{ Scan(dest ...any) error }

type failed struct{ error }

func (f failed) Scan(...any) error { return f.error }

func (w *writing) row(query string, args ...any) scanner {
	stmt, err := w.prepared(query)
	if err != nil {
		return failed{err}
	}
	return stmt.QueryRow(args...)
}

// each calls f for every row of a query. The rows are read as f runs, so f
// collects and writes nothing.
func (w *writing) each(f func(scanner) error, query string, args ...any) error {
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
