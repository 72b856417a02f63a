package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// Bounds of the journal of changes. A change takes about 150 bytes. At the limits, the
// oldest changes are deleted.
const (
	// MaxChanges is how many changes are kept, about 250,000 payments.
	MaxChanges = 1_000_000
	// maxChangeAge is how long a change is kept, in days. It is longer than a webhook
	// endpoint may fail before it is disabled.
	maxChangeAge = 30
	// pruneEvery is after how many changes old ones are deleted: at most twice as many,
	// so that deletion keeps up and no write is long.
	pruneEvery = 1024
)

// changed is what one transaction does to an order, as subscribers see it.
type changed struct {
	id            mint.PaymentID
	payer         common.Address
	before, after mint.OrderView
}

// journal collects the changes of one transaction.
type journal struct {
	orders   []changed
	index    map[mint.PaymentID]int // of orders
	launches []mint.Change
}

// record notes that an order's view changed in this transaction. Several changes of one
// order become one.
func (w *tx) record(o *mint.Order, before, after mint.OrderView) {
	j := &w.journal
	if i, ok := j.index[o.ID]; ok {
		j.orders[i].after = after
		return
	}
	if j.index == nil {
		j.index = make(map[mint.PaymentID]int)
	}
	j.index[o.ID] = len(j.orders)
	j.orders = append(j.orders, changed{o.ID, o.Payer, before, after})
}

// changes returns the changes of this transaction, without their sequences.
func (w *tx) changes() []mint.Change {
	all := make([]mint.Change, 0, len(w.journal.orders)+len(w.journal.launches))
	for _, c := range w.journal.orders {
		for _, change := range mint.ChangesBetween(c.before, c.after) {
			change.Order, change.Payer = c.id, c.payer
			all = append(all, change)
		}
	}
	return append(all, w.journal.launches...)
}

const (
	changeColumns = "type, at, launch, payment_id, payer, quantity, state, final, tx"
	changeValues  = "(?, ?, ?, ?, ?, ?, ?, ?, ?)"
)

// changeRows are the numbers of rows that one INSERT has. There are few, because each is
// a prepared statement. In a transaction of 100 changes, single rows take 3 times as long.
var changeRows = [...]int{64, 8, 1}

var insertChanges = func() (all [len(changeRows)]string) {
	for i, n := range changeRows {
		// SQLite chooses the sequence: the highest in the table plus 1.
		all[i] = "INSERT INTO changes (" + changeColumns + ") VALUES " + changeValues + strings.Repeat(", "+changeValues, n-1)
	}
	return all
}()

// writeJournal writes the changes of this transaction, and sometimes deletes old ones.
func (w *tx) writeJournal() error {
	all := w.changes()
	if len(all) == 0 {
		return nil
	}
	for i, n := range changeRows {
		for ; len(all) >= n; all = all[n:] {
			args := make([]any, 0, n*9)
			for _, c := range all[:n] {
				args = append(args, changeArgs(c, w.now.UnixNano())...)
			}
			if _, err := w.exec(insertChanges[i], args...); err != nil {
				return fmt.Errorf("write the journal: %w", err)
			}
		}
	}
	return w.prune()
}

func changeArgs(c mint.Change, at int64) []any {
	var id, payer, hash any
	if c.Order != (mint.PaymentID{}) {
		id, payer = c.Order[:], c.Payer[:]
	}
	if c.Transaction != (common.Hash{}) {
		hash = c.Transaction[:]
	}
	return []any{string(c.Type), at, c.Launch, id, payer, c.Quantity, string(c.State), c.Final, hash}
}

// prune deletes the oldest changes, once for every pruneEvery new ones: those beyond the
// store's maximum and those older than maxChangeAge. It never deletes the newest.
func (w *tx) prune() error {
	added := len(w.journal.orders) + len(w.journal.launches)
	if w.s.unpruned += added; w.s.unpruned < pruneEvery {
		return nil
	}
	w.s.unpruned = 0
	var newest, last int64
	if err := w.row("SELECT max(sequence) FROM changes").Scan(&newest); err != nil {
		return fmt.Errorf("prune the journal: %w", err)
	}
	keep, old := false, w.now.AddDate(0, 0, -maxChangeAge).UnixNano()
	err := w.each(func(row scanner) error {
		var sequence, at int64
		err := row.Scan(&sequence, &at)
		if keep = keep || sequence == newest || sequence > newest-w.s.maxChanges && at >= old; !keep {
			last = sequence
		}
		return err
	}, "SELECT sequence, at FROM changes ORDER BY sequence LIMIT ?", 2*max(pruneEvery, added))
	if err == nil && last > 0 {
		_, err = w.exec("DELETE FROM changes WHERE sequence <= ?", last)
	}
	if err != nil {
		return fmt.Errorf("prune the journal: %w", err)
	}
	return nil
}

