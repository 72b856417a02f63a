package chain

import (
	"context"
	"fmt"
	"time"

	"github.com/mint402/mint402/mint"
)

// A node claims that a block is final, and some nodes claim it of their newest block.
// With several nodes, a block is final once all nodes that were recently healthy report
// it: each probe asks for the final block.

const (
	// finalTTL is how long a node's report of its final block counts. A node that
	// fails for longer does not keep blocks from becoming final.
	finalTTL = time.Minute
	// maxFinalLag is how much older a node's final block may be than another's. Chains
	// make blocks final within half an hour. A node with a final block that stays the
	// same for longer is set aside.
	maxFinalLag = time.Hour
)

// finality finds the final block, in each answer of a node about the head.
type finality struct {
	pool          *pool
	confirmations uint64 // see [Client.Confirmations]
	notice        func(host, notice string)
}

// finalLag returns an error if a node's final block is more than mostFinalLag older
// than another's. Final blocks with a time in the future are ignored: they would make
// honest nodes seem to lag.
func (p *pool) finalLag(n *node, final mint.Block) error {
	now := p.clock()
	for _, other := range p.all {
		if other == n || other.err != nil || !other.claimsFinal(now) || other.final.Time.After(now) {
			continue
		}
		if lag := other.final.Time.Sub(final.Time); lag > maxFinalLag {
			return nodeError(fmt.Sprintf("its final block %d is %s older than that of %s, %d", final.Number, lag.Round(time.Minute), other.host, other.final.Number))
		}
	}
	return nil
}

// strays returns an error if a healthy node has the newest final block, where n has
// another block. If no healthy node has it, the claim that it was final was wrong.
func (p *pool) strays(n *node) error {
	for _, other := range p.all {
		if other != n && other.verified && other.err == nil && other.hasFinal {
			return nodeError("it has another block in place of the final one that " + other.host + " has")
		}
	}
	return nil
}

// Final sets the newest final block that was seen before. With several nodes, a node
// that has another block in its place is set aside, if another node has it.
func (c *Client) Final(b mint.Block) { c.pool.lastFinal.Store(&b) }

// claimsFinal reports whether a node's claim about finality counts.
func (h *health) claimsFinal(now time.Time) bool {
	return h.verified && !h.finalAt.IsZero() && now.Sub(h.finalAt) < finalTTL
}

// lowestFinal records the final block that a node reported, and returns the lowest that
// any node recently reported.
func (p *pool) lowestFinal(n *node, final mint.Block) mint.Block {
	p.mu.Lock()
	defer p.mu.Unlock()
	n.final, n.finalAt = final, p.clock()
	return p.lowest(n, final)
}

// notAbove returns number, or a lower final block number that another node recently
// reported. It is for nodes that report no final block.
func (p *pool) notAbove(n *node, number uint64) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lowest(n, mint.Block{Number: number}).Number
}

func (p *pool) lowest(n *node, final mint.Block) mint.Block {
	now := p.clock()
	for _, other := range p.all {
		if other != n && other.claimsFinal(now) && other.final.Number < final.Number {
			final = other.final
		}
	}
	return final
}

// reported returns the final block for a node that reported one. A block that was final
// stays final, unless the chain dropped it: then the claim was wrong.
func (f finality) reported(ctx context.Context, n *node, latest, named mint.Block) (mint.Block, error) {
	last, final := f.pool.lastFinal.Load(), f.pool.lowestFinal(n, named)
	behind := last != nil && final.Number < last.Number
	switch {
	case last != nil && final.Number == last.Number && final.Hash == last.Hash:
		return *last, nil
	case behind && last.Number <= latest.Number:
		still, err := n.block(ctx, last.Number)
		if err != nil || still.Hash == last.Hash {
			return *last, err
		}
		behind = false
	}
	if final != named {
		var err error
		if final, err = n.block(ctx, final.Number); err != nil { // all from one view of the chain
			return final, err
		}
	}
	if !behind {
		f.pool.lastFinal.CompareAndSwap(last, &final) // another read may be further
	}
	return final, nil
}
