package mint

import (
	"context"
	"errors"
	"maps"
	"math/big"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// batcher groups claimed orders into batches and hands these to the txManager.
type batcher struct {
	*Settings
	store interface {
		OrderStore
		ClaimStore
	}
	chain interface {
		StateReader
		Signer
	}
	turns   *turns
	clock   func() time.Time
	clocks  *clocks
	notify  *notifier
	monitor *monitor
	view    *view
	rhythm  *rhythm
	audit   *audit
	gas     *gas
	txs     *txManager
	queued  *queue
	others  outsiders

	// share lets other senders take part in what is left.
	share func(context.Context)

	after map[string]cursor  // launch slug → where the next batch begins
	taken map[PaymentID]bool // orders that are in a batch being made
	left  map[string]Block   // launch slug → head at which a batch left that was not full
	short map[string]int     // launch slug → number of claimed orders that were read and filled no batch

	wokenAt Block // head at which lines were woken because batches leave
}

// wants reports whether a sender could send new work now: none of its transactions is in
// flight, a batch is full, or batches leave for the next block.
func (b *batcher) wants(sender common.Address, leave bool) bool {
	return slices.Contains(b.txs.senders, sender) && b.txs.free(sender) &&
		(b.txs.inFlight[sender] == 0 || b.queued.Load() >= int64(b.BatchSize) || leave)
}

// mayLeave reports, once for each head, that it is time for batches to leave.
func (b *batcher) mayLeave() bool {
	if b.wokenAt == b.view.head || !b.rhythm.leaves(b.clock()) {
		return false
	}
	b.wokenAt = b.view.head
	return true
}

// sendBatches sends claimed orders: immediately when none of the sender's transactions is
// in flight or a batch is full (by number, bytes or gas). Otherwise they collect until it is
// time for the next block, and one batch leaves for it that is not full.
func (b *batcher) sendBatches(ctx context.Context, l Launch, sender common.Address) error {
	for ctx.Err() == nil && b.may(l, sender) {
		claimed, err := b.store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed}})
		if err != nil || claimed == 0 {
			return errors.Join(err, b.tryAgain(ctx, l, sender))
		}
		alone := b.txs.inFlight[sender] == 0
		now := alone || b.leaves(l)
		// Until then, they are read only if there are enough for a batch, or a quarter of
		// one more than last time: long signatures of some wallets fill a batch earlier.
		if claimed < b.short[l.Slug] {
			delete(b.short, l.Slug)
		}
		more := b.short[l.Slug] + b.BatchSize/4
		if b.short[l.Slug] < b.BatchSize {
			more = min(more, b.BatchSize)
		}
		if !now && claimed < more {
			return nil
		}
		orders, last, err := b.next(ctx, l)
		if err != nil || len(orders) == 0 {
			return err
		}
		n := len(orders)
		full := b.cut(l, &orders)
		if !now && !full {
			b.short[l.Slug] = claimed
			return nil
		}
		delete(b.short, l.Slug)
		if !full && !alone {
			b.left[l.Slug] = b.view.head
		}
		if len(orders) == n {
			b.after[l.Slug] = cursor{last, b.view.head}
		}
		sent, parked, err := b.sendBatch(ctx, l, orders, sender)
		if err != nil || (!sent && parked == 0) {
			return err
		}
		b.share(ctx)
	}
	return nil
}

// cursor is the last order by arrival that lines took at a head.
type cursor struct {
	last PaymentID
	head Block
}

// may reports whether a sender may send a launch's orders now.
func (b *batcher) may(l Launch, sender common.Address) bool {
	return b.view.current && !b.others.settle(l.Slug) && b.monitor.mayDeliver(l.Slug) && !b.gas.overdrawn(l.Slug) && b.gas.room() > 0 && b.txs.free(sender)
}

// leaves reports whether a batch leaves now for the next block although it is not full:
// one for each block.
func (b *batcher) leaves(l Launch) bool {
	return b.left[l.Slug] != b.view.head && b.rhythm.leaves(b.clock())
}

