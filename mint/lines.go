package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// line sends what one account of ours signs. Each account has its own account nonces, so
// lines do not wait for each other, and reading the chain does not wait for them.
type line struct {
	account common.Address // zero: all accounts whose keys this server no longer has
	running bool
	again   bool // there was something new while it ran
	failed  bool // its last round failed; it waits for the next step
}

// openLines makes a line for each of our accounts.
func (lp *loop) openLines(senders []common.Address) {
	lp.lines = nil
	for _, a := range append(slices.Clone(senders), lp.minter, common.Address{}) {
		if !slices.ContainsFunc(lp.lines, func(ln *line) bool { return ln.account == a }) {
			lp.lines = append(lp.lines, &line{account: a})
		}
	}
}

// wakeLines lets lines look for something to send: all of them if the chain was read since
// the last time, otherwise those that can send new work now. None of these retries what
// failed.
func (lp *loop) wakeLines(ctx context.Context, fresh bool) {
	leave := lp.batcher.mayLeave()
	for _, ln := range lp.lines {
		switch {
		case !fresh && (ln.failed || !lp.batcher.wants(ln.account, leave)):
		case ln.running:
			ln.again = true
		default:
			lp.wake(ctx, ln)
		}
	}
}

func (lp *loop) wake(ctx context.Context, ln *line) {
	ln.running = true
	lp.turns.start(func() {
		defer func() { ln.running = false }()
		for again := true; again; again = ln.again && !ln.failed && ctx.Err() == nil {
			ln.again = false
			err := lp.round(ctx, ln.account)
			ln.failed = err != nil
			if err != nil && ctx.Err() == nil {
				lp.troubles = append(lp.troubles, err)
			}
		}
	})
}

// round first sends a line's stored transactions again that are not mined, then claimed
// orders, then, if it is the minter's line, owed ones. Every transaction is stored before
// a node sees it. Nothing is sent based on an old view of the chain.
func (lp *loop) round(ctx context.Context, account common.Address) error {
	if !lp.view.current {
		return nil
	}
	launches, err := lp.store.Launches(ctx)
	if err != nil {
		return err
	}
	var troubles []error // a failure of one transaction or launch does not hold up the others
	if account == (common.Address{}) {
		troubles = append(troubles, lp.moveOthers(ctx, launches))
	} else {
		troubles = append(troubles, lp.txs.move(ctx, launches, account))
	}
	signs, err := lp.txs.resigner.try(ctx, launches, account)
	if troubles = append(troubles, err); !signs {
		return errors.Join(troubles...)
	}
	if slices.Contains(lp.txs.senders, account) {
		for _, l := range launches {
			if err := lp.batcher.sendBatches(ctx, l, account); err != nil {
				troubles = append(troubles, fmt.Errorf("send batch of %s: %w", l.Slug, err))
			}
		}
	}
	if account == lp.minter {
		troubles = append(troubles, lp.sendOwed(ctx, launches))
	}
	return errors.Join(troubles...)
}

// moveOthers moves the transactions of accounts whose keys this server no longer has.
func (lp *loop) moveOthers(ctx context.Context, launches []Launch) error {
	txs, err := lp.store.InFlight(ctx)
	troubles := []error{err}
	done := map[common.Address]bool{}
	for _, ln := range lp.lines {
		done[ln.account] = true
	}
	for _, tx := range txs {
		if !done[tx.Sender] {
			done[tx.Sender] = true
			troubles = append(troubles, lp.txs.move(ctx, launches, tx.Sender))
		}
	}
	return errors.Join(troubles...)
}

// sendOwed processes settled payments. A mint for money that is with a launch is sent even
// if Settings.Budget is used up: its payer has paid the price, and none of its code runs.
func (lp *loop) sendOwed(ctx context.Context, launches []Launch) error {
	if err := lp.settler.occupied(ctx); err != nil {
		return err
	}
	var troubles []error
	for _, l := range lp.settler.byOpening(launches) {
		if lp.gas.tooDear() {
			break
		}
		if err := lp.settler.sendSettled(ctx, l); err != nil {
			troubles = append(troubles, fmt.Errorf("mint settled of %s: %w", l.Slug, err))
		}
	}
	return errors.Join(troubles...)
}

