package store

import (
	"context"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Pragma reads a setting of the writer.
func Pragma(s *Store, query string) string {
	var v string
	if err := s.writer.QueryRowContext(context.Background(), query).Scan(&v); err != nil {
		return err.Error()
	}
	return v
}

// Hold keeps the writer from everybody until the returned function is called.
func Hold(s *Store) (release func()) {
	s.turn <- struct{}{}
	return func() { <-s.turn }
}

// Unsynced makes writes return before they are on disk, for tests of many
// writes that no crash follows.
func Unsynced(s *Store) {
	if _, err := s.writer.ExecContext(context.Background(), "PRAGMA synchronous = OFF"); err != nil {
		panic(err)
	}
}

// States is the state column of every order.
func States(s *Store) map[mint.PaymentID]mint.State {
	rows, err := s.writer.QueryContext(context.Background(), "SELECT id, state FROM orders")
	if err != nil {
		panic(err)
	}
	defer rows.Close()
	states := map[mint.PaymentID]mint.State{}
	for rows.Next() {
		var id common.Hash
		var state mint.State
		if err := rows.Scan(&id, &state); err != nil {
			panic(err)
		}
		states[mint.PaymentID(id)] = state
	}
	return states
}

// HotQueries are the statements that run with every claim, read or step.
func HotQueries() map[string]string {
	return map[string]string{
		"claim":           insertClaim,
		"revive":          reviveClaim,
		"reserve":         reserve,
		"order":           selectOrder + " WHERE id = ?",
		"carried":         selectOrder + " WHERE transaction_id = ?",
		"oldest claimed":  selectOrder + " WHERE true AND state = ? AND launch = ? ORDER BY seq ASC LIMIT ?",
		"newest in state": selectOrder + " WHERE true AND state = ? ORDER BY seq DESC LIMIT ?",
		"newest":          selectOrder + " WHERE true AND +launch = ? ORDER BY seq DESC LIMIT ?",
		"of a payer":      selectOrder + " WHERE true AND payer = ? AND +state = ? AND +launch = ? ORDER BY seq DESC LIMIT ?",
		"facts":           selectEvent + " WHERE payment_id = ? AND " + ofOrders + " ORDER BY block, log_index",
		"taken back":      "SELECT payment_id FROM events WHERE block > ? AND " + ofOrders + " ORDER BY block, log_index",
		"final":           finalOrders,
		"history":         "SELECT payment_id FROM events WHERE launch = ? AND payer = ? AND kind IN ('minted', 'refunded') ORDER BY block, log_index",
		"events":          "SELECT * FROM events WHERE launch = ? ORDER BY block DESC, log_index DESC LIMIT ?",
		"in flight":       "SELECT * FROM transactions WHERE concluded = '' ORDER BY sender, account_nonce",
		"spent":           "SELECT cost FROM transactions WHERE cost IS NOT NULL AND mined_at >= ?",
		"account nonce":   "SELECT coalesce(max(account_nonce) + 1, 0) FROM transactions WHERE sender = ?",
	}
}

// Plan is how SQLite would run a query, one step a line.
func Plan(s *Store, query string) string {
	rows, err := s.writer.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+query, make([]any, max(strings.Count(query, "?"), 14))...)
	if err != nil {
		return err.Error()
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		if err := rows.Scan(&id, &parent, &unused, &detail); err != nil {
			return err.Error()
		}
		steps = append(steps, detail)
	}
	return fmt.Sprint(strings.Join(steps, "\n"))
}
