package store

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// Order returns one by its id, or mint.ErrNotFound; for most ids that were never
// stored without asking the database.
func (s *Store) Order(ctx context.Context, id mint.PaymentID) (mint.Order, error) {
	if s.filter != nil && !s.filter.has(id) {
		return mint.Order{}, unknown{id}
	}
	o, err := scanOrder(s.byID.QueryRowContext(ctx, id[:]))
	if errors.Is(err, sql.ErrNoRows) {
		return mint.Order{}, unknown{id}
	}
	if err != nil {
		return mint.Order{}, fmt.Errorf("read order %s: %w", id, err)
	}
	return o.Order, nil
}

// Orders returns those that match, newest first, or in order of arrival.
func (s *Store) Orders(ctx context.Context, q mint.Query) ([]mint.Order, error) {
	direction := " DESC"
	if q.Oldest {
		direction = " ASC"
	}
	limit := q.Limit
	if limit <= 0 {
		limit = -1
	}
	var found []*record
	err := s.eachState(ctx, q, func(db *gorm.DB, where string, args []any) error {
		rows, err := db.Raw(selectOrder+where+" ORDER BY seq"+direction+" LIMIT ?", append(args, limit)...).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			o, err := scanOrder(rows)
			if err != nil {
				return err
			}
			found = append(found, o)
		}
		return rows.Err()
	})
	if err != nil {
		return nil, fmt.Errorf("read orders: %w", err)
	}
	slices.SortFunc(found, func(a, b *record) int {
		if q.Oldest {
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

// Count says how many orders match.
func (s *Store) Count(ctx context.Context, q mint.Query) (int, error) {
	if m := s.memory.Load(); m != nil && q.Payer == nil {
		return m.count(q.Launch, q.States), nil
	}
	var count int
	err := s.eachState(ctx, q, func(db *gorm.DB, where string, args []any) error {
		var n int
		err := db.Raw("SELECT count(*) FROM orders"+where, args...).Row().Scan(&n)
		count += n
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("count orders: %w", err)
	}
	return count, nil
}

// eachState runs f with the condition of a query, once for each of its states
// and all in one snapshot. One state is one ordered walk of an index; with IN,
// SQLite would sort every order in those states to return a few.
func (s *Store) eachState(ctx context.Context, q mint.Query, f func(db *gorm.DB, where string, args []any) error) error {
	states := slices.Compact(slices.Sorted(slices.Values(q.States)))
	if len(states) == 0 {
		states = []mint.State{""}
	}
	return s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		for _, state := range states {
			// A + keeps SQLite from walking that column's index: a payer has fewer
			// orders than a state, and all of a launch's are better walked by age.
			where, args, plus := " WHERE true", []any{}, ""
			if q.Payer != nil {
				where, args, plus = where+" AND payer = ?", append(args, q.Payer[:]), "+"
			}
			if state != "" {
				where, args = where+" AND "+plus+"state = ?", append(args, string(state))
			} else {
				plus = "+"
			}
			if q.Launch != "" {
				where, args = where+" AND "+plus+"launch = ?", append(args, q.Launch)
			}
			if err := f(db, where, args); err != nil {
				return err
			}
		}
		return nil
	})
}
