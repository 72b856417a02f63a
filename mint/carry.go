package mint

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"slices"
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

// submit hands a signing to the nodes and records their answers. It returns nil if one
// node accepted it.
func (t *txManager) submit(ctx context.Context, tx Transaction, a Attempt) *Refusal {
	head := t.view.head.Number
	t.sent[tx.ID] = sending{head, t.clock()}
	// A slow node must not hold up other work; the transaction is sent again anyway.
	ctx, cancel := context.WithTimeout(ctx, t.Patience)
	defer cancel()
	err := t.chain.Send(ctx, a.Raw)
	if err == nil {
		t.taken[tx.ID] = true
		delete(t.refusedSince, tx.ID)
		t.refusing = refusing{}
		delete(t.refusedSenders, tx.Sender)
		t.logFailure("send transaction", nil)
		return nil
	}
	r := asRefusal(err)
	t.log.Debug("send", "tx", a.Hash, "class", r.Class, "err", err)
	t.refused[r.Class]++
	if _, known := t.refusedSince[tx.ID]; !known && r.Class.ofSender() {
		t.refusedSince[tx.ID] = refusedTx{tx.Sender, head}
	}
	if r.Class.counts() && len(tx.Orders) > 0 {
		row := &t.refusing
		if row.since == 0 {
			row.since = head
		}
		if row.last != head || row.class != r.Class {
			t.logFailure("send transaction", r)
		}
		row.last, row.class = head, r.Class
	}
	return r
}

// logFailure logs an operation that keeps failing: at the 1st, 2nd, 4th, 8th … failure in
// a row. A nil error resets the count.
func (t *txManager) logFailure(what string, err error) {
	if err == nil {
		delete(t.failing, what)
		return
	}
	t.failing[what]++
	if n := t.failing[what]; n&(n-1) == 0 {
		t.log.Error(what, "err", err, "failures", n)
	}
}

// inFlightBySender counts transactions in flight and not mined.
type inFlightBySender map[common.Address]int

// usable reports whether a sender may send another transaction.
func (t *txManager) usable(s common.Address) bool {
	_, refused := t.refusedSenders[s]
	return t.gas.canPay[s] && !refused && t.stuck[s] == 0 && !t.resting.has(s, t.view.head.Number, t.clock())
}

// replaceable reports whether another sender could send now and has no refused
// transaction.
func (t *txManager) replaceable(sender common.Address, inFlight inFlightBySender) bool {
	refused := map[common.Address]bool{sender: true}
	for _, r := range t.refusedSince {
		refused[r.sender] = true
	}
	return slices.ContainsFunc(t.senders, func(s common.Address) bool { return !refused[s] && t.usable(s) && inFlight[s] < t.InFlight })
}

// rest pauses a sender after a failure; the other senders continue.
func (t *txManager) rest(sender common.Address) {
	t.resting.add(sender, t.view.head.Number, t.clock())
}

// inFlightOf counts the transactions in flight by sender. It leaves out those that lost
// their account nonce to another one: they do not block later transactions.
func (t *txManager) inFlightOf(txs []Transaction) inFlightBySender {
	l := inFlightBySender{}
	for _, tx := range txs {
		if _, displaced := t.usedAt[tx.ID]; !displaced && !tx.Mined.Seen() {
			l[tx.Sender]++
		}
	}
	return l
}

// free returns the sender with the fewest transactions in flight. It considers only
// senders that are usable and below their limit.
func (t *txManager) free(inFlight inFlightBySender) (best common.Address, free bool) {
	for _, s := range t.senders {
		if t.usable(s) && inFlight[s] < t.InFlight && (!free || inFlight[s] < inFlight[best]) {
			best, free = s, true
		}
	}
	return best, free
}
