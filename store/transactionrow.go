package store

import (
	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// The rows of a transaction of ours; their columns are explained in schema.sql.
type (
	transactionRow struct {
		ID                 int64 `gorm:"primaryKey"`
		Kind               mint.TransactionKind
		Launch             string
		Sender             common.Address
		AccountNonce       uint64
		MinedBlock         *uint64 // nil: not mined, and so are the other mined columns
		MinedHash, MinedTx []byte
		MinedAt            *int64
		Cost               amount // nil if the receipt did not contain it
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
