package mint

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// txManager owns our transactions: it stores and sends them, sends them again with higher
// fees, gives up those that nodes refuse, and applies the results of those that are mined.
// All its state can be lost: it only saves calls, or delays a conclusion until it was seen
// for long enough.
type txManager struct {
	*Settings
	store interface {
		LaunchStore
		OrderStore
		ClaimStore
		Outbox
	}
	chain interface {
		Signer
		Broadcaster
	}
	log             *slog.Logger
	clock           func() time.Time
	senders         []common.Address
	gas             *gas
	notify          *notifier
	view            *view
	audit           *audit
	recentlySkipped *accounts

	sent     map[int64]sending      // transaction → when last sent
	usedAt   map[int64]uint64       // transaction → head when its account nonce was first seen used by another
	failures map[PaymentID]int      // order → our transactions that carried it and did not reach it
	held     pauses[PaymentID]      // orders that failed alone
	portion  map[string]int         // launch slug → maximum orders in the next batch, after one failed
	resting  pauses[common.Address] // senders paused after a failure

	refusedSince   map[int64]refusedTx             // transaction → since when nodes refuse it
	taken          map[int64]bool                  // transactions that a node accepted in some signing
	capped         map[int64]bool                  // transactions that nodes do not accept at a higher price
	refusedSenders map[common.Address]RefusalClass // senders that nodes refuse entirely
	stuck          map[common.Address]int          // sender → re-pricings of its transaction, if too many
	lostAt         map[common.Address][]uint64     // sender → heads when an account nonce was lost

	refused  map[RefusalClass]uint64
	refusing refusing
	failing  map[string]int // failing operation → failures in a row
	delivery Delivery       // the counts that are not in the fields above
}

type sending struct {
	head uint64
	at   time.Time
}

// init makes the maps.
func (t *txManager) init() {
	t.sent, t.usedAt, t.failures = map[int64]sending{}, map[int64]uint64{}, map[PaymentID]int{}
	t.held, t.portion, t.resting = pauses[PaymentID]{}, map[string]int{}, pauses[common.Address]{}
	t.refusedSince, t.taken, t.capped = map[int64]refusedTx{}, map[int64]bool{}, map[int64]bool{}
	t.refusedSenders, t.stuck, t.lostAt = map[common.Address]RefusalClass{}, map[common.Address]int{}, map[common.Address][]uint64{}
	t.refused, t.failing = map[RefusalClass]uint64{}, map[string]int{}
}

// forget drops the state of a transaction that is concluded or mined.
func (t *txManager) forget(id int64) {
	delete(t.sent, id)
	delete(t.usedAt, id)
	delete(t.taken, id)
	delete(t.refusedSince, id)
	delete(t.capped, id)
}

// carry signs, stores, then sends. If the process crashes between two of these, resend
// continues. A failure to sign pauses only this sender. Orders that no transaction can
// carry are held.
func (t *txManager) carry(ctx context.Context, tx Transaction, orders []Order, sign func(uint64, *big.Int, *big.Int) (Attempt, error)) (bool, error) {
	if _, refused := t.refusedSenders[tx.Sender]; refused {
		return false, nil
	}
	for _, o := range orders {
		if tx.Kind == Batch && t.held.has(o.ID, t.view.head.Number, t.clock()) {
			return false, nil
		}
	}
	fees, err := t.gas.fees(ctx)
	if err != nil {
		return false, err
	}
	if tx.AccountNonce, err = t.nextAccountNonce(ctx, tx.Sender); err != nil {
		return false, err
	}
	attempt, err := sign(tx.AccountNonce, fees.Cap, fees.Tip)
	switch {
	case errors.Is(err, ErrTooLarge):
		return false, t.tooLarge(ctx, tx.Launch, orders, err)
	case err != nil:
		t.rest(tx.Sender)
		return false, err
	}
	delete(t.resting, tx.Sender)
	attempt.Block, attempt.CreatedAt = t.view.head.Number, t.clock()
	tx.Attempts = []Attempt{attempt}
	for _, o := range orders {
		tx.Orders = append(tx.Orders, o.ID)
	}
	id, err := t.store.Carry(ctx, tx)
	if errors.Is(err, ErrStale) {
		return false, nil // an order changed in between; the next step looks again
	}
	if err != nil {
		return false, err
	}
	tx.ID = id
	t.log.Info("sent", "tx", attempt.Hash, "kind", tx.Kind, "launch", tx.Launch, "orders", len(tx.Orders), "accountNonce", tx.AccountNonce)
	return true, t.broadcast(ctx, tx, attempt)
}

// nextAccountNonce returns the account nonce for a sender's next transaction. If the
// chain is ahead of the store, the key was used elsewhere. One answer about the newest
// state does not prove that: the nodes must agree at the block that we have read. A
// transaction with too high an account nonce is never mined. If the account nonce turns
// out to be used, the transaction is treated as displaced and its orders are sent
// again.
func (t *txManager) nextAccountNonce(ctx context.Context, sender common.Address) (uint64, error) {
	stored, err := t.store.NextAccountNonce(ctx, sender)
	if err != nil {
		return 0, err
	}
	newest, err := t.chain.AccountNonce(ctx, sender, 0)
	if err == nil && newest > stored {
		var read uint64
		read, err = t.chain.AccountNonce(ctx, sender, t.view.head.Number)
		if errors.Is(err, ErrDisputed) && stored > 0 {
			return stored, nil
		}
		newest = min(newest, read)
	}
	if err != nil {
		t.rest(sender)
		return 0, err
	}
	return max(stored, newest), nil
}
