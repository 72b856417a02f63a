package mint

import (
	"encoding/binary"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// EventKind is the meaning of a chain event.
type EventKind string

const (
	// EventMinted: the launch contract emitted Minted, in any transaction.
	EventMinted EventKind = "minted"
	// EventSettled: an AuthorizationUsed followed immediately by its Transfer to the
	// launch contract, for n × price, without the Minted of that id in the same
	// transaction. The payer is owed n allotments.
	EventSettled EventKind = "settled"
	// EventReceived: any other money that reached the launch contract. It can only be
	// refunded.
	EventReceived EventKind = "received"
	// EventRefunded: the owner or the minter returned money for an id.
	EventRefunded EventKind = "refunded"
	// EventWithdrawn: proceeds went to the treasury.
	EventWithdrawn EventKind = "withdrawn"
)

// Event is a chain event of a launch. Money that arrived without an authorization has a
// reference in place of a payment nonce, keccak256(transaction hash ‖ log index as 32
// bytes), and the id that [NewTransferID] computes from it. The ID of EventWithdrawn is
// zero.
type Event struct {
	Kind     EventKind
	Token    common.Address
	ID       PaymentID
	Payer    common.Address
	Nonce    common.Hash // payment nonce, where known
	Quantity int64       // allotments
	Amount   *big.Int    // asset base units; for a mint quantity × price
	At       Mark
}

// Authorized reports whether money arrived by an authorization. If not, it is refunded
// as a plain transfer.
func (e Event) Authorized() bool {
	var index [32]byte
	binary.BigEndian.PutUint64(index[24:], uint64(e.At.LogIndex))
	return e.Nonce != crypto.Keccak256Hash(e.At.Tx[:], index[:])
}

// place returns the position of an event on a branch.
func (e Event) place() Mark {
	return Mark{Block: e.At.Block, BlockHash: e.At.BlockHash, LogIndex: e.At.LogIndex}
}

// same reports whether two events at one place are equal.
func (e Event) same(o Event) bool {
	return e.Kind == o.Kind && e.ID == o.ID && e.Payer == o.Payer && e.Nonce == o.Nonce && e.Quantity == o.Quantity &&
		e.Amount.Cmp(o.Amount) == 0 && e.At.Tx == o.At.Tx
}

// Block is the part of a block header that the engine uses.
type Block struct {
	Number uint64
	Hash   common.Hash
	Time   time.Time
}

// block returns the block of a mark, without its time.
func (m Mark) block() Block { return Block{Number: m.Block, Hash: m.BlockHash} }

// Advance is one move of our view of the chain, applied in one durable write.
type Advance struct {
	// RevertTo removes every event in blocks above it, before anything else. It is the
	// number of the newest block that we share with the canonical chain. Blocks above
	// it that were read are forgotten.
	RevertTo uint64
	// Launches are the slugs of the launches that the blocks were read for; these are
	// then read up to Head. The others stay where they are, but not above RevertTo.
	Launches []string
	// Events are their events in the blocks RevertTo+1 .. Head.Number, in chain order.
	Events []Event
	// Head is the newest block read; it becomes the cursor.
	Head Block
	// Final is the newest final block; its number is at most Head's. It is kept like a
	// cursor, so that there is always a block to return to. A Final older than an
	// earlier one changes nothing.
	Final Block
	// Unfinal is set if the newest final block turned out not to be the chain's.
	// RevertTo is then below it. Conclusions from blocks above RevertTo are undone:
	// final orders, transactions, and orders that were voided since.
	Unfinal bool
	// Doubted are the slugs of launches with books that were not seen to agree at Final
	// or later, as when a node invented a mint. No order of theirs becomes final; that
	// happens with the first Advance that does not doubt them.
	Doubted []string
}

// Fill is data read of one launch alone, applied in one durable write.
type Fill struct {
	Launch string // slug
	// To is how far the launch is then read; nil leaves it unchanged.
	To *Block
	// Twice, unless 0, is the final block up to which all blocks were then read twice.
	Twice uint64
	// Events are of blocks that the cursor has passed. Events that are already stored
	// stay unchanged. No order becomes final with them; see Advance.Doubted.
	Events []Event
	// Gone are stored events that the chain turned out not to have. They are removed
	// before Events are added.
	Gone []Event
}

// BlockMints is the number of mints of a launch in one block.
type BlockMints struct {
	Block uint64
	Hash  common.Hash
	Mints int64 // payments
	Sold  int64 // allotments
}

// Tally summarizes a launch's mints, up to the newest that was read.
type Tally struct {
	Mints  int64 // payments
	Payers int64 // different ones
	Sold   int64 // allotments
	// Width is the number of blocks in a stretch. It is the smallest power of two that
	// gives at most maxStretchesInTally stretches with mints; each begins at a multiple of it.
	Width uint64
	// Stretches are the stretches with mints, in chain order.
	Stretches []Stretch
}

// Stretch is a range of blocks and the mints in it.
type Stretch struct {
	Last  uint64 // its newest block with a mint
	Hash  common.Hash
	Mints int64
	Sold  int64
}

// maxStretchesInTally is the maximum number of stretches in a tally.
const maxStretchesInTally = 64

// Add adds a block. It must be later than the blocks added before.
func (t *Tally) Add(m BlockMints) {
	t.Mints += m.Mints
	t.Sold += m.Sold
	t.Width = max(t.Width, 1)
	t.enter(Stretch{m.Block, m.Hash, m.Mints, m.Sold})
	for len(t.Stretches) > maxStretchesInTally {
		t.Width *= 2
		narrow := t.Stretches
		t.Stretches = make([]Stretch, 0, maxStretchesInTally+1)
		for _, s := range narrow {
			t.enter(s)
		}
	}
}

// enter adds to the last stretch, or begins another.
func (t *Tally) enter(s Stretch) {
	if n := len(t.Stretches); n > 0 && t.Stretches[n-1].Last/t.Width == s.Last/t.Width {
		last := &t.Stretches[n-1]
		last.Last, last.Hash = s.Last, s.Hash
		last.Mints += s.Mints
		last.Sold += s.Sold
		return
	}
	t.Stretches = append(t.Stretches, s)
}
