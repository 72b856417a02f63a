package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// send first resends stored transactions that are not mined, then sends claimed orders,
// then owed ones. Every transaction is stored before a node sees it. Nothing is sent
// based on an old view of the chain.
func (e *Engine) send(ctx context.Context) error {
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		return err
	}
	txs, err := e.Store.InFlight(ctx)
	if err != nil {
		return err
	}
	// A failure of one transaction, sender or launch does not hold up the others.
	troubles := []error{e.resend(ctx, txs)}
	txs, err = e.fillGaps(ctx, launches, txs)
	troubles = append(troubles, err, e.occupied(ctx, txs))
	affordable, err := e.affordable(ctx)
	troubles = append(troubles, err)
	lines := e.linesOf(txs)
	troubles = append(troubles, e.handOver(ctx, txs, lines))
	queued := 0
	for _, l := range launches {
		n, err := e.sendBatches(ctx, l, lines)
		if err != nil {
			troubles = append(troubles, fmt.Errorf("send batch of %s: %w", l.Slug, err))
		}
		queued += n
	}
	for _, l := range e.byOpening(launches) {
		if !affordable {
			break
		}
		if err := e.sendSettled(ctx, l, lines); err != nil {
			troubles = append(troubles, fmt.Errorf("mint settled of %s: %w", l.Slug, err))
		}
	}
	e.memory.lines = lines
	e.queued.Store(int64(queued))
	return errors.Join(troubles...)
}

// worthSending reports whether a payment claimed just now could be sent immediately: a
// sender has no transaction in flight, or a batch is full. Otherwise the next step is
// soon enough.
func (e *Engine) worthSending() bool {
	sender, free := e.sender(e.memory.lines)
	return free && (e.memory.lines[sender] == 0 || e.queued.Load() >= int64(e.BatchSize))
}

// lines counts transactions in flight and not mined, by sender.
type lines map[common.Address]int

// linesOf leaves out transactions that lost their account nonce to another one: they do
// not block later transactions.
func (e *Engine) linesOf(txs []Transaction) lines {
	l := lines{}
	for _, tx := range txs {
		if _, displaced := e.memory.usedAt[tx.ID]; !displaced && !tx.Mined.Seen() {
			l[tx.Sender]++
		}
	}
	return l
}

// sendBatches sends claimed orders: immediately when no transaction is in flight or a
// batch is full (by number, bytes or gas); otherwise they collect. It returns how many
// stay claimed.
func (e *Engine) sendBatches(ctx context.Context, l Launch, lines lines) (queued int, err error) {
	for {
		claimed, err := e.Store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed}})
		if err != nil || claimed == 0 {
			return 0, err
		}
		sender, free := e.sender(lines)
		if !e.mayDeliver(l.Slug) || !free || (lines[sender] > 0 && claimed < e.BatchSize/4) {
			return claimed, nil
		}
		orders, err := e.next(ctx, l)
		if err != nil || len(orders) == 0 {
			return claimed, err
		}
		full := e.cut(l, &orders)
		if lines[sender] > 0 && !full {
			return claimed, nil
		}
		sent, parked, err := e.sendBatch(ctx, l, orders, sender)
		if err != nil || (!sent && parked == 0) {
			return claimed, err
		}
		if sent {
			lines[sender]++
		}
	}
}

// next returns the orders to send: claimed ones in order of arrival, but first those
// with an authorization that ends within the margin. Orders that failed alone are
// skipped until their pause ends.
func (e *Engine) next(ctx context.Context, l Launch) ([]Order, error) {
	claimed := Query{Launch: l.Slug, States: []State{Claimed}, Limit: e.BatchSize + min(len(e.memory.held), maxRound)}
	urgent := claimed
	urgent.EndsBy = e.Clock().Add(e.Margin)
	first, err := e.Store.Orders(ctx, urgent)
	if err != nil {
		return nil, err
	}
	claimed.Oldest = true
	oldest, err := e.Store.Orders(ctx, claimed)
	if err != nil {
		return nil, err
	}
	var orders []Order
	in := map[PaymentID]bool{}
	for _, o := range slices.Concat(first, oldest) {
		if len(orders) < e.BatchSize && !in[o.ID] && !e.memory.held.has(o.ID, e.memory.head.Number, e.Clock()) {
			in[o.ID] = true
			orders = append(orders, o)
		}
	}
	return orders, nil
}

// cut shortens orders to the first ones that one transaction may carry, and reports
// whether that transaction is full.
func (e *Engine) cut(l Launch, orders *[]Order) (full bool) {
	all := *orders
	if n, narrow := e.memory.portion[l.Slug]; narrow && n < len(all) {
		all = all[:n]
	}
	all = all[:e.Chain.Fits(all)]
	full = len(all) < len(*orders) || len(all) == e.BatchSize
	*orders = all
	return full
}

