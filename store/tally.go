package store

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

const (
	// Walks events_by_launch, so that blocks come in their order and nothing is sorted.
	mintedByBlock = `SELECT block, block_hash, count(*), sum(quantity) FROM events
		WHERE launch = ? AND kind = 'minted' AND block BETWEEN ? AND ? GROUP BY block ORDER BY block`
	// A payer counts where their first mint is: one look into events_by_payer each.
	firstMints = `SELECT count(*) FROM events e
		WHERE launch = ? AND kind = 'minted' AND block BETWEEN ? AND ? AND NOT EXISTS (
			SELECT 1 FROM events b WHERE b.launch = e.launch AND b.payer = e.payer AND b.kind = 'minted'
			AND (b.block, b.log_index) < (e.block, e.log_index))`
)

// Tally calls do with each block from..to that minted allotments of a launch, in
// chain order, and returns how many payers first did there; see [mint.Store].
func (s *Store) Tally(ctx context.Context, launch string, from, to uint64, do func(mint.BlockMints) error) (payers int64, err error) {
	// The highest block that SQLite can count is as far as there are any.
	from, to = min(from, math.MaxInt64), min(to, math.MaxInt64)
	err = s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		rows, err := db.Raw(mintedByBlock, launch, from, to).Rows()
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m mint.BlockMints
			if err := rows.Scan(&m.Block, &m.Hash, &m.Mints, &m.Sold); err != nil {
				return err
			}
			if err := do(m); err != nil {
				return err
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return scanOne(db.Raw(firstMints, launch, from, to), &payers)
	})
	if err != nil {
		return 0, fmt.Errorf("tally mints of launch %s: %w", launch, err)
	}
	return payers, nil
}
