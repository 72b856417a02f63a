// Package relayed keeps payments that the facilitator settles for holders of tokens: the tables
// relayed and relayed_attempts. A [Table] runs its statements on connections that it gets.
package relayed

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
)

// Table implements [relay.Store] for one chain. Payments of other chains are not found, changed or
// counted: account nonces are of a chain, and a token has its budget on each chain, since gas is
// paid in the chain's own coin.
type Table struct {
	Read *gorm.DB
	// Chain is the chain's id. With 0, Take fails, and the table is empty.
	Chain uint64
	// Write runs f in one durable transaction.
	Write func(ctx context.Context, verb string, f func(db *gorm.DB, now time.Time) error) error
}

var _ relay.Store = (*Table)(nil)

const (
	// spent is what counts against a token's budget: what open payments may cost, and what those
	// cost that have ended since a time.
	spent = `SELECT COALESCE(SUM(CASE WHEN outcome = '' THEN reserved ELSE cost END), 0) FROM relayed WHERE chain_id = +? AND token = ? AND (outcome = '' OR ended >= ?)`
	// The condition is part of the statement: of concurrent payments only those fit that the budget covers.
	insert = `INSERT INTO relayed (id, chain_id, token, asset, payer, pay_to, value, valid_after, valid_before, nonce, signature, gas, since, taken, reserved, outcome, why, block, cost, ended, final)
		SELECT ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', '', 0, 0, 0, 0 WHERE (` + spent + `) + ? <= ? ON CONFLICT (id) DO NOTHING`
	columns = `SELECT id, token, asset, payer, pay_to, value, valid_after, valid_before, nonce, signature, gas, since, taken, reserved, account_nonce, outcome, why, tx, block, cost, final FROM relayed WHERE chain_id = +?`
)

// errNoChain means that a payment cannot be stored, because the table is of no chain.
var errNoChain = errors.New("relayed payments are stored for one chain: choose it with On")

// Take implements [relay.Store].
func (t *Table) Take(ctx context.Context, p relay.Payment, day time.Time, budget int64) (stored relay.Payment, err error) {
	if t.Chain == 0 {
		return stored, errNoChain
	}
	a := &p.Authorization
	err = t.Write(ctx, "take payment "+p.ID.String(), func(db *gorm.DB, now time.Time) error {
		did := db.Exec(insert, p.ID[:], t.Chain, p.Token, p.Asset[:], a.From[:], a.To[:], a.Value.String(), a.ValidAfter.String(), a.ValidBefore.String(), a.Nonce[:], p.Signature,
			p.Gas, p.Since, now.UnixNano(), p.Reserved, t.Chain, p.Token, day.UnixNano(), p.Reserved, budget)
		if did.Error != nil {
			return did.Error
		}
		if stored, err = t.one(db, p.ID); errors.Is(err, mint.ErrNotFound) {
			return relay.ErrBudget
		}
		return err
	})
	return stored, err
}

// Payment implements [relay.Store].
func (t *Table) Payment(ctx context.Context, id mint.PaymentID) (relay.Payment, error) {
	return t.one(t.Read.WithContext(ctx), id)
}

func (t *Table) one(db *gorm.DB, id mint.PaymentID) (relay.Payment, error) {
	all, err := list(db, columns+" AND id = ?", t.Chain, id[:])
	if err == nil && len(all) == 0 {
		err = mint.ErrNotFound
	}
	if err != nil {
		return relay.Payment{}, err
	}
	return all[0], nil
}

// Unfinal implements [relay.Store].
func (t *Table) Unfinal(ctx context.Context) ([]relay.Payment, error) {
	return list(t.Read.WithContext(ctx), columns+" AND final = 0 ORDER BY account_nonce IS NULL, account_nonce, taken LIMIT 1000", t.Chain)
}

// NextNonce implements [relay.Store].
func (t *Table) NextNonce(ctx context.Context) (next uint64, err error) {
	err = t.Read.WithContext(ctx).Raw("SELECT COALESCE(MAX(account_nonce) + 1, 0) FROM relayed WHERE chain_id = +?", t.Chain).Row().Scan(&next)
	return next, err
}

// Carry implements [relay.Store].
func (t *Table) Carry(ctx context.Context, id mint.PaymentID, accountNonce uint64, a mint.Attempt, reserved int64) error {
	return t.Write(ctx, "carry payment "+id.String(), func(db *gorm.DB, now time.Time) error {
		did := db.Exec("UPDATE relayed SET account_nonce = ?, reserved = ? WHERE id = ? AND chain_id = +? AND outcome = '' AND (account_nonce IS NULL OR account_nonce = ?)", accountNonce, reserved, id[:], t.Chain, accountNonce)
		if did.Error == nil && did.RowsAffected != 1 {
			return mint.ErrStale
		}
		if did.Error != nil {
			return did.Error
		}
		return db.Exec("INSERT INTO relayed_attempts (hash, payment, raw, fee_cap, tip_cap, block, at) SELECT ?, ?, ?, ?, ?, ?, ?",
			a.Hash[:], id[:], a.Raw, a.FeeCap.String(), a.TipCap.String(), a.Block, now.UnixNano()).Error
	})
}

// Drop implements [relay.Store].
func (t *Table) Drop(ctx context.Context, id mint.PaymentID) error {
	return t.Write(ctx, "drop the transaction of payment "+id.String(), func(db *gorm.DB, _ time.Time) error {
		if err := db.Exec("UPDATE relayed SET account_nonce = NULL WHERE id = ? AND chain_id = +? AND outcome = ''", id[:], t.Chain).Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM relayed_attempts WHERE payment = (SELECT id FROM relayed WHERE id = ? AND chain_id = +?)", id[:], t.Chain).Error
	})
}

