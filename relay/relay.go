// Package relay settles payments of others: for holders of tokens, it sends the authorizations of
// their payers to the asset, with a key of its own.
//
// A payment is one row, one account nonce and one outcome. The row is stored before a
// transaction is signed, and the signed bytes before they are sent. So the same request again,
// a crash, or a reorg lead to the same transaction, or to a replacement of it with the same
// account nonce, and the chain takes one of them. The chain's logs are the outcome: the
// asset's AuthorizationUsed with the Transfer of the amount to the recipient behind it,
// whichever transaction has them. It can change until its block is final.
//
// A token names the assets and recipients that it may settle for, and the most that the gas of
// its payments may cost in a day. A payment on its way counts with the most that it can cost.
package relay

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// Outcome is how a payment ended.
type Outcome string

// The outcomes.
const (
	Open    Outcome = ""        // it has not ended
	Settled Outcome = "settled" // the recipient has the money
	Failed  Outcome = "failed"  // the recipient does not have it
)

// Payment is a payment that is settled for the holder of a token.
type Payment struct {
	ID            mint.PaymentID
	Token         string // name of the token
	Asset         common.Address
	Authorization x402.Authorization
	Signature     []byte
	Gas           uint64 // limit of the transaction
	Since         uint64 // newest block when it was taken
	At            time.Time
	Reserved      int64 // gwei that it may cost, while it is open

	// Signed reports that there is a transaction, with AccountNonce. Attempts are its
	// versions, oldest first.
	Signed       bool
	AccountNonce uint64
	Attempts     []mint.Attempt

	Outcome Outcome
	Why     string      // reason of a failure
	Tx      common.Hash // transaction of the outcome, or of the newest attempt
	Block   uint64      // of Tx
	Cost    int64       // gwei
	Final   bool
}

// Store keeps payments. Writes are durable when they return.
type Store interface {
	// Take stores a payment, unless there is one with its id, which it returns. In the same
	// write it checks that the sum of three is at most budget, in gwei: the most that the token's
	// open payments can cost, the cost of those that have ended since day, and the most that
	// this one can cost. Otherwise it returns ErrBudget.
	Take(ctx context.Context, p Payment, day time.Time, budget int64) (Payment, error)
	// Payment returns a payment, or mint.ErrNotFound.
	Payment(ctx context.Context, id mint.PaymentID) (Payment, error)
	// Unfinal returns the payments with an outcome that can change, oldest first.
	Unfinal(ctx context.Context) ([]Payment, error)
	// NextNonce returns the account nonce after the highest that was ever signed; 0: none was.
	NextNonce(ctx context.Context) (uint64, error)
	// Carry stores a signed transaction of an open payment, and the most that it can cost now.
	Carry(ctx context.Context, id mint.PaymentID, accountNonce uint64, a mint.Attempt, reserved int64) error
	// Drop takes the account nonce from an open payment, since another transaction has finally used it.
	Drop(ctx context.Context, id mint.PaymentID) error
	// End stores an outcome; Open takes it back.
	End(ctx context.Context, p Payment) error
	// Prune deletes payments that have been final for a month.
	Prune(ctx context.Context) error
	// Spent returns the sum that Take compares with the budget, without another payment.
	Spent(ctx context.Context, token string, day time.Time) (int64, error)
}

// Chain reads from and sends to the chain, as mint.Chain does.
type Chain interface {
	Head(ctx context.Context) (latest, final mint.Block, err error)
	Fees(ctx context.Context) (mint.Fees, error)
	AccountNonce(ctx context.Context, account common.Address, at uint64) (uint64, error)
	Send(ctx context.Context, raw []byte) error
	Mined(ctx context.Context, hashes []common.Hash, head mint.Block) ([]*mint.TxResult, error)
	Usage(ctx context.Context, launch mint.Launch, keys []mint.PayerKey, after, to mint.Block) ([]mint.Use, error)
	// Try simulates a call in the state after a block (0: newest), and returns its gas in the newest one. A
	// refusal of the contract is a *chain.Revert.
	Try(ctx context.Context, from, to common.Address, input []byte, at uint64) (gas uint64, err error)
	HasCode(ctx context.Context, account common.Address) (bool, error)
	// Used reports whether a nonce is used in the state after a block (0: newest).
	Used(ctx context.Context, asset, payer common.Address, paymentNonce common.Hash, at uint64) (bool, error)
	Balance(ctx context.Context, account common.Address) (*big.Int, error)
	AssetBalance(ctx context.Context, asset, account common.Address) (*big.Int, error)
}

