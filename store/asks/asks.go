// Package asks keeps what remote facilitators were asked to settle: the table asks. A [Table]
// runs its statements on connections that it gets.
package asks

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
)

// Table implements [facilitator.Store].
type Table struct {
	Read *gorm.DB
	// Chain limits Open to the asks about orders of a chain; 0: of all.
	Chain uint64
	// Write runs f in one durable transaction.
	Write func(ctx context.Context, verb string, f func(db *gorm.DB, now time.Time) error) error
}

var _ facilitator.Store = (*Table)(nil)

// Open is the condition of asks that a facilitator may still settle the payment; see
// [facilitator.Kind.Open].
const Open = `outcome IN ('', 'unknown', 'settled')`

// kept is how long asks are kept. A payment can be settled for two hours after it was claimed.
const kept = 30 * 24 * time.Hour

const (
	// The condition is part of the statement: an order is asked for only while it is claimed,
	// and never while a facilitator may still settle it.
	insertAsk = `INSERT INTO asks (order_id, facilitator, asked, answered, outcome, tx, why)
		SELECT id, ?, ?, 0, '', x'', '' FROM orders WHERE id = ? AND state = 'claimed'
		AND NOT EXISTS (SELECT 1 FROM asks WHERE order_id = orders.id AND ` + Open + `) RETURNING id`
	selectAsk = `SELECT a.id, a.order_id, a.facilitator, a.asked, a.answered, a.outcome, a.tx, a.why FROM asks a`
	// selectOpen begins with the orders on their way: of old asks there may be many.
	selectOpen = selectAsk + ` JOIN orders o ON o.id = a.order_id
		WHERE o.state IN ('claimed', 'minting') AND o.settlement_tx IS NULL AND o.state = 'claimed' AND a.` + Open + ` AND ?1 IN (0, o.chain_id) ORDER BY a.id`
)

// Ask implements [facilitator.Store].
func (t *Table) Ask(ctx context.Context, order mint.PaymentID, name string) (id int64, err error) {
	err = t.Write(ctx, "ask a facilitator for "+order.String(), func(db *gorm.DB, now time.Time) error {
		err := db.Raw(insertAsk, name, now.UnixNano(), order[:]).Row().Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			return mint.ErrStale
		}
		return err
	})
	return id, err
}

// Answer implements [facilitator.Store].
func (t *Table) Answer(ctx context.Context, id int64, o facilitator.Outcome) error {
	tx := []byte{}
	if o.Tx != (common.Hash{}) {
		tx = o.Tx[:]
	}
	return t.Write(ctx, "store a facilitator's answer", func(db *gorm.DB, now time.Time) error {
		return db.Exec("UPDATE asks SET answered = ?, outcome = ?, tx = ?, why = ? WHERE id = ?", now.UnixNano(), string(o.Kind), tx, o.Why, id).Error
	})
}

// Open implements [facilitator.Store].
func (t *Table) Open(ctx context.Context) ([]facilitator.Ask, error) {
	return t.list(ctx, selectOpen, t.Chain)
}

// Of implements [facilitator.Store].
func (t *Table) Of(ctx context.Context, order mint.PaymentID) ([]facilitator.Ask, error) {
	return t.list(ctx, selectAsk+" WHERE a.order_id = ? ORDER BY a.id DESC LIMIT 100", order[:])
}

// Prune implements [facilitator.Store].
func (t *Table) Prune(ctx context.Context) error {
	return t.Write(ctx, "delete old asks", func(db *gorm.DB, now time.Time) error {
		return db.Exec("DELETE FROM asks WHERE id IN (SELECT id FROM asks WHERE asked < ? LIMIT 10000)", now.Add(-kept).UnixNano()).Error
	})
}

func (t *Table) list(ctx context.Context, query string, args ...any) (all []facilitator.Ask, err error) {
	rows, err := t.Read.WithContext(ctx).Raw(query, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("read asks: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		var a facilitator.Ask
		var order, tx []byte
		var asked, answered int64
		if err := rows.Scan(&a.ID, &order, &a.Facilitator, &asked, &answered, &a.Outcome.Kind, &tx, &a.Outcome.Why); err != nil {
			return nil, fmt.Errorf("read asks: %w", err)
		}
		a.Order, a.Outcome.Tx = mint.PaymentID(common.BytesToHash(order)), common.BytesToHash(tx)
		if a.At = time.Unix(0, asked).UTC(); answered != 0 {
			a.AnsweredAt = time.Unix(0, answered).UTC()
		}
		all = append(all, a)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read asks: %w", err)
	}
	return all, nil
}
