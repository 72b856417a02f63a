package store

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
)

// checkpointRows is how many rows may be written before the log is brought into
// the database file: some megabytes of it.
const checkpointRows = 1000

// keeper brings the log of writes into the database file, on a connection of its
// own: with the writer's, every so many claims one would wait for thousands of
// pages that others had changed.
type keeper struct {
	pool    *sql.DB
	rows    int64         // written since it last began; of whoever has the turn
	working chan struct{} // held while it works
	ending  chan struct{} // closed by Close
}

func (s *Store) openKeeper() (err error) {
	s.keeper.working, s.keeper.ending = make(chan struct{}, 1), make(chan struct{})
	s.keeper.pool, err = sql.Open(s.driver, dsn(s.path, url.Values{"mode": {"rw"}, "_synchronous": {"FULL"}}))
	if err == nil {
		s.keeper.pool.SetMaxOpenConns(1)
	}
	return err
}

// written counts rows, and has the log brought in when they are many. The caller
// has the turn.
func (s *Store) written(rows int64) {
	if s.keeper.rows += rows; s.keeper.rows < checkpointRows {
		return
	}
	select {
	case s.keeper.working <- struct{}{}:
		s.keeper.rows = 0
		go func() {
			defer func() { <-s.keeper.working }()
			s.checkpoint()
		}()
	default: // soon
	}
}

// checkpoint brings in what is in the log while others write to it, and then,
// while nobody does, the little that they wrote meanwhile: only a log of which
// nothing is left to bring in is begun anew, and so kept from growing. The caller
// holds working.
func (s *Store) checkpoint() {
	left, err := s.bringIn()
	if err == nil && left > 0 {
		select {
		case s.turn <- struct{}{}:
			_, err = s.bringIn()
			<-s.turn
		case <-s.keeper.ending:
		}
	}
	if err != nil {
		s.lag.Store(&err)
	} else if s.lag.Load() != nil {
		s.lag.Store(nil)
	}
}

// bringIn returns how many pages of the log it left.
func (s *Store) bringIn() (left int, err error) {
	var busy, log, done int
	err = s.keeper.pool.QueryRowContext(context.Background(), "PRAGMA wal_checkpoint(PASSIVE)").Scan(&busy, &log, &done)
	if err != nil {
		return 0, fmt.Errorf("bring in the log: %w", err)
	}
	return log - done, nil
}
