//go:build linux

package main

import (
	"fmt"
	"syscall"
	"time"
)

// load puts a server under requests: one thread, keep-alive connections, answers
// told apart by their Content-Length and judged by their status.
type load struct {
	port        int
	connections int // at the beginning; open adds more
	depth       int // requests sent together on a connection (HTTP pipelining)
	expect      int // the status that counts
	// next is the next request, nil if there are no more, and what it is known by.
	next func() (request []byte, tag int)
	// each is told every answer, where depth is 1; may be nil.
	each func(tag, status int, sent, took time.Duration)

	conns   []*connection
	epoll   int
	began   time.Time
	buffer  []byte
	events  []syscall.EpollEvent
	sample  sample
	waits   int  // requests without an answer
	answers int  // that came, whether or not they count
	closed  bool // nothing counts any more
}

// sample is what a load found.
type sample struct {
	good    int
	others  map[int]int // other answers, by status; 0 if the server hung up
	took    []float64   // seconds, of the good ones
	elapsed time.Duration
}

func (s *sample) rate() float64 { return float64(s.good) / s.elapsed.Seconds() }

// hammer sends again as soon as it is answered, on every connection, until the
// time is over or the requests are. What happens in the first tenth of the time
// does not count, unless the requests are what ends it.
func (l *load) hammer(lasting time.Duration) (*sample, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	defer l.close()
	for _, c := range l.conns {
		if err := l.send(c, 0); err != nil {
			return nil, err
		}
	}
	warm := lasting / 10
	for warmed := false; ; {
		now := time.Since(l.began)
		if !warmed && now >= warm {
			warmed = true
			l.sample = sample{others: map[int]int{}, took: l.sample.took[:0]}
		}
		if now >= lasting || l.waits == 0 {
			l.sample.elapsed = now - warm
			break
		}
		if err := l.turn(100*time.Millisecond, l.send); err != nil {
			return nil, err
		}
	}
	return &l.sample, l.drain(5 * time.Second)
}

// exhaust sends every request there is, as hammer does, and counts them all.
func (l *load) exhaust(patience time.Duration) (*sample, error) {
	if err := l.open(); err != nil {
		return nil, err
	}
	defer l.close()
	for _, c := range l.conns {
		if err := l.send(c, 0); err != nil {
			return nil, err
		}
	}
	for l.waits > 0 {
		if time.Since(l.began) > patience {
			l.sample.elapsed = time.Since(l.began)
			return &l.sample, fmt.Errorf("waited %s, and %d requests have no answer", patience, l.waits)
		}
		if err := l.turn(100*time.Millisecond, l.send); err != nil {
			return nil, err
		}
	}
	l.sample.elapsed = time.Since(l.began)
	return &l.sample, nil
}

// pace sends so many requests a second whether or not earlier ones were
// answered, each on a connection that has nothing else to do, and waits for the
// last answers. A request's time runs from when it was due.
func (l *load) pace(rate float64, patience time.Duration) (*sample, error) {
	l.depth = 1
	if err := l.open(); err != nil {
		return nil, err
	}
	defer l.close()
	free := append([]*connection(nil), l.conns...)
	release := func(c *connection, _ time.Duration) error {
		free = append(free, c)
		return nil
	}
	for sent, more := 0, true; more || l.waits > 0; {
		now := time.Since(l.began)
		due := time.Duration(float64(sent) / rate * float64(time.Second))
		switch {
		case more && now >= due:
			for len(free) > 0 && free[len(free)-1].lost {
				free = free[:len(free)-1]
			}
			if len(free) == 0 {
				c, err := l.connect()
				if err != nil {
					return nil, err
				}
				free = append(free, c)
			}
			c := free[len(free)-1]
			free = free[:len(free)-1]
			if err := l.send(c, due); err != nil {
				return nil, err
			}
			more = c.busy > 0
			sent++
			continue
		case now > patience:
			l.sample.elapsed = now
			return &l.sample, fmt.Errorf("waited %s, and %d requests of %d have no answer", patience, l.waits, sent)
		}
		wait := 100 * time.Millisecond
		if more {
			wait = min(wait, due-now)
		}
		if err := l.turn(wait, release); err != nil {
			return nil, err
		}
	}
	l.sample.elapsed = time.Since(l.began)
	return &l.sample, nil
}

