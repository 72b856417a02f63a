package mint

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
)

// notifier announces changes of orders and launches to requests that wait and to callers of
// Changed. It also logs the changes of orders.
type notifier struct {
	store OrderStore
	log   *slog.Logger

	waiters waiters
	changes changes
}

// logOrder logs a change of an order's state. Every change is logged here, once, so the keys
// are always the same. Claims use the debug level: thousands may arrive per second, and each
// order is logged again when its next state is known.
func (n *notifier) logOrder(o *Order) {
	level := slog.LevelInfo
	if o.State() == Claimed {
		level = slog.LevelDebug
	}
	if !n.log.Enabled(context.Background(), level) {
		return
	}
	args := []any{"payment", o.ID, "launch", o.Launch, "payer", o.Payer, "quantity", o.Quantity}
	if o.Mint.Seen() {
		args = append(args, "tx", o.Mint.Tx)
	} else if o.Settlement.Seen() {
		args = append(args, "tx", o.Settlement.Tx)
	}
	if r := o.Reason(); r != "" {
		args = append(args, "reason", r)
	}
	n.log.Log(context.Background(), level, string(o.State()), args...)
}

// announce logs orders that changed, and wakes the requests and callers that wait for a
// change.
func (n *notifier) announce(ctx context.Context, ids []PaymentID) {
	for _, id := range ids {
		if o, err := n.store.Order(ctx, id); err == nil {
			n.logOrder(&o)
		}
	}
	n.waiters.changed(ids...)
	if len(ids) > 0 {
		n.changes.announce()
	}
}

// waiters wakes goroutines that wait for an order to change, or for a launch's books to
// agree at a block.
type waiters struct {
	mu     sync.Mutex
	orders map[PaymentID][]chan struct{}
	heads  []headWaiter
	// agreedAt is the newest block at which the books of a launch agreed, by the launch's
	// slug; the zero block while they differ.
	agreedAt map[string]Block
}

// headWaiter waits until a launch's books agree at a block number, or differ.
type headWaiter struct {
	launch string // slug
	number uint64
	done   chan struct{} // closed then
}

// order returns a channel that receives a value when the order changes. The caller must
// call cancel when it stops waiting.
func (w *waiters) order(id PaymentID) (changed <-chan struct{}, cancel func()) {
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.orders == nil {
		w.orders = make(map[PaymentID][]chan struct{})
	}
	w.orders[id] = append(w.orders[id], c)
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		left := w.orders[id][:0]
		for _, other := range w.orders[id] {
			if other != c {
				left = append(left, other)
			}
		}
		if len(left) == 0 {
			delete(w.orders, id)
		} else {
			w.orders[id] = left
		}
	}
}

// changed wakes the goroutines that wait for one of the orders.
func (w *waiters) changed(ids ...PaymentID) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, id := range ids {
		for _, c := range w.orders[id] {
			select {
			case c <- struct{}{}:
			default:
			}
		}
	}
}

// agreed records the newest block at which a launch's books agree, or the zero block if
// they differ. It wakes the goroutines that wait for this.
func (w *waiters) agreed(launch string, head Block) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.agreedAt == nil {
		w.agreedAt = map[string]Block{}
	}
	w.agreedAt[launch] = head
	left := w.heads[:0]
	for _, h := range w.heads {
		if h.launch == launch && (h.number <= head.Number || head == (Block{})) {
			close(h.done)
		} else {
			left = append(left, h)
		}
	}
	w.heads = left
}

// last returns the newest block at which a launch's books agree; zero if they differ or
// were not checked yet.
func (w *waiters) last(launch string) Block {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.agreedAt[launch]
}

// waitHead waits until a launch's books agree at the block of that number or a later one.
// It returns at once if they differ or were not checked yet. The error is that of ctx.
func (w *waiters) waitHead(ctx context.Context, launch string, number uint64) error {
	w.mu.Lock()
	if last := w.agreedAt[launch]; last.Number >= number || last == (Block{}) {
		w.mu.Unlock()
		return nil
	}
	done := make(chan struct{})
	w.heads = append(w.heads, headWaiter{launch, number, done})
	w.mu.Unlock()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		w.mu.Lock()
		defer w.mu.Unlock()
		w.heads = slices.DeleteFunc(w.heads, func(h headWaiter) bool { return h.done == done })
		return ctx.Err()
	}
}

// Wait returns the order once it is mined, parked, voided or refunded, or in its
// current state when ctx is done.
func (e *Engine) Wait(ctx context.Context, order Order) Order {
	changed, cancel := e.notify.waiters.order(order.ID)
	defer cancel()
	e.notify.refresh(ctx, &order)
	e.notify.await(ctx, &order, changed)
	return order
}

// await does the waiting of Wait. The order must have been read after subscribing to its
// changes, so that no change is missed.
func (n *notifier) await(ctx context.Context, order *Order, changed <-chan struct{}) {
	for {
		switch order.State() {
		case Mined, Minted, Parked, Voided, Refunded:
			return
		}
		select {
		case <-changed:
			n.refresh(ctx, order)
		case <-ctx.Done():
			return
		}
	}
}

// refresh updates the order from the store, or leaves it unchanged if it cannot be read. It
// reads even if ctx is done, because Wait then returns the current state.
func (n *notifier) refresh(ctx context.Context, order *Order) {
	if now, err := n.store.Order(context.WithoutCancel(ctx), order.ID); err == nil {
		*order = now
	}
}

// changes signals callers of Changed that the state has changed. While no caller waits, an
// announcement costs one atomic load.
type changes struct {
	listening atomic.Bool // next is not nil
	mu        sync.Mutex
	next      chan struct{} // closed by the next change; nil if no caller has it
}

// Changed returns a channel that is closed at the next change: of an order, of a
// launch's counters, of the head, or of the faults of a launch. A caller that takes the
// channel before reading the state misses no change. Changes that only the clock causes
// are not announced.
func (e *Engine) Changed() <-chan struct{} {
	c := &e.notify.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = make(chan struct{})
		c.listening.Store(true)
	}
	return c.next
}

// announce closes the channel that Changed returned.
func (c *changes) announce() {
	if !c.listening.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
		c.listening.Store(false)
	}
}
