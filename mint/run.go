package mint

import (
	"context"
	"errors"
	"time"
)

// concurrently calls do while the loop's parts run side by side, and returns after all of them.
// do has the turn, and gives it away with pause.
func (lp *loop) concurrently(ctx context.Context, do func(ctx context.Context, pause func(func())) error) error {
	parts, before := &sideBySide{}, lp.turns.schedule
	lp.turns.schedule = parts
	ctx, cancel := context.WithCancel(ctx)
	defer func() {
		cancel()
		parts.turn.Unlock()
		parts.started.Wait()
		lp.turns.schedule = before
	}()
	parts.turn.Lock()
	return do(ctx, parts.wait)
}

// run is [Engine.Run].
func (lp *loop) run(ctx context.Context) error { return lp.concurrently(ctx, lp.runConcurrently) }

func (lp *loop) runConcurrently(ctx context.Context, pause func(func())) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	stepped := make(chan error, 1) // the result of a step
	lp.reading, lp.again = false, false
	for failures := 0; ; {
		var why cause
		var err error
		pause(func() { why, err = lp.next(ctx, timer, stepped) })
		now := lp.clock()
		switch {
		case why == stopped:
			return nil
		case why == hasStepped:
			lp.reading = false
			if failures, err = lp.result(ctx, failures, err); err != nil || ctx.Err() != nil {
				return err
			}
			now = lp.clock()
			lp.rhythm.look = now.Add(lp.pause(now, failures))
		case lp.mustRead(why, now):
			lp.again = true
		default:
			lp.wakeLines(ctx, false)
		}
		if lp.again && !lp.reading {
			lp.again, lp.reading = false, true
			lp.turns.start(func() { stepped <- lp.stepOn(ctx) })
		}
		timer.Reset(lp.until(now))
	}
}

// result handles the result of a step, and returns how many failed in a row. An error ends
// run.
func (lp *loop) result(ctx context.Context, failures int, err error) (int, error) {
	if either := errors.Join(lp.sent, err); errors.Is(either, ErrReplaced) {
		lp.monitor.draining.Store(true)
		return failures, either
	}
	lp.txs.failing.report("send", lp.sent)
	if err == nil || ctx.Err() != nil {
		return 0, nil
	}
	if failures++; failures&(failures-1) == 0 { // 1st, 2nd, 4th, 8th …
		lp.log.Error("step", "err", err, "failures", failures)
	}
	return failures, nil
}

// mustRead reports whether the chain is read now.
func (lp *loop) mustRead(why cause, now time.Time) bool {
	r := lp.rhythm
	switch why {
	case read:
		return true
	case announced:
		r.announced = now
		soon := lp.tooSoon(now)
		if soon > 0 {
			r.look = now.Add(soon)
		}
		return soon == 0
	case newWork:
		r.idle = false // until a step says otherwise
		if r.failing.IsZero() {
			r.look = earlierOf(r.look, now.Add(lp.pause(now, 0))) // not when it was due without work
		}
		return lp.view.behind
	}
	return !lp.reading && !now.Before(r.look)
}

// cause is why run does something.
type cause int

const (
	stopped    cause = iota // ctx is done
	timeIsUp                // the timer's
	newWork                 // there may be something to send
	announced               // a node announced a block
	read                    // the chain is to be read now
	hasStepped              // a step has ended
)

// next waits for the next cause.
func (lp *loop) next(ctx context.Context, timer *time.Timer, stepped <-chan error) (cause, error) {
	select {
	case <-ctx.Done():
		return stopped, nil
	case err := <-stepped:
		return hasStepped, err
	case <-timer.C:
		return timeIsUp, nil
	case <-lp.signals.read:
		return read, nil
	case <-lp.signals.head:
		return announced, nil
	case <-lp.signals.work:
		return newWork, nil
	}
}

// until returns the time until the chain is read next, or until batches leave.
func (lp *loop) until(now time.Time) time.Duration {
	r := lp.rhythm
	if r.quick() {
		r.look = earlierOf(r.look, now.Add(r.soon(now)))
	}
	at := r.look
	if lp.reading {
		at = now.Add(maxIdle)
	}
	if leave, ok := r.leaveAt(); ok && lp.queued.Load() > 0 && lp.batcher.wokenAt != lp.view.head {
		at = earlierOf(at, leave)
	}
	return max(at.Sub(now), 0)
}

func earlierOf(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// stepOn makes a step and updates the rhythm.
func (lp *loop) stepOn(ctx context.Context) error {
	n, err := lp.store.Count(ctx, Query{States: []State{Claimed, Minting}})
	lp.rhythm.idle = err == nil && n == 0 && lp.queued.Load() == 0
	lp.rhythm.stepped = lp.clock()
	return lp.step(ctx)
}

// drain is [Engine.Drain].
func (lp *loop) drain(ctx context.Context) error {
	lp.monitor.draining.Store(true)
	lp.notify.changes.announce()
	return lp.concurrently(ctx, func(ctx context.Context, pause func(func())) error {
		tick := time.NewTicker(lp.Poll)
		defer tick.Stop()
		underWay := func() bool {
			n, err := lp.store.Count(ctx, Query{States: []State{Claimed, Minting}})
			return err != nil || n > 0
		}
		for underWay() { // without one, it ends whether or not a node answers
			err := lp.step(ctx)
			if !underWay() {
				break
			}
			if err = errors.Join(lp.sent, err); err != nil && ctx.Err() == nil {
				lp.log.Error("step", "err", err)
			}
			pause(func() {
				select {
				case <-ctx.Done():
				case <-tick.C:
				}
			})
			if ctx.Err() != nil {
				return ctx.Err()
			}
		}
		return nil
	})
}
