package store_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"net/url"
	"path/filepath"
	"sync"
	"testing"

	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// faults are what a database's driver does beside its work. Each is called with
// every statement, from the goroutine that runs it.
type faults struct {
	before func(query string, args []driver.NamedValue) error // an error instead of running it
	after  func(query string) error                           // an error although it ran
}

var faulty = struct {
	sync.Mutex
	at map[string]*faults // by path
}{at: map[string]*faults{}}

const faultyDriver = "sqlite3 with faults"

func init() { sql.Register(faultyDriver, &faultyDrv{}) }

// openFaulty opens a new database whose faults are the test's to set, while
// nothing runs.
func openFaulty(t *testing.T) (*store.Store, *faults) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "orders.db")
	f := &faults{}
	faulty.Lock()
	faulty.at[path] = f
	faulty.Unlock()
	s, err := store.OpenDriver(path, faultyDriver)
	must(t, err)
	s.Now = frozen
	t.Cleanup(func() { *f = faults{}; s.Close() })
	return s.On(chainID), f
}

// faultySale is sale with faults.
func faultySale(t *testing.T, cap int64) (*store.Store, *faults) {
	t.Helper()
	s, f := openFaulty(t)
	must(t, s.SaveLaunch(ctx, launch("ping", cap)))
	return s, f
}

var errIO = sqlite3.Error{Code: sqlite3.ErrIoErr}

type faultyDrv struct{ sqlite3.SQLiteDriver }

func (d *faultyDrv) Open(name string) (driver.Conn, error) {
	u, err := url.Parse(name)
	if err != nil {
		return nil, err
	}
	conn, err := d.SQLiteDriver.Open(name)
	if err != nil {
		return nil, err
	}
	faulty.Lock()
	defer faulty.Unlock()
	return &faultyConn{conn.(*sqlite3.SQLiteConn), faulty.at[u.Path]}, nil
}

type faultyConn struct {
	*sqlite3.SQLiteConn
	faults *faults
}

// run is one statement under the faults.
func (f *faults) run(query string, args []driver.NamedValue, do func() error) error {
	if f == nil {
		return do()
	}
	if f.before != nil {
		if err := f.before(query, args); err != nil {
			return err
		}
	}
	err := do()
	if err == nil && f.after != nil {
		err = f.after(query)
	}
	return err
}

func (c *faultyConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Result, err error) {
	err = c.faults.run(query, args, func() error { r, err = c.SQLiteConn.ExecContext(ctx, query, args); return err })
	return r, err
}

func (c *faultyConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (r driver.Rows, err error) {
	err = c.faults.run(query, args, func() error { r, err = c.SQLiteConn.QueryContext(ctx, query, args); return err })
	return r, err
}

func (c *faultyConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	stmt, err := c.SQLiteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &faultyStmt{stmt.(*sqlite3.SQLiteStmt), c.faults, query}, nil
}

type faultyStmt struct {
	*sqlite3.SQLiteStmt
	faults *faults
	query  string
}

func (s *faultyStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (r driver.Result, err error) {
	err = s.faults.run(s.query, args, func() error { r, err = s.SQLiteStmt.ExecContext(ctx, args); return err })
	return r, err
}

func (s *faultyStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (r driver.Rows, err error) {
	err = s.faults.run(s.query, args, func() error { r, err = s.SQLiteStmt.QueryContext(ctx, args); return err })
	return r, err
}

// together has functions wait for the writer in that order and lets them have it
// at once: claims and revivals share their commits.
func together(s *store.Store, calls ...func()) {
	release := store.Hold(s)
	var done sync.WaitGroup
	for n, call := range calls {
		done.Go(call)
		store.AwaitWaiters(s, n+1)
	}
	release()
	done.Wait()
}

// claimed is what became of a claim.
type claimed struct {
	order *mint.Order
	isNew bool
	err   error
}

// claimTogether claims orders in their order, sharing commits.
func claimTogether(s *store.Store, credit mint.Credit, orders ...mint.Order) []claimed {
	results := make([]claimed, len(orders))
	calls := make([]func(), len(orders))
	for i, o := range orders {
		calls[i] = func() {
			r := &results[i]
			r.order, r.isNew, r.err = s.Claim(ctx, o, credit)
		}
	}
	together(s, calls...)
	return results
}
