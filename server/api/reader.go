package api

import (
	"context"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Reader reads launches, orders and money. A database implements it; nothing is written
// through it. Each call sees one committed state: the counters of a launch (Sold,
// Reserved) agree with the orders that the same call could have returned. Two calls may
// see two states, so an answer that needs figures of one moment reads them with one
// call. All methods may run concurrently.
type Reader interface {
	// Launches returns all launches in the operator's order, and those without a place in
	// it in order of registration. Callers must not change the slice: others have it, too.
	Launches(ctx context.Context) ([]mint.Launch, error)
	// Launch returns the launch with that slug, or mint.ErrNotFound.
	Launch(ctx context.Context, slug string) (mint.Launch, error)
	// Order returns the order with that id, or mint.ErrNotFound.
	Order(ctx context.Context, id mint.PaymentID) (mint.Order, error)
	// Orders returns the orders that match, newest first by arrival unless the query says
	// otherwise. After an order that is not stored, the result is empty.
	Orders(ctx context.Context, q mint.Query) ([]mint.Order, error)
	// Count returns how many orders match. It ignores the query's Oldest, After and Limit.
	Count(ctx context.Context, q mint.Query) (int, error)
	// Unaccounted returns, in chain order, a launch's money with an id that was neither
	// minted nor refunded.
	Unaccounted(ctx context.Context, launch string) ([]mint.Event, error)
	// History returns the ids minted or refunded to the payer's account at a launch, in
	// chain order. The contract's hash chain was built from them in that order.
	History(ctx context.Context, launch string, payer common.Address) ([]mint.PaymentID, error)
	// Tally calls do with each of the blocks from..to (both included) that minted
	// allotments of a launch, in chain order, until do returns an error. It returns how
	// many payers have their first mint in these blocks, so the counts of consecutive
	// ranges can be added. Mints that a reorg removed do not count.
	Tally(ctx context.Context, launch string, from, to uint64, do func(mint.BlockMints) error) (payers int64, err error)
	// MintsOf returns a payer's mints of a launch. It counts the payer's place only if at
	// most maxCounted payments were minted up to the payer's first.
	MintsOf(ctx context.Context, launch string, payer common.Address, maxCounted int) (mint.PayerMints, error)
	// Newest returns the newest events of all launches, of any kind, newest first.
	Newest(ctx context.Context, limit int) ([]mint.Event, error)
	// Changes returns at most limit changes of orders and launches after a sequence, oldest
	// first, or *mint.JournalError.
	Changes(ctx context.Context, after int64, limit int) ([]mint.Change, error)
	// JournalRange returns the sequences of the oldest and the newest change, or 0 and 0.
	JournalRange(ctx context.Context) (oldest, newest int64, err error)
	// InFlight returns the transactions that are not concluded, each with its attempts.
	InFlight(ctx context.Context) ([]mint.Transaction, error)
}

// Blocks reads blocks of the chain, for their times.
type Blocks interface {
	// Block returns the canonical block at a height. After a reorg it may have another
	// hash than the block that the caller knows.
	Block(ctx context.Context, number uint64) (mint.Block, error)
}
