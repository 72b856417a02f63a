package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
)

// mostShared is how many claims one commit carries at most: enough for a commit
// to cost each of them little, and few enough for the next writer to wait for
// some milliseconds only.
const mostShared = 128

// claimant is a claim that waits to be part of a commit.
type claimant struct {
	f       func(*writing) error
	refusal error         // by f, and valid once that transaction is committed
	err     error         // what became of it; read once done is closed
	done    chan struct{} // closed when it is committed, refused or failed
}

// refused is an error of a claim that wrote nothing. The others of its commit
// are none the worse for it.
type refused struct{ error }

var errUnwritten = errors.New("not written")

// claimants wait in order of arrival.
type claimants struct {
	mu      sync.Mutex
	waiting []*claimant
}

func (q *claimants) add(c *claimant) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, c)
}

// next takes the first, nil if there is none.
func (q *claimants) next() *claimant {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.waiting) == 0 {
		return nil
	}
	c := q.waiting[0]
	q.waiting[0] = nil
	if q.waiting = q.waiting[1:]; len(q.waiting) == 0 {
		q.waiting = nil
	}
	return c
}

// withdraw takes one out, unless it was taken already.
func (q *claimants) withdraw(c *claimant) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, c)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// share runs f in one durable transaction together with whoever else shares at
// that moment. Nobody waits for company: who comes while a commit is under way
// is in the next one, which the first of them to get the turn writes for all.
// Waiting heeds ctx until f was taken; from then on a nil error means written and
// any other not, as with write. f may run more than once, each time in a new
// transaction. It returns refused to say that it wrote nothing, and any other
// error to have nothing of it written.
func (s *Store) share(ctx context.Context, f func(*writing) error) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &claimant{f: f, err: errUnwritten, done: make(chan struct{})}
	s.claims.add(c)
	// Whoever could claim now does so before the commit begins: on one core,
	// nobody would while it is under way.
	runtime.Gosched()
	for {
		select {
		case s.turn <- struct{}{}:
			s.lead()
		case <-c.done:
		case <-ctx.Done():
			if s.claims.withdraw(c) {
				return ctx.Err()
			}
			<-c.done
		}
		select {
		case <-c.done:
			return c.err
		default: // more were waiting than fit into a commit
		}
	}
}

// lead commits who is waiting, and passes the turn on. Those that it committed
// are told first, so that the turn goes to one who still needs it.
func (s *Store) lead() {
	var taken, open []*claimant // open: without those whose own fault something was
	defer func() {
		for _, c := range taken {
			close(c.done)
		}
		<-s.turn
	}()
	next := func() bool {
		if len(taken) == mostShared {
			return false
		}
		c := s.claims.next()
		if c != nil {
			taken, open = append(taken, c), append(open, c)
		}
		return c != nil
	}
	for next() {
		// Where not even a transaction begins, it begins for none of them.
	}
	for len(open) > 0 {
		at := len(open)
		err := s.commit(func(w *writing) error {
			for at = 0; at < len(open) || next(); at++ {
				if err := open[at].run(w); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && at < len(open) && !ofDisk(err) {
			// A statement failed and the disk did not: whoever brought it fails
			// alone, and the others begin again.
			open[at].err = err
			open = slices.Delete(open, at, at+1)
			continue
		}
		for _, c := range open {
			if c.err = err; err == nil {
				c.err = c.refusal
			}
		}
		return
	}
}

func (c *claimant) run(w *writing) error {
	err := c.f(w)
	var r refused
	if c.refusal = nil; errors.As(err, &r) {
		c.refusal, err = r.error, nil
	}
	return err
}
