package mint

import (
	"encoding/binary"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// EventKind is what a chain event means for us.
type EventKind string

const (
	// EventMinted: the launch contract emitted Minted, in whichever transaction.
	EventMinted EventKind = "minted"
	// EventSettled: an AuthorizationUsed followed immediately by its Transfer to
	// the launch contract, for n × price, without the Minted of that id in the
	// same transaction. The payer is owed n allotments.
	EventSettled EventKind = "settled"
	// EventReceived: any other money that reached the launch contract. It can
	// only be refunded.
	EventReceived EventKind = "received"
	// EventRefunded: the owner returned money for an id.
	EventRefunded EventKind = "refunded"
	// EventWithdrawn: proceeds went to the treasury.
	EventWithdrawn EventKind = "withdrawn"
)

// Event is something that happened on chain to a launch. Money that came without
// an authorization has a reference in place of a payment nonce,
// keccak256(transaction hash ‖ log index as 32 bytes), and the id that
// [NewTransferID] makes of it. The ID of EventWithdrawn is zero.
type Event struct {
	Kind     EventKind
	Token    common.Address
	ID       PaymentID
	Payer    common.Address
	Nonce    common.Hash // payment nonce, where known
	Quantity int64       // allotments
	Amount   *big.Int    // asset base units; of a mint quantity × price
	At       Mark
}

// Authorized says whether money came by an authorization. If not, its refund is
// that of a plain transfer.
func (e Event) Authorized() bool {
	var index [32]byte
	binary.BigEndian.PutUint64(index[24:], uint64(e.At.LogIndex))
	return e.Nonce != crypto.Keccak256Hash(e.At.Tx[:], index[:])
}

// Block is what we need of a header.
type Block struct {
	Number uint64
	Hash   common.Hash
	Time   time.Time
}

// Advance is one move of our view of the chain, applied in one durable write.
type Advance struct {
	// RevertTo takes back every event in blocks above it before anything else.
	// It is the number of the newest block that we share with the canonical
	// chain; blocks above it that we had read are forgotten.
	RevertTo uint64
	// Launches are the slugs of those that the blocks were read for, which are then
	// read up to Head. Others stay where they are, but not above RevertTo.
	Launches []string
	// Events are what happened to them in the blocks RevertTo+1 .. Head.Number, in
	// chain order.
	Events []Event
	// Head is the newest block read; it becomes the cursor.
	Head Block
	// Final is the newest final block, its number at most Head's. It is kept like
	// a cursor, so that there is always a block to come back to; an older one than
	// was given before changes nothing.
	Final Block
	// Unfinal says that the newest final block was not the chain's. RevertTo is then
	// below it, and what was concluded from blocks above RevertTo is open again: final
	// orders, transactions, and voided orders that were voided since.
	Unfinal bool
	// Doubted are the slugs of launches whose books do not agree at Final or after, as
	// when a node made up a mint. No order becomes final by what happened to them; it
	// does with the first Advance that does not doubt them.
	Doubted []string
}

// Fill is what was read of one launch by itself, applied in one durable write.
type Fill struct {
	Launch string // slug
	// To is how far the launch is read with that; nil leaves it as it is.
	To *Block
	// Events are of blocks that the cursor has passed. Those that are stored already
	// stay as they are. No order becomes final with them; see Advance.Doubted.
	Events []Event
	// Gone are stored events that the chain turned out not to have. They are removed
	// before Events are added.
	Gone []Event
}
