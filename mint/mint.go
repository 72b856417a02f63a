// Package mint turns one settled payment into exactly one mint.
//
// The payer ends up with the tokens or with the money; never with both, never with
// neither; and is never charged if the launch is sold out. Everything here serves that
// sentence:
//
//   - [Engine.Mint] verifies a payment, claims it in one durable write, and
//     waits for the outcome. The same payment again gets the same [Order].
//   - [Engine.Step] moves every order forward: it reads events from the chain,
//     resolves sent transactions, and sends claimed orders. Recovery after a crash
//     is the same step; there is no other.
//
// An order stores facts (its events on chain, the transaction that carries it), and its
// state is derived from them. So a reorg removes a fact and nothing else. Everything is
// identified by the [PaymentID].
//
// The engine has parts, each a type with its own state, that take only what they need of
// [Store] and [Chain]:
//
//   - admission takes payments: claim.go, verify.go, inspect.go, wallet.go.
//   - loop reads the chain and concludes from it, step by step: step.go, run.go. At
//     the same time each account of ours sends in a line of its own: lines.go. The parts
//     below take turns, and one that waits for a node gives its turn away: turns.go.
//   - follower reads blocks and stores their events: advance.go, rejoin.go.
//   - audit compares the books with the contract's counters and reads blocks again while
//     they differ: check.go, repair.go. backfiller reads new launches' past: past.go.
//   - expirer concludes payments that can never execute: expire.go, usage.go.
//   - batcher, settler and txManager sign, store and send transactions: send.go, settled.go,
//     carry.go, resend.go, giveback.go, gap.go, resolve.go. resigner signs account nonces
//     again: signing.go. senderStates keeps which accounts may send: senders.go. gas knows
//     the costs: fees.go, transaction.go.
//   - monitor publishes the faults that stop a sale: examine.go, health.go.
//   - notifier announces changes of orders and launches: wait.go.
//
// Engine.build puts them together.
package mint

import (
	"cmp"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/factories"
)

// Settings are the engine's limits and intervals. Open replaces zeros by the defaults.
type Settings struct {
	Margin    time.Duration // time that must be left of an authorization's window (30s)
	Window    time.Duration // how far in the future it may end (2h)
	BatchSize int           // maximum orders in a batch (100)
	InFlight  int           // maximum transactions in flight per sender (16)
	Queue     int           // maximum claimed orders (5,000)
	Replace   uint64        // blocks after which a transaction is sent again with higher fees (4)
	Poll      time.Duration // interval of requesting the head while work is under way (500ms); see pause
	Steady    bool          // use Poll even when no work is under way
	Grace     time.Duration // how long steps may fail before nothing is sold (3s)
	Stale     time.Duration // age of the head above which nothing is sold (60s)
	MaxFee    *big.Int      // maximum wei per gas offered by anything signed here (500 gwei)
	Budget    *big.Int      // maximum wei spent on gas in 24 hours, except by SettledMint; nil: no limit
	// CreatorBudget is the part of Budget for launches of creators, all of them; nil: no limit.
	CreatorBudget *big.Int
	Patience      time.Duration // how long a node may take to answer a transaction (3s)
	PerPayer      int           // maximum orders of one payer claimed or minting (16)

	Fold       int // ids of a payer's history in one transaction (FoldSize)
	FoldBudget int // ids that the minter pays to have read in 24 hours (200,000)
	// GasShare is the maximum share of a launch's price that the gas of a mint may
	// cost, in percent. CoinPrice is the price of the coin in millionths of a dollar;
	// the asset counts as one dollar. Above that share the launch is not sold. 0 or
	// nil: no limit.
	GasShare  int
	CoinPrice *big.Int

	// Factories are those that may be called to deploy a payer's wallet (ERC-6492); nil: none.
	Factories factories.List

	// External are the accounts with a key outside this process. Each has to sign a trial
	// transaction before it gets work, after the start and after each failure.
	External []common.Address
}

func (s *Settings) defaults() {
	s.Margin = cmp.Or(s.Margin, 30*time.Second)
	s.Window = cmp.Or(s.Window, 2*time.Hour)
	s.BatchSize = cmp.Or(s.BatchSize, 100)
	s.InFlight = cmp.Or(s.InFlight, 16)
	s.Queue = cmp.Or(s.Queue, 5000)
	s.Replace = cmp.Or(s.Replace, 4)
	s.Poll = cmp.Or(s.Poll, 500*time.Millisecond)
	s.Grace = cmp.Or(s.Grace, 3*time.Second)
	s.Stale = cmp.Or(s.Stale, time.Minute)
	s.MaxFee = cmp.Or(s.MaxFee, big.NewInt(500e9))
	s.Patience = cmp.Or(s.Patience, 3*time.Second)
	s.PerPayer = cmp.Or(s.PerPayer, 16)
	s.Fold = cmp.Or(s.Fold, FoldSize)
	s.FoldBudget = cmp.Or(s.FoldBudget, 200_000)
}
