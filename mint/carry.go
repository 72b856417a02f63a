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
	*senderStates
	resigner *resigner
	nonces   nonces
	store    interface {
		LaunchStore
		OrderStore
		ClaimStore
		Outbox
	}
	chain interface {
		Signer
		Broadcaster
	}
	turns   *turns
	signals *signals
	log     *slog.Logger
	clock   func() time.Time
	notify  *notifier
	view    *view
	rhythm  *rhythm
	audit   *audit

	sent     map[int64]sending   // transaction → when last sent
	sending  map[int64]bool      // transactions that are being handed to the nodes
	usedAt   map[int64]usedNonce // transactions with an account nonce that another one seems to have used
	failures map[PaymentID]int   // order → our transactions that carried it and did not reach it
	held     pauses[PaymentID]   // orders that failed alone
	portions portions

	resolved   Block // head at which receipts were read last, at resolvedAt
	resolvedAt time.Time

	taken map[int64]bool // transactions that a node accepted in some signing

	refused  map[RefusalClass]uint64
	refusing refusing
	unsent   unsentRuns
	troubles []error // of handing transactions to nodes, since the last step
	failing  failingLog
	delivery Delivery // the counts that are not in the fields above
}

type sending struct {
	head uint64
	at   time.Time
}

// init makes the maps and the resigner.
func (t *txManager) init() {
	t.sent, t.sending, t.usedAt = map[int64]sending{}, map[int64]bool{}, map[int64]usedNonce{}
	t.failures, t.held, t.portions = map[PaymentID]int{}, pauses[PaymentID]{}, portions{}
	t.taken, t.refused = map[int64]bool{}, map[RefusalClass]uint64{}
	t.unsent = unsentRuns{}
	t.failing = failingLog{t.log, map[string]int{}}
	t.resigner = &resigner{t.senderStates, t.store, t.chain, t.log, t.failing, &t.delivery, map[int64]bool{}}
}

// forget drops the state of a transaction that is concluded or mined.
func (t *txManager) forget(id int64) {
	delete(t.sent, id)
	delete(t.usedAt, id)
	delete(t.taken, id)
	delete(t.refusedSince, id)
	delete(t.resigner.capped, id)
}

// ready reads what carry needs to sign: the price of gas at the newest head, and the
// account nonces that the chain has used.
func (t *txManager) ready(ctx context.Context, sender common.Address) error {
	var price, count error
	parts := []func(){func() { price = t.gas.readFees(ctx) }}
	// While transactions of the account are in flight, resend asks once for each head, and
	// finds each account nonce that was used elsewhere.
	if t.inFlight[sender] == 0 || len(t.lostAt[sender]) > 0 || !t.nonces.known(sender) {
		parts = append(parts, func() { count = t.nonces.count(ctx, sender) })
	}
	t.turns.all(parts...)
	return errors.Join(price, count)
}

// carry signs, stores, then sends. It makes no request to a node before the transaction is
// stored. Signing may take time: the signature is discarded unless still, which repeats the
// checks of the caller, and the account nonce and the budget allow the transaction afterwards.
// A signature that is not stored is never sent. If the process crashes between two of these,
// resend continues. A failure to sign pauses only this sender. Orders that no transaction
// can carry are held.
func (t *txManager) carry(ctx context.Context, tx Transaction, orders []Order, still func() bool, sign func(uint64, *big.Int, *big.Int) (Attempt, error)) (bool, error) {
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
		if tx.Kind == Batch && errors.Is(err, errNoPrice) {
			t.unsent.add(tx.Launch, t.view.head.Number, unreadyWhy)
		}
		if tx.Kind != Batch && errors.Is(err, ErrTooDear) {
			return false, nil // until it is cheaper
		}
		return false, err
	}
	if !t.gas.affords(tx.Kind, units(orders), fees.Cap) {
		return false, nil // until a transaction in flight costs less, or older costs are a day old
	}
	if tx.AccountNonce, err = t.nonces.next(ctx, tx.Sender); err != nil {
		return false, err
	}
	attempt, err := sign(tx.AccountNonce, fees.Cap, fees.Tip)
	switch {
	case errors.Is(err, ErrTooLarge):
		return false, t.tooLarge(ctx, tx.Launch, orders, err)
	case err != nil:
		if tx.Kind == Batch {
			t.unsent.add(tx.Launch, t.view.head.Number, "a transaction cannot be signed")
		}
		t.rest(tx.Sender)
		t.unable(ctx, tx.Sender, err)
		return false, err
	}
	if next, err := t.nonces.next(ctx, tx.Sender); err != nil || next != tx.AccountNonce || !t.gas.affords(tx.Kind, units(orders), fees.Cap) || !still() {
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
	t.gas.promise(tx)
	t.inFlight[tx.Sender]++
	t.log.Info("sent", "tx", attempt.Hash, "kind", tx.Kind, "launch", tx.Launch, "orders", len(tx.Orders), "accountNonce", tx.AccountNonce)
	t.broadcast(ctx, tx, attempt)
	return true, nil
}

// submit hands a signing to the nodes and records their answers. It returns nil if one
// node accepted it, or if the transaction was mined or given up during the request.
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
		t.unsent.end(tx)
		delete(t.refusedSenders, tx.Sender)
		t.failing.report("send transaction", nil)
		return nil
	}
	r := asRefusal(err)
	t.log.Debug("send", "tx", a.Hash, "class", r.Class, "err", err)
	t.refused[r.Class]++
	if _, known := t.refusedSince[tx.ID]; !known && r.Class.ofSender() {
		t.refusedSince[tx.ID] = refusedTx{tx.Sender, head}
	}
	if r.Class == Unheard && tx.Kind == Batch && len(tx.Orders) > 0 {
		t.unsent.add(tx.Launch, head, "no node answered when it got the transaction")
	}
	if r.Class.counts() && len(tx.Orders) > 0 {
		row := &t.refusing
		if row.since == 0 {
			row.since = head
		}
		if row.last != head || row.class != r.Class {
			t.failing.report("send transaction", r)
		}
		row.last, row.class = head, r.Class
	}
	return r
}

// recount counts an account's transactions in flight. It leaves out those that lost their
// account nonce to another one: they do not block later transactions.
func (t *txManager) recount(ctx context.Context, account common.Address) error {
	txs, err := t.resigner.waiting(ctx, account)
	if err != nil {
		return err // as many as before
	}
	t.inFlight[account] = 0
	for _, tx := range txs {
		if !t.usedAt[tx.ID].lost {
			t.inFlight[account]++
		}
	}
	return nil
}

// portions are the maximum orders in the next batch, by launch slug, after one failed.
type portions map[string]int

// narrow halves the size of a launch's next batch after a batch of that many orders was
// refused or could not be simulated. This isolates the order at fault. Each batch that
// succeeds doubles the size.
func (p portions) narrow(launch string, orders int) { p[launch] = max(1, orders/2) }

func (p portions) widen(launch string, full int) {
	if n, narrow := p[launch]; narrow {
		if n *= 2; n < full {
			p[launch] = n
		} else {
			delete(p, launch)
		}
	}
}

// unreadyWhy is why orders are not sent if [txManager.ready] fails.
const unreadyWhy = "the price of gas or an account nonce cannot be read"
