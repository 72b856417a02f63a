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
	// taglessDepth is the depth of a final block if the node does not understand `finalized`
	// and Confirmations is zero.
	taglessDepth = 64
	// noBlockDepth is the depth of a final block if the node may understand the tag but
	// returns no block. It may have just started, so this is deeper than the
	// unfinalized part of a healthy chain.
	noBlockDepth = 640
)

// byDepth returns the final block for a node that reports none. Without it, orders
// would stay mined, and an expired authorization would never be voided. A block that
// was final stays final.
func (f finality) byDepth(ctx context.Context, n *node, latest mint.Block, answer error) (mint.Block, error) {
	last := f.pool.lastFinal.Load()
	depth := f.confirmations
	switch {
	case last != nil: // the chain understands the tag
		depth = max(depth, noBlockDepth)
	case depth > 0:
	case misunderstood(answer):
		depth = taglessDepth
	default:
		depth = noBlockDepth
	}
	behind := latest.Number - min(depth, latest.Number)
	if last != nil && last.Number >= behind {
		if still, err := n.block(ctx, last.Number); err != nil || still.Hash == last.Hash {
			return *last, err
		}
		f.pool.lastFinal.CompareAndSwap(last, nil) // the chain dropped the block
	}
	if depth != f.confirmations {
		f.countsFrom(n, depth)
	}
	number, agreed := f.pool.notAbove(n, behind), f.pool.deep.Load()
	if len(f.pool.all) == 1 {
		return n.block(ctx, number)
	}
	if last != nil && (agreed == nil || agreed.Number < last.Number) {
		agreed = last
	}
	newer, _, err := f.agreed(ctx, n, mint.Block{}, number, agreed)
	switch {
	case err != nil:
		return newer, err
	case newer != (mint.Block{}):
		f.pool.deep.Store(&newer)
		return newer, nil
	case agreed != nil && number >= agreed.Number:
		return *agreed, nil
	case agreed == nil:
		number = 0
	}
	if number == 0 {
		return n.oldest(ctx)
	}
	return n.block(ctx, number)
}

// misunderstood reports whether a node rejected the block tag itself. That a block is
// unknown is no such rejection.
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

// countsFrom records the depth of a node's final blocks, 0 if the node reports its
// final block, and calls Notice the first time.
func (f finality) countsFrom(n *node, depth uint64) {
	f.pool.mu.Lock()
	first := depth > 0 && !n.noticed
	n.depth, n.noticed = depth, n.noticed || first
	notice := n.notice()
	f.pool.mu.Unlock()
	if first && f.notice != nil {
		f.notice(n.host, notice)
	}
}

// notice returns a warning about a node that works, or "".
func (h *health) notice() string {
	if h.depth == 0 {
		return ""
	}
	return fmt.Sprintf("the node reports no finalized block: a block counts as final once %d blocks follow it", h.depth)
}
