package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store/asks"
)

var (
	// ErrTaken means that another stored transaction has the same sender and account nonce.
	ErrTaken = mint.ErrTaken
	// ErrUnread means that a receipt is from a block above the cursor. The block's events
	// must be stored first. Otherwise an order that it minted would look as if it had not
	// been minted.
	ErrUnread = errors.New("the block was not read yet")
)

// Carry stores a signed transaction and assigns its orders to it, so that they are
// minting. It does this for all of them, or for no order; see [mint.Store].
func (s *Store) Carry(ctx context.Context, t mint.Transaction) (id int64, err error) {
	// needs is the state that the orders must have.
	needs := map[mint.TransactionKind]mint.State{mint.Batch: mint.Claimed, mint.SettledMint: mint.Settled,
		mint.Return: mint.Settled, mint.Fold: mint.Settled}[t.Kind]
	switch {
	case needs == "":
		return 0, fmt.Errorf("carry: unknown kind of transaction %q", t.Kind)
	case len(t.Attempts) == 0 || len(t.Orders) == 0 && t.Kind != mint.Batch:
		return 0, errors.New("carry: a transaction needs an attempt, and one that is not a batch also an order")
	}
	err = s.write(ctx, "carry", func(w *tx) error {
		// Raw: with gorm's Create and clause.OnConflict, here and in attempt, a Carry of one
		// order took 1.3 times as long (235 against 179 µs).
		if err := ofLaunch(w, t.Launch); err != nil {
			return err
		}
		err := w.row(`INSERT INTO transactions (kind, launch, chain_id, sender, account_nonce, created) VALUES (?, ?, ?, ?, ?, ?)
			ON CONFLICT (chain_id, sender, account_nonce) DO NOTHING RETURNING id`,
			string(t.Kind), t.Launch, w.chain, t.Sender[:], t.AccountNonce, w.now.UnixNano()).Scan(&id)
		if errors.Is(err, sql.ErrNoRows) {
			err = fmt.Errorf("account nonce %d of %s: %w", t.AccountNonce, t.Sender, ErrTaken)
		}
		if err != nil {
			return err
		}
		for _, attempt := range t.Attempts {
			if err := w.attempt(id, attempt); err != nil {
				return err
			}
		}
		orders, err := w.orders(t.Orders)
		if err == nil && t.Kind == mint.Batch {
			err = noneAsked(w, t.Orders)
		}
		if err != nil {
			return err
		}
		edits := make([]edit, len(t.Orders))
		for i, order := range t.Orders {
			o := orders[order]
			if o == nil {
				return fmt.Errorf("order %s is gone: %w", order, mint.ErrStale)
			}
			if o.State() != needs || o.Launch != t.Launch {
				return fmt.Errorf("order %s is %s at launch %s: %w", order, o.State(), o.Launch, mint.ErrStale)
			}
			edits[i] = w.edit(o, func() { o.Transaction = id })
		}
		if err := w.writeEdits(edits); err != nil {
			return err
		}
		// Raw for inIDs' reason: gorm's Create writes another statement for each number of rows.
		_, err = w.exec("INSERT INTO carried (transaction_id, n, order_id) SELECT ?, key, unhex(substr(value, 3)) FROM json_each(?)",
			id, idList(t.Orders))
		return err
	})
	if err != nil {
		return 0, err
	}
	return id, nil
}

// noneAsked returns mint.ErrStale if a facilitator may still settle one of the orders.
func noneAsked(w *tx, orders []mint.PaymentID) error {
	var asked int
	err := w.row("SELECT EXISTS (SELECT 1 FROM asks WHERE order_id IN (SELECT unhex(substr(value, 3)) FROM json_each(?)) AND "+asks.Open+")", idList(orders)).Scan(&asked)
	if err == nil && asked > 0 {
		err = fmt.Errorf("a facilitator was asked to settle one of the orders: %w", mint.ErrStale)
	}
	return err
}

// Attempt adds another signed version to a transaction in flight. The same version is
// stored only once.
func (s *Store) Attempt(ctx context.Context, id int64, attempt mint.Attempt) error {
	return s.write(ctx, fmt.Sprintf("add an attempt to transaction %d", id), func(w *tx) error {
		if t, err := w.transaction(id); err != nil {
			return err
		} else if t.concluded() {
			return mint.ErrStale
		}
		w.resigned = true
		return w.attempt(id, attempt)
	})
}

