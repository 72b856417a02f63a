package conn

import (
	"net"
	"net/netip"
	"sync"
	"sync/atomic"
)

// Limiter bounds how many connections are open, in total and for each client. If all
// slots are taken and a new connection arrives, the client with the most connections
// loses one: that which has waited longest. So no client can keep another out.
type Limiter struct {
	max          int // connections
	maxPerClient int
	// replacing decides about a new connection beyond a limit. If it is true, the new
	// connection takes the slot of one that waits: at its client's limit of that client's
	// own, otherwise of any. If it is false, the new connection is refused at its client's
	// limit; if all slots are taken, it takes one only from a client that has more
	// connections, even with the new one counted.
	replacing bool

	mu      sync.Mutex
	n       int // slots taken
	clients map[netip.Prefix]*client
	byCount map[int]map[*client]struct{} // the clients by their number of connections; no proxies
	highest int                          // the highest key of byCount, or 0
}

// client is an address or a network. Its waiting connections are in a ring; the one
// that has waited longest is first.
type client struct {
	address netip.Prefix
	n       int  // open connections, waiting or busy
	proxy   bool // many clients share it: it has no limit and loses no connection
	ring    Slot // the sentinel of the ring
}

// Slot is a connection's place in a [Limiter].
type Slot struct {
	limiter    *Limiter
	client     *client
	conn       net.Conn
	prev, next *Slot       // in the client's ring while the connection waits; nil while it is busy
	gone       bool        // the slot is free again
	silent     atomic.Bool // no byte was received yet; the listener sets it
}

// NewLimiter returns a limiter with that many slots; one client gets at most a quarter.
// With replacing, a connection beyond a limit takes the slot of one that waits. Without
// it, the new connection is refused, unless all slots are taken and another client would
// still have more connections than this one.
func NewLimiter(slots int, replacing bool) *Limiter {
	return &Limiter{max: slots, maxPerClient: max(1, slots/4), replacing: replacing, clients: map[netip.Prefix]*client{}, byCount: map[int]map[*client]struct{}{}}
}

// Take gives a connection a slot, and marks it as waiting. To free a slot it may close
// another connection. It returns nil if no slot is available. A proxy stands for many
// clients: it has no limit of its own, and loses no connection.
func (l *Limiter) Take(address netip.Prefix, conn net.Conn, proxy bool) *Slot {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.clients[address]
	if c == nil {
		c = &client{address: address, proxy: proxy}
		c.ring.prev, c.ring.next = &c.ring, &c.ring
	}
	loser, ok := l.available(c)
	if !ok {
		return nil
	}
	if loser != nil {
		l.evict(loser)
	}
	s := &Slot{limiter: l, client: c, conn: conn}
	l.clients[address] = c
	l.setCount(c, c.n+1)
	l.n++
	s.queue()
	return s
}

// Full reports whether Take would return nil.
func (l *Limiter) Full(address netip.Prefix) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	c := l.clients[address]
	if c == nil {
		c = &client{}
	}
	_, ok := l.available(c)
	return !ok
}

// Len returns how many slots are taken.
func (l *Limiter) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.n
}

// available reports whether a client can have one more slot. If a connection has to be
// closed for it, available returns the slot of that connection.
func (l *Limiter) available(c *client) (loser *Slot, ok bool) {
	switch {
	case !c.proxy && c.n >= l.maxPerClient:
		if l.replacing {
			loser = c.first()
		}
		return loser, loser != nil
	case l.n < l.max:
		return nil, true
	}
	loser = l.loser()
	return loser, loser != nil && (l.replacing || loser.client.n > c.n+1)
}

// relieve closes the connection that would lose its slot to a new one.
func (l *Limiter) relieve() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if loser := l.loser(); loser != nil {
		l.evict(loser)
	}
}

// closeSilent closes every waiting connection from which no byte was received.
func (l *Limiter) closeSilent() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.clients {
		for s := c.ring.next; s != &c.ring; s = s.next {
			if s.silent.Load() {
				_ = s.conn.Close() // its reader gets the error
			}
		}
	}
}

// wait marks the connection as waiting for its client: it may be closed to free its
// slot.
func (s *Slot) wait() {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	if !s.gone && s.next == nil {
		s.queue()
	}
}

// busy marks the connection as serving a request. It returns false if the
// connection was closed to free its slot.
func (s *Slot) busy() bool {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.unqueue()
	return !s.gone
}

// Leave frees the slot. Calling it again has no effect.
func (s *Slot) Leave() {
	s.limiter.mu.Lock()
	defer s.limiter.mu.Unlock()
	s.limiter.remove(s)
}

// queue appends the slot to its client's ring.
func (s *Slot) queue() {
	last := s.client.ring.prev
	s.prev, s.next = last, &s.client.ring
	last.next, s.client.ring.prev = s, s
}

func (s *Slot) unqueue() {
	if s.next != nil {
		s.prev.next, s.next.prev = s.next, s.prev
		s.prev, s.next = nil, nil
	}
}

// first returns the client's slot that has waited longest, or nil if all are busy.
func (c *client) first() *Slot {
	if s := c.ring.next; s != nil && s != &c.ring {
		return s
	}
	return nil
}

// loser returns the slot to take for a new connection. Of the clients with a waiting
// connection it chooses the one with the most connections, and of these the one that has
// waited longest. Proxies are left out. It returns nil if no other connection waits.
func (l *Limiter) loser() *Slot {
	for n := l.highest; n > 0; n-- {
		for c := range l.byCount[n] {
			if s := c.first(); s != nil {
				return s
			}
		}
	}
	return nil
}

func (l *Limiter) evict(s *Slot) {
	l.remove(s)
	_ = s.conn.Close() // a goroutine that reads or writes gets the error
}

func (l *Limiter) remove(s *Slot) {
	if s.gone {
		return
	}
	s.unqueue()
	s.gone = true
	l.n--
	l.setCount(s.client, s.client.n-1)
	if s.client.n == 0 {
		delete(l.clients, s.client.address)
	}
}

// setCount sets how many connections a client has: one more or one fewer than before. So
// highest, too, falls by at most one.
func (l *Limiter) setCount(c *client, n int) {
	was := c.n
	if c.n = n; c.proxy {
		return
	}
	delete(l.byCount[was], c)
	if len(l.byCount[was]) == 0 {
		delete(l.byCount, was)
	}
	if n > 0 {
		if l.byCount[n] == nil {
			l.byCount[n] = map[*client]struct{}{}
		}
		l.byCount[n][c] = struct{}{}
	}
	if l.highest = max(l.highest, n); len(l.byCount[l.highest]) == 0 && l.highest > 0 {
		l.highest--
	}
}
