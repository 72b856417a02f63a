package chain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	// longestRest is the longest pause that a node gets, even if it asks for more.
	longestRest = 5 * time.Minute
	// mostWait is how long a request waits in total for a node that rests.
	mostWait = 5 * time.Second
	// secondTry is the pause before a request is retried at the same node. soonEnough
	// is the maximum time since the first try began, for any retry.
	secondTry, soonEnough = 200 * time.Millisecond, 5 * time.Second
)

// resting is the error of a request that was not sent, because the node asked for a
// pause.
type resting struct{ left time.Duration }

func (r *resting) Error() string {
	return fmt.Sprintf("refuses to be asked so often: it asks for a pause, %s of which are left", r.left.Round(time.Second))
}

type steadyKey struct{}

// steady returns a context for requests that wait for a resting node: the read
// continues an answer of the same node.
func steady(ctx context.Context) context.Context {
	return context.WithValue(ctx, steadyKey{}, true)
}

// patiently makes a request when the node does not rest. If no other node can answer
// instead, it retries once after a passing failure, and retries a busy node after the
// pause that it asks for, while these pauses are at most mostWait in total.
func (n *node) patiently(ctx context.Context, request func() error) error {
	stays := len(n.of.all) == 1 || ctx.Value(steadyKey{}) != nil
	began, left := n.of.clock(), mostWait
	for failures := 0; ; {
		if rest := n.of.rest(n); rest > 0 {
			if !stays || rest > left {
				return &trouble{kind: busy, err: &resting{rest}}
			}
			left -= rest
			if err := n.of.wait(ctx, rest); err != nil {
				return err
			}
		}
		err := request()
		switch kindOf(err) {
		case busy:
			if !stays {
				return err
			}
			if rest := n.of.rest(n); rest == 0 || rest > left {
				return err
			}
		case broken:
			if failures++; !stays || failures > 1 || isTimeout(err) || ctx.Err() != nil || n.of.clock().Sub(began) > soonEnough {
				return err
			}
			if n.of.wait(ctx, secondTry) != nil {
				return err
			}
		default:
			return err
		}
	}
}

// heard records whether a node is busy, and returns its error.
func (n *node) heard(err error) error {
	switch kindOf(err) {
	case busy:
		n.of.leaveAlone(n, err)
	case broken:
	default:
		n.of.calm(n)
	}
	return err
}

// rest returns how long a node still rests.
func (s *nodes) rest(n *node) time.Duration {
	s.mu.Lock()
	defer s.mu.Unlock()
	return max(n.resume.Sub(s.clock()), 0)
}

// leaveAlone gives a node the pause that it asks for, or twice the last one if it gives
// none. A random part is added, so that clients that were refused together do not retry
// together. Refusals of concurrent requests count once.
func (s *nodes) leaveAlone(n *node, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now, pause := s.clock(), time.Duration(0)
	if t := toTrouble(err); t != nil {
		pause = t.pause
	}
	if pause == 0 {
		if now.Before(n.resume) {
			return
		}
		pause = shortest << min(n.busy, 6)
		n.busy++
	}
	pause = min(pause, longestRest)
	resume := now.Add(pause + time.Duration(s.chance()*float64(min(pause/4, 2*time.Second))))
	if resume.After(n.resume) {
		n.resume = resume
	}
}

// calm records that a node answered, and so is not busy.
func (s *nodes) calm(n *node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n.busy = 0
}

// sleep waits for d, or returns the error of ctx.
func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// toTrouble returns the trouble in a node's error, or makes one; never nil.
func toTrouble(err error) *trouble {
	var t *trouble
	if errors.As(err, &t) {
		return t
	}
	return &trouble{kind: kindOf(err), err: err}
}

func isTimeout(err error) bool {
	var transport net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &transport) && transport.Timeout()
}

// unreachable reports whether no connection was made.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
