package mint

import (
	"context"
	"sync"
	"time"
)

// grace is how long after Open a request for a price waits for the first read of the
// chain, so that a quick restart returns no 503.
const grace = 2 * time.Second

// opening is the time from Open to the end of the first step that read the chain up to
// its head; it lasts at most grace.
type opening struct {
	once sync.Once
	over chan struct{}
}

func newOpening() *opening {
	o := &opening{over: make(chan struct{})}
	time.AfterFunc(grace, o.end)
	return o
}

func (o *opening) end() { o.once.Do(func() { close(o.over) }) }

// wait returns when the opening is over, or ctx is done.
func (o *opening) wait(ctx context.Context) {
	if o == nil {
		return
	}
	select {
	case <-o.over:
	case <-ctx.Done():
	}
}

// WaitOpen returns once the chain was read up to its head, and at the latest 2 s after
// Open.
func (e *Engine) WaitOpen(ctx context.Context) { e.opened.wait(ctx) }

// Waiting publishes an error that prevents the first step. It is called before Run.
func (e *Engine) Waiting(ctx context.Context, trouble error) {
	launches, err := e.Store.Launches(ctx)
	if err != nil {
		trouble = err
	}
	e.loop.examine(ctx, launches, trouble)
}