// Signer signs with the relay's key. A chain.Signer implements it.
type Signer interface {
	Address() common.Address
	Sign(ctx context.Context, chainID *big.Int, tx *types.Transaction) ([]byte, error)
}

// ErrBudget: the token's budget for gas is used up.
var ErrBudget = errors.New("the token's budget for gas is used up")

const (
	// maxGas is the most gas that a payment may need. USDC takes about 60,000 from an account
	// with a key; the code of a wallet may take the rest.
	maxGas = 300_000
	// margin is the time that must be left of an authorization when it is taken and when it is
	// signed for.
	margin = 20 * time.Second
	// replaceAfter is how many blocks a transaction waits before it is signed with higher fees.
	replaceAfter = 4
	// poll is how often the chain is read while payments are open.
	poll = 500 * time.Millisecond
	gwei = 1_000_000_000
)

// Relay settles payments. Its fields are set before Run.
type Relay struct {
	Tokens  Tokens
	Store   Store
	Chain   Chain
	Signer  Signer
	ChainID uint64
	// MaxFee is the most wei that is offered for a gas.
	MaxFee *big.Int
	Clock  func() time.Time
	Log    *slog.Logger
	// Wait is how long Settle waits for a block.
	Wait time.Duration

	stepping sync.Mutex    // one step at a time: each takes the next account nonce
	blocks   [2]mint.Block // newest and final block of the last step, if every payment moved
	// proven has the block of a mined transaction for each payment with an outcome that follows from that block
	// and those before it. It is read again only if the transaction is in another block.
	proven map[mint.PaymentID]common.Hash

	mu      sync.Mutex
	figures figures
	changed chan struct{} // closed at the next change
	wake    chan struct{}
	once    sync.Once
}

func (r *Relay) init() {
	r.once.Do(func() {
		r.changed, r.wake, r.proven = make(chan struct{}), make(chan struct{}, 1), map[mint.PaymentID]common.Hash{}
	})
}

// Run steps until ctx is done. It returns mint.ErrReplaced if another process has the database.
func (r *Relay) Run(ctx context.Context) error {
	r.init()
	tick := time.NewTicker(poll)
	defer tick.Stop()
	var pruned time.Time
	for {
		if now := r.Clock(); now.Sub(pruned).Abs() > time.Hour {
			pruned = now
			if err := r.Store.Prune(ctx); err != nil && ctx.Err() == nil {
				r.Log.Warn("delete old payments of others", "err", err)
			}
		}
		err := r.Step(ctx)
		switch {
		case errors.Is(err, mint.ErrReplaced):
			return err
		case err != nil && ctx.Err() == nil:
			r.Log.Warn("relay payments", "err", err)
		}
		r.count(func(f *figures) { f.failing = err != nil })
		select {
		case <-ctx.Done():
			return nil
		case <-r.wake:
		case <-tick.C:
		}
	}
}

// await returns a channel that is closed at the next change.
func (r *Relay) await() <-chan struct{} {
	r.init()
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.changed
}

func (r *Relay) announce() {
	r.init()
	r.mu.Lock()
	defer r.mu.Unlock()
	close(r.changed)
	r.changed = make(chan struct{})
}

// Settle takes a payment, and waits for its outcome until Wait is over. The same payment again
// gets the same row. Errors: those of Check.
func (r *Relay) Settle(ctx context.Context, t *Token, q *x402.SettleRequest) (Payment, error) {
	p, err := r.take(context.WithoutCancel(ctx), t, q)
	if err != nil {
		return Payment{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.Wait)
	defer cancel()
	for {
		changed := r.await()
		now, err := r.Store.Payment(context.WithoutCancel(ctx), p.ID)
		if err != nil {
			return Payment{}, err
		}
		if now.Outcome != Open {
			return now, nil
		}
		select {
		case r.wake <- struct{}{}:
		default:
		}
		select {
		case <-ctx.Done():
			return now, nil
		case <-changed:
		}
	}
}

// Day returns when the budget's present day began, and when it renews: at midnight UTC.
func Day(now time.Time) (began, renews time.Time) {
	began = now.UTC().Truncate(24 * time.Hour)
	return began, began.Add(24 * time.Hour)
}
