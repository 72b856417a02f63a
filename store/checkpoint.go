package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
)

// A checkpoint starts when the log has about checkpointPages pages of pageSize. A commit writes
// commitPages that it shares among its rows, and each row one more: its leaf of the index of
// ids, which no other row of the commit changes if there are many orders. While it is copied, the
// log still grows.
//
// A page is copied once, however often the log has it. So with more pages the copies are
// fewer, and a claim waits for them more rarely and for longer.
const (
	checkpointPages = 12288
	commitPages     = 8
	pageSize        = 4 << 10
)

// checkpointer copies the write-ahead log into the database file (a checkpoint) on its own
// connection. On the writer's connection, one claim every so often would wait until
// thousands of pages that other claims changed are written.
type checkpointer struct {
	pool    *sql.DB
	pages   int64         // about, in the log since the last checkpoint began; protected by turn
	most    int64         // pages at which a checkpoint starts; tests set fewer
	working chan struct{} // a lock: held during a checkpoint
	ending  chan struct{} // closed by Close
}

func (s *Store) openCheckpointer() (err error) {
	s.checkpointer.working, s.checkpointer.ending = make(chan struct{}, 1), make(chan struct{})
	s.checkpointer.most = checkpointPages
	// A process that was killed leaves its log, and those of several would add up.
	if log, err := os.Stat(s.path + "-wal"); err == nil {
		s.checkpointer.pages = log.Size() / pageSize
	}
	s.checkpointer.pool, err = sql.Open(s.driver, dsn(s.path, url.Values{"mode": {"rw"}, "_synchronous": {"FULL"}}))
	if err == nil {
		s.checkpointer.pool.SetMaxOpenConns(1)
	}
	return err
}

// written notes a commit of rows, and starts a checkpoint when the log is long. The caller
// holds the turn.
func (s *Store) written(rows int64) {
	if s.checkpointer.pages += commitPages + rows; s.checkpointer.pages < s.checkpointer.most {
		return
	}
	select {
	case s.checkpointer.working <- struct{}{}:
		s.checkpointer.pages = 0
		go func() {
			defer func() { <-s.checkpointer.working }()
			s.checkpoint()
		}()
	default: // one is running; the next write tries again
	}
}

// checkpoint copies the log into the database file while other goroutines write to
// it. It then holds the turn and copies the small rest that was written during that
// time. SQLite reuses the log file from its beginning only when all of it was copied,
// which keeps the file from growing. The caller holds working.
func (s *Store) checkpoint() {
	left, err := s.checkpointOnce()
	if err == nil && left > 0 {
		select {
		case s.turn <- struct{}{}:
			_, err = s.checkpointOnce()
			<-s.turn
		case <-s.checkpointer.ending:
		}
	}
	if err != nil {
		s.checkpointErr.Store(&err)
	} else if s.checkpointErr.Load() != nil {
		s.checkpointErr.Store(nil)
	}
}

// checkpointOnce runs a checkpoint and returns how many pages of the log it did not copy.
func (s *Store) checkpointOnce() (left int, err error) {
	var busy, log, done int
	err = s.checkpointer.pool.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &log, &done)
	if err != nil {
		return 0, fmt.Errorf("copy the log into the database file: %w", err)
	}
	return log - done, nil
}
