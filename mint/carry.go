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
	turns           *turns
	signals         *signals
	log             *slog.Logger
	clock           func() time.Time
	senders         []common.Address
	gas             *gas
	notify          *notifier
	view            *view
	rhythm          *rhythm
	audit           *audit
	recentlySkipped *accounts

	inFlight map[common.Address]int          // account → its transactions that wait for a block
	counts   map[common.Address]accountCount // account → account nonces that the chain has used
	sent     map[int64]sending               // transaction → when last sent
	sending  map[int64]bool                  // transactions that are being handed to the nodes
	usedAt   map[int64]uint64                // transaction → head when its account nonce was first seen used by another
	failures map[PaymentID]int               // order → our transactions that carried it and did not reach it
	held     pauses[PaymentID]               // orders that failed alone
	portion  map[string]int                  // launch slug → maximum orders in the next batch, after one failed
	resting  pauses[common.Address]          // senders paused after a failure

	resolved   Block // head at which receipts were read last, at resolvedAt
	resolvedAt time.Time

	refusedSince   map[int64]refusedTx             // transaction → since when nodes refuse it
	taken          map[int64]bool                  // transactions that a node accepted in some signing
	capped         map[int64]bool                  // transactions that nodes do not accept at a higher price
	refusedSenders map[common.Address]RefusalClass // senders that nodes refuse entirely
	stuck          map[common.Address]int          // sender → re-pricings of its transaction, if too many
	lostAt         map[common.Address][]uint64     // sender → heads when an account nonce was lost

	refused  map[RefusalClass]uint64
	refusing refusing
	troubles []error        // of handing transactions to nodes, since the last step
	failing  map[string]int // failing operation → failures in a row
	delivery Delivery       // the counts that are not in the fields above
}

type sending struct {
	head uint64
	at   time.Time
}

// accountCount is an account's number of used account nonces.
type accountCount struct {
	newest uint64 // by one node, when the newest block was at
	at     Block
	agreed uint64 // by all nodes, at a block that was read
}

// init makes the maps.
func (t *txManager) init() {
	t.inFlight, t.counts, t.sending = map[common.Address]int{}, map[common.Address]accountCount{}, map[int64]bool{}
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

// ready reads what carry needs to sign: the price of gas at the newest head, and the
// account nonces that the chain has used.
func (t *txManager) ready(ctx context.Context, sender common.Address) error {
	var price, count error
	t.turns.all(
		func() { price = t.gas.readFees(ctx) },
		func() { count = t.count(ctx, sender) },
	)
	return errors.Join(price, count)
}

// carry signs, stores, then sends. It makes no request before the transaction is stored, so
// what its caller has checked still holds then. If the process crashes between two of these,
// resend continues. A failure to sign pauses only this sender. Orders that no transaction
// can carry are held.
func (t *txManager) carry(ctx context.Context, tx Transaction, orders []Order, sign func(uint64, *big.Int, *big.Int) (Attempt, error)) (bool, error) {
	if _, refused := t.refusedSenders[tx.Sender]; refused {
		return false, nil
	}
	for _, o := range orders {
		if tx.Kind == Batch && t.held.has(o.ID, t.view.head.Number, t.clock()) {
			return false, nil
		}
	}
	fees, err := t.gas.fees()
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
		return false, nil // an order changed in between; the next round looks again
	}
	if err != nil {
		return false, err
	}
	tx.ID = id
	t.inFlight[tx.Sender]++
	t.log.Info("sent", "tx", attempt.Hash, "kind", tx.Kind, "launch", tx.Launch, "orders", len(tx.Orders), "accountNonce", tx.AccountNonce)
	t.broadcast(ctx, tx, attempt)
	return true, nil
}

// nextAccountNonce returns the account nonce for a sender's next transaction. count was
// called before.
func (t *txManager) nextAccountNonce(ctx context.Context, sender common.Address) (uint64, error) {
	stored, err := t.store.NextAccountNonce(ctx, sender)
	return max(stored, t.counts[sender].agreed), err
}

