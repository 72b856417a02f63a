package mint

import (
	"context"
	"errors"
	"time"
)

// view is how far the chain is read. Only the goroutine that steps uses it.
type view struct {
	head, final Block
	newest      uint64        // highest number that any node reported as final
	late        time.Duration // age of the head when it came
	behind      bool          // the chain is longer than head
}

// blocks reads single blocks.
type blocks struct {
	chain   BlockReader
	silence *silence
}

// at requests a block up to 3 times: several nodes may be behind one URL, and those
// that lag do not know the block.
func (r *blocks) at(ctx context.Context, number uint64) (b Block, err error) {
	answered := r.silence.asking()
	defer func() { answered(err) }()
	for range 3 {
		if b, err = r.chain.Block(ctx, number); !errors.Is(err, ErrUnknownBlock) {
			break
		}
	}
	return b, err
}
