package crowds

import (
	"context"
	"encoding/hex"
	"fmt"
	"math/big"
	"strings"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/crowd"
)

// Holders returns a part of a token's holders, the largest first: with addresses that begin
// with some hex digits, or all.
func (i *Index) Holders(ctx context.Context, token common.Address, digits string, offset, limit int) (found []crowd.Holder, err error) {
	query, args := "SELECT holder, balance FROM balances WHERE token = ?", []any{token[:]}
	if digits != "" {
		lo, hi := between(digits)
		query, args = query+" AND holder BETWEEN ? AND ?", append(args, lo, hi)
	}
	err = i.each(ctx, func(row scanner) error {
		h, err := scanHolder(row)
		found = append(found, h)
		return err
	}, query+" ORDER BY balance DESC, holder LIMIT ? OFFSET ?", append(args, limit, offset)...)
	for n := range found {
		found[n].Rank = int64(offset + n + 1)
		if err == nil && digits != "" {
			balance := found[n].Balance.FillBytes(make([]byte, 16))
			err = i.db.QueryRowContext(ctx, "SELECT 1 + count(*) FROM balances WHERE token = ? AND (balance > ? OR balance = ? AND holder < ?)",
				token[:], balance, balance, found[n].Account[:]).Scan(&found[n].Rank)
		}
	}
	if err != nil {
		return nil, fmt.Errorf("read holders of %s: %w", token, err)
	}
	return found, nil
}

// CountHolders returns how many holders' addresses begin with some hex digits.
func (i *Index) CountHolders(ctx context.Context, token common.Address, digits string) (n int, err error) {
	lo, hi := between(digits)
	err = i.db.QueryRowContext(ctx, "SELECT count(*) FROM balances WHERE token = ? AND holder BETWEEN ? AND ?", token[:], lo, hi).Scan(&n)
	return n, err
}

// between returns the lowest and the highest address that begins with some hex digits.
func between(digits string) (lo, hi []byte) {
	lo, _ = hex.DecodeString(digits + strings.Repeat("0", 40-len(digits))) // the caller checks the digits
	hi, _ = hex.DecodeString(digits + strings.Repeat("f", 40-len(digits)))
	return lo, hi
}

func scanHolder(row scanner) (h crowd.Holder, err error) {
	var balance []byte
	err = row.Scan(&h.Account, &balance)
	h.Balance = new(big.Int).SetBytes(balance)
	return h, err
}

// EachHolder returns the holders of a token as of one moment, the largest first: next returns
// at most n more. The caller calls end.
func (i *Index) EachHolder(ctx context.Context, token common.Address) (next func(n int) ([]crowd.Holder, error), end func(), err error) {
	rows, err := i.db.QueryContext(ctx, "SELECT holder, balance FROM balances WHERE token = ? ORDER BY balance DESC, holder", token[:])
	if err != nil {
		return nil, nil, fmt.Errorf("read holders of %s: %w", token, err)
	}
	rank := int64(0)
	return func(n int) (some []crowd.Holder, err error) {
		for len(some) < n && rows.Next() {
			h, err := scanHolder(rows)
			if err != nil {
				return nil, err
			}
			rank++
			h.Rank = rank
			some = append(some, h)
		}
		return some, rows.Err()
	}, func() { rows.Close() }, nil
}

// maxNamed is how many accounts one statement names.
const maxNamed = 500

// named calls do with the rows of a table for some accounts. query ends before the list.
func (i *Index) named(ctx context.Context, query string, accounts []common.Address, do func(scanner) error) error {
	for len(accounts) > 0 {
		part := accounts[:min(len(accounts), maxNamed)]
		accounts = accounts[len(part):]
		args := make([]any, len(part))
		for n := range part {
			args[n] = part[n][:]
		}
		if err := i.each(ctx, do, query+" WHERE payer IN (?"+strings.Repeat(", ?", len(part)-1)+")", args...); err != nil {
			return fmt.Errorf("read about payers: %w", err)
		}
	}
	return nil
}

// without returns those of the accounts that a table has no row of.
func (i *Index) without(ctx context.Context, table string, accounts []common.Address) (left []common.Address, err error) {
	known := make(map[common.Address]bool, len(accounts))
	err = i.named(ctx, "SELECT payer FROM "+table, accounts, func(row scanner) error {
		var a common.Address
		err := row.Scan(&a)
		known[a] = true
		return err
	})
	for _, a := range accounts {
		if !known[a] {
			left = append(left, a)
		}
	}
	return left, err
}

// NotLooked implements [crowd.Index].
func (i *Index) NotLooked(ctx context.Context, accounts []common.Address) ([]common.Address, error) {
	return i.without(ctx, "looks", accounts)
}

// CountLooks returns how many looks at some accounts showed each freshness.
func (i *Index) CountLooks(ctx context.Context, accounts []common.Address) (counts [3]int, err error) {
	if !i.bound.Load() {
		return counts, nil
	}
	err = i.named(ctx, "SELECT found FROM looks", accounts, func(row scanner) error {
		var f int
		err := row.Scan(&f)
		if f >= 0 && f < len(counts) {
			counts[f]++
		}
		return err
	})
	return counts, err
}

// KeepLooks implements [crowd.Index].
func (i *Index) KeepLooks(ctx context.Context, looks map[common.Address]crowd.Freshness) error {
	return keep(ctx, i, "looks", looks, func(f crowd.Freshness) any { return int(f) })
}

// NotFunded implements [crowd.Index].
func (i *Index) NotFunded(ctx context.Context, accounts []common.Address) ([]common.Address, error) {
	return i.without(ctx, "funders", accounts)
}

// KeepFunders implements [crowd.Index].
func (i *Index) KeepFunders(ctx context.Context, funders map[common.Address]common.Address) error {
	return keep(ctx, i, "funders", funders, func(a common.Address) any { return a[:] })
}

// Groups groups some accounts by their funders.
func (i *Index) Groups(ctx context.Context, accounts []common.Address) (crowd.Groups, error) {
	funders := map[common.Address]common.Address{}
	if !i.bound.Load() {
		return crowd.GroupsOf(funders, len(accounts)), nil
	}
	err := i.named(ctx, "SELECT payer, funder FROM funders", accounts, func(row scanner) error {
		var payer, funder common.Address
		err := row.Scan(&payer, &funder)
		funders[payer] = funder
		return err
	})
	return crowd.GroupsOf(funders, len(accounts)), err
}

// keep adds rows to a table in one write. Those that are there stay.
func keep[T any](ctx context.Context, i *Index, table string, rows map[common.Address]T, value func(T) any) error {
	tx, err := i.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // has no effect after a commit
	for a, v := range rows {
		if _, err := tx.ExecContext(ctx, "INSERT OR IGNORE INTO "+table+" VALUES (?, ?)", a[:], value(v)); err != nil {
			return err
		}
	}
	return tx.Commit()
}

// SoldUpTo returns how many allotments of a launch were minted up to a block, and up to which
// block its events were read.
func (t *Table) SoldUpTo(ctx context.Context, launch string, block uint64) (sold int64, readTo uint64, err error) {
	db, err := t.Read.DB()
	if err != nil {
		return 0, 0, err
	}
	err = db.QueryRowContext(ctx, `SELECT read_to, (SELECT coalesce(sum(quantity), 0) FROM events WHERE launch = l.slug AND kind = 'minted' AND block <= ?) FROM launches l WHERE slug = ?`,
		int64(block), launch).Scan(&readTo, &sold)
	if err != nil {
		return 0, 0, fmt.Errorf("read how far launch %s is: %w", launch, err)
	}
	return sold, readTo, nil
}
