package mint

import (
	"sync"
	"sync/atomic"
)

// changes signals listeners that the state has changed. While there are no listeners,
// announcing costs one atomic load.
type changes struct {
	listening atomic.Bool
	mu        sync.Mutex
	next      chan struct{} // closed by the next change; nil without listeners
}

// Changed returns a channel that is closed at the next change: of an order, of a
// launch's counters, of the head, or of the faults of a launch. A caller that takes the
// channel before reading the state misses no change. Changes that only the clock causes
// are not announced.
func (e *Engine) Changed() <-chan struct{} {
	c := &e.notify.changes
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next == nil {
		c.next = make(chan struct{})
		c.listening.Store(true)
	}
	return c.next
}

func (c *changes) announce() {
	if !c.listening.Load() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.next != nil {
		close(c.next)
		c.next = nil
		c.listening.Store(false)
	}
}
