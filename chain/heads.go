package chain

import (
	"context"
	"sync"
	"time"
)

// Watch calls seen whenever a node announces a new block, until ctx is done. Only
// nodes that are connected by WebSocket announce; without one it returns at once.
// A subscription that ends is made again. Nothing may depend on being called: a
// connection can be dead for a minute before that is noticed, so whoever watches
// asks for the head now and then as well.
func (c *Client) Watch(ctx context.Context, seen func()) {
	var wg sync.WaitGroup
	for _, n := range c.nodes.all {
		if n.announces() {
			wg.Go(func() { c.watch(ctx, n, seen) })
		}
	}
	wg.Wait()
}

// announces says whether a node's connection can carry what was not asked for.
func (n *node) announces() bool {
	if conn := n.conn.Load(); conn != nil {
		return conn.SupportsSubscriptions()
	}
	return n.isWebSocket()
}

// watch subscribes to one node's heads, again and again.
func (c *Client) watch(ctx context.Context, n *node, seen func()) {
	for wait := shortest; ctx.Err() == nil; wait = min(2*wait, longest) {
		if c.nodes.stands(n) && c.subscription(ctx, n, seen) {
			wait = shortest
		}
		select {
		case <-ctx.Done():
		case <-time.After(wait):
		}
	}
}

// subscription lasts until it fails or ctx is done, and says whether any head
// came by it.
func (c *Client) subscription(ctx context.Context, n *node, seen func()) (came bool) {
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
				_, _ = c.nodes.seen(n, uint64(*h.Number)) // if it lags, its next head says so
				came = true
				seen()
			}
		}
	}
}

// stands says whether a node is connected and on our chain.
func (s *nodes) stands(n *node) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return n.verified && n.conn.Load() != nil
}
