package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Errors of a Store for a claim that it does not take. It has written nothing.
var (
	// ErrNotFound: no such launch or order.
	ErrNotFound = errors.New("not found")
	// ErrReserved: all allotments that are left are reserved by orders not minted yet.
	ErrReserved = errors.New("all allotments that are left are reserved by other payments")
	// ErrSoldOut: the chain has minted too many allotments for this quantity, so it can
	// never be sold.
	ErrSoldOut = errors.New("sold out; money that still arrives is returned")
	// ErrOvercommitted: the payer's balance does not cover all of the payer's payments
	// in flight plus this one.
	ErrOvercommitted = errors.New("the payer's balance does not cover everything in flight")
	// ErrTooMany: the payer has too many payments in flight.
	ErrTooMany = errors.New("the payer has too many payments in flight")
	// ErrStale: an order is no longer in the state that the write needs.
	ErrStale = errors.New("the order changed in the meantime")
)

// ErrDiskFull: the free space left on the store's disk is kept for concluding existing
// claims, so no new claim is taken.
var ErrDiskFull = errors.New("the disk is almost full")

// ErrStoreGone: data that is written now would be lost after a restart.
var ErrStoreGone = errors.New("the database file was moved, replaced, deleted or cut short")

// Credit limits the promises that a payer may have in flight. A promise is a claimed or
// minting order of the payer, of any launch with the same asset, until its money is
// seen to arrive.
type Credit struct {
	Balance *big.Int // limit on the sum of their values, in asset base units; nil means 0
	Orders  int      // limit on their number; 0: no limit
	// Codeless is stored with the order; see there.
	Codeless bool
}

// Store keeps launches and orders. Every method runs in one database transaction and
// its writes are durable when it returns. The counters (Sold, Reserved) change in the
// same transaction as the state of the order.
//
// It is divided by its readers: each part of the engine takes only what it uses.
type Store interface {
	LaunchStore
	OrderStore
	ClaimStore
	Outbox
	ChainStore
	EventStore
	Journal
	StoreHealth
}

// LaunchStore reads the registered launches.
type LaunchStore interface {
	// Launches returns all launches in the operator's order, and those without a place in
	// it in order of registration. Their Sold and Reserved are current. Callers must not
	// change the slice: others have it, too.
	Launches(ctx context.Context) ([]Launch, error)
	// Launch returns the launch with that slug, or ErrNotFound.
	Launch(ctx context.Context, slug string) (Launch, error)
}

// OrderStore reads orders.
type OrderStore interface {
	// Order returns the order with that id, or ErrNotFound.
	Order(ctx context.Context, id PaymentID) (Order, error)
	// Orders returns the orders that match, newest first by arrival unless the query
	// says otherwise.
	Orders(ctx context.Context, q Query) ([]Order, error)
	// Count returns how many orders match. It ignores the query's Oldest, After and
	// Limit.
	Count(ctx context.Context, q Query) (int, error)
	// History returns the ids minted or refunded to the payer's account at a launch, in
	// chain order. The contract's hash chain was built from them in that order.
	History(ctx context.Context, launch string, payer common.Address) ([]PaymentID, error)
	// Skips returns the skipped payments of payers, in blocks seen since a time; those of
	// transactions that a reorg removed are not counted.
	Skips(ctx context.Context, payers []common.Address, since time.Time) (map[common.Address]Skips, error)
}

// ClaimStore changes orders on our own decision. The chain's facts take precedence: they
// arrive by [ChainStore].
type ClaimStore interface {
	// Claim inserts the order and reserves its quantity in one write. The conditions
	// are part of the statements: it never checks first and writes later. If an order
	// with that id exists, Claim returns it with isNew false, whatever else holds. It then
	// gives it the order's Keys, all of them or none: it fails with *KeyUsedError if another
	// order, not voided, has one of them, and with *KeyNotStoredError if it would have more
	// than MaxOrderKeys. A voided or a refunded order gets none, which is no error.
	// Otherwise it checks in this order: *KeyUsedError if another order, not voided,
	// was claimed under one of the order's Keys by the same payer, ErrSoldOut if sold + quantity > cap,
	// ErrReserved if sold + reserved + quantity > cap, ErrOvercommitted if the values
	// of the payer's promises and this order add up to more than the credit's balance,
	// ErrTooMany if their number would exceed the credit's orders. Of any number of
	// concurrent claims of one id exactly one is new; the others get its order. Of any
	// number of claims under one key with different ids, at most one is stored, and the key
	// with it.
	Claim(ctx context.Context, order Order, credit Credit) (claimed *Order, isNew bool, err error)
	// Keyed returns the order that has one of the payer's keys, unless it is voided, or
	// ErrNotFound.
	Keyed(ctx context.Context, payer common.Address, keys []string) (PaymentID, error)
	// Revive makes a parked order claimed again under the same conditions as Claim. An
	// order that is not parked is returned as it is.
	Revive(ctx context.Context, id PaymentID, credit Credit) (Order, error)
	// Park removes the reservation of claimed orders and stores a reason for each. A
	// settled order keeps its reservation and stores the reason; a parked one stores
	// the new reason. Orders in other states are unchanged.
	Park(ctx context.Context, reasons map[PaymentID]string) error
	// Void marks orders, with a reason each, that according to a final block can never
	// execute or can never be minted. It changes only claimed and parked orders, and
	// minting ones that are not settled; those are removed from their transaction.
	Void(ctx context.Context, reasons map[PaymentID]string) error
}

