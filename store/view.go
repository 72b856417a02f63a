package store

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// View is the database as it was at one moment, for what must agree with each
// other while somebody else writes.
type View struct{ s *Store }

// View calls f with the database as it is now. What f reads stays the same until
// it returns; meanwhile the log of what others write cannot be made shorter.
func (s *Store) View(ctx context.Context, f func(*View) error) error {
	return s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		// SQLite takes its snapshot with the first read.
		var id int
		if err := scanOne(db.Raw("SELECT id FROM meta"), &id); err != nil {
			return fmt.Errorf("view store: %w", err)
		}
		return f(&View{&Store{Now: s.Now, path: s.path, read: db}})
	}, &sql.TxOptions{ReadOnly: true})
}

// Launches is [Store.Launches].
func (v *View) Launches(ctx context.Context) ([]mint.Launch, error) { return v.s.Launches(ctx) }

// Cursor is [Store.Cursor].
func (v *View) Cursor(ctx context.Context) ([]mint.Block, error) { return v.s.Cursor(ctx) }

// EachEvent is [Store.EachEvent].
func (v *View) EachEvent(ctx context.Context, launch string, from, to uint64, do func(mint.Event) error) error {
	return v.s.EachEvent(ctx, launch, from, to, do)
}

// EachOrder calls do with a launch's orders in order of arrival, until it fails.
// state is the one that the order is stored and found by, which is the order's
// own unless somebody else wrote to the database.
func (v *View) EachOrder(ctx context.Context, launch string, do func(o mint.Order, state mint.State) error) error {
	fail := func(err error) error { return fmt.Errorf("read orders of launch %s: %w", launch, err) }
	rows, err := v.s.read.WithContext(ctx).Raw("SELECT state, "+strings.TrimPrefix(selectOrder, "SELECT ")+
		" WHERE launch = ? ORDER BY seq", launch).Rows()
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		var state mint.State
		o, err := scanOrder(after{rows, &state})
		if err != nil {
			return fail(err)
		}
		if err := do(o.Order, state); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return nil
}

// after scans a column that stands before those that are asked for.
type after struct {
	scanner
	first any
}

func (a after) Scan(into ...any) error { return a.scanner.Scan(append([]any{a.first}, into...)...) }
