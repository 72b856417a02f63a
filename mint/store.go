package mint

import (
	"context"
	"errors"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// What a Store says of a claim that it does not take. Nothing was written.
var (
	// ErrNotFound: no such launch or order.
	ErrNotFound = errors.New("not found")
	// ErrReserved: what is left is reserved by orders that are not minted yet.
	ErrReserved = errors.New("all that is left is reserved")
	// ErrSoldOut: the chain has minted so much that the quantity can never be had.
	ErrSoldOut = errors.New("sold out; money that still arrives is returned")
	// ErrOvercommitted: the payer's balance does not cover everything of theirs
	// that is in flight and this.
	ErrOvercommitted = errors.New("the payer's balance does not cover everything in flight")
	// ErrTooMany: the payer has too many payments in flight.
	ErrTooMany = errors.New("the payer has too many payments in flight")
	// ErrStale: an order is no longer in the state that the write needs.
	ErrStale = errors.New("order moved on")
)

// ErrDiskFull: what is left of the store's disk is for concluding what was
// claimed, not for claiming more.
var ErrDiskFull = errors.New("the disk is almost full")

// ErrStoreGone: what is written now would not be there after a restart.
var ErrStoreGone = errors.New("the database file was moved, replaced, deleted or cut short")

// Credit is what a payer may have in flight: promises, which are their claimed
// and minting orders of launches with the same asset whose money was not seen to
// arrive.
type Credit struct {
	Balance *big.Int // asset base units that their values may add up to; nil is none
	Orders  int      // how many there may be; 0: any number
}

// Store keeps launches and orders. Every method is one transaction of the
// database and durable when it returns. All counters (Sold, Reserved) move in
// the same transaction as the order whose state they follow.
type Store interface {
	// Launches returns all launches, in the order of registration; the first is
	// the default one. Their Sold and Reserved are current.
	Launches(ctx context.Context) ([]Launch, error)
	// Launch returns one by its slug, or ErrNotFound.
	Launch(ctx context.Context, slug string) (Launch, error)

	// Claim is one write, never ask-then-mark: insert the order and reserve its
	// quantity, with the conditions in the statements. If an order with that id
	// exists, it is returned as it is with isNew false, whatever else holds.
	// Otherwise, in this order: ErrSoldOut if sold + quantity > cap, ErrReserved
	// if sold + reserved + quantity > cap, ErrOvercommitted if the payer's promises
	// and this one add up to more than the credit's balance, ErrTooMany if they
	// would be more than its orders. Of any number of concurrent claims of one id
	// exactly one is new; the rest get its order.
	Claim(ctx context.Context, order Order, credit Credit) (claimed Order, isNew bool, err error)
	// Revive makes a parked order claimed again under the same conditions as
	// Claim. An order that is not parked is returned as it is.
	Revive(ctx context.Context, id PaymentID, credit Credit) (Order, error)

	// Order returns one by its id, or ErrNotFound.
	Order(ctx context.Context, id PaymentID) (Order, error)
	// Orders returns those that match, newest first by arrival unless the query
	// says otherwise.
	Orders(ctx context.Context, q Query) ([]Order, error)
	// Count says how many orders match; of the query, Oldest, After and Limit are
	// ignored.
	Count(ctx context.Context, q Query) (int, error)
	// History is the ids minted or refunded to the payer's account at a launch,
	// in chain order: what the contract's hash chain was made of.
	History(ctx context.Context, launch string, payer common.Address) ([]PaymentID, error)

	// Park takes the reservation from claimed orders, with a reason each. An
	// order in another state is left alone, except that a settled one keeps its
	// reservation and notes the reason, and a parked one notes the new reason.
	Park(ctx context.Context, reasons map[PaymentID]string) error
	// Void marks orders that a final block showed to be unable to execute, or to be
	// minted, with a reason each. Only claimed and parked ones are changed, and minting ones
	// that are not settled; what carries such a one carries it no longer.
	Void(ctx context.Context, reasons map[PaymentID]string) error

	// Carry stores a signed transaction with its first attempt and makes its
	// orders minting; the transaction's new ID is returned. If any order is not
	// claimed (for Batch) or settled (for SettledMint), it stores nothing and
	// returns ErrStale. (Sender, AccountNonce) is unique. A Batch may carry none.
	Carry(ctx context.Context, tx Transaction) (id int64, err error)
	// Attempt adds a further signing to a stored transaction.
	Attempt(ctx context.Context, id int64, attempt Attempt) error
	// Release takes a transaction's orders from it: claimed or settled again. It
	// stays in flight at its account nonce, and what was signed before may still be
	// mined, which is harmless: a payment nonce is used once. empty, unless nil, is a
	// further signing, which carries none of the orders. ErrStale if it was mined or
	// is concluded.
	Release(ctx context.Context, id int64, empty *Attempt) error
	// Resolve records that a transaction was mined. Orders that it carries and
	// that have no Mint are released from it: skipped ones parked with their
	// reason, all others back to claimed or settled. The transaction stays in
	// flight, with Mined set, until its block is final (see Advance).
	Resolve(ctx context.Context, id int64, receipt Receipt) error
	// Drop concludes a transaction whose account nonce was finally used by
	// another: its orders are released.
	Drop(ctx context.Context, id int64) error
	// InFlight returns the transactions that are not concluded: not mined, or
	// mined in a block that is not final; of these without the orders and the
	// signed bytes. Orders are those that are not released. In order of sender and
	// account nonce.
	InFlight(ctx context.Context) ([]Transaction, error)
	// Spent is the wei that our transactions paid for gas whose blocks were seen
	// since a time, as far as their receipts said. What a reorg took away is not
	// in it.
	Spent(ctx context.Context, since time.Time) (*big.Int, error)
	// MinedFrom returns the hashes by which a sender's transactions were mined, from an
	// account nonce on, concluded or not: at most max, the highest account nonces first.
	MinedFrom(ctx context.Context, sender common.Address, from uint64, max int) ([]common.Hash, error)
	// Forget removes all that is stored of a sender's transactions from an account
	// nonce on, which the chain has not used, and releases their orders, which it
	// returns. What is stored as mined is removed too: the caller has seen that the
	// chain does not have it.
	Forget(ctx context.Context, sender common.Address, from uint64) ([]PaymentID, error)
	// NextAccountNonce is one more than the highest account nonce that is stored
	// for the sender, or 0.
	NextAccountNonce(ctx context.Context, sender common.Address) (uint64, error)

	// Advance applies a move of the chain; see the type. Events are idempotent,
	// by block hash and log index. An event for an id without an order makes a
	// foreign one; a foreign order whose last event is taken back is removed once
	// no transaction carries it. What an event says of launch, quantity and value
	// goes before what was claimed: one payment nonce can be signed twice.
	// It concludes transactions mined at or below Final, unmines those above
	// RevertTo, and makes Final the orders whose Mint or Refund is at or below
	// it, 5,000 at most that are so by events of earlier moves, and none of the
	// launches that it doubts. Head never moves the cursor back by itself. Returned are the ids of the
	// orders that changed.
	Advance(ctx context.Context, a Advance) ([]PaymentID, error)
	// Fill stores what was read of one launch in blocks that the cursor has passed;
	// see the type. Events make and change orders as those of Advance do; an order's
	// fact goes with the event that is gone. Returned are the ids of the orders that
	// changed.
	Fill(ctx context.Context, f Fill) ([]PaymentID, error)
	// Cursor returns the blocks that earlier Advances ended on and that are not
	// yet final, plus the newest final one, newest first. Empty at first.
	Cursor(ctx context.Context) ([]Block, error)
	// Events returns the newest events of a launch, newest first; of the given
	// kinds, or of all.
	Events(ctx context.Context, launch string, limit int, kinds ...EventKind) ([]Event, error)
	// EachEvent calls do with a launch's events of blocks from..to (both
	// included), in chain order and all as of one moment, until do fails.
	EachEvent(ctx context.Context, launch string, from, to uint64, do func(Event) error) error
	// Tally calls do with each of the blocks from..to (both included) that minted
	// allotments of a launch, in chain order, until do fails, and says how many
	// payers have their first mint there: what stretches that follow each other
	// come to adds up. It knows events only, so that nothing counts that a reorg
	// took back, and a rebuilt store says the same. All of it is as of one moment.
	Tally(ctx context.Context, launch string, from, to uint64, do func(BlockMints) error) (payers int64, err error)

	// Unaccounted returns, in chain order, a launch's money whose id was neither
	// minted nor refunded: the settled and received events that [Unaccounted] would
	// pick of all.
	Unaccounted(ctx context.Context, launch string) ([]Event, error)

	// Fit says whether claims could be stored and concluded now: an error if the
	// last write met a fault of the disk and none has succeeded since, if the disk
	// cannot be written to, if the file at the database's path is no longer the one
	// that is open or was cut short (ErrStoreGone), or, ErrDiskFull, if the disk is
	// almost full. It returns nil again when the cause is gone.
	Fit(ctx context.Context) error
	// Failed reports whether an error came from the store's own trouble (its file,
	// its disk, SQLite) and not from the chain or from what was asked.
	Failed(err error) bool
}

// Query selects orders. The zero value selects all.
type Query struct {
	Launch string
	Payer  *common.Address
	States []State
	// Match, unless empty, selects orders of which the id, the payer, or the hash of
	// a transaction that was signed for them or that minted, settled or refunded
	// them begins with these hex digits, in lower case and without 0x.
	Match  string
	Oldest bool // in order of arrival instead of newest first
	// EndsBy, unless zero, selects claimed, parked and minting orders of ours whose
	// authorization ends at that time or before, to the second; the earliest end
	// first, then in order of arrival.
	EndsBy time.Time
	// After, unless zero, is an order after which those returned begin, in the
	// order in which they are returned. It need not match itself. If it is not
	// stored (a foreign one may be gone), nothing is returned.
	After PaymentID
	Limit int // 0: no limit
}
