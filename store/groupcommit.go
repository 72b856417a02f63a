package store

import (
	"context"
	"errors"
	"runtime"
	"slices"
	"sync"
)

// maxGroup is the maximum number of claims in one group commit. It is large enough that
// each claim's part of the commit's cost is small, and small enough that the next
// writer waits only some milliseconds.
const maxGroup = 128

// waiter is a claim in the queue for a group commit.
type waiter struct {
	chain   uint64 // of the view that claims; 0: all
	f       func(*tx) error
	refusal error         // returned by f; valid once that transaction is committed
	err     error         // the result; read it after done is closed
	done    chan struct{} // closed when it is committed, refused or failed
}

// refused marks the error of a claim that wrote no row, so the other claims of its
// commit are not affected.
type refused struct{ error }

var errUnwritten = errors.New("the claim was not written")

// waiters is the queue for the next group commit, in order of arrival.
type waiters struct {
	mu      sync.Mutex
	waiting []*waiter
}

func (q *waiters) add(c *waiter) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, c)
}

// next removes and returns the first claim, or nil if the queue is empty.
func (q *waiters) next() *waiter {
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

// withdraw removes a claim and reports whether it was still in the queue.
func (q *waiters) withdraw(c *waiter) bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	i := slices.Index(q.waiting, c)
	if i >= 0 {
		q.waiting = slices.Delete(q.waiting, i, i+1)
	}
	return i >= 0
}

// commitGroup runs f in one durable transaction that other concurrent calls of
// commitGroup may join. This is a group commit: calls that arrive during a commit form
// the next group, and the first of them to get the lead commits for all. No call waits
// on purpose for others to join.
//
// Until f is taken from the queue, commitGroup stops waiting when ctx ends. From then
// on it ignores ctx, and its error means what that of write means. f may run more than
// once, each time in a new transaction. It returns refused if it wrote no row. With any
// other error its writes are rolled back.
func (s *Store) commitGroup(ctx context.Context, f func(*tx) error) error {
	if s.writer == nil {
		return ErrReadOnly
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	c := &waiter{chain: s.chain, f: f, err: errUnwritten, done: make(chan struct{})}
	s.claims.add(c)
	// Let other goroutines that are ready to claim do so before the commit begins. On
	// a single core they could not run during the commit.
	runtime.Gosched()
	for {
		// A claim that is committed must not lead. The select below would choose between
		// its result and the free lead at random: on one core, every second claim of a
		// group then committed again, for the one or two that had arrived by then.
		select {
		case <-c.done:
			return c.err
		default:
		}
		select {
		case s.lead <- struct{}{}:
			if err := c.lead(ctx, s); err != nil {
				return err
			}
		case <-c.done:
		case <-ctx.Done():
			if s.claims.withdraw(c) {
				return ctx.Err()
			}
			<-c.done
		}
	}
}

// lead waits for the turn, commits the waiting claims and releases the lead, which the
// caller holds. It fails if ctx ends before the turn comes; c is then withdrawn. Only one
// claim waits for the turn at a time, and the turn goes to waiting goroutines in order of
// arrival. So a write waits for at most one group of claims, and a group for the writes that
// came before it.
func (c *waiter) lead(ctx context.Context, s *Store) error {
	release := func() { <-s.lead }
	select {
	case <-c.done: // by the claim that led before
		release()
		return nil
	default:
	}
	select {
	case s.turn <- struct{}{}:
	case <-ctx.Done():
		s.claims.withdraw(c)
		release()
		return ctx.Err()
	}
	defer func() { <-s.turn }()
	defer release() // before the turn: on one core, the goroutine that is woken last runs first
	s.leadCommit()
	return nil
}

// leadCommit commits the waiting claims, and closes their done channels. The caller holds
// the turn.
func (s *Store) leadCommit() {
	var taken, open []*waiter // open: taken, without the claims that failed alone
	defer func() {
		for _, c := range taken {
			close(c.done)
		}
	}()
	next := func() bool {
		if len(taken) == maxGroup {
			return false
		}
		c := s.claims.next()
		if c != nil {
			taken, open = append(taken, c), append(open, c)
		}
		return c != nil
	}
	for next() {
		// These claims are taken even if the transaction cannot begin, so that all of
		// them get that error.
	}
	for len(open) > 0 {
		at := len(open)
		err := s.transact(func(w *tx) error {
			for at = 0; at < len(open) || next(); at++ {
				if err := open[at].run(w); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil && at < len(open) && !ofDisk(err) {
			// A statement failed and the disk did not. The claim with that statement
			// fails alone, and the others are tried again in a new transaction.
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

func (c *waiter) run(w *tx) error {
	w.chain = c.chain
	err := c.f(w)
	var r refused
	if c.refusal = nil; errors.As(err, &r) {
		c.refusal, err = r.error, nil
	}
	return err
}
