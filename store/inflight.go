package store

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"gorm.io/gorm"

	"github.com/mint402/mint402/mint"
)

// inFlightCache is the cached result of InFlight, valid while the number of writes is the
// same. The engine calls InFlight with every claim, and the result holds hundreds of
// kilobytes of signed transactions. Claims do not change it.
//
// The next read takes the attempts and orders of transactions from here, unless an attempt was
// added to a stored transaction or an order left one since then. Only a transaction that was
// mined, or that a reorg took back, is read again: the signed bytes and the orders are those
// of transactions that are not mined.
type inFlightCache struct {
	writes       uint64
	resigned     uint64 // of Store
	transactions []mint.Transaction
	chains       parts
}

// parts has where the elements of each chain begin and end in a list, in which they are neighbors.
type parts map[uint64][2]int

// add adds the next element, number n.
func (p parts) add(chain uint64, n int) {
	part, ok := p[chain]
	if !ok {
		part[0] = n
	}
	part[1] = n + 1
	p[chain] = part
}

// of returns the transactions of a chain, or all for 0.
func (c *inFlightCache) of(chain uint64) []mint.Transaction {
	if chain == 0 {
		return c.transactions
	}
	part := c.chains[chain]
	return c.transactions[part[0]:part[1]:part[1]]
}

// InFlight returns the transactions that are not concluded, in order of sender and
// account nonce; see [mint.Store]. The caller must not change them: they are shared. On a
// chain whose blocks become final late, there are thousands.
func (s *Store) InFlight(ctx context.Context) ([]mint.Transaction, error) {
	writes, resigned := s.writes.Load(), s.resigned.Load()
	known := map[int64]mint.Transaction{}
	if kept := s.inFlight.Load(); kept != nil && kept.writes == writes {
		return kept.of(s.chain), nil
	} else if kept != nil && kept.resigned == resigned {
		for _, t := range kept.transactions {
			known[t.ID] = t
		}
	}
	read, err := readInFlight(ctx, s, known)
	if err != nil {
		return nil, err
	}
	if s.writer != nil {
		// A write that ends during the read has raised the counter by the time that
		// it returns. This entry is then never used.
		read.writes, read.resigned = writes, resigned
		s.inFlight.Store(read)
	}
	return read.of(s.chain), nil
}

// The rows of a transaction of ours; their columns are explained in schema.sql.
type (
	transactionRow struct {
		ID                 int64 `gorm:"primaryKey"`
		Kind               mint.TransactionKind
		Launch             string
		ChainID            uint64
		Sender             common.Address
		AccountNonce       uint64
		MinedBlock         *uint64 // nil: not mined, and so are the other mined columns
		MinedHash, MinedTx []byte
		MinedAt            *int64
		Cost               amount // nil if the receipt did not contain it
		Burned             amount // nil if code at payers took none of it
		Concluded          string // empty while in flight
		Created            int64
	}
	attemptRow struct {
		TransactionID  int64
		N              int64
		Hash           common.Hash
		Raw            []byte
		FeeCap, TipCap amount
		Block          uint64
		Created        int64
	}
	carriedRow struct {
		TransactionID int64
		N             int
		OrderID       common.Hash
	}
)

// TableName implements gorm's schema.Tabler.
func (transactionRow) TableName() string { return "transactions" }

// TableName implements gorm's schema.Tabler.
func (attemptRow) TableName() string { return "attempts" }

// TableName implements gorm's schema.Tabler.
func (carriedRow) TableName() string { return "carried" }

func (t transactionRow) concluded() bool { return t.Concluded != "" }

// mined is where the transaction was mined, or the zero mark.
func (t transactionRow) mined() (m mint.Mark) {
	if t.MinedBlock != nil {
		m = mint.Mark{Block: *t.MinedBlock, BlockHash: common.BytesToHash(t.MinedHash), Tx: common.BytesToHash(t.MinedTx)}
	}
	return m
}

