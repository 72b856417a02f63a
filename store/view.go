package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// On returns a view of the store with the books of one chain: its launches, orders, transactions,
// blocks, events, changes, skipped payments, gas and relayed payments. Launches and orders of other
// chains are not found, and no block number, sender or token of theirs is taken for one of this
// chain.
//
// All views share the connections, the caches, the lock and the group commits, and Close closes all.
// The sequence of changes, the slugs and the payers' idempotency keys are the same for all chains,
// and so are profiles, notes and crowds, which name a launch by its slug. Only a view can Advance,
// relay, and tell the Cursor, account nonces and what was Spent.
func (s *Store) On(chainID uint64) *Store {
	v := *s
	v.chain = chainID
	v.EventReader = EventReader{s.read, chainID, func(ctx context.Context, launch string) (bool, error) { return sees(ctx, &v, launch) }}
	v.JournalReader = JournalReader{s.read, chainID}
	v.Asks.Chain, v.Relayed.Chain = chainID, chainID
	return &v
}

// sees reports whether a launch is of the view's chain.
func sees(ctx context.Context, s *Store, launch string) (bool, error) {
	if s.chain == 0 {
		return true, nil
	}
	if m := s.snapshot.Load(); m != nil {
		chain, ok := m.chain(launch)
		return ok && chain == s.chain, nil
	}
	_, err := s.Launch(ctx, launch)
	if errors.Is(err, mint.ErrNotFound) {
		return false, nil
	}
	return err == nil, err
}

// View is a snapshot of the database, for reads that must agree with each other while
// another process writes.
type View struct{ s *Store }

// View calls f with a snapshot of the database as it is now. The snapshot stays the
// same until f returns. During that time SQLite cannot reset the log of other writes.
func (s *Store) View(ctx context.Context, f func(*View) error) error {
	return s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		// SQLite takes its snapshot with the first read.
		if err := scanOne(db.Raw("SELECT epoch FROM meta"), new(int64)); err != nil {
			return fmt.Errorf("view store: %w", err)
		}
		return f(&View{(&Store{core: &core{Now: s.Now, path: s.path, read: db}}).On(s.chain)})
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

// EachOrder calls do with a launch's orders in order of arrival, until do fails, or returns
// mint.ErrNotFound if the view does not have the launch. state is the stored state, by which
// queries find the order. It equals the order's own state unless another program wrote to the
// database.
func (v *View) EachOrder(ctx context.Context, launch string, do func(o mint.Order, state mint.State) error) error {
	fail := func(err error) error { return fmt.Errorf("read orders of launch %s: %w", launch, err) }
	if _, err := v.s.Launch(ctx, launch); err != nil {
		return fail(err)
	}
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

// after scans one more column before the requested ones.
type after struct {
	scanner
	first any
}

func (a after) Scan(into ...any) error { return a.scanner.Scan(append([]any{a.first}, into...)...) }
