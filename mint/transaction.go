package mint

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// TransactionKind is the call that a transaction of ours makes.
type TransactionKind string

const (
	// Batch is mintBatch of one launch, sent by a sender.
	Batch TransactionKind = "batch"
	// SettledMint is mintSettled for one order, sent by the minter.
	SettledMint TransactionKind = "settled"
	// Return refunds one order that cannot be minted, sent by the minter.
	Return TransactionKind = "return"
	// Fold makes the contract read a part of a payer's history for one order. The
	// minter sends it before a SettledMint or a Return.
	Fold TransactionKind = "fold"
)

// Transaction is one account nonce of ours: the same calls under every hash that they
// were ever signed with. The hash that is mined decides.
type Transaction struct {
	ID           int64
	Kind         TransactionKind
	Launch       string // slug
	Sender       common.Address
	AccountNonce uint64
	Orders       []PaymentID // those it carries
	Attempts     []Attempt   // oldest first; at least one
	// Mined is where one of the attempts was seen in a block that we had read; a reorg
	// removes it. Its LogIndex is unused.
	Mined Mark
}

// Attempt is one signing of a transaction. It is stored before a node sees it.
type Attempt struct {
	Hash      common.Hash
	Raw       []byte // signed, EIP-2718 encoded
	FeeCap    *big.Int
	TipCap    *big.Int
	Block     uint64 // head when it was signed
	CreatedAt time.Time
}

// Latest returns the newest attempt.
func (t Transaction) Latest() Attempt { return t.Attempts[len(t.Attempts)-1] }

// TxResult is the result of a mined transaction of ours: the ids it minted, and the ids
// that the batch reported as skipped, with the reason. Items in neither were not
// reached.
type TxResult struct {
	At       Mark
	Reverted bool
	Minted   []PaymentID
	Skipped  map[PaymentID]string
	// Cost is the wei that the transaction paid for gas, including the data fee on
	// chains that have one; nil if it is not known.
	Cost *big.Int
}
