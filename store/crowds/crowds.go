// Package crowds reads who minted, from the events of a database. A [Table] runs its
// statements on connections that it gets.
package crowds

import (
	"context"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/crowd"
)

// Table reads who minted.
type Table struct{ Read *gorm.DB }

// minters adds up the mints of each payer. The index has a payer's events next to each other,
// so SQLite sorts no rows.
const minters = `SELECT payer, min(block), count(*), sum(quantity) FROM events INDEXED BY events_by_payer
	WHERE launch = ? AND kind = 'minted' GROUP BY payer`

// EachMinter calls do with each payer of a launch, in no particular order, until do fails.
func (t *Table) EachMinter(ctx context.Context, launch string, do func(crowd.Minter) error) error {
	err := each(t.Read.WithContext(ctx), func(row scanner) error {
		var m crowd.Minter
		if err := row.Scan(&m.Payer, &m.First, &m.Mints, &m.Quantity); err != nil {
			return err
		}
		return do(m)
	}, minters, launch)
	if err != nil {
		return fmt.Errorf("read minters of launch %s: %w", launch, err)
	}
	return nil
}

// ends finds the first and the last mint of some payers, each with one look into an index.
const ends = `WITH some (payer) AS (VALUES %s)
	SELECT some.payer, f.payment_id, f.block, f.block_hash, l.payment_id, l.block, l.block_hash FROM some
	JOIN events f ON f.seq = (SELECT seq FROM events WHERE launch = ?%[2]d AND payer = some.payer AND kind = 'minted' ORDER BY block, log_index LIMIT 1)
	JOIN events l ON l.seq = (SELECT seq FROM events WHERE launch = ?%[2]d AND payer = some.payer AND kind = 'minted' ORDER BY block DESC, log_index DESC LIMIT 1)`

// Ends returns the first and the last mint of those of the payers that have a mint.
func (t *Table) Ends(ctx context.Context, launch string, payers []common.Address) (map[common.Address]crowd.Ends, error) {
	found := make(map[common.Address]crowd.Ends, len(payers))
	if len(payers) == 0 {
		return found, nil
	}
	args, places := make([]any, 0, len(payers)+1), make([]string, len(payers))
	for i := range payers {
		args, places[i] = append(args, payers[i][:]), fmt.Sprintf("(?%d)", i+1)
	}
	query := fmt.Sprintf(ends, strings.Join(places, ", "), len(payers)+1)
	db, err := t.Read.DB()
	if err != nil {
		return nil, err
	}
	rows, err := db.QueryContext(ctx, query, append(args, launch)...)
	if err == nil {
		err = eachRow(rows, func(row scanner) error {
			var payer common.Address
			var e crowd.Ends
			err := row.Scan(&payer, (*common.Hash)(&e.First.ID), &e.First.Block, &e.First.BlockHash, (*common.Hash)(&e.Last.ID), &e.Last.Block, &e.Last.BlockHash)
			found[payer] = e
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read first and last mints of launch %s: %w", launch, err)
	}
	return found, nil
}
