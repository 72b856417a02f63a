package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"time"

	"gorm.io/driver/sqlite"
	"gorm.io/gorm"
	"gorm.io/gorm/logger"

	"github.com/mint402/mint402/store/asks"
	"github.com/mint402/mint402/store/crowds"
	"github.com/mint402/mint402/store/notes"
	"github.com/mint402/mint402/store/profiles"
	"github.com/mint402/mint402/store/relayed"
)

// maxReaders is the maximum number of connections that read at the same time.
const maxReaders = 4

func dsn(path string, options url.Values) string {
	options.Set("_mutex", "no") // database/sql never uses a connection from two goroutines at a time
	return (&url.URL{Scheme: "file", Path: path, RawQuery: options.Encode()}).String()
}

// openWriter opens the only writing connection and migrates the database.
func (s *Store) openWriter() (err error) {
	s.pool, err = sql.Open(s.driver, dsn(s.path, url.Values{
		"_journal_mode": {"WAL"},
		"_synchronous":  {"FULL"},
		"_busy_timeout": {"5000"},
		"_foreign_keys": {"1"},
		"_cache_size":   {"-4000"},
	}))
	if err != nil {
		return err
	}
	s.pool.SetMaxOpenConns(1)
	if s.conn, err = s.pool.Conn(context.Background()); err != nil {
		return err
	}
	if err := migrate(s.conn, s.path); err != nil {
		return err
	}
	s.writer, err = openGorm(s.conn, true)
	return err
}

func (s *Store) openReaders() error {
	pool, err := sql.Open(s.driver, dsn(s.path, url.Values{
		"mode":          {"ro"},
		"_busy_timeout": {"5000"},
		"_query_only":   {"1"},
		"_cache_size":   {"-1000"}, // enough for the inner pages of a million orders
	}))
	if err != nil {
		return err
	}
	pool.SetMaxOpenConns(maxReaders)
	pool.SetMaxIdleConns(maxReaders)
	if s.read, err = openGorm(pool, false); err != nil {
		pool.Close()
		return err
	}
	s.EventReader, s.JournalReader = EventReader{db: s.read}, JournalReader{db: s.read}
	s.Profiles = profiles.Table{Read: s.read, Write: func(ctx context.Context, verb string, f func(*gorm.DB, time.Time) error) error {
		return s.write(ctx, verb, func(w *tx) error {
			w.launchSaved = true
			return f(w.db, w.now)
		})
	}}
	s.Crowds, s.Notes = crowds.Table{Read: s.read}, notes.Table{Read: s.read, Write: s.Profiles.Write}
	s.Asks = asks.Table{Read: s.read, Write: func(ctx context.Context, verb string, f func(*gorm.DB, time.Time) error) error {
		return s.write(ctx, verb, func(w *tx) error { return f(w.db, w.now) })
	}}
	s.Relayed = relayed.Table{Read: s.read, Write: s.Asks.Write}
	s.Profiles.Reload = func(ctx context.Context) error {
		return s.Profiles.Write(ctx, "read launches again", func(*gorm.DB, time.Time) error { return nil })
	}
	if err := checkSchema(pool); err != nil {
		return err
	}
	s.byID, err = pool.Prepare(selectOrder + " WHERE id = ?")
	return err
}

// OpenEditor opens an existing database to read it and to edit the profiles of launches.
// Another process may have it open for writing at the same time: it sees an edit at once, and
// in its launches after Profiles.Reload. Every other write fails with ErrReadOnly, because only
// the process that holds the lock may write about money.
//
// An edit holds SQLite's own lock for the milliseconds of its transaction, and a write of the
// other process waits for it.
func OpenEditor(path string) (*Store, error) {
	s, err := OpenReader(path)
	if err != nil {
		return nil, err
	}
	fail := func(err error) (*Store, error) {
		_ = s.Close() // the error above is the reason
		return nil, fmt.Errorf("open store %s: %w", path, err)
	}
	s.pool, err = sql.Open(s.driver, dsn(s.path, url.Values{"mode": {"rw"}, "_synchronous": {"FULL"}, "_busy_timeout": {"5000"}, "_foreign_keys": {"1"}, "_txlock": {"immediate"}}))
	if err != nil {
		return fail(err)
	}
	s.pool.SetMaxOpenConns(1)
	db, err := openGorm(s.pool, false)
	if err != nil {
		return fail(err)
	}
	s.Profiles.Write = func(ctx context.Context, verb string, f func(*gorm.DB, time.Time) error) error {
		err := db.WithContext(ctx).Transaction(func(w *gorm.DB) error {
			// The other process may have migrated the database since we opened it.
			if err := checkSchema(w.Statement.ConnPool); err != nil {
				return err
			}
			return f(w, s.Now().UTC())
		})
		if err != nil {
			return fmt.Errorf("%s: %w", verb, err)
		}
		return nil
	}
	return s, nil
}

// openGorm opens gorm on a connection or a pool. If prepare is set, gorm prepares each
// statement once and keeps it.
func openGorm(conn gorm.ConnPool, prepare bool) (*gorm.DB, error) {
	return gorm.Open(sqlite.Dialector{Conn: conn}, &gorm.Config{
		Logger:                 logger.Discard,
		DisableAutomaticPing:   true,
		SkipDefaultTransaction: true,
		PrepareStmt:            prepare,
		// To gorm, exactly this long means forever. With less, a goroutine that never ends
		// would close statements while they are in use.
		PrepareStmtTTL: 10 * 365 * 24 * time.Hour,
	})
}

// closeStatements closes the statements that gorm prepared. gorm's own Close does so in
// the background, and SQLite keeps the files open if the connection is closed before
// its statements.
func closeStatements(db *gorm.DB) error {
	prepared, ok := db.ConnPool.(*gorm.PreparedStmtDB)
	if !ok {
		return nil
	}
	var errs []error
	for _, query := range prepared.Stmts.Keys() {
		if stmt, ok := prepared.Stmts.Get(query); ok {
			errs = append(errs, stmt.Close())
		}
	}
	return errors.Join(errs...)
}
