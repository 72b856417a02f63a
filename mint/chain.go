package mint

import (
	"context"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// ErrTooLarge: a transaction has more bytes than pools take. It is not signed.
var ErrTooLarge = errors.New("the transaction is too large")

// ErrDisputed: nodes in good standing give different answers to the same question.
var ErrDisputed = errors.New("the nodes disagree")

// ErrUnknownBlock: the node does not have that block.
var ErrUnknownBlock = errors.New("unknown block")

// Chain is the node as the engine sees it. The engine relies only on the guarantees in
// these comments: a node may lag, lie, time out after accepting, or answer from a
// branch that loses.
//
// It is divided by its readers: each part of the engine takes only what it uses.
type Chain interface {
	BlockReader
	StateReader
	GasReader
	Signer
	Broadcaster
}

// BlockReader reads blocks and their events.
type BlockReader interface {
	// Head returns the newest block and the newest final one. Where the chain has no
	// `finalized` block, final is a fixed number of blocks behind (at least block 0).
	Head(ctx context.Context) (latest, final Block, err error)
	// Disputed returns how nodes have differed for a long time about a block that may be
	// final, or "". It makes no request: Head finds it out.
	Disputed() string
	// Block returns the canonical block of that number, or ErrUnknownBlock.
	Block(ctx context.Context, number uint64) (Block, error)
	// Since returns the launches' events in the blocks above `after` up to `to`, in
	// chain order. All of them are from the branch that has both blocks. If there is no
	// such branch, the error is ErrUnknownBlock: a node that lags, or is on another
	// branch, must not look like one without events. A zero hash of `after` stands for
	// any block of that number that the branch has.
	//
	// Logs that the node leaves out are missing from the result without any sign. The
	// counters in Conditions reveal them.
	Since(ctx context.Context, launches []Launch, after, to Block) ([]Event, error)
	// Reread is Since once more, for blocks with events that do not match the
	// contract's counters. Attempts are counted from 0, and each begins with another
	// node. From AttemptReceipts on, an attempt over few blocks reads their receipts,
	// which do not depend on a node's index of logs but cost megabytes.
	Reread(ctx context.Context, launches []Launch, after, to Block, attempt int) ([]Event, error)
	// Usage returns the use of each payment nonce in the blocks above `after` up to
	// `to`, found in the asset's own logs, in the order of the keys. All results are
	// from the branch that has `to`. UseUnknown means not found there, which does not
	// prove that it is unused.
	Usage(ctx context.Context, launch Launch, keys []PayerKey, after, to Block) ([]Use, error)
}

// StateReader reads contracts' state, and simulates calls.
type StateReader interface {
	// Inspect reads, in bulk, the payers' state that verify checks. at selects a block
	// (0: newest). Results are in the order of the keys.
	Inspect(ctx context.Context, launch Launch, keys []PayerKey, at uint64) ([]Payer, error)
	// InspectAll is Inspect in the state after one block, given with its hash. All nodes
	// in good standing that have this block must agree on Used and Spent, or the error
	// is ErrDisputed. It is ErrUnknownBlock if no node has this block.
	InspectAll(ctx context.Context, launch Launch, keys []PayerKey, at Block) ([]Payer, error)
	// Simulate runs the batch as if sent by from, in the state after a block (0:
	// newest). For each order it returns the reason why it would not mint, or "" if it
	// would.
	Simulate(ctx context.Context, launch Launch, orders []Order, from common.Address, at uint64) ([]string, error)
	// SimulateSettled returns the reason why a call for a settled order would fail now,
	// or "" if it would succeed. The error is ErrUnknownBlock if the launch cannot find
	// call.Seen before the node's newest block: it is on another branch, is that block
	// itself, or is too old.
	SimulateSettled(ctx context.Context, launch Launch, call SettledCall, from common.Address) (string, error)
	// Guards reports whether a launch finds a block that the node has just shown, so that
	// calls can be bound to a branch by their Seen. Some chains do not let contracts find
	// their blocks.
	Guards(ctx context.Context, launch Launch) (bool, error)
	// Folded returns how many of the points, from the first on, the launch has
	// folded for an id at the newest block; see [Folding].
	Folded(ctx context.Context, launch Launch, id PaymentID, points []common.Hash) (int, error)
	// Conditions reads whether a launch can deliver, and its counters, in the state
	// after a block (0: newest). It fails if the node does not have that block or its
	// state.
	Conditions(ctx context.Context, launch Launch, at uint64) (Conditions, error)
	// Differs returns how a registered launch differs from its contract and asset on
	// chain: no code, other terms, another signing domain. It returns "" if they match.
	Differs(ctx context.Context, launch Launch) (reason string, err error)
}

// Fees is the current price of gas, in wei, as nodes suggest it.
type Fees struct {
	Base *big.Int // the minimum that the next block takes
	Tip  *big.Int
	Cap  *big.Int // the fee cap to offer: leaves room for Base to double
}

// Price returns the price of a gas in the next block.
func (f Fees) Price() *big.Int { return new(big.Int).Add(f.Base, f.Tip) }

// GasReader reads the price of gas and the means to pay for it.
type GasReader interface {
	// Fees returns the fees to offer now. The tip is at most the tip that recent blocks
	// paid; with several nodes, the lowest is used. There is no other limit.
	Fees(ctx context.Context) (Fees, error)
	// Balance returns an account's coin for gas, in wei.
	Balance(ctx context.Context, account common.Address) (*big.Int, error)
}

// Signer signs our transactions. It makes no request to a node. With a key outside this
// process (see [Settings]) signing takes time, and may fail or give another signature each time.
type Signer interface {
	// Fits returns how many of the orders, from the first on, one transaction can carry
	// within the limits of gas and bytes; at least one. It makes no request.
	Fits(orders []Order) int
	// SignBatch signs mintBatch for the orders. Its gas limit is high enough that a
	// wallet that burns its own cap takes no gas from the others. A batch without
	// orders only uses the account nonce.
	SignBatch(ctx context.Context, launch Launch, orders []Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error)
	// SignSettled signs a call for one settled order.
	SignSettled(ctx context.Context, launch Launch, call SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error)
	// Resign signs the same calls with the same account nonce and other fees.
	Resign(ctx context.Context, attempt Attempt, sender common.Address, feeCap, tipCap *big.Int) (Attempt, error)
}

// SettledCall is the minter's call for one such payment.
type SettledCall struct {
	Kind  TransactionKind // SettledMint, Return or Fold
	Order Order
	Proof Proof
	// Seen is the block of the settlement: on a branch without it, the contract refuses a
	// mint or a return. Number 0 is for a settlement that is final. Time is not used.
	Seen Block
}

// Broadcaster sends our transactions and finds those that were mined.
type Broadcaster interface {
	// AccountNonce returns the account's transaction count at a block (0: newest). For
	// the newest block the answer comes from one node. For a numbered block, all nodes
	// in good standing that have it must agree, or the error is ErrDisputed.
	AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error)
	// Send hands a signed transaction to the nodes. A nil error does not mean that it
	// will be mined. A *Refusal says whether it could still be mined. Any other error
	// leaves that open.
	Send(ctx context.Context, raw []byte) error
	// Mined returns the receipts of the hashes, in the same order, on the branch that
	// has the head and up to that head; nil for a hash that is not mined there, or whose
	// receipt no node can show. For one
	// that the node has in a later block, only At is known: that block may not last, but
	// the transaction is not lost. The error is ErrUnknownBlock if no node has that head.
	Mined(ctx context.Context, hashes []common.Hash, head Block) ([]*TxResult, error)
}

