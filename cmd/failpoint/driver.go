//go:build failpoints

package failpoint

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strings"

	"github.com/mint402/mint402/store"
)

// Driver is the name of a database driver for the store with points within a write:
// after the transaction has begun, after each INSERT, UPDATE and DELETE, and before
// and after the commit.
const Driver = "mortal"

func init() {
	db, err := sql.Open(store.Driver, "")
	if err != nil {
		panic(err)
	}
	defer db.Close()
	sql.Register(Driver, mortal{db.Driver()})
}

type mortal struct{ driver.Driver }

func (d mortal) Open(name string) (driver.Conn, error) {
	c, err := d.Driver.Open(name)
	if err != nil || strings.Contains(name, "mode=ro") {
		return c, err
	}
	return mortalConn{c.(conn)}, nil
}

// conn has the methods of SQLite's connections.
type conn interface {
	driver.Conn
	driver.Pinger
	driver.ExecerContext
	driver.QueryerContext
	driver.ConnPrepareContext
	driver.ConnBeginTx
}

type mortalConn struct{ conn }

func (c mortalConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	defer within(query)()
	return c.conn.ExecContext(ctx, query, args)
}

func (c mortalConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	defer within(query)()
	return c.conn.QueryContext(ctx, query, args)
}

func (c mortalConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c mortalConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return mortalStmt{s.(stmt), query}, nil
}

func (c mortalConn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	defer within("BEGIN")()
	tx, err := c.conn.BeginTx(ctx, o)
	return mortalTx{tx}, err
}

type mortalTx struct{ driver.Tx }

func (t mortalTx) Commit() error {
	defer within("COMMIT")()
	return t.Tx.Commit()
}

type stmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type mortalStmt struct {
	stmt
	query string
}

func (s mortalStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	defer within(s.query)()
	return s.stmt.ExecContext(ctx, args)
}

func (s mortalStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	defer within(s.query)()
	return s.stmt.QueryContext(ctx, args)
}

// within passes the points of one statement.
func within(query string) (done func()) {
	word, _, _ := strings.Cut(strings.TrimLeft(query, " \t\n"), " ")
	switch strings.ToUpper(word) {
	case "BEGIN":
		return func() { armed.pass("after-begin") }
	case "COMMIT":
		armed.pass("before-commit")
		return func() { armed.pass("after-commit") }
	case "INSERT", "UPDATE", "DELETE":
		return func() { armed.pass("mid-write") }
	}
	return func() {}
}
