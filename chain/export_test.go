package chain

import (
	"context"
	"time"
)

var (
	BatchGas   = batchGas
	Sentence   = sentence
	AsRevert   = asRevert
	SafeReason = safeReason
	ErrMoved   = errMoved
)

// Probing reports whether a probe is under way, or its answer not recorded yet.
func (c *Client) Probing() bool {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	for _, n := range c.pool.all {
		if n.probing != nil {
			return true
		}
	}
	return false
}

// Blocks is the range of blocks that the client asks for at once.
func (c *Client) Blocks() uint64 { return c.pool.all[0].span.next(defaultRange) }

// SetWait replaces waiting.
func (c *Client) SetWait(wait func(context.Context, time.Duration) error) { c.pool.wait = wait }

// SetTook sets how long a probe of a node takes.
func (c *Client) SetTook(took func(host string) time.Duration) {
	c.pool.elapsed = func(n *node, _ time.Time) time.Duration { return took(n.host) }
}

// SetChance replaces the chance that spreads pauses.
func (c *Client) SetChance(chance func() float64) { c.pool.chance = chance }

// SetHedge sets how long the client waits for an answer before it asks another node.
func (c *Client) SetHedge(after time.Duration) {
	c.pool.hedge = func(*node, []string) time.Duration { return after }
}

// SetPatience sets the timeout of requests.
func (c *Client) SetPatience(d time.Duration) {
	for _, n := range c.pool.all {
		n.patience = d
	}
}

// HedgeAfter is how long the client would wait for a node that took so long before.
func HedgeAfter(method string, took ...time.Duration) time.Duration {
	n := &node{}
	for _, d := range took {
		n.timings.add(d)
	}
	return n.hedgeAfter([]string{method})
}

// BatchSize is how many requests the client sends to its first node at once.
func (c *Client) BatchSize() int { n := c.pool.all[0]; return int(n.bulk.next(uint64(n.size()))) }

// Expire forgets when nodes passed a probe, as if that was long ago.
func (c *Client) Expire() {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	for _, n := range c.pool.all {
		n.passed = time.Time{}
	}
}

// Reprobe probes all nodes.
func (c *Client) Reprobe(ctx context.Context) {
	for _, n := range c.pool.all {
		_ = c.pool.probe(ctx, n) // the result is recorded
	}
}
