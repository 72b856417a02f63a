package store

import (
	"context"
	"fmt"
	"math/big"
	"math/rand/v2"
	"runtime"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store/asks"
)

// Pragma reads a setting of the writer.
func Pragma(s *Store, query string) string {
	var v string
	if err := s.conn.QueryRowContext(context.Background(), query).Scan(&v); err != nil {
		return err.Error()
	}
	return v
}

// Hold keeps the writer from everybody until the returned function is called.
func Hold(s *Store) (release func()) {
	s.turn <- struct{}{}
	return func() { <-s.turn }
}

// AwaitWaiters returns once so many wait to share a commit.
func AwaitWaiters(s *Store, n int) {
	for waiting := -1; waiting < n; runtime.Gosched() {
		s.claims.mu.Lock()
		waiting = len(s.claims.waiting)
		s.claims.mu.Unlock()
	}
}

// CheckpointAfter makes a checkpoint start after about that many pages.
func CheckpointAfter(s *Store, pages int64) { s.checkpointer.most = pages }

// AwaitCheckpoint returns once the log is not being brought in.
func AwaitCheckpoint(s *Store) {
	s.checkpointer.working <- struct{}{}
	<-s.checkpointer.working
}

// Unsynced makes writes return before they are on disk, for tests of many
// writes that no crash follows.
func Unsynced(s *Store) {
	if _, err := s.conn.ExecContext(context.Background(), "PRAGMA synchronous = OFF"); err != nil {
		panic(err)
	}
}

// States is the state column of every order.
func States(s *Store) map[mint.PaymentID]mint.State {
	rows, err := s.conn.QueryContext(context.Background(), "SELECT id, state FROM orders")
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
	queries := map[string]string{
		"claim":         insertClaim,
		"revive":        reviveClaim,
		"refusal":       refusalOf,
		"order":         selectOrder + " WHERE id = ?",
		"carried":       selectOrder + " WHERE transaction_id = ?",
		"facts":         factsOf,
		"orders":        selectOrder + " WHERE id " + inIDs,
		"known":         knownOrders,
		"taken back":    eventsAbove,
		"final":         finalMints + " UNION ALL " + finalRefunds + " LIMIT 5000",
		"voided":        voidedSince,
		"history":       "SELECT payment_id FROM events WHERE launch = ? AND payer = ? AND kind IN ('minted', 'refunded') ORDER BY block, log_index",
		"events":        "SELECT * FROM events WHERE launch = ? ORDER BY block DESC, log_index DESC LIMIT ?",
		"money":         "SELECT * FROM events WHERE launch = ? AND kind IN ('settled', 'received') ORDER BY block DESC, log_index DESC LIMIT ?",
		"other keys":    countOtherKeys,
		"in flight":     selectInFlight,
		"spent":         "SELECT cost FROM transactions WHERE chain_id = +? AND cost IS NOT NULL AND mined_at >= ?",
		"burned":        "SELECT burned FROM transactions WHERE chain_id = +? AND burned IS NOT NULL AND mined_at >= ?",
		"by creators":   spentByCreators,
		"skips":         skipsOf,
		"asked for":     "SELECT 1 FROM asks WHERE order_id = ? AND " + asks.Open,
		"relayed now":   "SELECT id FROM relayed WHERE chain_id = +? AND final = 0",
		"relayed spent": "SELECT SUM(cost) FROM relayed WHERE chain_id = +? AND token = ? AND (outcome = '' OR ended >= ?)",
		"relayed sent":  "SELECT hash, raw FROM relayed_attempts WHERE payment = ? ORDER BY at",
		"relayed nonce": "SELECT COALESCE(MAX(account_nonce) + 1, 0) FROM relayed WHERE chain_id = ?",
		"account nonce": "SELECT coalesce(max(account_nonce) + 1, 0) FROM transactions WHERE chain_id = ? AND sender = ?",
	}
	for name, q := range map[string]mint.Query{
		"oldest claimed":        {Launch: "x", States: []mint.State{mint.Claimed}, Oldest: true},
		"next parked":           {Launch: "x", States: []mint.State{mint.Parked}, Oldest: true, After: mint.PaymentID{1}},
		"newest in state":       {Launch: "x", States: []mint.State{mint.Minted}},
		"next in state":         {Launch: "x", States: []mint.State{mint.Minted}, After: mint.PaymentID{1}},
		"newest":                {Launch: "x"},
		"latest mints":          {Launch: "x", States: []mint.State{mint.Minted}},
		"of a payer":            {Launch: "x", Payer: &common.Address{}, States: []mint.State{mint.Minted}},
		"of a payer, next":      {Payer: &common.Address{}, States: []mint.State{mint.Minted}, After: mint.PaymentID{1}},
		"parked and ended":      {Launch: "x", States: []mint.State{mint.Parked}, EndsBy: time.Unix(1, 0)},
		"parked and ended next": {Launch: "x", States: []mint.State{mint.Parked}, EndsBy: time.Unix(1, 0), After: mint.PaymentID{1}},
		"ended":                 {Launch: "x", EndsBy: time.Unix(1, 0)},
	} {
		var state mint.State
		if len(q.States) > 0 {
			state = q.States[0]
		}
		query, _ := ordersIn(q, state, 1)
		queries[name] = selectOrder + query
	}
	return queries
}