// Outbox keeps our transactions, from before a node sees them until they are concluded.
type Outbox interface {
	// Carry stores a signed transaction with its first attempt, makes its orders
	// minting, and returns the transaction's new ID. If any order is not claimed (for
	// Batch) or settled (for SettledMint), it stores nothing and returns ErrStale.
	// (Sender, AccountNonce) is unique. A Batch may carry no orders.
	Carry(ctx context.Context, tx Transaction) (id int64, err error)
	// Attempt adds another signing to a stored transaction.
	Attempt(ctx context.Context, id int64, attempt Attempt) error
	// Release removes a transaction's orders from it; they are claimed or settled
	// again. The transaction stays in flight at its account nonce. Earlier signings may
	// still be mined, which is harmless: a payment nonce can be used only once. empty,
	// unless nil, is a further signing that carries none of the orders. Release returns
	// ErrStale if the transaction was mined or is concluded.
	Release(ctx context.Context, id int64, empty *Attempt) error
	// Resolve records that a transaction was mined. Its orders without a Mint are
	// released: skipped ones are parked with their reason, all others return to claimed
	// or settled. The transaction stays in flight, with Mined set, until its block is
	// final (see Advance).
	Resolve(ctx context.Context, id int64, receipt TxResult) error
	// Drop concludes a transaction after another one finally used its account nonce,
	// and releases its orders.
	Drop(ctx context.Context, id int64) error
	// InFlight returns the transactions that are not concluded, ordered by sender and
	// account nonce. Some are not mined; others are mined in a block that is not final,
	// and are returned without orders and signed bytes. Orders are those not released.
	InFlight(ctx context.Context) ([]Transaction, error)
	// Spent returns the wei that our transactions paid for gas in blocks seen since a
	// time, as far as their receipts gave it, and the parts of launches that creators made.
	// Transactions that a reorg removed are not counted.
	Spent(ctx context.Context, since time.Time) (Spending, error)
	// MinedFrom returns the hashes under which a sender's transactions were mined, from
	// an account nonce on, concluded or not: at most max, highest account nonces first.
	MinedFrom(ctx context.Context, sender common.Address, from uint64, max int) ([]common.Hash, error)
	// Forget removes a sender's stored transactions from an account nonce on that the
	// chain has not used. It releases their orders and returns the orders' ids. It also
	// removes transactions stored as mined: the caller has checked that the chain does
	// not have them.
	Forget(ctx context.Context, sender common.Address, from uint64) ([]PaymentID, error)
	// NextAccountNonce returns the sender's highest stored account nonce plus one, or 0
	// if no such transaction is stored.
	NextAccountNonce(ctx context.Context, sender common.Address) (uint64, error)
}

// ChainStore keeps our view of the chain: which blocks were read, and the facts that their
// events give to orders.
type ChainStore interface {
	// Advance applies a move of the chain; see the type. Events are idempotent by block
	// hash and log index. An event for an id without an order inserts a foreign order.
	// A foreign order is deleted when its last event is reverted and no transaction
	// carries it. The launch, quantity and value of an event replace the claimed ones,
	// since one payment nonce can be signed twice.
	//
	// It concludes transactions mined at or below Final, and marks those above RevertTo
	// as not mined. It makes orders final that have their Mint or Refund at or below
	// Final, except orders of launches in Doubted. Of orders with events from earlier
	// moves, it makes at most 5,000 final per call. Head alone never moves the cursor
	// back. Advance returns the ids of the orders that changed.
	Advance(ctx context.Context, a Advance) ([]PaymentID, error)
	// Fill stores data read of one launch in blocks that the cursor has passed; see the
	// type. Events create and change orders as in Advance. When an event is in Gone,
	// its order loses the fact that came with it. Fill returns the ids of the orders
	// that changed.
	Fill(ctx context.Context, f Fill) ([]PaymentID, error)
	// Cursor returns the blocks that earlier Advances ended on and that are not yet
	// final, plus the newest final one, newest first. It is empty at first.
	Cursor(ctx context.Context) ([]Block, error)
}

