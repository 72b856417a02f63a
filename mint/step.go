package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	queued  *queue
	stops   stops
	others  outsiders

	turns    *turns
	lines    []*line
	reading  bool    // a step is under way
	again    bool    // the next one begins when it ends
	troubles []error // of lines, since the last step
	sent     error   // the troubles before that

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

// Step moves every order forward after one read of the chain: it reads events, resolves
// sent transactions, concludes final orders, sends transactions again that are not
// mined, and sends claimed and owed orders. It is both the live path and the recovery.
// Only one goroutine at a time may run it.
func (e *Engine) Step(ctx context.Context) error {
	err := e.loop.step(ctx)
	return errors.Join(e.loop.sent, err)
}

// step is [Engine.Step]. The errors of lines are in sent: they do not slow down reading.
func (lp *loop) step(ctx context.Context) error {
	lp.sent = nil
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
	lp.view.current, lp.view.started = true, true
	lp.wakeLines(ctx, true)
	lp.sent = lp.takeTroubles()
	if lp.sent != nil && lp.store.Failed(lp.sent) {
		lp.examine(ctx, launches, lp.sent)
	}
	lp.recountQueue(ctx, launches)
	arrived, err := lp.backfill.advance(ctx, launches)
	if err == nil && arrived { // they can be sold
		if launches, err = lp.store.Launches(ctx); err == nil {
			err = lp.audit.check(ctx, launches)
			lp.examine(ctx, launches, err)
		}
	}
	return err
}

// conclude draws the conclusions from what was read, one after the other. Only balances and
// fees are read at the same time: nothing else depends on them.
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
				{"read the cost of gas", lp.gas.account},
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
	started     bool          // a step has done so
}
