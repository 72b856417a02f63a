package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/mint"
)

// MinFree is how many bytes of the disk must be free for the store to accept claims.
// Concluding the orders accepted earlier needs much less.
const MinFree = 64 << 20

// Healthy returns an error if claims cannot be stored and concluded now; see
// [mint.Store]. After a disk error it makes a test write, so that it notices the
// recovery even when no claims arrive.
func (s *Store) Healthy(ctx context.Context) error {
	if s.diskErr.Load() != nil {
		_ = s.write(ctx, "try the disk", func(w *tx) error {
			// Change the value and change it back: if a row stays the same, SQLite
			// does not write it.
			for range 2 {
				if _, err := w.exec("UPDATE meta SET epoch = -epoch"); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if s.checkpointErr.Load() != nil {
		select {
		case s.checkpointer.working <- struct{}{}:
			s.checkpoint()
			<-s.checkpointer.working
		default:
		}
	}
	if err := s.checkpointErr.Load(); err != nil {
		return *err
	}
	if err := s.diskErr.Load(); err != nil {
		return fmt.Errorf("the last write failed with a disk error: %w", *err)
	}
	if err := s.files.check(); err != nil {
		return err
	}
	dir := filepath.Dir(s.path)
	free, err := space(dir)
	if err != nil {
		return fmt.Errorf("write to %s: %w", dir, err)
	}
	if free < MinFree {
		return fmt.Errorf("write to %s: %w", dir, &mint.DiskFullError{Free: free, Need: MinFree})
	}
	return nil
}

// note remembers whether a write met a disk error. Any other error says nothing about
// the disk and changes nothing.
func (s *Store) note(err error) {
	switch {
	case err == nil:
		if s.diskErr.Load() != nil {
			s.diskErr.Store(nil)
		}
	case ofDisk(err):
		s.diskErr.Store(&err)
	}
}

// Failed implements [mint.Store].
func (s *Store) Failed(err error) bool {
	var ofSQLite sqlite3.Error
	var ofFile *fs.PathError
	return errors.As(err, &ofSQLite) || errors.As(err, &ofFile) ||
		errors.Is(err, sql.ErrConnDone) || errors.Is(err, sql.ErrTxDone) || errors.Is(err, driver.ErrBadConn)
}

// ofDisk reports whether the disk caused an error and not the statement.
func ofDisk(err error) bool {
	var e sqlite3.Error
	if !errors.As(err, &e) {
		return false
	}
	switch e.Code {
	case sqlite3.ErrFull, sqlite3.ErrIoErr, sqlite3.ErrReadonly, sqlite3.ErrCorrupt, sqlite3.ErrNotADB, sqlite3.ErrCantOpen, sqlite3.ErrPerm:
		return true
	}
	return false
}
