package chain

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"sync/atomic"
	"time"
)

const (
	// callTimeout bounds one request to a node. shortTimeout does where another
	// node may answer instead.
	callTimeout, shortTimeout = 30 * time.Second, 5 * time.Second
	// During a pause, we send a node no requests. maxPause is the longest pause, even if the
	// node asks for a longer one. If the pool has only one node, the limit is maxLonePause:
	// no other node can answer, so the sale stops during the pause. A random part of up to
	// 2 s comes on top of both.
	maxPause, maxLonePause = 5 * time.Minute, 30 * time.Second
	// maxPauseWait is how long one request waits, in total, for the pauses of its node.
	maxPauseWait = 5 * time.Second
	// retryDelay is the time before a failed request is retried at the same node. The retry
	// must begin within maxRetryAge of the first try.
	retryDelay, maxRetryAge = 200 * time.Millisecond, 5 * time.Second
)

// pausing is the error of a request that was not sent, because its node's pause has
// not ended.
type pausing struct{ left time.Duration }

func (r *pausing) Error() string {
	return fmt.Sprintf("limits our request rate: it asked for a pause, which ends in %s", r.left.Round(time.Second))
}

type steadyKey struct{}

// steady returns a context for requests that must go to one node, because they continue an
// answer of it. They wait for its pause to end, although other nodes could answer.
func steady(ctx context.Context) context.Context {
	return context.WithValue(ctx, steadyKey{}, true)
}

// withRetry makes a request, but not during the node's pause. If another node can answer
// instead, it returns the first error. Otherwise it waits for the node's pauses, for at
// most maxPauseWait in total, and retries once after any other failure that may be
// temporary.
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

// noteBusy records whether the node is busy, as its answer to a request shows, and returns
// err unchanged. A node that does not answer may be busy or not.
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

// limited returns a context for one request. The request ends after the node's patience if
// another node may answer instead, otherwise after callTimeout, as that of a node that is
// alone. It is decided when the time is over: where all nodes are equally slow, the first ones
// fail and the last one still answers. tooLate reports whether its patience ended the request.
func (n *node) limited(ctx context.Context) (_ context.Context, tooLate func() bool, ends func()) {
	if len(n.of.all) == 1 {
		ctx, cancel := context.WithTimeout(ctx, n.patience)
		return ctx, func() bool { return false }, cancel
	}
	ctx, cancel := context.WithTimeout(ctx, max(n.patience, callTimeout))
	var late atomic.Bool
	tick, stop := time.NewTicker(n.patience), make(chan struct{})
	go func() {
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				if n.of.otherIsPrompt(n) {
					late.Store(true)
					cancel()
					return
				}
			case <-stop:
				return
			}
		}
	}()
	return ctx, late.Load, func() { close(stop); cancel() }
}

// otherIsPrompt reports whether another healthy node passed its last probe within the time that
// one request has.
func (p *pool) otherIsPrompt(n *node) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(p.all, func(other *node) bool {
		return other != n && other.verified && other.err == nil && other.took < shortTimeout
	})
}

// pauseLeft returns how long a node's pause still lasts; 0 if it has none.
func (p *pool) pauseLeft(n *node) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(n.resume.Sub(p.clock()), 0)
}

// startPause starts the pause that a node asks for in err. If it names no time, the pause is
// minBackoff at first, and twice the last one after that; refusals of concurrent requests
// count once. A random part is added, so that clients that were refused together do not
// retry together.
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

// endBusy records that a node answered, so its next pause starts at minBackoff again.
func (p *pool) endBusy(n *node) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n.busy = 0
}

// probeDue starts the probes that are due, without waiting for them.
func (p *pool) probeDue() {
	if len(p.all) == 1 {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	for _, n := range p.all {
		if !now.Before(later(n.due, n.resume)) {
			p.startProbe(n)
		}
	}
}

// startProbe probes a node in the background, unless that is under way. done closes at the end.
// The caller holds the lock.
func (p *pool) startProbe(n *node) (done chan struct{}) {
	if n.probing != nil || p.closed {
		return n.probing
	}
	done = make(chan struct{})
	n.probing = done
	go func() {
		_ = p.probe(context.Background(), n) // the result is recorded
		p.mu.Lock()
		n.probing = nil
		p.mu.Unlock()
		close(done)
	}()
	return done
}

// untilOnePasses probes nodes that are set aside, side by side, until one passes or all failed:
// one that hangs does not hold up one that is slow. It returns the ones that
// failed, with the reasons.
func (p *pool) untilOnePasses(ctx context.Context, aside []*node) (failed []*node, why []error) {
	came := make(chan *node, len(aside))
	for _, n := range aside {
		p.mu.Lock()
		done := p.startProbe(n)
		p.mu.Unlock()
		go func() {
			if done != nil {
				<-done
			}
			came <- n
		}()
	}
	for range aside {
		select {
		case n := <-came:
			p.mu.Lock()
			err := n.err
			p.mu.Unlock()
			if err == nil {
				return failed, why
			}
			failed, why = append(failed, n), append(why, err)
		case <-ctx.Done():
			return aside[:1], []error{ctx.Err()}
		}
	}
	return failed, why
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

// toTrouble returns the trouble that err wraps. If there is none, it wraps err in a new
// one. It never returns nil.
func toTrouble(err error) *trouble {
	var t *trouble
	if errors.As(err, &t) {
		return t
	}
	return &trouble{kind: kindOf(err), err: err}
}

// isTimeout reports whether a request ended without an answer in time.
func isTimeout(err error) bool {
	var transport net.Error
	return errors.Is(err, context.DeadlineExceeded) || errors.As(err, &transport) && transport.Timeout()
}

// unreachable reports whether a request failed because no connection could be made.
func unreachable(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
