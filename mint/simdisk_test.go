package mint_test

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"net/url"
	"strings"
	"sync"

	"github.com/mattn/go-sqlite3"
)

// simDriver is SQLite's driver with a simDisk under each database that has one.
const simDriver = "sqlite3-sim"

func init() { sql.Register(simDriver, diskDriver{}) }

// disks are by path of the database.
var disks sync.Map

// simDisk decides what becomes of each access to one database. Its functions are
// asked in the order in which the statements run.
type simDisk struct {
	mu      sync.Mutex
	commits int // that took effect
	dead    bool
	spare   map[string][]*diskConn // closed and not forgotten, by data source name; nil forgets

	// write is asked before a statement of the writer; what it returns happens
	// instead. commit is asked in place of a commit that would succeed. read is
	// asked before a query of a reader.
	write  func(query string) error
	commit func() verdict
	read   func() error
}

// verdict is what becomes of a commit.
type verdict int

const (
	done       verdict = iota
	undone             // it fails and is not there
	unsaid             // it is there, and reported as failed
	diesUndone         // the process dies before
	diesDone           // the process dies after
)

var (
	errDead = errors.New("the process is dead")
	errDisk = sqlite3.Error{Code: sqlite3.ErrIoErr}
)

// die ends the process: nothing that it still does reaches the disk. What is
// left of it notices by errors alone.
func (d *simDisk) die() {
	d.mu.Lock()
	d.dead = true
	d.mu.Unlock()
}

func (d *simDisk) isDead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// keep lets whoever opens the database next have the connections that are closed
// from here on, with the statements that they prepared: opening and preparing is
// most of what starting a process a thousand times would cost. forget is its
// opposite, and the next start's connections are new.
func (d *simDisk) keep() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.spare == nil {
		d.spare = map[string][]*diskConn{}
	}
}

func (d *simDisk) forget() {
	d.mu.Lock()
	spare := d.spare
	d.spare = nil
	d.mu.Unlock()
	for _, conns := range spare {
		for _, c := range conns {
			c.Close()
		}
	}
}

func (d *simDisk) reuse(dsn string) *diskConn {
	d.mu.Lock()
	defer d.mu.Unlock()
	conns := d.spare[dsn]
	if len(conns) == 0 {
		return nil
	}
	d.spare[dsn] = conns[:len(conns)-1]
	return conns[len(conns)-1]
}

// spared is whether the connection is kept, with no transaction open in it.
func (d *simDisk) spared(c *diskConn) bool {
	if _, err := c.SQLiteConn.ExecContext(context.Background(), "ROLLBACK", nil); err != nil && !c.AutoCommit() {
		return false
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.spare != nil {
		d.spare[c.dsn] = append(d.spare[c.dsn], c)
	}
	return d.spare != nil
}

type diskDriver struct{}

func (diskDriver) Open(dsn string) (driver.Conn, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	disk := &simDisk{}
	if d, ok := disks.Load(u.Path); ok {
		disk = d.(*simDisk)
	}
	if c := disk.reuse(dsn); c != nil {
		return c, nil
	}
	raw, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	return &diskConn{SQLiteConn: raw.(*sqlite3.SQLiteConn), disk: disk, dsn: dsn,
		reads: u.Query().Get("mode") == "ro", prepared: map[string][]*sqlite3.SQLiteStmt{}}, nil
}

// diskConn keeps the statements that were closed: preparing them again and again
// is most of what a short history would cost.
type diskConn struct {
	*sqlite3.SQLiteConn
	disk     *simDisk
	dsn      string
	reads    bool
	prepared map[string][]*sqlite3.SQLiteStmt
}

func (c *diskConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.disk.isDead() {
		return nil, errDead
	}
	return c.prepare(ctx, query)
}

func (c *diskConn) prepare(ctx context.Context, query string) (*diskStmt, error) {
	if kept := c.prepared[query]; len(kept) > 0 {
		c.prepared[query] = kept[:len(kept)-1]
		return &diskStmt{kept[len(kept)-1], c, query}, nil
	}
	stmt, err := c.SQLiteConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &diskStmt{stmt.(*sqlite3.SQLiteStmt), c, query}, nil
}

func (c *diskConn) Prepare(query string) (driver.Stmt, error) {
	return c.PrepareContext(context.Background(), query)
}

func (c *diskConn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if c.disk.isDead() {
		return nil, errDead
	}
	return c.SQLiteConn.ExecContext(ctx, query, args)
}

func (c *diskConn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.before(query); err != nil {
		return nil, err
	}
	stmt, err := c.prepare(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := stmt.SQLiteStmt.QueryContext(ctx, args)
	if err != nil {
		stmt.Close()
		return nil, err
	}
	return &diskRows{rows.(*sqlite3.SQLiteRows), stmt}, nil
}

// diskRows gives the statement back once they are read.
type diskRows struct {
	*sqlite3.SQLiteRows
	stmt *diskStmt
}

func (r *diskRows) Close() error {
	err := r.SQLiteRows.Close()
	r.stmt.Close()
	return err
}

func (c *diskConn) Close() error {
	if c.disk.spared(c) {
		return nil
	}
	for _, kept := range c.prepared {
		for _, stmt := range kept {
			stmt.Close()
		}
	}
	c.prepared = nil
	return c.SQLiteConn.Close()
}

// before is what happens instead of a statement, or nil.
func (c *diskConn) before(query string) error {
	d := c.disk
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.dead:
		return errDead
	case c.reads && d.read != nil:
		return d.read()
	case !c.reads && d.write != nil && query != "COMMIT" && query != "ROLLBACK":
		err := d.write(query)
		if err != nil && !errors.Is(err, errDead) && !c.AutoCommit() {
			// As SQLite does on most of these errors.
			c.SQLiteConn.ExecContext(context.Background(), "ROLLBACK", nil)
		}
		return err
	}
	return nil
}

type diskStmt struct {
	*sqlite3.SQLiteStmt
	conn  *diskConn
	query string
}

func (s *diskStmt) Close() error {
	if s.conn.prepared == nil {
		return s.SQLiteStmt.Close()
	}
	s.conn.prepared[s.query] = append(s.conn.prepared[s.query], s.SQLiteStmt)
	return nil
}

func (s *diskStmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.conn.before(s.query); err != nil {
		return nil, err
	}
	return s.SQLiteStmt.QueryContext(ctx, args)
}

func (s *diskStmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.conn.before(s.query); err != nil {
		return nil, err
	}
	if strings.EqualFold(s.query, "COMMIT") && !s.conn.reads {
		return s.commit(ctx, args)
	}
	return s.SQLiteStmt.ExecContext(ctx, args)
}

func (s *diskStmt) commit(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	d, fate := s.conn.disk, done
	d.mu.Lock()
	if d.commit != nil {
		fate = d.commit()
	}
	d.dead = d.dead || fate == diesUndone || fate == diesDone
	d.mu.Unlock()
	var result driver.Result
	if fate != undone && fate != diesUndone {
		var err error
		if result, err = s.SQLiteStmt.ExecContext(ctx, args); err != nil {
			return nil, err
		}
		d.mu.Lock()
		d.commits++
		d.mu.Unlock()
	}
	switch fate {
	case undone, unsaid:
		return nil, errDisk
	case diesUndone, diesDone:
		return nil, errDead
	}
	return result, nil
}
