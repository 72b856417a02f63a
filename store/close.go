package store

import (
	"context"
	"errors"
	"fmt"

	"gorm.io/gorm"
)

// Close waits for a running write, writes the log back into the database file and
// unlocks the database for other processes.
func (s *Store) Close() error {
	if s.turn != nil {
		s.turn <- struct{}{}
		defer func() { <-s.turn }()
	}
	if s.closed {
		return nil
	}
	s.closed = true
	if s.checkpointer.pool != nil {
		close(s.checkpointer.ending)
		s.checkpointer.working <- struct{}{} // never released: no checkpoint starts after this
		s.checkpointer.pool.Close()
	}
	s.snapshot.Store(nil)
	s.inFlight.Store(nil)
	var errs []error
	if s.byID != nil {
		errs = append(errs, s.byID.Close())
	}
	if s.read != nil {
		if pool, err := s.read.DB(); err == nil {
			errs = append(errs, pool.Close())
		}
	}
	if s.writer != nil {
		errs = append(errs, closeStatements(s.writer))
	}
	if s.conn != nil {
		// If a reader in another process prevents this, the log stays next to the
		// file and no data is lost.
		_, _ = s.conn.ExecContext(context.Background(), "PRAGMA wal_checkpoint(TRUNCATE)")
		errs = append(errs, s.conn.Close())
	}
	if s.pool != nil {
		errs = append(errs, s.pool.Close())
	}
	if s.lock != nil {
		// The lock file is not removed. Otherwise two processes could lock two
		// different files of that name.
		errs = append(errs, s.lock.Unlock())
	}
	if err := errors.Join(errs...); err != nil {
		return fmt.Errorf("close store %s: %w", s.path, err)
	}
	return nil
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