// End implements [relay.Store].
func (t *Table) End(ctx context.Context, p relay.Payment) error {
	return t.Write(ctx, "end payment "+p.ID.String(), func(db *gorm.DB, now time.Time) error {
		ended, tx := now.UnixNano(), []byte(nil)
		if p.Outcome == relay.Open {
			ended = 0
		} else if p.Tx != (common.Hash{}) {
			tx = p.Tx[:]
		}
		return db.Exec("UPDATE relayed SET outcome = ?, why = ?, tx = ?, block = ?, cost = ?, final = ?, ended = CASE WHEN outcome = ? THEN ended ELSE ? END WHERE id = ? AND chain_id = +?",
			string(p.Outcome), p.Why, tx, p.Block, p.Cost, p.Final, string(p.Outcome), ended, p.ID[:], t.Chain).Error
	})
}

// kept is how long final payments are kept.
const kept = 30 * 24 * time.Hour

// Prune implements [relay.Store].
func (t *Table) Prune(ctx context.Context) error {
	return t.Write(ctx, "delete old payments of others", func(db *gorm.DB, now time.Time) error {
		old := now.Add(-kept).UnixNano()
		if err := db.Exec("DELETE FROM relayed_attempts WHERE payment IN (SELECT id FROM relayed WHERE chain_id = +? AND final = 1 AND taken < ? ORDER BY taken LIMIT 1000)", t.Chain, old).Error; err != nil {
			return err
		}
		return db.Exec("DELETE FROM relayed WHERE id IN (SELECT id FROM relayed WHERE chain_id = +? AND final = 1 AND taken < ? ORDER BY taken LIMIT 1000)", t.Chain, old).Error
	})
}

// Spent implements [relay.Store].
func (t *Table) Spent(ctx context.Context, token string, day time.Time) (n int64, err error) {
	err = t.Read.WithContext(ctx).Raw(spent, t.Chain, token, day.UnixNano()).Row().Scan(&n)
	return n, err
}

func list(db *gorm.DB, query string, args ...any) (all []relay.Payment, err error) {
	rows, err := db.Raw(query, args...).Rows()
	if err != nil {
		return nil, fmt.Errorf("read relayed payments: %w", err)
	}
	defer rows.Close()
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("read relayed payments: %w", err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("read relayed payments: %w", err)
	}
	for i := range all {
		if all[i].Attempts, err = attempts(db, all[i].ID); err != nil {
			return nil, fmt.Errorf("read relayed payments: %w", err)
		}
		if n := len(all[i].Attempts); n > 0 && all[i].Tx == (common.Hash{}) {
			all[i].Tx = all[i].Attempts[n-1].Hash
		}
	}
	return all, nil
}

func scan(rows *sql.Rows) (p relay.Payment, err error) {
	var id, asset, payer, payTo, nonce, tx []byte
	var value, after, before string
	var taken int64
	var accountNonce sql.NullInt64
	if err := rows.Scan(&id, &p.Token, &asset, &payer, &payTo, &value, &after, &before, &nonce, &p.Signature, &p.Gas, &p.Since, &taken, &p.Reserved, &accountNonce, &p.Outcome, &p.Why, &tx, &p.Block, &p.Cost, &p.Final); err != nil {
		return p, err
	}
	p.ID, p.Asset, p.Tx, p.At = mint.PaymentID(common.BytesToHash(id)), common.BytesToAddress(asset), common.BytesToHash(tx), time.Unix(0, taken).UTC()
	p.Signed, p.AccountNonce = accountNonce.Valid, uint64(accountNonce.Int64)
	a := &p.Authorization
	a.From, a.To, a.Nonce = common.BytesToAddress(payer), common.BytesToAddress(payTo), common.BytesToHash(nonce)
	a.Value, _ = new(big.Int).SetString(value, 10)
	a.ValidAfter, _ = new(big.Int).SetString(after, 10)
	a.ValidBefore, _ = new(big.Int).SetString(before, 10)
	if a.Value == nil || a.ValidAfter == nil || a.ValidBefore == nil {
		return p, fmt.Errorf("payment %s has a number that cannot be read", p.ID)
	}
	return p, nil
}

func attempts(db *gorm.DB, id mint.PaymentID) (all []mint.Attempt, err error) {
	rows, err := db.Raw("SELECT hash, raw, fee_cap, tip_cap, block, at FROM relayed_attempts WHERE payment = ? ORDER BY at, fee_cap", id[:]).Rows()
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var a mint.Attempt
		var hash []byte
		var feeCap, tipCap string
		var at int64
		if err := rows.Scan(&hash, &a.Raw, &feeCap, &tipCap, &a.Block, &at); err != nil {
			return nil, err
		}
		a.Hash, a.CreatedAt = common.BytesToHash(hash), time.Unix(0, at).UTC()
		a.FeeCap, _ = new(big.Int).SetString(feeCap, 10)
		a.TipCap, _ = new(big.Int).SetString(tipCap, 10)
		if a.FeeCap == nil || a.TipCap == nil {
			return nil, fmt.Errorf("transaction %s has a fee that cannot be read", a.Hash)
		}
		all = append(all, a)
	}
	return all, rows.Err()
}
