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

// Holders returns a part of a token's holders, the largest first: those whose address begins
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

// looksOf calls do with each look that was kept of some accounts.
func (i *Index) looksOf(ctx context.Context, accounts []common.Address, do func(common.Address, crowd.Freshness)) error {
	for len(accounts) > 0 {
		part := accounts[:min(len(accounts), maxNamed)]
		accounts = accounts[len(part):]
		args := make([]any, len(part))
		for n := range part {
			args[n] = part[n][:]
		}
		err := i.each(ctx, func(row scanner) error {
			var a common.Address
			var f crowd.Freshness
			err := row.Scan(&a, &f)
			do(a, f)
			return err
		}, "SELECT payer, found FROM looks WHERE payer IN (?"+strings.Repeat(", ?", len(part)-1)+")", args...)
		if err != nil {
			return fmt.Errorf("read looks at payers: %w", err)
		}
	}
	return nil
}

// NotLooked implements [crowd.Index].
func (i *Index) NotLooked(ctx context.Context, accounts []common.Address) (left []common.Address, err error) {
	known := make(map[common.Address]bool, len(accounts))
	err = i.looksOf(ctx, accounts, func(a common.Address, _ crowd.Freshness) { known[a] = true })
	for _, a := range accounts {
		if !known[a] {
			left = append(left, a)
		}
	}
	return left, err
}

// CountLooks returns how many looks at some accounts showed each freshness.
func (i *Index) CountLooks(ctx context.Context, accounts []common.Address) (counts [3]int, err error) {
	if !i.bound.Load() {
		return counts, nil
	}
	err = i.looksOf(ctx, accounts, func(_ common.Address, f crowd.Freshness) {
		if f >= 0 && int(f) < len(counts) {
			counts[f]++
		}
	})
	return counts, err
}

// KeepLooks implements [crowd.Index].
func (i *Index) KeepLooks(ctx context.Context, looks map[common.Address]crowd.Freshness) error {
	tx, err := i.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback() // after a commit it does nothing
	for a, f := range looks {
		if _, err := tx.ExecContext(ctx, "INSERT INTO looks (payer, found) VALUES (?, ?) ON CONFLICT (payer) DO NOTHING", a[:], int(f)); err != nil {
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
