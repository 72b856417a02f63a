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
func (c *Client) Watch(ctx context.Context, seen func()) {
	var wg sync.WaitGroup
	for _, n := range c.pool.all {
		if n.announces() {
			wg.Go(func() { n.watch(ctx, seen) })
		}
	}
	wg.Wait()
}

// announces reports whether a node's connection supports subscriptions.
func (n *node) announces() bool {
	if conn := n.conn.Load(); conn != nil {
		return conn.SupportsSubscriptions()
	}
	return n.isWebSocket()
}

// watch subscribes to one node's heads and renews the subscription when it ends.
func (n *node) watch(ctx context.Context, seen func()) {
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
func (n *node) subscription(ctx context.Context, seen func()) (came bool) {
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
				_, _ = n.of.seen(n, uint64(*h.Number)) // if the node lags, its next head shows that
				came = true
				seen()
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
