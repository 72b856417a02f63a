package store

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// Order returns the order with an id, or mint.ErrNotFound. For most ids that were
// never stored, and for orders in the cache, it does not query the database.
func (s *Store) Order(ctx context.Context, id mint.PaymentID) (mint.Order, error) {
	if s.filter != nil && !s.filter.has(id) {
		return mint.Order{}, unknown{id}
	}
	o := s.cache.get(id)
	var err error
	if o == nil {
		o, err = scanOrder(s.byID.QueryRowContext(ctx, id[:]))
	}
	seen := true
	if err == nil {
		seen, err = sees(ctx, s, o.Launch)
	}
	if errors.Is(err, sql.ErrNoRows) || err == nil && !seen {
		return mint.Order{}, unknown{id}
	}
	if err != nil {
		return mint.Order{}, fmt.Errorf("read order %s: %w", id, err)
	}
	return o.Order, nil
}

// Orders returns the orders that match: newest first, in order of arrival, or by the
// end of their authorization; see [mint.Query].
func (s *Store) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	var found []*record
	err := s.eachState(ctx, q, func(db *gorm.DB, q mint.Query, state mint.State) error {
		if s.cache != nil && state == mint.Claimed && q.EndsBy.IsZero() {
			claimed, err := s.cache.claimed(db, q, s.chain)
			found = append(found, claimed...)
			return err
		}
		query, args := ordersIn(q, state, s.chain)
		rows, err := db.Raw(selectOrder+query, args...).Rows()
		if err != nil {
			return err
		}
		return eachRow(rows, func(row scanner) error {
			o, err := scanOrder(row)
			found = append(found, o)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	slices.SortFunc(found, func(a, b *record) int {
		switch {
		case !q.EndsBy.IsZero():
			return cmp.Or(a.Authorization.ValidBefore.Cmp(b.Authorization.ValidBefore), cmp.Compare(a.seq, b.seq))
		case q.Oldest:
			return cmp.Compare(a.seq, b.seq)
		}
		return cmp.Compare(b.seq, a.seq)
	})
	if q.Limit > 0 && len(found) > q.Limit {
		found = found[:q.Limit]
	}
	orders := make([]mint.Order, len(found))
	for i, o := range found {
		orders[i] = o.Order
	}
	return orders, nil
}

// claimed reads the claimed orders of a query: from the database only their ids, and the rest
// from the cache. Before each batch, a hundred are read that were claimed just before.
//
// db is an open transaction, so both of its reads see one commit: an order that is missing in
// the cache is still claimed in the second one.
func (c *orderCache) claimed(db *gorm.DB, q mint.Query, chain uint64) (found []*record, err error) {
	query, args := ordersIn(q, mint.Claimed, chain)
	rows, err := db.Raw("SELECT id FROM orders"+query, args...).Rows()
	if err != nil {
		return nil, err
	}
	var missing []mint.PaymentID
	err = eachRow(rows, func(row scanner) error {
		var id common.Hash
		err := row.Scan(&id)
		if o := c.get(mint.PaymentID(id)); o != nil && o.State() == mint.Claimed {
			found = append(found, o)
		} else {
			missing = append(missing, mint.PaymentID(id))
		}
		return err
	})
	if err != nil || len(missing) == 0 {
		return found, err
	}
	if rows, err = db.Raw(selectOrder+" WHERE id "+inIDs, idList(missing)).Rows(); err != nil {
		return nil, err
	}
	err = eachRow(rows, func(row scanner) error {
		o, err := scanOrder(row)
		found = append(found, o)
		return err
	})
	return found, err
}

// Count returns how many orders match.
func (s *Store) Count(ctx context.Context, q mint.Query) (int, error) {
	if m := s.snapshot.Load(); m != nil && q.Payer == nil && q.Match == "" && q.EndsBy.IsZero() {
		return m.count(s.chain, q.Launch, q.States), nil
	}
	var count int
	err := s.eachState(ctx, q, func(db *gorm.DB, q mint.Query, state mint.State) error {
		var n int
		where, args := matching(q, state, s.chain)
		err := scanOne(db.Raw("SELECT count(*) FROM orders"+where, args...), &n)
		count += n
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return count, nil
}

// eachState calls f with the parts of a query, each with one of its states or with none, all
// in one snapshot. Their results do not overlap. With one state, SQLite reads an index in
// order. With IN, it would sort every order in those states to return a few. For the same
// reason, orders in a state are read launch by launch, and all orders of a payer state by
// state: the indexes have these columns first.
func (s *Store) eachState(ctx context.Context, q mint.Query, f func(db *gorm.DB, part mint.Query, state mint.State) error) error {
	states := slices.Compact(slices.Sorted(slices.Values(q.States)))
	anywhere := q.Match == "" && q.EndsBy.IsZero() // no other index is used
	if len(states) == 0 && anywhere && q.Payer != nil {
		states = mint.States
	}
	parts := []mint.Query{q}
	if len(states) > 0 && anywhere && q.Payer == nil && q.Launch == "" {
		launches, err := s.Launches(ctx)
		if err != nil {
			return err
		}
		parts = nil
		for _, l := range launches {
			q.Launch = l.Slug
			parts = append(parts, q)
		}
	}
	if len(states) == 0 {
		states = []mint.State{""}
	}
	return s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		for _, part := range parts {
			for _, state := range states {
				if err := f(db, part, state); err != nil {
					return err
				}
			}
		}
		return nil
	})
}

// ends is the time at which an order's authorization ends, in seconds. ending selects
// the orders that have such an end. Both must match the index orders_ending word for
// word. A time above SQLite's largest integer is read as that integer.
const (
	ends   = "CAST(valid_before AS INTEGER)"
	ending = "state IN ('claimed', 'parked', 'minting') AND signature IS NOT NULL"
)

// matching returns the condition of a query for one of its states, or for all if
// state is empty, of one chain or, for 0, of all.
func matching(q mint.Query, state mint.State, chain uint64) (where string, args []any) {
	and := func(condition string, arg any) { where, args = where+" AND "+condition, append(args, arg) }
	// A + prevents SQLite from using that column's index. A payer has fewer orders
	// than a state, and for all orders of a launch it is faster to read them by age.
	ofState, ofLaunch := "state = ?", "launch = ?"
	switch {
	case !q.EndsBy.IsZero():
		where, ofState = " AND "+ending, "+state = ?"
		and(ends+" <= ?", q.EndsBy.Unix())
		if q.Payer != nil {
			and("+payer = ?", q.Payer[:])
		}
	case q.Match != "":
		ofState, ofLaunch = "+state = ?", "+launch = ?"
		if q.Payer != nil {
			and("+payer = ?", q.Payer[:])
		}
	case q.Payer != nil:
		ofLaunch = "+launch = ?" // both other columns are in orders_by_payer_and_state
		and("payer = ?", q.Payer[:])
	case state == "":
		ofLaunch = "+launch = ?"
	}
	if q.Match != "" {
		from, to := begins(q.Match)
		where, args = where+" AND "+matches, append(args, from, to, from, to, from, to, from, to)
	}
	if state != "" {
		and(ofState, string(state))
	}
	if q.Launch != "" {
		and(ofLaunch, q.Launch)
	}
	if chain != 0 {
		and("+chain_id = ?", chain)
	}
	return " WHERE true" + where, args
}

// ordersIn returns the SQL to read the orders of a query for one of its states, from WHERE
// on, with its order and limit.
func ordersIn(q mint.Query, state mint.State, chain uint64) (query string, args []any) {
	where, args := matching(q, state, chain)
	order, after := "seq DESC", "seq < (SELECT seq FROM orders WHERE id = ?)"
	switch {
	case !q.EndsBy.IsZero():
		order, after = ends+", seq", "("+ends+", seq) > (SELECT "+ends+", seq FROM orders WHERE id = ?)"
	case q.Oldest:
		order, after = "seq", "seq > (SELECT seq FROM orders WHERE id = ?)"
	}
	if q.After != (mint.PaymentID{}) {
		where, args = where+" AND "+after, append(args, q.After[:])
	}
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	return where + " ORDER BY " + order + " LIMIT ?", append(args, limit)
}

// scanOne reads the only row of a query.
func scanOne(query *gorm.DB, into any) error {
	rows, err := query.Rows()
	return oneRow{rows, err}.Scan(into)
}

// matches selects orders by the first digits of their id, their payer or the hash of
// one of their transactions. Our own transactions are found by the hashes of their
// signed versions. A stranger's is found only in the events, which takes a scan of
// all of them: about a second for a few million.
const matches = `seq IN (
	SELECT seq FROM orders WHERE id BETWEEN ? AND ?
	UNION SELECT seq FROM orders WHERE payer BETWEEN ? AND ?
	UNION SELECT o.seq FROM attempts a JOIN carried c ON c.transaction_id = a.transaction_id JOIN orders o ON o.id = c.order_id
		WHERE a.hash BETWEEN ? AND ?
	UNION SELECT o.seq FROM events e JOIN orders o ON o.id = e.payment_id WHERE e.tx BETWEEN ? AND ?)`

// begins returns the first and the last value of up to 32 bytes that begins with some
// hex digits. For other text it returns an empty range.
func begins(digits string) (from, to []byte) {
	const maxDigits = 64
	if len(digits) > maxDigits {
		return []byte{1}, []byte{0}
	}
	from, err := hex.DecodeString(digits + strings.Repeat("0", len(digits)%2))
	if err != nil {
		return []byte{1}, []byte{0}
	}
	to, err = hex.DecodeString(digits + strings.Repeat("f", maxDigits-len(digits)))
	if err != nil {
		return []byte{1}, []byte{0}
	}
	return from, to
}
