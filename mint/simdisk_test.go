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

type diskDriver struct{}

func (diskDriver) Open(dsn string) (driver.Conn, error) {
	u, err := url.Parse(dsn)
	if err != nil {
		return nil, err
	}
	raw, err := (&sqlite3.SQLiteDriver{}).Open(dsn)
	if err != nil {
		return nil, err
	}
	c := &diskConn{SQLiteConn: raw.(*sqlite3.SQLiteConn), reads: u.Query().Get("mode") == "ro", prepared: map[string][]*sqlite3.SQLiteStmt{}}
	if d, ok := disks.Load(u.Path); ok {
		c.disk = d.(*simDisk)
	} else {
		c.disk = &simDisk{}
	}
	return c, nil
}

// diskConn keeps the statements that were closed: preparing them again and again
// is most of what a short history would cost.
type diskConn struct {
	*sqlite3.SQLiteConn
	disk     *simDisk
	reads    bool
	prepared map[string][]*sqlite3.SQLiteStmt
}

func (c *diskConn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if c.disk.isDead() {
		return nil, errDead
	}
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
	return c.SQLiteConn.QueryContext(ctx, query, args)
}

func (c *diskConn) Close() error {
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
		if err != nil && err != errDead && !c.AutoCommit() {
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
