package crowds

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"math/big"
	"net/url"
	"os"
	"strings"
	"sync/atomic"

	"github.com/ethereum/go-ethereum/common"
	_ "github.com/mattn/go-sqlite3"

	"github.com/mint402/mint402/crowd"
	"github.com/mint402/mint402/mint"
)

// Index keeps balances and looks in an SQLite file of its own, so that it never waits for a
// payment's write, and no payment waits for it. All of it can be read again from the chain:
// backups leave it out, and a damaged file, or one of another chain, is made again.
type Index struct {
	db    *sql.DB
	bound atomic.Bool // the file was compared with the chain; before, the index is empty for readers
}

var _ crowd.Index = (*Index)(nil)

// indexVersion changes with the tables. A file of another version is made again.
const indexVersion = 1

// indexSchema has balances as 16 bytes, the highest first, so that they are sorted as numbers.
const indexSchema = `
CREATE TABLE chain (genesis BLOB NOT NULL) STRICT; -- one row, once it is known
CREATE TABLE tokens (
    token   BLOB PRIMARY KEY,
    number  INTEGER NOT NULL, -- final block up to which transfers are counted
    hash    BLOB NOT NULL,    -- of that block; zero: not known
    holders INTEGER NOT NULL, -- addresses with a balance
    held    BLOB NOT NULL,    -- sum of the balances
    supply  BLOB NOT NULL     -- that they should add up to
) STRICT;
CREATE TABLE balances (
    token   BLOB NOT NULL,
    holder  BLOB NOT NULL,
    balance BLOB NOT NULL CHECK (length(balance) = 16), -- never zero
    PRIMARY KEY (token, holder)
) STRICT, WITHOUT ROWID;
CREATE INDEX balances_by_size ON balances (token, balance DESC, holder);
CREATE TABLE looks (
    payer BLOB PRIMARY KEY,
    found INTEGER NOT NULL -- crowd.Freshness
) STRICT, WITHOUT ROWID;
CREATE TABLE funders (
    payer  BLOB PRIMARY KEY,
    funder BLOB NOT NULL -- zero: none was found
) STRICT, WITHOUT ROWID;
`

// OpenIndex opens the index at a path, or makes it. Until Bind it is empty for readers.
func OpenIndex(ctx context.Context, path string) (*Index, error) {
	i, err := openIndex(ctx, path)
	if err == nil {
		return i, nil
	}
	for _, file := range []string{path, path + "-wal", path + "-shm"} {
		if gone := os.Remove(file); gone != nil && !errors.Is(gone, os.ErrNotExist) {
			return nil, fmt.Errorf("open index of holders: %w", errors.Join(err, gone))
		}
	}
	if i, err = openIndex(ctx, path); err != nil {
		return nil, fmt.Errorf("open index of holders: %w", err)
	}
	return i, nil
}

func openIndex(ctx context.Context, path string) (*Index, error) {
	dsn := url.URL{Scheme: "file", Opaque: strings.ReplaceAll(url.PathEscape(path), "%2F", "/"), RawQuery: url.Values{
		// Without a sync a crash of the machine can lose the newest portions, never more.
		"_journal_mode": {"WAL"}, "_synchronous": {"NORMAL"}, "_busy_timeout": {"5000"}, "_txlock": {"immediate"}}.Encode()}
	db, err := sql.Open("sqlite3", dsn.String())
	if err != nil {
		return nil, err
	}
	i := &Index{db: db}
	var version int
	if err = db.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err == nil && version == 0 {
		_, err = db.ExecContext(ctx, fmt.Sprintf("BEGIN; %s PRAGMA user_version = %d; COMMIT", indexSchema, indexVersion))
		version = indexVersion
	}
	if err == nil && version != indexVersion {
		err = errors.New("the file is of another version")
	}
	if err != nil {
		db.Close()
		return nil, err
	}
	_ = os.Chmod(path, 0o600) // it has only public data
	return i, nil
}

// Bind says which chain the index is of. If it was of another one, it forgets all of it.
func (i *Index) Bind(ctx context.Context, genesis common.Hash) error {
	tx, err := i.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after a commit
	var was common.Hash
	err = tx.QueryRowContext(ctx, "SELECT genesis FROM chain").Scan(&was)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if was != genesis {
		for _, table := range []string{"chain", "tokens", "balances", "looks", "funders"} {
			if _, err := tx.ExecContext(ctx, "DELETE FROM "+table); err != nil {
				return err
			}
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO chain (genesis) VALUES (?)", genesis[:]); err != nil {
			return err
		}
	}
	err = tx.Commit()
	i.bound.Store(err == nil)
	return err
}

// Close closes the file.
func (i *Index) Close() error { return i.db.Close() }