// attempt stores a signed version of a transaction, unless it is stored already. It fails
// if another transaction has the same version.
func (w *tx) attempt(id int64, a mint.Attempt) error {
	created := a.CreatedAt
	if created.IsZero() {
		created = w.now
	}
	stored, err := w.exec(`INSERT INTO attempts (transaction_id, n, hash, raw, fee_cap, tip_cap, block, created)
		VALUES (?1, (SELECT count(*) FROM attempts WHERE transaction_id = ?1), ?2, ?3, ?4, ?5, ?6, ?7) ON CONFLICT (hash) DO NOTHING`,
		id, a.Hash[:], a.Raw, decimal(a.FeeCap), decimal(a.TipCap), a.Block, created.UnixNano())
	if err != nil || stored == 1 {
		return err
	}
	var owner int64
	if err := w.db.Model(&attemptRow{}).Where("hash = ?", a.Hash).Pluck("transaction_id", &owner).Error; err != nil {
		return err
	}
	if owner != id {
		return fmt.Errorf("transaction %d has the attempt with hash %s already", owner, a.Hash)
	}
	return nil
}

// transaction reads a transaction without its attempts and orders.
func (w *tx) transaction(id int64) (t transactionRow, err error) {
	err = w.db.Where("id = ?", id).Take(&t).Error
	if err == nil && w.chain != 0 && t.ChainID != w.chain {
		err = gorm.ErrRecordNotFound
	}
	if errors.Is(err, gorm.ErrRecordNotFound) {
		err = fmt.Errorf("transaction %d: %w", id, mint.ErrNotFound)
	}
	return t, err
}

// MinedFrom returns the hashes of a sender's mined transactions with at least an account
// nonce: at most max of them, the highest nonce first; see [mint.Store].
func (s *Store) MinedFrom(ctx context.Context, sender common.Address, from uint64, max int) (hashes []common.Hash, err error) {
	if s.chain == 0 {
		return nil, fmt.Errorf("read mined transactions: %w", errNoChain)
	}
	err = s.read.WithContext(ctx).Model(&transactionRow{}).Where("chain_id = +? AND sender = ? AND account_nonce >= ? AND mined_tx IS NOT NULL", s.chain, sender[:], from).
		Order("account_nonce DESC").Limit(max).Pluck("mined_tx", &hashes).Error
	if err != nil {
		return nil, fmt.Errorf("read mined transactions of %s: %w", sender, err)
	}
	return hashes, nil
}

// NextAccountNonce returns the highest stored account nonce of the sender plus one, or 0
// if there is no transaction of the sender.
func (s *Store) NextAccountNonce(ctx context.Context, sender common.Address) (uint64, error) {
	if s.chain == 0 {
		return 0, fmt.Errorf("read account nonce: %w", errNoChain)
	}
	var next uint64
	err := s.read.WithContext(ctx).Model(&transactionRow{}).Select("coalesce(max(account_nonce) + 1, 0)").
		Where("chain_id = +? AND sender = ?", s.chain, sender).Scan(&next).Error
	if err != nil {
		return 0, fmt.Errorf("read account nonce of %s: %w", sender, err)
	}
	return next, nil
}

// Spent returns how much wei our transactions paid for gas since a time. It counts those
// that were first seen mined at or after it, and whose receipt contained the cost. Each chain has
// gas in its own coin, so there is no sum over several chains.
func (s *Store) Spent(ctx context.Context, since time.Time) (mint.Spending, error) {
	if s.chain == 0 {
		return mint.Spending{}, fmt.Errorf("read the gas costs: %w", errNoChain)
	}
	if epoch := time.Unix(0, 0); since.Before(epoch) {
		since = epoch // earlier times do not fit into nanoseconds
	}
	sum := func(column string) (*big.Int, error) {
		var costs []amount
		err := s.read.WithContext(ctx).Model(&transactionRow{}).Where("chain_id = +? AND "+column+" IS NOT NULL AND mined_at >= ?", s.chain, since.UnixNano()).Pluck(column, &costs).Error
		if err != nil {
			return nil, fmt.Errorf("read the gas costs: %w", err)
		}
		sum := new(big.Int) // in wei, a sum would soon overflow SQLite's integers
		for _, c := range costs {
			sum.Add(sum, c.Int)
		}
		return sum, nil
	}
	all, err := sum("cost")
	burned, err2 := sum("burned")
	by, err3 := spentBy(ctx, s, since)
	if err := errors.Join(err, err2, err3); err != nil {
		return mint.Spending{}, err
	}
	return mint.Spending{All: all, Burned: burned, By: by}, nil
}

