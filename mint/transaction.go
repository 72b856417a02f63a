package mint

import (
	"context"
	"fmt"
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
	// ByCode are the skipped ids for which only code at the payer can be the reason: the
	// asset refused the signature that the simulation accepted.
	ByCode []PaymentID
	// Cost is the wei that the transaction paid for gas, including the data fee on
	// chains that have one; nil if it is not known.
	Cost *big.Int
	// Burned is the part of Cost that code at the payers of skipped items took; nil if none.
	Burned *big.Int
}

// Spending is the wei that our transactions paid for gas.
type Spending struct {
	All    *big.Int
	Burned *big.Int // the part that code at the payers of skipped items took
}

// Skips are the payments of one payer that batches of ours reported as skipped, in blocks
// first seen here since a time.
type Skips struct {
	N      int
	Last   time.Time // when the newest block was seen
	ByCode time.Time // the same, of those in TxResult.ByCode; zero: there is none
}

// Bounds on the gas that code at a payer can burn. No simulation is equal to the real
// transaction, so code can pass each one and burn the gas of each item. After an item that
// only code can have spoiled, no payment of the account is sent for skipsCount. Such an item
// has no other cause. For other causes, such as a balance that moved, an account with code
// may have maxSkips in that time.
const (
	skipsCount = 24 * time.Hour
	maxSkips   = 3
	// BurntGas is the maximum gas of an item that burns what the contract gives it, with
	// its share of the transaction: 238,000 alone.
	BurntGas = 240_000
	// Code at payers may burn these parts of Settings.Budget, in 24 hours and in one.
	walletDay, walletHour = 4, 16
)

// refusal returns why no payment of the payer is taken or sent now, or "".
func (s Skips) refusal(hasCode bool) string {
	switch {
	case !s.ByCode.IsZero():
		return s.burned().text
	case hasCode && s.N >= maxSkips:
		return fmt.Sprintf("%d payments of this account were skipped on chain within a day, and it has code, which can burn the gas of each: nothing was charged, and no payment of it is taken for up to a day", s.N)
	}
	return ""
}

// burned returns the reason for a payment while ByCode is set.
func (s Skips) burned() reason { return burnt.of(s.until(), "an earlier payment of the account") }

// until returns when payments of the account are sent again, as text.
func (s Skips) until() string {
	return s.ByCode.Add(skipsCount).UTC().Format("2006-01-02 15:04 MST")
}

// burnt is the reason for a payment of an account with code that passed the simulation.
var burnt = declare(byPayer, "this account's code accepted the signature in the simulation, and refused it or used up its gas on chain: nothing was charged, and no payment of the account is sent before %v (%v)")

// account reads what was spent. It follows the results of transactions, so that no payment of
// an account with code has ended whose gas is not counted yet.
func (g *gas) account(ctx context.Context, _ []Launch) (err error) {
	if g.spent, err = g.store.Spent(ctx, g.clock().Add(-budgetPeriod)); err != nil {
		return err
	}
	if g.lately = g.spent; g.spent.Burned.Sign() > 0 {
		g.lately, err = g.store.Spent(ctx, g.clock().Add(-time.Hour))
	}
	return err
}

// walletRoom returns how many payments of accounts with code may be under way: those that
// the rest of their part of the budget could pay for if each burned its gas. It is -1 without
// a budget.
func (g *gas) walletRoom() int {
	if g.Budget == nil || g.spent.All == nil || g.suggested.Base == nil {
		return -1
	}
	part := func(share int64, spent Spending) *big.Int {
		left := new(big.Int).Div(g.Budget, big.NewInt(share))
		return left.Sub(left, spent.Burned)
	}
	left := smaller(part(walletDay, g.spent), part(walletHour, g.lately))
	if left.Sign() <= 0 {
		return 0
	}
	n := left.Div(left, new(big.Int).Mul(larger(g.suggested.Price(), big.NewInt(1)), big.NewInt(BurntGas)))
	return int(max(1, smaller(n, big.NewInt(int64(g.Queue))).Int64()))
}

// limits returns why some payers are refused while the others are sold to.
func (g *gas) limits() []Fault {
	if g.walletRoom() != 0 {
		return nil
	}
	coins := func(wei *big.Int) string {
		f, _ := new(big.Rat).SetFrac(wei, exp10(18)).Float64()
		return fmt.Sprintf("%.3g", f)
	}
	return []Fault{fault("wallet_gas", "accounts with code burned gas for %s coins in the last hour and %s in the last 24, and that is their part of the budget: no payment of an account with code is taken for now, and nothing was charged; all other accounts are sold to", coins(g.lately.Burned), coins(g.spent.Burned))}
}
