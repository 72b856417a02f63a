//go:build linux

package main

import (
	"fmt"
	"syscall"
	"time"
)

// load generates requests to a server. It uses one thread and keep-alive connections,
// finds the end of each answer by its Content-Length, and counts answers by their
// status.
type load struct {
	port        int
	connections int // how many to open at the beginning; pace adds more
	depth       int // requests sent together on a connection (HTTP pipelining)
	expect      int // the status that counts as good
	// next returns the next request, or nil if there are no more, and a tag for it.
	next func() (request []byte, tag int)
	// each is called with every answer that counts, and when its request was sent. It may
	// be nil, and must be if depth is above 1.
	each func(tag, status int, sent, took time.Duration)
	// follow returns the request that asks for the result after a 202. It is sent after
	// pause, and repeated while the answer is 202. If follow is nil, a 202 counts like any
	// other answer. Only pace uses it.
	follow func(tag int) []byte
	pause  time.Duration

	conns    []*connection
	epoll    int                  // file descriptor
	began    time.Time            // all durations are since then
	buffer   []byte               // for reading
	events   []syscall.EpollEvent // for waiting
	sample   sample
	waits    int        // requests without an answer
	answers  int        // number of all answers, whether or not they count
	draining bool       // answers no longer count, and no request is sent
	later    []followed // by due
}

// followed is a request that was answered 202: when to ask for its result (due), and
// when it was sent first.
type followed struct {
	tag       int
	due, sent time.Duration
}

// sample is the result of a load.
type sample struct {
	good    int           // answers with the expected status
	others  map[int]int   // other answers, by status; 0 if the server closed the connection
	took    []float64     // latencies of the good answers, in seconds
	elapsed time.Duration // in which these answers came
}

// rate returns good answers per second.
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

// hammer sends the next request on each connection as soon as the last one is answered,
// until the time is over or there are no more requests. The first tenth of the time
// does not count, unless the requests run out before it ends. Then hammer waits up to 5
// s for the open requests; if that fails, it returns the sample with the error.
func (l *load) hammer(lasting time.Duration) (*sample, error) {
	if err := l.begin(); err != nil {
		return nil, err
	}
	defer l.close()
	warm := lasting / 10
	var from time.Duration // the beginning of the time that counts
	for warmed := false; ; {
		now := time.Since(l.began)
		if !warmed && now >= warm && l.waits > 0 {
			warmed, from = true, now
			l.sample = sample{others: map[int]int{}, took: l.sample.took[:0]}
		}
		if now >= lasting || l.waits == 0 {
			l.sample.elapsed = now - from
			break
		}
		if err := l.turn(100*time.Millisecond, l.send); err != nil {
			return nil, err
		}
	}
	return &l.sample, l.drain(5 * time.Second)
}

// exhaust sends all requests, as hammer does, and counts them all. If it takes longer
// than patience, it returns the sample so far with an error.
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

// pace sends requests at a rate per second, without waiting for earlier answers. Each
// uses an idle connection, or a new one. If the rate is 0, it sends all at once. Then it
// waits for the last answers; if all takes longer than patience, it returns the sample
// so far with an error. The latency of a request is measured from the time when it was
// due.
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
