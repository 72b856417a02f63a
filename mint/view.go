package mint

import (
	"time"
)

// view is how far the chain is read. Only the goroutine that steps uses it.
type view struct {
	head, final Block
	newest      uint64        // highest number that any node reported as final
	late        time.Duration // age of the head when it came
	behind      bool          // the chain is longer than head
}
