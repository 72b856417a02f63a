package chain

import (
	"context"
	"fmt"
	"time"

	"github.com/mint402/mint402/mint"
)

// That a block is final is a node's claim, and some nodes claim it of their newest
// block. Where several are asked, a block is final once all that stood well lately say
// so: the look that each gets now and then asks for its final block.

const (
	// finalLasts is for how long what a node said about finality counts. One that
	// fails for longer keeps no block from becoming final.
	finalLasts = time.Minute
	// mostFinalLag is how much older a node's final block may be than another's.
	// Chains make blocks final within half an hour; one whose final block stands still
	// for longer is not followed.
	mostFinalLag = time.Hour
)

// finalLag says that a node's final block is long behind another's. No node can make
// another seem to lag by a time that is still to come.
func (s *nodes) finalLag(n *node, final mint.Block) error {
	now := s.clock()
	for _, other := range s.all {
		if other == n || other.err != nil || !other.names(now) || other.final.Time.After(now) {
			continue
		}
		if lag := other.final.Time.Sub(final.Time); lag > mostFinalLag {
			return complaint(fmt.Sprintf("its final block %d is %s older than that of %s, %d", final.Number, lag.Round(time.Minute), other.host, other.final.Number))
		}
	}
	return nil
}

// strays says that a node has another block in place of the newest final one, which a
// node has that stands well. Where none has it, the word that it is final was wrong.
func (s *nodes) strays(n *node) error {
	for _, other := range s.all {
		if other != n && other.verified && other.err == nil && other.hasFinal {
			return complaint("it has another block in place of the final one that " + other.host + " has")
		}
	}
	return nil
}

// Final tells the client the newest final block that was seen before. Of several nodes,
// one that has another in its place is set aside while another has it.
func (c *Client) Final(b mint.Block) { c.nodes.told.Store(&b) }

// names says that a node's word about finality counts.
func (s *standing) names(now time.Time) bool {
	return s.verified && !s.finalAt.IsZero() && now.Sub(s.finalAt) < finalLasts
}

// lowestFinal notes the final block that a node names, and returns the lowest of those
// that the nodes named lately.
func (s *nodes) lowestFinal(n *node, final mint.Block) mint.Block {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.final, n.finalAt = final, s.clock()
	return s.lowest(n, final)
}

// notAbove is the number of a block that counts as final where a node names none, or
// the lowest that another named lately if that is lower.
func (s *nodes) notAbove(n *node, number uint64) uint64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.lowest(n, mint.Block{Number: number}).Number
}

func (s *nodes) lowest(n *node, final mint.Block) mint.Block {
	now := s.clock()
	for _, other := range s.all {
		if other != n && other.names(now) && other.final.Number < final.Number {
			final = other.final
		}
	}
	return final
}

// finalOf is the final block where a node named one. What was final once is final,
// unless the chain dropped that block: then it was a wrong claim.
func (c *Client) finalOf(ctx context.Context, n *node, latest, named mint.Block) (mint.Block, error) {
	told, final := c.nodes.told.Load(), c.nodes.lowestFinal(n, named)
	behind := told != nil && final.Number < told.Number
	switch {
	case told != nil && final.Number == told.Number && final.Hash == told.Hash:
		return *told, nil
	case behind && told.Number <= latest.Number:
		still, err := n.block(ctx, told.Number)
		if err != nil || still.Hash == told.Hash {
			return *told, err
		}
		behind = false
	}
	if final != named {
		var err error
		if final, err = n.block(ctx, final.Number); err != nil { // of one view of the chain
			return final, err
		}
	}
	if !behind {
		c.nodes.told.Store(&final)
	}
	return final, nil
}