// takeTroubles returns the errors of lines since the last step.
func (lp *loop) takeTroubles() error {
	err := errors.Join(append(lp.troubles, lp.txs.troubles...)...)
	lp.troubles, lp.txs.troubles = nil, nil
	return err
}

// queue counts the orders that are claimed and not sent. Those of creators' launches fill half
// of it: such a launch is sold while less than half is used. Orders of failed transactions come
// back beyond that, and do not count against the operator's launches.
type queue struct {
	atomic.Int64
	beyond atomic.Int64
}

// full reports whether no order of a launch may be added, with a limit for the whole queue.
func (q *queue) full(l *Launch, limit int) bool {
	if l.Creator != (common.Address{}) {
		return q.Load() >= max(1, int64(limit)/2)
	}
	return q.Load()-q.beyond.Load() >= int64(limit)
}

// recountQueue counts the orders that are claimed and not sent.
func (lp *loop) recountQueue(ctx context.Context, launches []Launch) {
	n, err := lp.store.Count(ctx, Query{States: []State{Claimed}})
	if err != nil {
		return
	}
	creators, half := 0, lp.Queue/2
	for _, l := range launches {
		if n < half || l.Creator == (common.Address{}) {
			continue
		}
		if of, err := lp.store.Count(ctx, Query{Launch: l.Slug, States: []State{Claimed}}); err == nil {
			creators += of
		}
	}
	lp.queued.beyond.Store(int64(max(0, creators-half)))
	lp.queued.Store(int64(n))
}

// unsimulated records that a batch could not be simulated. If nodes cannot simulate any
// order now, no order is at fault, and all of them wait. Otherwise an order is parked after
// maxUnsimulated such failures alone, while the node answers all else about the launch.
func (b *batcher) unsimulated(ctx context.Context, l Launch, orders []Order, sender common.Address, trouble error) error {
	b.txs.delivery.Unsimulated++
	if _, err := b.chain.Simulate(ctx, l, []Order{trialOrder(l, sender, b.clock())}, sender, 0); err != nil {
		b.txs.unsent.add(l.Slug, b.view.head.Number, "no node simulates a batch")
		return trouble
	}
	b.txs.portions.narrow(l.Slug, len(orders))
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

const maxUnsimulated = 3

// trialOrder returns an order of the sender itself without a valid signature. Nodes that
// simulate at all answer with the reason why it would not mint.
func trialOrder(l Launch, sender common.Address, now time.Time) Order {
	a := x402.Authorization{From: sender, To: l.Token, Value: l.Total(1), ValidAfter: new(big.Int), ValidBefore: big.NewInt(now.Add(time.Hour).Unix())}
	return Order{ID: NewPaymentID(l.ChainID, l.Asset.Address, sender, a.Nonce), Launch: l.Slug, Payer: sender, Quantity: 1, Value: a.Value,
		Authorization: a, Signature: make([]byte, 65)}
}

// tryAgain looks, once for each head, whether all works that sending a launch's orders
// needs, after it failed and all of them have ended.
func (b *batcher) tryAgain(ctx context.Context, l Launch, sender common.Address) error {
	run, fails := b.txs.unsent[l.Slug]
	if !fails || run.tried == b.view.head {
		return nil
	}
	run.tried = b.view.head
	b.txs.unsent[l.Slug] = run
	var unsimulated, unready error
	b.turns.all(
		func() {
			_, unsimulated = b.chain.Simulate(ctx, l, []Order{trialOrder(l, sender, b.clock())}, sender, 0)
		},
		func() { unready = b.txs.ready(ctx, sender) },
	)
	if unsimulated == nil && unready == nil {
		delete(b.txs.unsent, l.Slug)
	}
	return errors.Join(unsimulated, unready)
}
