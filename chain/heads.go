package chain

import (
	"context"
	"sync"
	"time"
)

// Watch calls seen whenever a node announces a new block, until ctx is done. Only nodes
// with a WebSocket connection announce blocks; without one Watch returns at once. It
// renews a subscription that ends. Do not rely on the calls: it can take a minute to
// notice a dead connection, so the caller must also poll the head.
//
// The node that Head asks may not have the block yet: it is another one, or another
// machine behind the same name. Watch then calls seen again a few times, until Head has
// returned a block of that number.
func (c *Client) Watch(ctx context.Context, seen func()) {
	var wg sync.WaitGroup
	for _, n := range c.pool.all {
		if n.announces() {
			wg.Go(func() {
				n.watch(ctx, func(number uint64) {
					seen()
					go c.pool.remind(ctx, number, seen)
				})
			})
		}
	}
	wg.Wait()
}

// remindAfter and maxReminders are when, and how often, a block is announced again: after
// remindAfter at first, then after twice as long each time.
const remindAfter, maxReminders = 25 * time.Millisecond, 4

// remind calls seen again for an announced block that Head has not returned.
func (p *pool) remind(ctx context.Context, number uint64, seen func()) {
	for i := range maxReminders {
		if sleep(ctx, remindAfter<<i) != nil || p.shown.Load() >= number {
			return
		}
		seen()
	}
}

// announces reports whether a node's connection supports subscriptions.
func (n *node) announces() bool {
	if conn := n.conn.Load(); conn != nil {
		return conn.SupportsSubscriptions()
	}
	return n.isWebSocket()
}

// watch subscribes to one node's heads and renews the subscription when it ends.
func (n *node) watch(ctx context.Context, seen func(number uint64)) {
	for wait := minBackoff; ctx.Err() == nil; wait = min(2*wait, maxBackoff) {
		if n.of.usable(n) && n.subscription(ctx, seen) {
			wait = minBackoff
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// subscription subscribes to a usable node's heads, until that fails or ctx is done. It
// reports whether any head arrived.
func (n *node) subscription(ctx context.Context, seen func(number uint64)) (came bool) {
	heads := make(chan *header, 16)
	asking, cancel := context.WithTimeout(ctx, n.patience)
	defer cancel()
	sub, err := n.conn.Load().EthSubscribe(asking, heads, "newHeads")
	if err != nil {
		return false
	}
	defer sub.Unsubscribe()
	for {
		select {
		case <-ctx.Done():
			return came
		case <-sub.Err():
			return came
		case h := <-heads:
			if h.known() {
				_, _ = n.of.seen(n, uint64(*h.Number), 0) // if the node lags, its next head shows that
				came = true
				seen(uint64(*h.Number))
			}
		}
	}
}

// usable reports whether a node is connected and on our chain. It stays connected: a
// connection is never taken away.
func (p *pool) usable(n *node) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return n.verified && n.conn.Load() != nil
}