// PayerKey identifies a payment by its payer and payment nonce.
type PayerKey struct {
	Payer common.Address
	Nonce common.Hash
}

// Payer is the asset's and the launch's state of a payer, and of one payment nonce.
type Payer struct {
	Balance     *big.Int // asset base units
	Used        bool     // authorizationState: used or cancelled
	Blacklisted bool
	HasCode     bool // a contract wallet, or an EIP-7702 delegation
	// Spent is the launch's hash over the ids minted or refunded to the payer; zero: none.
	Spent common.Hash
}

// Conditions is the on-chain state that can keep a launch from delivering.
type Conditions struct {
	Paused      bool // the launch
	AssetPaused bool
	Blacklisted bool // the launch contract is, by the asset
	Owner       common.Address
	Minter      common.Address
	Refunder    common.Address // may return any money: the owner, or the last one if ownership was renounced
	Treasury    common.Address // receives the proceeds now
	// TreasuryBlacklisted: the asset blacklists it, so proceeds cannot be paid out.
	TreasuryBlacklisted bool

	Held      *big.Int // asset base units at the contract
	Withdrawn *big.Int
	Sold      int64 // allotments
	At        Block // the block after which this state was read
}

// AttemptReceipts is the first attempt of Reread that may read receipts.
const AttemptReceipts = 3

// How is the kind of use of a payment nonce.
type How string

const (
	// UseUnknown: no log was found that shows the use.
	UseUnknown How = ""
	// UseCancelled: the payer cancelled the authorization.
	UseCancelled How = "cancelled"
	// UsePaid: an authorization with that nonce paid an account.
	UsePaid How = "paid"
)

// Use is the use of a payment nonce, and where it was seen.
type Use struct {
	How How
	To  common.Address // the account that was paid
	// Value is how much it was paid, in base units; nil unless How is UsePaid, and in simulations.
	Value *big.Int
	At    Mark
}
