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
	// follow is what is asked a pause after a 202, and again until the answer is
	// another; nil if a 202 is an answer. For pace.
	follow func(tag int) []byte
	pause  time.Duration

	conns   []*connection
	epoll   int
	began   time.Time
	buffer  []byte
	events  []syscall.EpollEvent
	sample  sample
	waits   int  // requests without an answer
	answers int  // that came, whether or not they count
	closed  bool // nothing counts any more
	later   []followed
}

// followed is a request that was answered 202: when to ask again, and when it was
// first sent.
type followed struct {
	tag       int
	due, sent time.Duration
}

// sample is what a load found.
type sample struct {
	good    int
	others  map[int]int // other answers, by status; 0 if the server hung up
	took    []float64   // seconds, of the good ones
	elapsed time.Duration
}

func (s *sample) rate() float64 { return float64(s.good) / s.elapsed.Seconds() }

// begin opens the connections and sends the first requests on each.
func (l *load) begin() error {
	if err := l.open(); err != nil {
		return err
	}
	for _, c := range l.conns {
		if err := l.send(c, 0); err != nil {
			l.close()
			return err
		}
	}
	return nil
}

// hammer sends again as soon as it is answered, on every connection, until the
// time is over or the requests are. What happens in the first tenth of the time
// does not count, unless the requests are what ends it.
func (l *load) hammer(lasting time.Duration) (*sample, error) {
	if err := l.begin(); err != nil {
		return nil, err
	}
	defer l.close()
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
	if err := l.begin(); err != nil {
		return nil, err
	}
	defer l.close()
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
// last answers. Without a rate, that is all of them at once. A request's time runs from when it was due.
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
	for sent, more := 0, true; more || l.waits > 0 || len(l.later) > 0; {
		now := time.Since(l.began)
		var due time.Duration
		if rate > 0 {
			due = time.Duration(float64(sent) / rate * float64(time.Second))
		}
		again := len(l.later) > 0 && l.later[0].due <= now
		if again || more && now >= due {
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
			if again {
				if err := l.ask(c, l.later[0]); err != nil {
					return nil, err
				}
				l.later = l.later[1:]
				continue
			}
			if err := l.send(c, due); err != nil {
				return nil, err
			}
			if more = c.busy > 0; more {
				sent++
			} else {
				free = append(free, c)
			}
			continue
		}
		if now > patience {
			l.sample.elapsed = now
			return &l.sample, fmt.Errorf("waited %s, and %d requests of %d have no answer", patience, l.waits+len(l.later), sent)
		}
		wait := 100 * time.Millisecond
		if more {
			wait = min(wait, due-now)
		}
		if len(l.later) > 0 {
			wait = min(wait, l.later[0].due-now)
		}
		if err := l.turn(wait, release); err != nil {
			return nil, err
		}
	}
	l.sample.elapsed = time.Since(l.began)
	return &l.sample, nil
}
