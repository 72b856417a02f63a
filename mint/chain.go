package mint

import (
	"context"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// ErrTooLarge: a transaction has more bytes than pools take. It is not signed.
var ErrTooLarge = errors.New("the transaction is too large")

// ErrDisputed: nodes that stand well give different answers to the same question.
var ErrDisputed = errors.New("the nodes disagree")

// ErrUnknownBlock: the node does not have that block.
var ErrUnknownBlock = errors.New("unknown block")

// Chain is the node as the engine sees it. Nothing it says is believed beyond
// what its comment states: a node may lag, lie, time out after accepting, or
// answer from a branch that loses.
type Chain interface {
	// Head returns the newest block and the newest final one. Where the chain
	// names no `finalized` block, final is a number of blocks behind (at least block 0).
	Head(ctx context.Context) (latest, final Block, err error)
	// Block returns the canonical block of that number, or ErrUnknownBlock.
	Block(ctx context.Context, number uint64) (Block, error)
	// Since returns what happened to the launches in the blocks above `after` up
	// to `to`, in chain order. All of it is of the branch that has both blocks, or
	// it is an error, ErrUnknownBlock if there is none: a node that lags, or is on
	// another branch, must not be taken for one on which nothing happened. A zero
	// hash of `after` stands for whichever block of that number the branch has.
	//
	// Logs that the node does not return are not in the answer, and nothing in it
	// shows that. See Conditions for what does.
	Since(ctx context.Context, launches []Launch, after, to Block) ([]Event, error)
	// Reread is Since once more, for blocks whose events do not add up to what the
	// contract counts. Attempts are counted from 0. Each asks another node first, and
	// those from AttemptReceipts on read few blocks from their receipts, which do not
	// depend on a node's index of logs, and cost megabytes.
	Reread(ctx context.Context, launches []Launch, after, to Block, attempt int) ([]Event, error)
	// Usage finds what used payment nonces in the blocks above `after` up to `to`, by
	// the asset's own logs, in the order of the keys. All of it is of the branch that
	// has `to`. What is not found there is UseUnknown, which proves nothing.
	Usage(ctx context.Context, launch Launch, keys []PayerKey, after, to Block) ([]Use, error)

	// Inspect reads, in bulk and at the newest block, what verify asks of payers.
	// at selects another block (0: newest). Answers are in the order of the keys.
	Inspect(ctx context.Context, launch Launch, keys []PayerKey, at uint64) ([]Payer, error)
	// Simulate runs the batch as from would send it, in the state after a block (0:
	// newest), and says for each order why it would not mint, "" if it would.
	Simulate(ctx context.Context, launch Launch, orders []Order, from common.Address, at uint64) ([]string, error)
	// SimulateSettled says why a call for a settled order would fail now, "" if it
	// would not.
	SimulateSettled(ctx context.Context, launch Launch, call SettledCall, from common.Address) (string, error)
	// Folded returns how many of the points, from the first on, the launch has
	// folded for an id at the newest block; see [Folding].
	Folded(ctx context.Context, launch Launch, id PaymentID, points []common.Hash) (int, error)
	// Conditions reads whether a launch can deliver, and its counters, in the
	// state after a block (0: newest). A node that does not have that block, or its
	// state, is an error.
	Conditions(ctx context.Context, launch Launch, at uint64) (Conditions, error)

	// Differs says how a launch as it is registered differs from its contract and
	// asset on chain: no code, other terms, another signing domain. "" if it does not.
	Differs(ctx context.Context, launch Launch) (reason string, err error)

	// Fees is what to offer now: the tip is at most what recent blocks paid, and
	// of several nodes the lowest. Nothing else bounds it.
	Fees(ctx context.Context) (Fees, error)
	// Balance is an account's coin for gas, in wei.
	Balance(ctx context.Context, account common.Address) (*big.Int, error)
	// AccountNonce is the account's transaction count at a block (0: newest). The
	// newest one is one node's word. At a block, all nodes that stand well and have it
	// say the same, or the error is ErrDisputed.
	AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error)
	// Fits is how many of the orders, from the first on, one transaction carries
	// within the bounds of gas and bytes; at least one. No node is asked.
	Fits(orders []Order) int
	// SignBatch signs mintBatch for the orders, with enough gas that a wallet
	// that burns its cap costs the others nothing. One of no orders does nothing
	// but use the account nonce. No node is asked.
	SignBatch(launch Launch, orders []Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error)
	// SignSettled signs a call for one settled order. No node is asked.
	SignSettled(launch Launch, call SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error)
	// Resign signs the same calls with the same account nonce and other fees.
	Resign(attempt Attempt, sender common.Address, feeCap, tipCap *big.Int) (Attempt, error)
	// Send hands a signed transaction to the nodes. A nil error does not mean that
	// it will be mined; a *Refusal says whether it could be. Any other error says
	// nothing about it.
	Send(ctx context.Context, raw []byte) error
	// Mined returns what became of the hashes on the branch that has the head,
	// up to it: nil for those not mined there, in the order given. ErrUnknownBlock
	// if no node has that head.
	Mined(ctx context.Context, hashes []common.Hash, head Block) ([]*Receipt, error)
}

// PayerKey names one payment's payer and payment nonce.
type PayerKey struct {
	Payer common.Address
	Nonce common.Hash
}

// Payer is what the asset says of a payer and of one payment nonce.
type Payer struct {
	Balance     *big.Int // asset base units
	Used        bool     // authorizationState: used or cancelled
	Blacklisted bool
	HasCode     bool // a contract wallet, or an EIP-7702 delegation
}

// Conditions is what could keep a launch from delivering.
type Conditions struct {
	Paused      bool // the launch
	AssetPaused bool
	Blacklisted bool // the launch contract, by the asset
	Owner       common.Address
	Minter      common.Address
	Refunder    common.Address // may return anything: the owner, or the last one
	Treasury    common.Address // receives the proceeds now
	// TreasuryBlacklisted, by the asset: proceeds cannot be paid out.
	TreasuryBlacklisted bool

	Held      *big.Int // asset base units at the contract
	Withdrawn *big.Int
	Sold      int64 // allotments
	At        Block // in whose state all this is
}

// AttemptReceipts is the first attempt of Reread that may read receipts.
const AttemptReceipts = 3

// How is what used a payment nonce.
type How string

const (
	// UseUnknown: no log was found that shows it.
	UseUnknown How = ""
	// UseCancelled: the payer cancelled the authorization.
	UseCancelled How = "cancelled"
	// UsePaid: an authorization with that nonce paid an account.
	UsePaid How = "paid"
)

// Use is what used a payment nonce, and where that was seen.
type Use struct {
	How How
	To  common.Address // that was paid
	At  Mark
}
