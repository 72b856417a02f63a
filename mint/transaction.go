package mint

import (
	"context"
	"fmt"
	"math"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
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
	// By is the part of each launch that a creator made, by slug.
	By map[string]*big.Int
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

// account reads what was spent. It follows the results of transactions, so that no payment of
// an account with code has ended whose gas is not counted yet.
func (g *gas) account(ctx context.Context, launches []Launch) error {
	spent, err := g.store.Spent(ctx, g.clock().Add(-budgetPeriod))
	if err != nil {
		return err
	}
	lately := spent
	if spent.Burned.Sign() > 0 {
		if lately, err = g.store.Spent(ctx, g.clock().Add(-time.Hour)); err != nil {
			return err
		}
	}
	txs, err := g.store.InFlight(ctx)
	if err != nil {
		return err
	}
	g.spent, g.lately = spent, lately // both, or those of the last time
	g.pledged = new(big.Int)
	g.creators, g.creatorOf = map[common.Address]*big.Int{}, map[string]common.Address{}
	for _, l := range launches {
		if l.Creator != (common.Address{}) {
			g.creatorOf[l.Slug] = l.Creator
			g.charge(l.Slug, g.spent.By[l.Slug])
		}
	}
	for _, tx := range txs {
		if !tx.Mined.Seen() {
			g.promise(tx)
		}
	}
	return nil
}

// creatorShare is the part of CreatorBudget that the launches of one creator may cost.
const creatorShare = 4

// promise charges a transaction in flight to the budget, and to its launch's creator: with all
// that it could cost, since its receipt comes later.
func (g *gas) promise(tx Transaction) {
	cost := dearest(tx.Kind, unitsOf(len(tx.Orders), tx.Latest().Raw), tx.Latest().FeeCap)
	g.pledged = new(big.Int).Add(orNone(g.pledged), cost)
	g.charge(tx.Launch, cost)
}

// unitsOf returns how many times BurntGas a transaction with so many orders may cost. One that
// deploys payers has no recipient, and may cost its limit of gas.
func unitsOf(orders int, raw []byte) int {
	var tx types.Transaction
	if tx.UnmarshalBinary(raw) == nil && tx.To() == nil {
		return max(orders, int((tx.Gas()+BurntGas-1)/BurntGas))
	}
	return orders
}

// dearest returns the maximum wei that a transaction whose orders have n units can cost.
func dearest(kind TransactionKind, n int, feeCap *big.Int) *big.Int {
	gas := min(BurntGas*int64(max(1, n)), MinGas)
	if kind == Fold {
		gas = MinGas
	}
	return new(big.Int).Mul(larger(feeCap, big.NewInt(1)), big.NewInt(gas))
}

// rest returns the wei of the budget that are neither spent nor promised to transactions in
// flight; nil if there is no limit, or what was spent is not known yet.
func (g *gas) rest() *big.Int {
	if g.Budget == nil || g.spent.All == nil {
		return nil
	}
	rest := new(big.Int).Sub(g.Budget, g.spent.All)
	return rest.Sub(rest, orNone(g.pledged))
}

// affords reports whether the rest of the budget pays for a transaction. The mint of a settled
// payment is always paid for.
func (g *gas) affords(kind TransactionKind, units int, feeCap *big.Int) bool {
	rest := g.rest()
	return kind == SettledMint || rest == nil || rest.Cmp(dearest(kind, units, feeCap)) >= 0
}

// room returns how many units of orders the rest of the budget pays for, whatever they cost.
func (g *gas) room() int {
	rest, fees, err := g.rest(), Fees{}, error(nil)
	if rest != nil {
		fees, err = g.fees()
	}
	switch {
	case rest == nil || err != nil: // without a price, no transaction is signed
		return math.MaxInt
	case rest.Sign() <= 0:
		return 0
	case rest.Cmp(dearest(Fold, 1, fees.Cap)) >= 0: // no transaction costs more
		return math.MaxInt
	}
	return int(rest.Div(rest, dearest(Batch, 1, fees.Cap)).Int64())
}

// overspent reports whether the budget pays for no further order, and no transaction is in
// flight that may turn out to cost less.
func (g *gas) overspent() bool { return orNone(g.pledged).Sign() == 0 && g.room() == 0 }

// charge adds wei to the costs of a launch's creator, and of all creators, which are those of
// the zero address.
func (g *gas) charge(slug string, wei *big.Int) {
	creator, is := g.creatorOf[slug]
	if !is || wei == nil {
		return
	}
	for _, of := range []common.Address{creator, {}} {
		g.creators[of] = new(big.Int).Add(orNone(g.creators[of]), wei)
	}
}

// overdrawn reports whether the launches of a launch's creator, or of all creators, used up
// their part of the budget. Then no new transaction is sent for it: its claimed orders wait uncharged,
// and its settled ones until older costs are a day old.
func (g *gas) overdrawn(slug string) bool {
	creator, is := g.creatorOf[slug]
	if !is || g.CreatorBudget == nil {
		return false
	}
	part := new(big.Int).Div(g.CreatorBudget, big.NewInt(creatorShare))
	return orNone(g.creators[common.Address{}]).Cmp(g.CreatorBudget) >= 0 || orNone(g.creators[creator]).Cmp(part) >= 0
}

// noCreatorGas is the reason for a settled payment of a launch that is overdrawn.
var noCreatorGas = declare(byServer, "the money is with the launch, and the launches of its creator used up their part of this server's budget for gas: the tokens follow, or the money goes back, when older costs are a day old; the launch's owner can return it now")

// noGasBudget is the reason for a settled payment that no mint can end at once.
var noGasBudget = declare(byServer, "the money is with the launch, and this server's budget for gas is used up: the tokens follow, or the money goes back, when costs of the last 24 hours are older; the launch's owner can return it now")

// creatorFaults returns a fault for each launch of a creator whose part is used up. The
// operator's launches are sold as before.
func (g *gas) creatorFaults(launches []Launch) (faults []Fault) {
	for _, l := range launches {
		if g.overdrawn(l.Slug) {
			faults = append(faults, launchFault("creator_gas", l, "the launches of its creator, or of all creators, used up their part of this server's budget for gas: %s is sold again when costs of the last 24 hours are older; anyone can still mint at its contract", l.Slug))
		}
	}
	return faults
}

func orNone(wei *big.Int) *big.Int {
	if wei == nil {
		return new(big.Int)
	}
	return wei
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
