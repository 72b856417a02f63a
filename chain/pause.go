package chain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	// maxPause is the longest pause that a node gets, even if it asks for more. A lone
	// node gets at most maxLonePause: no other answers in its place, so the sale stands
	// still during the pause.
	maxPause, maxLonePause = 5 * time.Minute, 30 * time.Second
	// maxPauseWait is how long a request waits in total for a node that pauses.
	maxPauseWait = 5 * time.Second
	// retryDelay is the pause before a request is retried at the same node. maxRetryAge
	// is the maximum time since the first try began, for any retry.
	retryDelay, maxRetryAge = 200 * time.Millisecond, 5 * time.Second
)

// pausing is the error of a request that was not sent, because the node asked for a
// pause.
type pausing struct{ left time.Duration }

func (r *pausing) Error() string {
	return fmt.Sprintf("limits our request rate: it asked for a pause, which ends in %s", r.left.Round(time.Second))
}

type steadyKey struct{}

// steady returns a context for requests that wait for a pausing node: the read
// continues an answer of the same node.
func steady(ctx context.Context) context.Context {
	return context.WithValue(ctx, steadyKey{}, true)
}

// withRetry makes a request when the node does not pause. If no other node can answer
// instead, it retries once after a passing failure, and retries a busy node after the
// pause that it asks for, while these pauses are at most maxPauseWait in total.
func (n *node) withRetry(ctx context.Context, request func() error) error {
	stays := len(n.of.all) == 1 || ctx.Value(steadyKey{}) != nil
	began, left := n.of.clock(), maxPauseWait
	for failures := 0; ; {
		if pause := n.of.pauseLeft(n); pause > 0 {
			if !stays || pause > left {
				return &trouble{kind: busy, err: &pausing{pause}}
			}
			left -= pause
			if err := n.of.wait(ctx, pause); err != nil {
				return err
			}
		}
		err := request()
		switch kindOf(err) {
		case busy:
			if !stays {
				return err
			}
			if pause := n.of.pauseLeft(n); pause == 0 || pause > left {
				return err
			}
		case broken:
			if failures++; !stays || failures > 1 || isTimeout(err) || ctx.Err() != nil || n.of.clock().Sub(began) > maxRetryAge {
				return err
			}
			if n.of.wait(ctx, retryDelay) != nil {
				return err
			}
		default:
			return err
		}
	}
}

// noteBusy records whether a node is busy, and returns its error.
func (n *node) noteBusy(err error) error {
	switch kindOf(err) {
	case busy:
		n.of.startPause(n, err)
	case broken:
	default:
		n.of.endBusy(n)
	}
	return err
}

// pauseLeft returns how long a node still pauses.
func (p *pool) pauseLeft(n *node) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(n.resume.Sub(p.clock()), 0)
}

// startPause gives a node the pause that it asks for, or twice the last one if it gives
// none. A random part is added, so that clients that were refused together do not retry
// together. Refusals of concurrent requests count once.
func (p *pool) startPause(n *node, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, pause := p.clock(), time.Duration(0)
	if t := toTrouble(err); t != nil {
		pause = t.pause
	}
	if pause == 0 {
		if now.Before(n.resume) {
			return
		}
		pause = minBackoff << min(n.busy, 6)
		n.busy++
	}
	if pause = min(pause, maxPause); len(p.all) == 1 {
		pause = min(pause, maxLonePause)
	}
	resume := now.Add(pause + time.Duration(p.chance()*float64(min(pause/4, 2*time.Second))))
	if resume.After(n.resume) {
		n.resume = resume
	}
}

// endBusy records that a node answered, and so is not busy.
func (p *pool) endBusy(n *node) {
	p.mu.Lock()
	defer p.mu.Unlock()
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