// EventStore reads the events of the chain as stored.
type EventStore interface {
	// Events returns the newest events of a launch, newest first: of the given kinds,
	// or of all kinds.
	Events(ctx context.Context, launch string, limit int, kinds ...EventKind) ([]Event, error)
	// Newest returns the newest events of all launches, of any kind, newest first.
	Newest(ctx context.Context, limit int) ([]Event, error)
	// EachEvent calls do with a launch's events of blocks from..to (both included), in
	// chain order, until do returns an error. All events are from one snapshot.
	EachEvent(ctx context.Context, launch string, from, to uint64, do func(Event) error) error
	// Tally calls do with each of the blocks from..to (both included) that minted
	// allotments of a launch, in chain order, until do returns an error. It returns how
	// many payers have their first mint in these blocks, so the counts of consecutive
	// ranges can be added. It reads only events: mints that a reorg removed do not
	// count, and a rebuilt store gives the same result. All data is from one snapshot.
	Tally(ctx context.Context, launch string, from, to uint64, do func(BlockMints) error) (payers int64, err error)
	// MintsOf returns a payer's mints of a launch. It counts the payer's place only if at
	// most maxCounted payments were minted up to the payer's first.
	MintsOf(ctx context.Context, launch string, payer common.Address, maxCounted int) (PayerMints, error)
	// Unaccounted returns, in chain order, a launch's money with an id that was neither
	// minted nor refunded. These are the settled and received events that [Unaccounted]
	// would return for all events.
	Unaccounted(ctx context.Context, launch string) ([]Event, error)
}

// PayerMints are the totals of a payer's mints of a launch. All but the numbers are zero if
// there is no mint.
type PayerMints struct {
	Mints    int64     // payments
	Quantity int64     // allotments
	Place    int64     // among the payers by their first mint, from 1; 0: not counted
	Last     PaymentID // the newest mint
}

// Journal keeps the changes of orders and launches, for subscribers. Each change is
// written in the transaction that causes it, so there is none without its cause and no
// cause without it. Within one transaction, an order has one change: from its view before
// to its view after.
type Journal interface {
	// Report stores a launch's standing. If it differs from the one stored, this is a
	// change.
	Report(ctx context.Context, launch string, s Standing) error
	// Changes returns at most limit changes after a sequence, oldest first. It fails with
	// *JournalError if changes after that sequence were deleted already, or if the
	// sequence is above the newest.
	Changes(ctx context.Context, after int64, limit int) ([]Change, error)
	// JournalRange returns the sequences of the oldest and the newest change that are
	// stored; 0 and 0 if there is none.
	JournalRange(ctx context.Context) (oldest, newest int64, err error)
}

// JournalError means that changes after a sequence cannot be read: they are deleted, since
// the journal is bounded, or the sequence is of another database.
type JournalError struct{ After, Oldest, Newest int64 }

// Error returns which changes can be read.
func (e *JournalError) Error() string {
	if e.After > e.Newest {
		return fmt.Sprintf("the newest event is %d: sequence %d is of another database, such as the one before a restore", e.Newest, e.After)
	}
	return fmt.Sprintf("events after %d were deleted; the oldest that is kept is %d", e.After, e.Oldest)
}

// StoreHealth reports faults of the store itself.
type StoreHealth interface {
	// Healthy returns nil if claims could be stored and concluded now. It returns an error
	// if the last write failed with a disk fault and no write has succeeded since; if
	// the disk cannot be written to; if the file at the database's path is no longer
	// the open one or was cut short (ErrStoreGone); or if the disk is almost full
	// (ErrDiskFull). It returns nil again when the cause is gone.
	Healthy(ctx context.Context) error
	// Failed reports whether an error came from the store itself (its file, its disk,
	// SQLite) and not from the chain or from the request.
	Failed(err error) bool
}

// Query selects orders. The zero value selects all.
type Query struct {
	Launch string
	Payer  *common.Address
	States []State
	// Match, unless empty, is a prefix in lower-case hex digits, without 0x. It selects
	// orders with an id, a payer or a transaction hash that begins with it: the hash of
	// a transaction signed for the order, or of one that minted, settled or refunded
	// it.
	Match  string
	Oldest bool // in order of arrival instead of newest first
	// EndsBy, unless zero, selects claimed, parked and minting orders of ours with an
	// authorization that ends at or before that time, to the second. They are ordered
	// by earliest end, then by arrival.
	EndsBy time.Time
	// After, unless zero, is a cursor: the result begins behind this order, in the
	// order of the result. The order need not match the query itself. If it is not
	// stored (a foreign one may have been deleted), the result is empty.
	After PaymentID
	Limit int // 0: no limit
}
