package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// loop moves every order forward, step by step. Its parts take turns, so their state needs
// no locks.
type loop struct {
	*Settings
	store interface {
		LaunchStore
		OrderStore
		Outbox
		Journal
		StoreHealth
	}
	log     *slog.Logger
	clock   func() time.Time
	minter  common.Address
	signals *signals
	notify  *notifier
	monitor *monitor
	opened  *opening
	queued  *atomic.Int64 // orders claimed and not sent
	stops   stops

	turns    *turns
	lines    []*line
	troubles []error // of lines, since the last step

	view   *view
	rhythm *rhythm
	clocks *clocks

	follower *follower
	audit    *audit
	backfill *backfiller
	expirer  *expirer
	gas      *gas
	txs      *txManager
	batcher  *batcher
	settler  *settler
	delivery *deliveryWatch
}

// signals wake the loop. Each channel holds at most one signal.
type signals struct {
	work chan struct{} // there is something to send
	read chan struct{} // the chain must be read now
	head chan struct{} // a node announced a block
}

func newSignals() signals {
	return signals{make(chan struct{}, 1), make(chan struct{}, 1), make(chan struct{}, 1)}
}

// signal sends a signal unless one is there already. It does not wait.
func signal(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// beside calls do while the loop's parts run side by side, and returns after all of them.
// do has the turn, and gives it away with pause.
func (lp *loop) beside(ctx context.Context, do func(ctx context.Context, pause func(func())) error) error {
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
func (lp *loop) run(ctx context.Context) error { return lp.beside(ctx, lp.runBeside) }

func (lp *loop) runBeside(ctx context.Context, pause func(func())) error {
	timer := time.NewTimer(0)
	defer timer.Stop()
	for failures := 0; ; {
		var why cause
		pause(func() { why = lp.next(ctx, timer) })
		now := lp.clock()
		if why == stopped {
			return nil
		}
		if !lp.mustRead(why, now) {
			lp.wakeLines(ctx, false)
			timer.Reset(lp.until(now))
			continue
		}
		err := lp.stepOn(ctx)
		switch {
		case errors.Is(err, ErrReplaced):
			lp.monitor.draining.Store(true)
			return err
		case ctx.Err() != nil:
			return nil
		case err != nil:
			if failures++; failures&(failures-1) == 0 { // 1st, 2nd, 4th, 8th …
				lp.log.Error("step", "err", err, "failures", failures)
			}
		default:
			failures = 0
		}
		now = lp.clock()
		lp.rhythm.look = now.Add(lp.pause(now, failures))
		timer.Reset(lp.until(now))
	}
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
		return lp.view.behind
	}
	return !now.Before(r.look)
}

// cause is why run does something.
type cause int

const (
	stopped   cause = iota // ctx is done
	timeIsUp               // the timer's
	newWork                // there may be something to send
	announced              // a node announced a block
	read                   // the chain is to be read now
)

// next waits for the next cause.
func (lp *loop) next(ctx context.Context, timer *time.Timer) cause {
	select {
	case <-ctx.Done():
		return stopped
	case <-timer.C:
		return timeIsUp
	case <-lp.signals.read:
		return read
	case <-lp.signals.head:
		return announced
	case <-lp.signals.work:
		return newWork
	}
}

// until returns the time until the chain is read next, or until batches leave.
func (lp *loop) until(now time.Time) time.Duration {
	r := lp.rhythm
	if r.quick() {
		r.look = earlierOf(r.look, now.Add(r.soon(now)))
	}
	at := r.look
	if lp.queued.Load() > 0 && lp.batcher.wokenAt != lp.view.head {
		at = earlierOf(at, r.leaveAt())
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
	return lp.beside(ctx, func(ctx context.Context, pause func(func())) error {
		tick := time.NewTicker(lp.Poll)
		defer tick.Stop()
		for {
			if err := lp.step(ctx); err != nil && ctx.Err() == nil {
				lp.log.Error("step", "err", err)
			} else if n, err := lp.store.Count(ctx, Query{States: []State{Claimed, Minting}}); err == nil && n == 0 {
				return nil
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
	})
}

// Step moves every order forward after one read of the chain: it reads events, resolves
// sent transactions, concludes final orders, sends transactions again that are not
// mined, and sends claimed and owed orders. It is both the live path and the recovery.
// Only one goroutine at a time may run it.
func (e *Engine) Step(ctx context.Context) error { return e.loop.step(ctx) }

// step is [Engine.Step].
func (lp *loop) step(ctx context.Context) error {
	launches, err := lp.store.Launches(ctx)
	if err != nil {
		lp.view.current = false
		return fmt.Errorf("step: %w", err)
	}
	caughtUp, err := lp.follower.advance(ctx, launches, true)
	switch {
	case err == nil:
		lp.view.behind = !caughtUp
		lp.follower.progressed(caughtUp)
		lp.rhythm.saw(lp.view.head, lp.clock())
	case errors.Is(err, ErrUnknownBlock) && lp.view.head.Number > 0:
		// A node that has not seen a block yet is no evidence about the chain.
		lp.log.Debug("read chain", "err", err)
	default:
		lp.view.current = false
		if errors.Is(err, ErrOtherChain) {
			rejoined, lost := lp.follower.rejoin(ctx, launches)
			if rejoined {
				signal(lp.signals.work)
			}
			err = errors.Join(err, lost)
		}
		lp.publish(ctx, launches, err)
		return fmt.Errorf("read chain: %w", err)
	}
	lp.follower.astray = astray{}
	if launches, err = lp.store.Launches(ctx); err != nil { // now with how far they were read
		lp.view.current = false
		return fmt.Errorf("step: %w", err)
	}
	if err := lp.conclude(ctx, launches); err != nil {
		lp.view.current = false
		lp.publish(ctx, launches, err)
		return err
	}
	lp.publish(ctx, launches, nil)
	if lp.view.behind {
		lp.view.current = false
		signal(lp.signals.work) // for the next step
		return nil
	}
	lp.view.current = true
	lp.wakeLines(ctx, true)
	sent := lp.takeTroubles()
	if sent != nil && lp.store.Failed(sent) {
		lp.examine(ctx, launches, sent)
	}
	lp.recountQueue(ctx)
	arrived, err := lp.backfill.advance(ctx, launches)
	if err == nil && arrived { // they can be sold
		if launches, err = lp.store.Launches(ctx); err == nil {
			err = lp.audit.check(ctx, launches)
			lp.examine(ctx, launches, err)
		}
	}
	return errors.Join(sent, err)
}

// conclude draws the conclusions from what was read, one after the other. Only balances and
// fees are read beside that: nothing else depends on them.
func (lp *loop) conclude(ctx context.Context, launches []Launch) error {
	var gas, others error
	lp.turns.all(
		func() {
			if err := lp.gas.check(ctx, launches); err != nil {
				gas = fmt.Errorf("check gas: %w", err)
			}
		},
		func() {
			for _, do := range []struct {
				what string
				step func(context.Context, []Launch) error
			}{
				{"read missing payments", lp.expirer.readMissed},
				{"read final blocks a second time", lp.audit.readTwice},
				{"check books", lp.audit.checkAtHead},
				{"conclude final payments", lp.follower.finalize},
				{"resolve transactions", lp.txs.resolve},
				{"conclude expired payments", lp.expirer.run},
			} {
				if err := do.step(ctx, launches); err != nil {
					others = fmt.Errorf("%s: %w", do.what, err)
					return
				}
			}
		},
	)
	return errors.Join(others, gas)
}

// view is how far the chain is read. Only the goroutine that steps uses it.
type view struct {
	head, final Block
	newest      uint64        // highest number that any node reported as final
	late        time.Duration // age of the head when it came
	behind      bool          // the chain is longer than head
	current     bool          // the last step read the chain up to its head; otherwise nothing is sent
}
