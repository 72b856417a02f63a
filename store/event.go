package store

import (
	"context"
	"fmt"
	"math"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// ofOrders selects the events that are facts of an order.
const ofOrders = "kind IN ('minted', 'settled', 'refunded')"

const (
	eventColumns = "kind, launch, payment_id, payer, nonce, quantity, amount, block, block_hash, log_index, tx"
	selectEvent  = "SELECT " + eventColumns + " FROM events"
)

// eventRow is a row of the table events; its columns are explained in schema.sql.
type eventRow struct {
	Kind      mint.EventKind
	Launch    string
	PaymentID common.Hash
	Payer     common.Address
	Nonce     common.Hash
	Quantity  int64
	Amount    amount
	Block     uint64
	BlockHash common.Hash
	LogIndex  uint
	Tx        common.Hash
	Token     common.Address `gorm:"->"` // of the launch, if the query joined it
}

// TableName implements gorm's schema.Tabler.
func (eventRow) TableName() string { return "events" }

func scanEvent(row scanner) (eventRow, error) {
	var e eventRow
	err := row.Scan(&e.Kind, &e.Launch, &e.PaymentID, &e.Payer, &e.Nonce, &e.Quantity, &e.Amount, &e.Block, &e.BlockHash, &e.LogIndex, &e.Tx)
	return e, err
}

func (e eventRow) mark() mint.Mark {
	return mint.Mark{Block: e.Block, BlockHash: e.BlockHash, LogIndex: e.LogIndex, Tx: e.Tx}
}

func (e eventRow) event() mint.Event {
	return mint.Event{
		Kind: e.Kind, Token: e.Token, ID: mint.PaymentID(e.PaymentID), Payer: e.Payer, Nonce: e.Nonce,
		Quantity: e.Quantity, Amount: e.Amount.Int, At: e.mark(),
	}
}

// EventReader reads the stored events of launches. It needs only connections that read.
type EventReader struct {
	db    *gorm.DB
	chain uint64 // reads its events; 0: those of all
	// sees reports whether a launch's events are read; nil: those of all launches are.
	sees func(ctx context.Context, launch string) (bool, error)
}

// other reports whether a launch's events are not read.
func (e *EventReader) other(ctx context.Context, launch string) (bool, error) {
	if e.sees == nil {
		return false, nil
	}
	seen, err := e.sees(ctx, launch)
	return !seen, err
}

// Events returns the newest events of a launch, newest first, of the given kinds or,
// without kinds, of all. A limit of 0 means no limit.
func (e *EventReader) Events(ctx context.Context, launch string, limit int, kinds ...mint.EventKind) ([]mint.Event, error) {
	if other, err := e.other(ctx, launch); other || err != nil {
		return nil, err
	}
	query := e.db.WithContext(ctx).Model(&eventRow{}).
		Select("events.*, launches.token").Joins("JOIN launches ON launches.slug = events.launch").
		Where("events.launch = ?", launch).Order("block DESC, log_index DESC")
	if len(kinds) > 0 {
		query = query.Where("kind IN ?", kinds)
	}
	if limit > 0 {
		query = query.Limit(limit)
	}
	var rows []eventRow
	if err := query.Find(&rows).Error; err != nil {
		return nil, fmt.Errorf("read events of launch %s: %w", launch, err)
	}
	events := make([]mint.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, nil
}

// Newest returns the newest events of all launches, newest first, at most limit of any kind. It
// reads the end of an index for each chain, however many events there are. Block numbers of several
// chains say nothing about each other: those are merged by when they were stored.
func (e *EventReader) Newest(ctx context.Context, limit int) ([]mint.Event, error) {
	var chains []uint64
	fail := func(err error) ([]mint.Event, error) { return nil, fmt.Errorf("read newest events: %w", err) }
	if err := e.db.WithContext(ctx).Raw("SELECT DISTINCT chain_id FROM launches WHERE ? IN (0, chain_id)", e.chain).Scan(&chains).Error; err != nil {
		return fail(err)
	}
	lists := make([][]newestRow, len(chains))
	for i, chain := range chains {
		if err := e.db.WithContext(ctx).Raw(newestEvents, chain, limit).Find(&lists[i]).Error; err != nil {
			return fail(err)
		}
	}
	events := []mint.Event{}
	for len(events) < limit {
		newest := -1
		for i, list := range lists {
			if len(list) > 0 && (newest < 0 || list[0].Seq > lists[newest][0].Seq) {
				newest = i
			}
		}
		if newest < 0 {
			break
		}
		events, lists[newest] = append(events, lists[newest][0].Event.event()), lists[newest][1:]
	}
	return events, nil
}

// newestRow is an event with its place in the table.
type newestRow struct {
	Seq   int64
	Event eventRow `gorm:"embedded"`
}

const newestEvents = "SELECT e.*, l.token FROM (SELECT seq, " + eventColumns + " FROM events WHERE chain_id = ? ORDER BY block DESC, log_index DESC LIMIT ?) e " +
	"JOIN launches l ON l.slug = e.launch ORDER BY e.block DESC, e.log_index DESC"

// EachEvent calls do with a launch's events of blocks from..to, both included, in
// chain order. All of them come from one snapshot. It stops when do fails.
func (s *Store) EachEvent(ctx context.Context, launch string, from, to uint64, do func(mint.Event) error) error {
	fail := func(err error) error { return fmt.Errorf("read events of launch %s: %w", launch, err) }
	l, err := s.Launch(ctx, launch)
	if err != nil {
		return fail(err)
	}
	// SQLite's integers end at MaxInt64, and no block has a higher number.
	rows, err := s.read.WithContext(ctx).Model(&eventRow{}).Select(eventColumns).
		Where("launch = ? AND block BETWEEN ? AND ?", launch, min(from, math.MaxInt64), min(to, math.MaxInt64)).
		Order("block, log_index").Rows()
	if err != nil {
		return fail(err)
	}
	defer rows.Close()
	for rows.Next() {
		r, err := scanEvent(rows)
		if err != nil {
			return fail(err)
		}
		r.Token = l.Token
		if err := do(r.event()); err != nil {
			return err
		}
	}
	if err := rows.Err(); err != nil {
		return fail(err)
	}
	return nil
}

// History returns the ids minted or refunded to the payer's account at a launch, in
// chain order.
func (e *EventReader) History(ctx context.Context, launch string, payer common.Address) ([]mint.PaymentID, error) {
	if other, err := e.other(ctx, launch); other || err != nil {
		return nil, err
	}
	var ids [][]byte
	err := e.db.WithContext(ctx).Model(&eventRow{}).
		Where("launch = ? AND payer = ? AND kind IN ?", launch, payer[:], []mint.EventKind{mint.EventMinted, mint.EventRefunded}).
		Order("block, log_index").Pluck("payment_id", &ids).Error
	if err != nil {
		return nil, fmt.Errorf("read history of %s at launch %s: %w", payer, launch, err)
	}
	history := make([]mint.PaymentID, len(ids))
	for i, id := range ids {
		history[i] = mint.PaymentID(id)
	}
	return history, nil
}

// firstMints counts a payer in the range of their first mint. This takes one lookup in
// events_by_payer for each mint. It is raw SQL because gorm has no row values.
const firstMints = `SELECT count(*) FROM events e
	WHERE launch = ? AND kind = 'minted' AND block BETWEEN ? AND ? AND NOT EXISTS (
		SELECT 1 FROM events b WHERE b.launch = e.launch AND b.payer = e.payer AND b.kind = 'minted'
		AND (b.block, b.log_index) < (e.block, e.log_index))`

// Tally calls do with each block in from..to that minted allotments of a launch, in
// chain order. It returns the number of payers with their first mint in that range;
// see [mint.Store].
func (e *EventReader) Tally(ctx context.Context, launch string, from, to uint64, do func(mint.BlockMints) error) (payers int64, err error) {
	if other, err := e.other(ctx, launch); other || err != nil {
		return 0, err
	}
	// SQLite's integers end at MaxInt64, and no block has a higher number.
	from, to = min(from, math.MaxInt64), min(to, math.MaxInt64)
	err = e.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
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

// MintsOf returns a payer's mints of a launch; see [mint.Store]. All reads are of one
// snapshot.
func (e *EventReader) MintsOf(ctx context.Context, launch string, payer common.Address, maxCounted int) (m mint.PayerMints, err error) {
	if other, err := e.other(ctx, launch); other || err != nil {
		return m, err
	}
	err = e.db.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		own := func() *gorm.DB {
			return db.Model(&eventRow{}).Where("launch = ? AND payer = ? AND kind = 'minted'", launch, payer[:])
		}
		if err := own().Select("count(*) AS mints, coalesce(sum(quantity), 0) AS quantity").Scan(&m).Error; err != nil || m.Mints == 0 {
			return err
		}
		var last [][]byte
		if err := own().Order("block DESC, log_index DESC").Limit(1).Pluck("payment_id", &last).Error; err != nil {
			return err
		}
		m.Last = mint.PaymentID(last[0])
		var first struct{ Block, LogIndex int64 }
		if err := own().Select("block, log_index").Order("block, log_index").Limit(1).Scan(&first).Error; err != nil {
			return err
		}
		var mints int
		err := scanOne(db.Raw(`SELECT count(*) FROM (SELECT 1 FROM events WHERE launch = ? AND kind = 'minted'
			AND (block, log_index) <= (?, ?) LIMIT ?)`, launch, first.Block, first.LogIndex, maxCounted+1), &mints)
		if err != nil || mints > maxCounted {
			return err
		}
		return scanOne(db.Raw(firstMints+" AND (e.block, e.log_index) <= (?, ?)", launch, 0, first.Block, first.Block, first.LogIndex), &m.Place)
	})
	if err != nil {
		return mint.PayerMints{}, fmt.Errorf("read mints of %s at launch %s: %w", payer, launch, err)
	}
	return m, nil
}

// Unaccounted returns the events of a launch's money with a payment id that was neither
// minted nor refunded, in chain order. Its subquery is easier to read as SQL.
func (e *EventReader) Unaccounted(ctx context.Context, launch string) ([]mint.Event, error) {
	if other, err := e.other(ctx, launch); other || err != nil {
		return nil, err
	}
	var rows []eventRow
	err := e.db.WithContext(ctx).Raw(`SELECT e.*, l.token FROM events e JOIN launches l ON l.slug = e.launch
		WHERE e.launch = ? AND e.kind IN ('settled', 'received') AND NOT EXISTS (SELECT 1 FROM events d
			WHERE d.payment_id = e.payment_id AND d.launch = e.launch AND d.kind IN ('minted', 'refunded'))
		ORDER BY e.block, e.log_index`, launch).Scan(&rows).Error
	if err != nil {
		return nil, fmt.Errorf("read unaccounted money of launch %s: %w", launch, err)
	}
	events := make([]mint.Event, len(rows))
	for i, r := range rows {
		events[i] = r.event()
	}
	return events, nil
}