// count finds out whether the chain is ahead of the store: then the key was used elsewhere.
// One answer about the newest state does not prove that: the nodes must agree at the block
// that we have read. A transaction with too high an account nonce is never mined. If the
// account nonce turns out to be used, the transaction is treated as displaced and its orders
// are sent again.
//
// While transactions of the account are in flight, resend asks once for each head, and finds
// each account nonce that was used elsewhere. So count asks only for others.
func (t *txManager) count(ctx context.Context, sender common.Address) error {
	c, known := t.counts[sender]
	if known && t.inFlight[sender] > 0 && len(t.lostAt[sender]) == 0 {
		return nil
	}
	newest, err := t.newest(ctx, sender)
	if err == nil {
		var stored uint64
		if stored, err = t.store.NextAccountNonce(ctx, sender); err == nil && max(stored, c.agreed) < newest {
			err = t.agree(ctx, sender, newest, stored)
		}
	}
	return err
}

// agree asks all nodes for the used account nonces at the newest block that was read.
func (t *txManager) agree(ctx context.Context, sender common.Address, newest, stored uint64) error {
	read, err := t.chain.AccountNonce(ctx, sender, t.view.head.Number)
	if errors.Is(err, ErrDisputed) && stored > 0 {
		return nil
	}
	if err == nil {
		c := t.counts[sender]
		c.agreed = min(newest, read)
		t.counts[sender] = c
	}
	return err
}

// newest returns the account's used account nonces by one node, at most resendEvery ago and
// since the newest head.
func (t *txManager) newest(ctx context.Context, account common.Address) (uint64, error) {
	head := t.view.head
	if c := t.counts[account]; c.at.Hash == head.Hash && head.Number > 0 {
		return c.newest, nil
	}
	n, err := t.chain.AccountNonce(ctx, account, 0)
	if err == nil {
		c := t.counts[account]
		c.newest, c.at, c.agreed = n, head, min(c.agreed, n)
		t.counts[account] = c
	}
	return n, err
}

// submit hands a signing to the nodes and records their answers. It returns nil if one
// node accepted it, or if the transaction was mined or given up meanwhile.
func (t *txManager) submit(ctx context.Context, tx Transaction, a Attempt) *Refusal {
	head := t.view.head.Number
	t.sent[tx.ID] = sending{head, t.clock()}
	// A slow node must not hold up other work; the transaction is sent again anyway.
	ctx, cancel := context.WithTimeout(ctx, t.Patience)
	defer cancel()
	err := t.chain.Send(ctx, a.Raw)
	if _, waits := t.sent[tx.ID]; !waits {
		return nil
	}
	if err == nil {
		if t.rhythm.accept(t.clock()) {
			signal(t.signals.work)
		}
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

// usable reports whether a sender may send another transaction.
func (t *txManager) usable(s common.Address) bool {
	_, refused := t.refusedSenders[s]
	return t.gas.canPay[s] && !refused && t.stuck[s] == 0 && !t.resting.has(s, t.view.head.Number, t.clock())
}

// replaceable reports whether another sender could send now and has no refused
// transaction.
func (t *txManager) replaceable(sender common.Address) bool {
	refused := map[common.Address]bool{sender: true}
	for _, r := range t.refusedSince {
		refused[r.sender] = true
	}
	return slices.ContainsFunc(t.senders, func(s common.Address) bool { return !refused[s] && t.usable(s) && t.inFlight[s] < t.InFlight })
}

// rest pauses a sender after a failure; the other senders continue.
func (t *txManager) rest(sender common.Address) {
	t.resting.add(sender, t.view.head.Number, t.clock())
}

// waiting returns an account's transactions that wait for a block.
func (t *txManager) waiting(ctx context.Context, account common.Address) ([]Transaction, error) {
	txs, err := t.store.InFlight(ctx)
	return slices.DeleteFunc(txs, func(tx Transaction) bool { return tx.Sender != account || tx.Mined.Seen() }), err
}

// recount counts an account's transactions in flight. It leaves out those that lost their
// account nonce to another one: they do not block later transactions.
func (t *txManager) recount(ctx context.Context, account common.Address) error {
	txs, err := t.waiting(ctx, account)
	t.inFlight[account] = 0
	for _, tx := range txs {
		if _, displaced := t.usedAt[tx.ID]; !displaced {
			t.inFlight[account]++
		}
	}
	return err
}

// free reports whether a sender may send one more transaction.
func (t *txManager) free(s common.Address) bool { return t.usable(s) && t.inFlight[s] < t.InFlight }