// selectInFlight is raw, as it reads all rows after each write: gorm's Find takes twice as long.
const selectInFlight = `SELECT id, kind, launch, chain_id, sender, account_nonce, mined_block, mined_hash, mined_tx
	FROM transactions WHERE concluded = '' ORDER BY chain_id, sender, account_nonce`

// attemptColumns omits the signed bytes of mined transactions. A mined one takes up
// to a quarter of an hour to become final on some chains, and is not sent again in
// that time. A reorg that takes it back is a write, so the cache is read again.
const attemptColumns = `transaction_id, n, hash, fee_cap, tip_cap, block, created,
	CASE WHEN (SELECT mined_block FROM transactions WHERE id = transaction_id) IS NULL THEN raw END AS raw`

// readInFlight reads the transactions in flight. It takes the attempts and the orders of known
// ones from there, unless they were mined or taken back.
func readInFlight(ctx context.Context, s *Store, known map[int64]mint.Transaction) (*inFlightCache, error) {
	transactions, chains := []mint.Transaction(nil), parts{}
	var attempts []attemptRow
	var carried []carriedRow
	err := s.read.WithContext(ctx).Transaction(func(db *gorm.DB) error {
		rows, err := db.Raw(selectInFlight).Rows()
		if err != nil {
			return err
		}
		var fresh, sent []int64 // ids of those that are not known, and of these the ones not mined
		err = eachRow(rows, func(row scanner) error {
			var t transactionRow
			err := row.Scan(&t.ID, &t.Kind, &t.Launch, &t.ChainID, &t.Sender, &t.AccountNonce, &t.MinedBlock, &t.MinedHash, &t.MinedTx)
			is := mint.Transaction{ID: t.ID, Kind: t.Kind, Launch: t.Launch, Sender: t.Sender, AccountNonce: t.AccountNonce, Mined: t.mined()}
			if was := known[t.ID]; was.Attempts != nil && was.Mined.Seen() == (t.MinedBlock != nil) {
				is.Attempts, is.Orders = was.Attempts, was.Orders
			} else if fresh = append(fresh, t.ID); t.MinedBlock == nil {
				sent = append(sent, t.ID)
			}
			chains.add(t.ChainID, len(transactions))
			transactions = append(transactions, is)
			return err
		})
		if err != nil || len(fresh) == 0 {
			return err
		}
		const inList = "transaction_id IN (SELECT value FROM json_each(?))"
		return errors.Join(
			db.Select(attemptColumns).Where(inList, numberList(fresh)).Order("transaction_id, n").Find(&attempts).Error,
			db.Where("EXISTS (SELECT 1 FROM orders WHERE id = carried.order_id AND orders.transaction_id = carried.transaction_id)").
				Where(inList, numberList(sent)).Order("transaction_id, n").Find(&carried).Error,
		)
	})
	if err != nil {
		return nil, fmt.Errorf("read transactions in flight: %w", err)
	}
	byID := make(map[int64]*mint.Transaction, len(transactions))
	for i := range transactions {
		byID[transactions[i].ID] = &transactions[i]
	}
	for _, a := range attempts {
		t := byID[a.TransactionID]
		t.Attempts = append(t.Attempts, mint.Attempt{
			Hash: a.Hash, Raw: a.Raw, FeeCap: a.FeeCap.Int, TipCap: a.TipCap.Int,
			Block: a.Block, CreatedAt: date(a.Created),
		})
	}
	for _, c := range carried {
		t := byID[c.TransactionID]
		t.Orders = append(t.Orders, mint.PaymentID(c.OrderID))
	}
	for i := range transactions { // clipped, so that an append copies
		t := &transactions[i]
		t.Attempts, t.Orders = slices.Clip(t.Attempts), slices.Clip(t.Orders)
	}
	return &inFlightCache{transactions: transactions, chains: chains}, nil
}
