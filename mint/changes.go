package mint

import (
	"sync"
	"sync/atomic"
)

// changes tells whoever listens that something is not as it was. While nobody
// does, announcing costs one load.
type changes struct {
	listening atomic.Bool
	mu        sync.Mutex
	next      chan struct{} // closed by the next change; nil while nobody listens
}

// Changed is closed when next an order or a launch's counters change, a head is
// read, or what keeps a launch from delivering does. Whoever takes it before
// looking misses nothing. What only the clock changes, nobody announces.
func (e *Engine) Changed() <-chan struct{} {
	c := &e.changes
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
