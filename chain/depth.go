package chain

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

const (
	// tagless is how far behind the newest block a block is final where the node does
	// not understand `finalized`, and the network has no depth of its own.
	tagless = 64
	// untold is the same where the node knows no final block though it may understand
	// the tag. It may have just started, so this is more than healthy chains have
	// waiting.
	untold = 640
)

// finalByDepth is the final block where a node named none. Without it orders would
// stay mined, and no authorization that expired would ever be voided. What a node said
// is final once is final.
func (c *Client) finalByDepth(ctx context.Context, n *node, latest mint.Block, answer error) (mint.Block, error) {
	told := c.nodes.told.Load()
	depth := c.Confirmations
	switch {
	case told != nil: // the chain has the tag
		depth = max(depth, untold)
	case depth > 0:
	case misunderstood(answer):
		depth = tagless
	default:
		depth = untold
	}
	behind := latest.Number - min(depth, latest.Number)
	if told != nil && told.Number >= behind {
		if still, err := n.block(ctx, told.Number); err != nil || still.Hash == told.Hash {
			return *told, err
		}
		c.nodes.told.CompareAndSwap(told, nil) // the chain dropped it
	}
	if depth != c.Confirmations {
		c.countsFrom(n, depth)
	}
	return n.block(ctx, c.nodes.notAbove(n, behind))
}

// misunderstood says that a node refused a block tag for what it is. That a block is
// unknown is no such refusal.
func misunderstood(err error) bool {
	var answered rpc.Error
	if !errors.As(err, &answered) {
		return false
	}
	text := strings.ToLower(answered.Error())
	if says(text, "not found", "unknown block", "missing") {
		return false
	}
	code := answered.ErrorCode()
	return code == -32602 || code == -32601 || says(text, "invalid argument", "invalid param", "unsupported", "not supported", "hex string")
}

// countsFrom notes by which depth a node's blocks are final, 0 if it says itself, and
// gives notice of it the first time.
func (c *Client) countsFrom(n *node, depth uint64) {
	c.nodes.mu.Lock()
	first := depth > 0 && !n.noticed
	n.depth, n.noticed = depth, n.noticed || first
	notice := n.notice()
	c.nodes.mu.Unlock()
	if first && c.Notice != nil {
		c.Notice(n.host, notice)
	}
}

// notice is what to know of a node that does well; empty if there is nothing.
func (s *standing) notice() string {
	if s.depth == 0 {
		return ""
	}
	return fmt.Sprintf("the node names no finalized block: a block counts as final once %d blocks follow it", s.depth)
}