// sender returns the sender with the fewest transactions in flight. It considers only
// senders that are usable and below their limit.
func (e *Engine) sender(lines lines) (best common.Address, free bool) {
	for _, s := range e.Senders {
		if e.usable(s) && lines[s] < e.InFlight && (!free || lines[s] < lines[best]) {
			best, free = s, true
		}
	}
	return best, free
}

// sendBatch simulates the orders, parks those that would not mint, and signs, stores
// and sends the rest. It reports whether a transaction was sent, and how many were
// parked.
func (e *Engine) sendBatch(ctx context.Context, l Launch, orders []Order, sender common.Address) (sent bool, parked int, err error) {
	refused := map[PaymentID]string{}
	late := e.earlier(e.memory.head).Add(2 * time.Second).Unix()
	live := orders[:0:0]
	for _, o := range orders {
		if o.Authorization.ValidBefore.Int64() <= late {
			refused[o.ID] = "the authorization expired before it could be sent"
		} else {
			live = append(live, o)
		}
	}
	var good []Order
	if len(live) > 0 {
		reasons, err := e.Chain.Simulate(ctx, l, live, sender, 0)
		if err != nil {
			return false, 0, e.unsimulated(ctx, l, live, err)
		}
		for i, o := range live {
			if reasons[i] != "" {
				refused[o.ID] = reasons[i]
			} else {
				good = append(good, o)
			}
		}
	}
	if len(refused) > 0 {
		if err := e.Store.Park(ctx, refused); err != nil {
			return false, 0, err
		}
		e.tell(ctx, slices.Collect(maps.Keys(refused)))
	}
	if len(good) == 0 {
		return false, len(refused), nil
	}
	e.widen(l.Slug)
	sent, err = e.carry(ctx, Transaction{Kind: Batch, Launch: l.Slug, Sender: sender}, good,
		func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
			return e.Chain.SignBatch(l, good, sender, accountNonce, feeCap, tipCap)
		})
	return sent, len(refused), err
}

// carry signs, stores, then sends. If the process crashes between two of these, resend
// continues. A failure to sign pauses only this sender. Orders that no transaction can
// carry are held.
func (e *Engine) carry(ctx context.Context, tx Transaction, orders []Order, sign func(uint64, *big.Int, *big.Int) (Attempt, error)) (bool, error) {
	if _, refused := e.memory.refusedLines[tx.Sender]; refused {
		return false, nil
	}
	for _, o := range orders {
		if tx.Kind == Batch && e.memory.held.has(o.ID, e.memory.head.Number, e.Clock()) {
			return false, nil
		}
	}
	fees, err := e.fees(ctx)
	if err != nil {
		return false, err
	}
	if tx.AccountNonce, err = e.nextAccountNonce(ctx, tx.Sender); err != nil {
		return false, err
	}
	attempt, err := sign(tx.AccountNonce, fees.Cap, fees.Tip)
	switch {
	case errors.Is(err, ErrTooLarge):
		return false, e.tooLarge(ctx, tx.Launch, orders, err)
	case err != nil:
		e.restLine(tx.Sender)
		return false, err
	}
	delete(e.memory.resting, tx.Sender)
	attempt.Block, attempt.CreatedAt = e.memory.head.Number, e.Clock()
	tx.Attempts = []Attempt{attempt}
	for _, o := range orders {
		tx.Orders = append(tx.Orders, o.ID)
	}
	id, err := e.Store.Carry(ctx, tx)
	if errors.Is(err, ErrStale) {
		return false, nil // an order changed in between; the next step looks again
	}
	if err != nil {
		return false, err
	}
	tx.ID = id
	e.Log.Info("sent", "tx", attempt.Hash, "kind", tx.Kind, "launch", tx.Launch, "orders", len(tx.Orders), "accountNonce", tx.AccountNonce)
	return true, e.broadcast(ctx, tx, attempt)
}

// nextAccountNonce returns the account nonce for a sender's next transaction. If the
// chain is ahead of the store, the key was used elsewhere. One answer about the newest
// state does not prove that: the nodes must agree at the block that we have read. A
// transaction with too high an account nonce is never mined. If the account nonce turns
// out to be used, the transaction is treated as displaced and its orders are sent
// again.
func (e *Engine) nextAccountNonce(ctx context.Context, sender common.Address) (uint64, error) {
	stored, err := e.Store.NextAccountNonce(ctx, sender)
	if err != nil {
		return 0, err
	}
	newest, err := e.Chain.AccountNonce(ctx, sender, 0)
	if err == nil && newest > stored {
		var read uint64
		read, err = e.Chain.AccountNonce(ctx, sender, e.memory.head.Number)
		if errors.Is(err, ErrDisputed) && stored > 0 {
			return stored, nil
		}
		newest = min(newest, read)
	}
	if err != nil {
		e.restLine(sender)
		return 0, err
	}
	return max(stored, newest), nil
}
