package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/big"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// send first resends stored transactions that are not mined, then sends claimed orders,
// then owed ones. Every transaction is stored before a node sees it. Nothing is sent
// based on an old view of the chain.
func (lp *loop) send(ctx context.Context) error {
	launches, err := lp.store.Launches(ctx)
	if err != nil {
		return err
	}
	txs, err := lp.store.InFlight(ctx)
	if err != nil {
		return err
	}
	// A failure of one transaction, sender or launch does not hold up the others.
	troubles := []error{lp.txs.resend(ctx, txs)}
	txs, err = lp.txs.fillGaps(ctx, launches, txs)
	troubles = append(troubles, err, lp.settler.occupied(ctx, txs))
	affordable, err := lp.gas.affordable(ctx)
	troubles = append(troubles, err)
	inFlight := lp.txs.inFlightOf(txs)
	troubles = append(troubles, lp.txs.handOver(ctx, txs, inFlight))
	queued := 0
	for _, l := range launches {
		n, err := lp.batcher.sendBatches(ctx, l, inFlight)
		if err != nil {
			troubles = append(troubles, fmt.Errorf("send batch of %s: %w", l.Slug, err))
		}
		queued += n
	}
	for _, l := range lp.settler.byOpening(launches) {
		if !affordable {
			break
		}
		if err := lp.settler.sendSettled(ctx, l, inFlight); err != nil {
			troubles = append(troubles, fmt.Errorf("mint settled of %s: %w", l.Slug, err))
		}
	}
	lp.batcher.inFlight = inFlight
	lp.queued.Store(int64(queued))
	return errors.Join(troubles...)
}

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
	clock   func() time.Time
	clocks  *clocks
	notify  *notifier
	monitor *monitor
	view    *view
	audit   *audit
	gas     *gas
	txs     *txManager
	queued  *atomic.Int64 // orders claimed and not sent

	inFlight inFlightBySender // as the last send left them
}

// worthSending reports whether a payment claimed just now could be sent immediately: a
// sender has no transaction in flight, or a batch is full. Otherwise the next step is
// soon enough.
func (b *batcher) worthSending() bool {
	sender, free := b.txs.free(b.inFlight)
	return free && (b.inFlight[sender] == 0 || b.queued.Load() >= int64(b.BatchSize))
}

// sendBatches sends claimed orders: immediately when no transaction is in flight or a
// batch is full (by number, bytes or gas); otherwise they collect. It returns how many
// stay claimed.
func (b *batcher) sendBatches(ctx context.Context, l Launch, inFlight inFlightBySender) (queued int, err error) {
	for {
		claimed, err := b.store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed}})
		if err != nil || claimed == 0 {
			return 0, err
		}
		sender, free := b.txs.free(inFlight)
		// While a transaction is in flight, so few orders are not even read: only the long
		// signatures of some wallets would fill a batch with them, and those can wait.
		if !b.monitor.mayDeliver(l.Slug) || !free || (inFlight[sender] > 0 && claimed < b.BatchSize/4) {
			return claimed, nil
		}
		orders, err := b.next(ctx, l)
		if err != nil || len(orders) == 0 {
			return claimed, err
		}
		full := b.cut(l, &orders)
		if inFlight[sender] > 0 && !full {
			return claimed, nil
		}
		sent, parked, err := b.sendBatch(ctx, l, orders, sender)
		if err != nil || (!sent && parked == 0) {
			return claimed, err
		}
		if sent {
			inFlight[sender]++
		}
	}
}

// next returns the orders to send: claimed ones in order of arrival, but first those
// with an authorization that ends within the margin. Orders that failed alone are
// skipped until their pause ends.
func (b *batcher) next(ctx context.Context, l Launch) ([]Order, error) {
	claimed := Query{Launch: l.Slug, States: []State{Claimed}, Limit: b.BatchSize + min(len(b.txs.held), maxRound)}
	urgent := claimed
	urgent.EndsBy = b.clock().Add(b.Margin)
	first, err := b.store.Orders(ctx, urgent)
	if err != nil {
		return nil, err
	}
	claimed.Oldest = true
	oldest, err := b.store.Orders(ctx, claimed)
	if err != nil {
		return nil, err
	}
	var orders []Order
	in := map[PaymentID]bool{}
	for _, o := range slices.Concat(first, oldest) {
		if len(orders) < b.BatchSize && !in[o.ID] && !b.txs.held.has(o.ID, b.view.head.Number, b.clock()) {
			in[o.ID] = true
			orders = append(orders, o)
		}
	}
	return orders, nil
}

// cut shortens orders to the first ones that one transaction may carry, and reports
// whether that transaction is full.
func (b *batcher) cut(l Launch, orders *[]Order) (full bool) {
	all := *orders
	if n, narrow := b.txs.portion[l.Slug]; narrow && n < len(all) {
		all = all[:n]
	}
	all = all[:b.chain.Fits(all)]
	full = len(all) < len(*orders) || len(all) == b.BatchSize
	*orders = all
	return full
}

// sendBatch simulates the orders, parks those that would not mint, and signs, stores
// and sends the rest. It reports whether a transaction was sent, and how many were
// parked.
func (b *batcher) sendBatch(ctx context.Context, l Launch, orders []Order, sender common.Address) (sent bool, parked int, err error) {
	refused := map[PaymentID]reason{}
	late := b.clocks.earlier(b.view.head).Add(2 * time.Second).Unix()
	live := orders[:0:0]
	for _, o := range orders {
		if o.Authorization.ValidBefore.Int64() <= late {
			refused[o.ID] = tooLateToSend.of()
		} else {
			live = append(live, o)
		}
	}
	var good []Order
	if len(live) > 0 {
		reasons, err := b.chain.Simulate(ctx, l, live, sender, 0)
		if err != nil {
			return false, 0, b.unsimulated(ctx, l, live, err)
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
		b.notify.announce(ctx, slices.Collect(maps.Keys(refused)))
	}
	if len(good) == 0 {
		return false, len(refused), nil
	}
	b.txs.widen(l.Slug)
	sent, err = b.txs.carry(ctx, Transaction{Kind: Batch, Launch: l.Slug, Sender: sender}, good,
		func(accountNonce uint64, feeCap, tipCap *big.Int) (Attempt, error) {
			return b.chain.SignBatch(l, good, sender, accountNonce, feeCap, tipCap)
		})
	return sent, len(refused), err
}

// unsimulated records that a batch could not be simulated, which does not prove that an
// order is at fault. An order is parked after maxUnsimulated such failures alone, while
// the node answers all else about the launch: then the order is at fault.
func (b *batcher) unsimulated(ctx context.Context, l Launch, orders []Order, trouble error) error {
	b.txs.delivery.Unsimulated++
	b.txs.narrow(l.Slug, len(orders))
	if len(orders) > 1 {
		return trouble
	}
	id := orders[0].ID
	times := b.txs.held.add(id, b.view.head.Number, b.clock())
	if times < maxUnsimulated || b.gas.checked != b.view.head || b.audit.standing(l.Slug).checked != b.view.head {
		return trouble
	}
	if err := park(ctx, b.store, map[PaymentID]reason{id: notSimulated.of()}); err != nil {
		return err
	}
	delete(b.txs.held, id)
	b.notify.announce(ctx, []PaymentID{id})
	return trouble
}