// Holdings implements [crowd.Index].
func (i *Index) Holdings(ctx context.Context, token common.Address) (h crowd.Holdings, err error) {
	if !i.bound.Load() {
		return crowd.Holdings{}, nil
	}
	h.TopTen = new(big.Int)
	var held, supply []byte
	err = i.db.QueryRowContext(ctx, "SELECT number, hash, holders, held, supply FROM tokens WHERE token = ?", token[:]).Scan(&h.To.Number, &h.To.Hash, &h.Holders, &held, &supply)
	if errors.Is(err, sql.ErrNoRows) {
		return crowd.Holdings{}, nil
	}
	h.Held, h.Supply = new(big.Int).SetBytes(held), new(big.Int).SetBytes(supply)
	if err == nil {
		err = i.each(ctx, func(row scanner) error {
			var b []byte
			err := row.Scan(&b)
			h.TopTen.Add(h.TopTen, new(big.Int).SetBytes(b))
			return err
		}, "SELECT balance FROM balances WHERE token = ? ORDER BY balance DESC, holder LIMIT 10", token[:])
	}
	if err != nil {
		return crowd.Holdings{}, fmt.Errorf("read holdings of %s: %w", token, err)
	}
	return h, nil
}

func (i *Index) each(ctx context.Context, do func(scanner) error, query string, args ...any) error {
	rows, err := i.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	return eachRow(rows, do)
}

// Apply implements [crowd.Index]. A transfer to the same address, or of zero, has no effect.
func (i *Index) Apply(ctx context.Context, token common.Address, to mint.Block, transfers []crowd.Transfer, supply *big.Int) error {
	change := map[common.Address]*big.Int{}
	add := func(account common.Address, value *big.Int, sign int64) {
		if account == (common.Address{}) { // mints come from there, and the contract refuses transfers to it
			return
		}
		if change[account] == nil {
			change[account] = new(big.Int)
		}
		change[account].Add(change[account], new(big.Int).Mul(value, big.NewInt(sign)))
	}
	for _, t := range transfers {
		add(t.From, t.Value, -1)
		add(t.To, t.Value, +1)
	}
	tx, err := i.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after a commit
	var holders int64
	var sum []byte
	err = tx.QueryRowContext(ctx, "SELECT holders, held FROM tokens WHERE token = ?", token[:]).Scan(&holders, &sum)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	held := new(big.Int).SetBytes(sum)
	for account, delta := range change {
		if delta.Sign() == 0 {
			continue
		}
		more, err := adjust(ctx, tx, token, account, delta)
		if err != nil {
			return err
		}
		holders += more
		held.Add(held, delta)
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO tokens (token, number, hash, holders, held, supply) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (token) DO UPDATE SET
		number = excluded.number, hash = excluded.hash, holders = excluded.holders, held = excluded.held, supply = excluded.supply`,
		token[:], int64(to.Number), to.Hash[:], holders, held.Bytes(), supply.Bytes())
	if err != nil {
		return err
	}
	return tx.Commit()
}

// maxBalance is the first balance that does not fit. The contract keeps balances in 14 bytes.
var maxBalance = new(big.Int).Lsh(big.NewInt(1), 128)

// adjust changes a balance, and returns how many more holders there are.
func adjust(ctx context.Context, tx *sql.Tx, token, account common.Address, delta *big.Int) (more int64, err error) {
	var before []byte
	err = tx.QueryRowContext(ctx, "SELECT balance FROM balances WHERE token = ? AND holder = ?", token[:], account[:]).Scan(&before)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return 0, err
	}
	now := new(big.Int).Add(new(big.Int).SetBytes(before), delta)
	switch {
	case now.Sign() < 0 || now.Cmp(maxBalance) >= 0:
		return 0, crowd.ErrNegative
	case now.Sign() == 0:
		_, err = tx.ExecContext(ctx, "DELETE FROM balances WHERE token = ? AND holder = ?", token[:], account[:])
		return -1, err
	case len(before) == 0:
		more = 1
	}
	_, err = tx.ExecContext(ctx, "INSERT INTO balances (token, holder, balance) VALUES (?, ?, ?) ON CONFLICT (token, holder) DO UPDATE SET balance = excluded.balance",
		token[:], account[:], now.FillBytes(make([]byte, 16)))
	return more, err
}

// Reset implements [crowd.Index].
func (i *Index) Reset(ctx context.Context, token common.Address) error {
	tx, err := i.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after a commit
	for _, table := range []string{"balances", "tokens"} {
		if _, err := tx.ExecContext(ctx, "DELETE FROM "+table+" WHERE token = ?", token[:]); err != nil {
			return err
		}
	}
	return tx.Commit()
}