func (l *load) open() (err error) {
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return fmt.Errorf("open epoll: %w", err)
	}
	l.buffer, l.events = make([]byte, 256<<10), make([]syscall.EpollEvent, 512)
	l.sample.others = map[int]int{}
	for range l.connections {
		if _, err := l.connect(); err != nil {
			l.close()
			return err
		}
	}
	l.began = time.Now()
	return nil
}

func (l *load) connect() (*connection, error) {
	c, err := dial(l.port)
	if err != nil {
		return nil, err
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(len(l.conns))}
	if err := syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_ADD, c.fd, &event); err != nil {
		c.close()
		return nil, fmt.Errorf("watch socket: %w", err)
	}
	l.conns = append(l.conns, c)
	return c, nil
}

func (l *load) close() {
	for _, c := range l.conns {
		if !c.lost {
			c.close()
		}
	}
	syscall.Close(l.epoll)
}

// send puts up to depth requests on a connection that has nothing to do.
func (l *load) send(c *connection, now time.Duration) error {
	if l.closed {
		return nil
	}
	c.out = c.batch[:0]
	for c.busy < l.depth {
		request, tag := l.next()
		if request == nil {
			break
		}
		c.out = append(c.out, request...)
		c.busy, c.tag = c.busy+1, tag
		l.waits++
	}
	c.batch, c.sent = c.out, now
	return l.flush(c)
}

// flush writes; what the socket does not take goes out once it is writable.
func (l *load) flush(c *connection) error {
	all, err := c.write()
	if err != nil || all != c.blocked {
		return err
	}
	c.blocked = !all
	event := syscall.EpollEvent{Events: syscall.EPOLLIN}
	for i := range l.conns {
		if l.conns[i] == c {
			event.Fd = int32(i)
		}
	}
	if c.blocked {
		event.Events |= syscall.EPOLLOUT
	}
	return syscall.EpollCtl(l.epoll, syscall.EPOLL_CTL_MOD, c.fd, &event)
}

// turn waits for something to happen and deals with it. done is called for each
// connection that has had all its answers.
func (l *load) turn(wait time.Duration, done func(*connection, time.Duration) error) error {
	n, err := syscall.EpollWait(l.epoll, l.events, int((wait+time.Millisecond-1)/time.Millisecond))
	if err == syscall.EINTR {
		return nil
	}
	if err != nil {
		return fmt.Errorf("wait for answers: %w", err)
	}
	for _, event := range l.events[:n] {
		c := l.conns[event.Fd]
		if event.Events&syscall.EPOLLOUT != 0 {
			if err := l.flush(c); err != nil {
				l.lose(c)
				continue
			}
		}
		if event.Events&^syscall.EPOLLOUT == 0 {
			continue
		}
		var now time.Duration
		err := c.read(l.buffer, func(status int) {
			if now == 0 {
				now = time.Since(l.began)
			}
			c.busy--
			l.waits--
			l.count(c, status, now)
		})
		if err != nil {
			l.lose(c)
			continue
		}
		if now > 0 && c.busy == 0 {
			if err := done(c, now); err != nil {
				return err
			}
		}
	}
	return nil
}

// lose closes a connection that the server has closed: what was asked on it gets
// no answer, and is counted as status 0.
func (l *load) lose(c *connection) {
	l.waits -= c.busy
	if c.busy > 0 && !l.closed {
		l.sample.others[0] += c.busy
	}
	c.busy, c.lost = 0, true
	c.close()
}

func (l *load) count(c *connection, status int, now time.Duration) {
	l.answers++
	switch {
	case l.closed:
		return
	case status == l.expect:
		l.sample.good++
		l.sample.took = append(l.sample.took, (now - c.sent).Seconds())
	default:
		l.sample.others[status]++
	}
	if l.each != nil {
		l.each(c.tag, status, c.sent, now-c.sent)
	}
}

// drain waits for what is under way, which does not count any more.
func (l *load) drain(patience time.Duration) error {
	l.closed = true
	for end := time.Since(l.began) + patience; l.waits > 0; {
		if time.Since(l.began) > end {
			return fmt.Errorf("waited %s for the last %d answers", patience, l.waits)
		}
		if err := l.turn(100*time.Millisecond, l.send); err != nil {
			return err
		}
	}
	return nil
}