// Plan is how SQLite would run a query, one step a line.
func Plan(s *Store, query string) string {
	rows, err := s.conn.QueryContext(context.Background(), "EXPLAIN QUERY PLAN "+query, make([]any, max(strings.Count(query, "?"), 19))...)
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

// SampleIDs is up to n ids of stored orders, from all over.
func SampleIDs(s *Store, n int) []mint.PaymentID {
	rows, err := s.conn.QueryContext(context.Background(), "SELECT id FROM orders WHERE seq % max(1, (SELECT max(seq) FROM orders) / ?1) = 0 LIMIT ?1", n)
	if err != nil {
		panic(err)
	}
	defer rows.Close()
	var ids []mint.PaymentID
	for rows.Next() {
		var id common.Hash
		if err := rows.Scan(&id); err != nil {
			panic(err)
		}
		ids = append(ids, mint.PaymentID(id))
	}
	rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids
}

// Path is where a store's file is.
func Path(s *Store) string { return s.path }

// KeepChanges sets how many changes the journal keeps.
func KeepChanges(s *Store, n int64) { s.maxChanges = n }

// Indexes are the names of the indexes that a migration created.
func Indexes(s *Store) (names []string) {
	rows, err := s.conn.QueryContext(context.Background(), "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL")
	if err != nil {
		panic(err)
	}
	err = eachRow(rows, func(row scanner) error {
		var name string
		err := row.Scan(&name)
		names = append(names, name)
		return err
	})
	if err != nil {
		panic(err)
	}
	return names
}

// CacheDiffers returns the first difference between the cached orders and the database, and
// the number of cached orders.
func CacheDiffers(s *Store) (n int, difference string) {
	s.cache.mu.Lock()
	defer s.cache.mu.Unlock()
	n = len(s.cache.recent) + len(s.cache.older)
	for _, orders := range []map[mint.PaymentID]*record{s.cache.older, s.cache.recent} {
		for id, o := range orders {
			row, err := scanOrder(s.byID.QueryRow(id[:]))
			if is, was := fmt.Sprintf("%+v", row), fmt.Sprintf("%+v", o); err != nil || is != was {
				return n, fmt.Sprintf("order %s is\n%s\nand cached as\n%s (%v)", id, is, was, err)
			}
		}
	}
	return n, ""
}

// MostCached adds n orders to an empty cache, and returns the highest number that it held.
func MostCached(n int) (most int) {
	var c orderCache
	for i := range n {
		o := newRecord(int64(i), mint.Order{ID: mint.PaymentID(common.BigToHash(big.NewInt(int64(i)))), Value: new(big.Int), Signature: []byte{1}})
		c.drop(map[mint.PaymentID]*record{o.ID: o})
		c.add(map[mint.PaymentID]*record{o.ID: o})
		most = max(most, len(c.recent)+len(c.older))
	}
	return most
}

// ClearCache removes all orders from memory, as after a start.
func ClearCache(s *Store) { s.cache.clear() }

// Replace raises the epoch, as another process does that opens the database.
func Replace(s *Store) {
	if _, err := s.conn.ExecContext(context.Background(), "UPDATE meta SET epoch = epoch + 1"); err != nil {
		panic(err)
	}
}
