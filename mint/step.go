package mint

import (
	"context"
	"errors"
	"fmt"
)

// Step moves every order forward after one read of the chain: it reads events, resolves
// sent transactions, concludes final orders, sends transactions again that are not
// mined, and sends claimed and owed orders. It is both the live path and the recovery.
// Only one goroutine at a time may run it.
func (e *Engine) Step(ctx context.Context) error { return e.loop.step(ctx) }

// step is [Engine.Step].
func (lp *loop) step(ctx context.Context) error {
	launches, err := lp.store.Launches(ctx)
	if err != nil {
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
		if errors.Is(err, ErrOtherChain) {
			rejoined, lost := lp.follower.rejoin(ctx, launches)
			if rejoined {
				signal(lp.signals.work)
			}
			err = errors.Join(err, lost)
		}
		lp.examine(ctx, launches, err)
		return fmt.Errorf("read chain: %w", err)
	}
	lp.follower.astray = astray{}
	if launches, err = lp.store.Launches(ctx); err != nil { // now with how far they were read
		return fmt.Errorf("step: %w", err)
	}
	for _, do := range []struct {
		what string
		step func(context.Context, []Launch) error
	}{
		{"read missing payments", lp.expirer.readMissed},
		{"read final blocks a second time", lp.audit.readTwice},
		{"check books", lp.audit.checkAtHead},
		{"conclude final payments", lp.follower.finalize},
		{"check gas", lp.gas.check},
		{"resolve transactions", lp.txs.resolve},
		{"conclude expired payments", lp.expirer.run},
	} {
		if err := do.step(ctx, launches); err != nil {
			lp.examine(ctx, launches, err)
			return fmt.Errorf("%s: %w", do.what, err)
		}
	}
	lp.examine(ctx, launches, nil)
	if lp.view.behind {
		signal(lp.signals.work) // for the next step
		return nil
	}
	sent := lp.send(ctx)
	if sent != nil && lp.store.Failed(sent) {
		lp.examine(ctx, launches, sent)
	}
	arrived, err := lp.backfill.advance(ctx, launches)
	if err == nil && arrived { // they can be sold
		if launches, err = lp.store.Launches(ctx); err == nil {
			err = lp.audit.check(ctx, launches)
			lp.examine(ctx, launches, err)
		}
	}
	return errors.Join(sent, err)
}
