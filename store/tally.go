package store

import (
	"context"
	"fmt"
	"math"

	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// firstMints counts a payer in the range of their first mint. This takes one lookup in
// events_by_payer for each mint. It is raw SQL because gorm has no row values.
const firstMints = `SELECT count(*) FROM events e
	WHERE launch = ? AND kind = 'minted' AND block BETWEEN ? AND ? AND NOT EXISTS (
		SELECT 1 FROM events b WHERE b.launch = e.launch AND b.payer = e.payer AND b.kind = 'minted'
		AND (b.block, b.log_index) < (e.block, e.log_index))`

// Tally calls do with each block in from..to that minted allotments of a launch, in
// chain order. It returns the number of payers with their first mint in that range;
// see [mint.Store].
func (s *Store) Tally(ctx context.Context, launch string, from, to uint64, do func(mint.BlockMints) error) (payers int64, err error) {
	// SQLite's integers end at MaxInt64, and no block has a higher number.
	from, to = min(from, math.MaxInt64), min(to, math.MaxInt64)
	err = s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		// This reads events_by_launch, which has the blocks in order, so that SQLite sorts
		// no rows.
		rows, err := db.Model(&eventRow{}).Select("block, block_hash, count(*), sum(quantity)").
			Where("launch = ? AND kind = 'minted' AND block BETWEEN ? AND ?", launch, from, to).
			Group("block").Order("block").Rows()
		if err != nil {
			return err
		}
		err = eachRow(rows, func(row scanner) error {
			var m mint.BlockMints
			if err := row.Scan(&m.Block, &m.Hash, &m.Mints, &m.Sold); err != nil {
				return err
			}
			return do(m)
		})
		if err != nil {
			return err
		}
		return scanOne(db.Raw(firstMints, launch, from, to), &payers)
	})
	if err != nil {
		return 0, fmt.Errorf("tally mints of launch %s: %w", launch, err)
	}
	return payers, nil
}
