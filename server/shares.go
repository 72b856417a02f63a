package server

import (
	"net"
	"sync"
	"sync/atomic"
)

// shares divides a bounded number of connections among addresses. An address may
// have a part of them. When all are taken, the address that has most loses the one
// that has waited longest, so that no address keeps another out.
type shares struct {
	max  int // connections
	each int // connections of one address
	// yielding: a new connection of an address that has its part replaces its oldest
	// waiting one, and when all are taken always replaces one. Without it, a new
	// connection is refused unless its address has less than the one that would lose.
	yielding bool

	mu     sync.Mutex
	n      int
	owners map[visitor]*owner
	ranks  map[int]map[*owner]struct{} // by how many connections they have
	most   int                         // that one of them has
}

// owner is an address, with its waiting connections in a ring, longest wait first.
type owner struct {
	who   visitor
	n     int
	proxy bool  // many visitors in one: it has no part and loses no connection
	ring  place // the sentinel
}

// place is a connection's place among the shares.
type place struct {
	shares     *shares
	owner      *owner
	conn       net.Conn
	prev, next *place // while it waits
	gone       bool
	silent     atomic.Bool // nothing was received
}

func newShares(most, each int, yielding bool) *shares {
	return &shares{max: most, each: max(1, each), yielding: yielding, owners: map[visitor]*owner{}, ranks: map[int]map[*owner]struct{}{}}
}

// take gives a connection a place, which waits. To make room it may close another.
// It returns nil if there is no room.
func (s *shares) take(who visitor, conn net.Conn, proxy bool) *place {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[who]
	if o == nil {
		o = &owner{who: who, proxy: proxy}
		o.ring.prev, o.ring.next = &o.ring, &o.ring
	}
	loser, ok := s.room(o)
	if !ok {
		return nil
	}
	if loser != nil {
		s.evict(loser)
	}
	p := &place{shares: s, owner: o, conn: conn}
	s.owners[who] = o
	s.rank(o, o.n+1)
	s.n++
	p.queue()
	return p
}

// full says whether an address would get no place.
func (s *shares) full(who visitor) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	o := s.owners[who]
	if o == nil {
		o = &owner{}
	}
	_, ok := s.room(o)
	return !ok
}

// room says whether there is room for one more of an address, and which place it
// takes if it is not a free one.
func (s *shares) room(o *owner) (loser *place, ok bool) {
	switch {
	case !o.proxy && o.n >= s.each:
		if s.yielding {
			loser = o.first()
		}
		return loser, loser != nil
	case s.n < s.max:
		return nil, true
	}
	loser = s.largest()
	return loser, loser != nil && (s.yielding || loser.owner.n > o.n+1)
}

// relieve closes the connection that would lose its place to a new one.
func (s *shares) relieve() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if loser := s.largest(); loser != nil {
		s.evict(loser)
	}
}

// hangUp closes every waiting connection that has sent nothing.
func (s *shares) hangUp() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.owners {
		for p := o.ring.next; p != &o.ring; p = p.next {
			if p.silent.Load() {
				_ = p.conn.Close() // its reader gets the error
			}
		}
	}
}

func (s *shares) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// wait says that the connection waits for its client, and may be closed to make
// room.
func (p *place) wait() {
	p.shares.mu.Lock()
	defer p.shares.mu.Unlock()
	if !p.gone && p.next == nil {
		p.queue()
	}
}

// busy says that the connection's client is being served. It returns false if the
// connection was closed to make room.
func (p *place) busy() bool {
	p.shares.mu.Lock()
	defer p.shares.mu.Unlock()
	p.unqueue()
	return !p.gone
}

// leave gives the place back.
func (p *place) leave() {
	p.shares.mu.Lock()
	defer p.shares.mu.Unlock()
	p.shares.remove(p)
}

func (p *place) queue() {
	last := p.owner.ring.prev
	p.prev, p.next = last, &p.owner.ring
	last.next, p.owner.ring.prev = p, p
}

func (p *place) unqueue() {
	if p.next != nil {
		p.prev.next, p.next.prev = p.next, p.prev
		p.prev, p.next = nil, nil
	}
}

// first returns the place that has waited longest, nil if none waits.
func (o *owner) first() *place {
	if p := o.ring.next; p != nil && p != &o.ring {
		return p
	}
	return nil
}

// largest returns the longest waiting place of the address that has most, among
// those that have a waiting one; nil if there is none.
func (s *shares) largest() *place {
	for n := s.most; n > 0; n-- {
		for o := range s.ranks[n] {
			if p := o.first(); p != nil {
				return p
			}
		}
	}
	return nil
}

func (s *shares) evict(p *place) {
	s.remove(p)
	_ = p.conn.Close() // a goroutine that reads or writes gets the error
}

func (s *shares) remove(p *place) {
	if p.gone {
		return
	}
	p.unqueue()
	p.gone = true
	s.n--
	s.rank(p.owner, p.owner.n-1)
	if p.owner.n == 0 {
		delete(s.owners, p.owner.who)
	}
}

// rank notes how many connections an address has now.
func (s *shares) rank(o *owner, n int) {
	was := o.n
	if o.n = n; o.proxy {
		return
	}
	delete(s.ranks[was], o)
	if len(s.ranks[was]) == 0 {
		delete(s.ranks, was)
	}
	if n > 0 {
		if s.ranks[n] == nil {
			s.ranks[n] = map[*owner]struct{}{}
		}
		s.ranks[n][o] = struct{}{}
	}
	if s.most = max(s.most, n); len(s.ranks[s.most]) == 0 && s.most > 0 {
		s.most--
	}
}