// next returns the orders to send: claimed ones in order of arrival, but first those
// with an authorization that ends within the margin. Orders that failed alone are
// skipped until their pause ends, and so are those in another line's batch. last is the
// last one by arrival.
func (b *batcher) next(ctx context.Context, l Launch) (orders []Order, last PaymentID, err error) {
	claimed := Query{Launch: l.Slug, States: []State{Claimed}, Limit: b.BatchSize + min(len(b.taken)+len(b.txs.held), maxRound)}
	urgent := claimed
	urgent.EndsBy = b.clock().Add(b.Margin)
	first, err := b.store.Orders(ctx, urgent)
	if err != nil {
		return nil, last, err
	}
	claimed.Oldest = true
	if c := b.after[l.Slug]; len(b.taken) > 0 && c.head == b.view.head {
		claimed.After = c.last // those before are being sent by other lines
	}
	oldest, err := b.store.Orders(ctx, claimed)
	if err != nil {
		return nil, last, err
	}
	in := map[PaymentID]bool{}
	orders = make([]Order, 0, min(len(first)+len(oldest), b.BatchSize))
	add := func(o *Order) bool {
		if len(orders) == b.BatchSize || in[o.ID] || b.taken[o.ID] || b.others.hold(o.ID) || b.txs.held.has(o.ID, b.view.head.Number, b.clock()) {
			return false
		}
		in[o.ID] = true
		orders = append(orders, *o)
		return true
	}
	for i := range first {
		add(&first[i])
	}
	for i := range oldest {
		if add(&oldest[i]) {
			last = oldest[i].ID
		}
	}
	return orders, last, nil
}

// cut shortens orders to the first ones that one transaction may carry, and reports
// whether that transaction is full.
func (b *batcher) cut(l Launch, orders *[]Order) (full bool) {
	all := *orders
	if n, narrow := b.txs.portions[l.Slug]; narrow && n < len(all) {
		all = all[:n]
	}
	all = within(all, b.gas.room())
	all = all[:b.chain.Fits(all)]
	full = len(all) < len(*orders) || len(all) == b.BatchSize
	*orders = all
	return full
}

// sendBatch simulates the orders, parks those that would not mint, and signs, stores
// and sends the rest. It reports whether a transaction was sent, and how many were
// parked.
func (b *batcher) sendBatch(ctx context.Context, l Launch, orders []Order, sender common.Address) (sent bool, parked int, err error) {
	for _, o := range orders {
		b.taken[o.ID] = true
	}
	defer func() {
		for _, o := range orders {
			delete(b.taken, o.ID)
		}
	}()
	refused := map[PaymentID]reason{}
	late := b.clocks.earlier(b.view.head).Add(2 * time.Second).Unix()
	skips, err := b.skips(ctx, orders)
	if err != nil {
		return false, 0, err
	}
	live := make([]Order, 0, len(orders))
	for _, o := range orders {
		switch {
		case !skips[o.Payer].ByCode.IsZero():
			refused[o.ID] = skips[o.Payer].burned()
		case o.Authorization.ValidBefore.Int64() <= late:
			refused[o.ID] = tooLateToSend.of()
		default:
			live = append(live, o)
		}
	}
	good := make([]Order, 0, len(live))
	if len(live) > 0 {
		var reasons []string
		var unready error
		b.turns.all(
			func() {
				began := b.clock()
				reasons, err = b.chain.Simulate(ctx, l, live, sender, 0)
				b.rhythm.simulated(b.clock().Sub(began))
			},
			func() { unready = b.txs.ready(ctx, sender) },
		)
		if err != nil {
			return false, 0, b.unsimulated(ctx, l, live, sender, err)
		}
		if unready != nil {
			b.txs.unsent.add(l.Slug, b.view.head.Number, unreadyWhy)
			return false, 0, unready
		}
		for i, o := range live {
			if reasons[i] != "" {
				refused[o.ID] = contractSays.of(reasons[i])
			} else {
				good = append(good, o)
			}
		}
	}
	if len(refused) > 0 {
		if err := park(ctx, b.store, refused); err != nil {
			return false, 0, err
		}
		b.queued.Add(-int64(len(refused)))
		b.notify.announce(ctx, slices.Collect(maps.Keys(refused)))
	}
	if len(good) == 0 || !b.may(l, sender) {
		return false, len(refused), nil
	}
	good = within(good, b.gas.room()) // the price may have risen
	b.txs.portions.widen(l.Slug, b.BatchSize)
	sent, err = b.txs.carry(ctx, Transaction{Kind: Batch, Launch: l.Slug, Sender: sender}, good, func() bool { return b.may(l, sender) },
		func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
			return b.chain.SignBatch(ctx, l, good, sender, accountNonce, feeCap, tipCap)
		})
	if sent {
		b.queued.Add(-int64(len(good)))
	}
	return sent, len(refused), err
}

// skips returns the skipped payments of the payers of orders.
func (b *batcher) skips(ctx context.Context, orders []Order) (map[common.Address]Skips, error) {
	payers := make([]common.Address, len(orders))
	for i, o := range orders {
		payers[i] = o.Payer
	}
	return b.store.Skips(ctx, payers, b.clock().Add(-skipsCount))
}