// Report stores a launch's standing; see [mint.Store].
func (s *Store) Report(ctx context.Context, launch string, standing mint.Standing) error {
	return s.write(ctx, "report launch "+launch, func(w *tx) error {
		var before mint.Standing
		err := w.row("SELECT reported FROM launches WHERE slug = ? AND ? IN (0, chain_id)", launch, w.chain).Scan(&before)
		if errors.Is(err, sql.ErrNoRows) {
			return fmt.Errorf("launch %s: %w", launch, mint.ErrNotFound)
		}
		if err != nil || before == standing {
			return err
		}
		return w.report(launch, standing)
	})
}

// report stores a launch's new standing, and records the change.
func (w *tx) report(launch string, standing mint.Standing) error {
	if _, err := w.exec("UPDATE launches SET reported = ?, reported_at = ? WHERE slug = ?", string(standing), w.now.UnixNano(), launch); err != nil {
		return err
	}
	if w.reported == nil {
		w.reported = map[string]mint.Standing{}
	}
	w.reported[launch] = standing
	if t := standing.Type(); t != "" {
		w.journal.launches = append(w.journal.launches, mint.Change{Type: t, Launch: launch, State: mint.State(standing)})
	}
	return nil
}

// soldOut reports that a launch sold out, in the transaction of the mint that did it.
func (w *tx) soldOut(launch string, c counters) error {
	if c.sold < c.cap || c.reported == mint.StandingSoldOut || c.reported == mint.StandingDelisted {
		return nil
	}
	return w.report(launch, mint.StandingSoldOut)
}

// JournalReader reads the journal. It needs only connections that read.
type JournalReader struct {
	db    *gorm.DB
	chain uint64 // reads its changes; 0: those of all
}

// ofLaunches selects the changes of a chain, or of all for 0. The subquery runs once.
const ofLaunches = "(?2 = 0 OR launch IN (SELECT slug FROM launches WHERE chain_id = ?2))"

// chainOfChange is the chain of a change's launch.
const chainOfChange = "coalesce((SELECT chain_id FROM launches WHERE slug = launch), 0)"

// maxChangesRead is how many changes are read at once.
const maxChangesRead = 10_000

// Changes returns changes after a sequence, oldest first; see [mint.Store]. It reads at
// most maxChangesRead. Sequences are of all chains: those of a view have gaps, and its range
// is that of the whole journal.
func (j *JournalReader) Changes(ctx context.Context, after int64, limit int) (changes []mint.Change, err error) {
	rows, err := j.db.WithContext(ctx).Raw("SELECT sequence, "+changeColumns+", "+chainOfChange+" FROM changes WHERE sequence > ?1 AND "+ofLaunches+" ORDER BY sequence LIMIT ?3",
		after, j.chain, min(max(limit, 0), maxChangesRead)).Rows()
	if err == nil {
		err = eachRow(rows, func(row scanner) error {
			c, err := scanChange(row)
			changes = append(changes, c)
			return err
		})
	}
	if err != nil {
		return nil, fmt.Errorf("read changes after %d: %w", after, err)
	}
	if len(changes) > 0 && changes[0].Sequence == after+1 {
		return changes, nil
	}
	// Nothing new, or a gap. The range is read later than the changes, so it can only be
	// newer.
	oldest, newest, err := j.JournalRange(ctx)
	switch {
	case err != nil:
		return nil, err
	case after > newest || after < 0 || after < oldest-1:
		return nil, &mint.JournalError{After: after, Oldest: oldest, Newest: newest}
	}
	return changes, nil
}

func scanChange(row scanner) (mint.Change, error) {
	var c mint.Change
	var at int64
	var id, payer, hash []byte
	err := row.Scan(&c.Sequence, &c.Type, &at, &c.Launch, &id, &payer, &c.Quantity, &c.State, &c.Final, &hash, &c.ChainID)
	c.At, c.Order, c.Payer, c.Transaction = date(at), mint.PaymentID(common.BytesToHash(id)), common.BytesToAddress(payer), common.BytesToHash(hash)
	return c, err
}

// JournalRange returns the oldest and the newest sequence; see [mint.Store].
func (j *JournalReader) JournalRange(ctx context.Context) (oldest, newest int64, err error) {
	// Two subqueries, because SQLite uses the index for one min or one max only.
	row := j.db.WithContext(ctx).Raw("SELECT coalesce((SELECT min(sequence) FROM changes), 0), coalesce((SELECT max(sequence) FROM changes), 0)").Row()
	if err := row.Scan(&oldest, &newest); err != nil {
		return 0, 0, fmt.Errorf("read the journal's range: %w", err)
	}
	return oldest, newest, nil
}