// spentByCreators selects the costs of the launches that creators made. CROSS JOIN makes SQLite
// begin with these launches, and the + makes it find them by creator.
const spentByCreators = `SELECT l.slug, t.cost FROM launches l CROSS JOIN transactions t ON t.launch = l.slug
	WHERE l.creator <> x'' AND +l.chain_id = ? AND t.cost IS NOT NULL AND t.mined_at >= ?`

func spentBy(ctx context.Context, s *Store, since time.Time) (map[string]*big.Int, error) {
	rows, err := s.read.WithContext(ctx).Raw(spentByCreators, s.chain, since.UnixNano()).Rows()
	if err != nil {
		return nil, fmt.Errorf("read the gas costs of creators' launches: %w", err)
	}
	by := map[string]*big.Int{}
	err = eachRow(rows, func(row scanner) error {
		var slug string
		var cost amount
		if err := row.Scan(&slug, &cost); err != nil {
			return err
		}
		if by[slug] == nil {
			by[slug] = new(big.Int)
		}
		by[slug].Add(by[slug], cost.Int)
		return nil
	})
	return by, err
}

// insertSkip stores a skipped payment, unless it was minted. Raw: gorm has no INSERT … SELECT.
const insertSkip = `INSERT INTO skips (transaction_id, order_id, payer, by_code) SELECT ?1, id, payer, ?2 FROM orders
	WHERE id = ?3 AND mint_tx IS NULL ON CONFLICT DO NOTHING`

// skipsOf selects the skipped payments of payers. A transaction that a reorg took back has no
// mined_at. A payment that a stranger submitted before us was paid, and is no fault of its
// payer. CROSS JOIN makes SQLite begin with the payers.
const skipsOf = `SELECT s.payer, s.by_code, t.mined_at
	FROM json_each(?) j CROSS JOIN skips s ON s.payer = unhex(substr(j.value, 3)) JOIN transactions t ON t.id = s.transaction_id
	WHERE t.mined_at >= ? AND ? IN (0, t.chain_id) AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = s.order_id AND (o.settlement_tx IS NOT NULL OR o.mint_tx IS NOT NULL))`

// readLastSkip reads when the newest transaction with a skipped payment was first seen mined.
const readLastSkip = `SELECT coalesce(max(t.mined_at), 0) FROM skips s JOIN transactions t ON t.id = s.transaction_id`

// Skips returns the skipped payments of payers since a time; see [mint.Store]. It is asked for
// each claim and each batch. While nothing was skipped since then, which is usual, it does not
// query the database.
func (s *Store) Skips(ctx context.Context, payers []common.Address, since time.Time) (map[common.Address]mint.Skips, error) {
	if s.writer != nil && s.lastSkip.Load() < since.UnixNano() {
		return nil, nil
	}
	payers = slices.Compact(slices.SortedFunc(slices.Values(payers), common.Address.Cmp))
	list, err := json.Marshal(payers)
	if err != nil {
		return nil, err
	}
	rows, err := s.read.WithContext(ctx).Raw(skipsOf, string(list), since.UnixNano(), s.chain).Rows()
	if err != nil {
		return nil, fmt.Errorf("read skipped payments: %w", err)
	}
	all := map[common.Address]mint.Skips{}
	err = eachRow(rows, func(row scanner) error {
		var payer []byte
		var byCode bool
		var mined int64
		if err := row.Scan(&payer, &byCode, &mined); err != nil {
			return err
		}
		skips := all[common.BytesToAddress(payer)]
		skips.N++
		for at, counts := range map[*time.Time]bool{&skips.Last: true, &skips.ByCode: byCode} {
			if seen := time.Unix(0, mined); counts && seen.After(*at) {
				*at = seen
			}
		}
		all[common.BytesToAddress(payer)] = skips
		return nil
	})
	return all, err
}
