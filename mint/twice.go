package mint

import (
	"context"
	"time"
)

// Counters miss events that cancel out: a payment and a refund of the same amount, both
// missing from a node's logs. So no decision is based on counters alone. Every block of
// a launch is read a second time, from the next node if there is one: once it is final,
// and some time after the first reading, when a lagging index of logs has caught up. The
// store keeps how far that is, so a restart leaves no block out. And an unknown payment
// with a used nonce is refused only because of the log of that use.
//
// An index that lacks the same events in both readings, minutes apart, is not noticed.

const (
	// twiceEvery is how many blocks must be final after a block, and twiceAfter how much
	// time of the chain must pass, before it is read a second time. The blocks that are
	// due then are read together.
	twiceEvery, twiceAfter = 64, 2 * time.Minute
	// rereadRest is the pause after a second reading without an answer.
	rereadRest = time.Minute
)

// readTwice reads final blocks of each launch a second time, at most maxBlocks of each,
// and stores the events that the first reading missed. An error is the store's.
func (a *audit) readTwice(ctx context.Context, launches []Launch) error {
	final := a.view.final
	if a.view.behind || final.Hash == (Block{}).Hash {
		return nil
	}
	for _, l := range launches {
		s := a.standing(l.Slug)
		if !l.upTo(a.view.head) || a.clock().Before(s.rereadAt) {
			continue
		}
		if s.ripe.Number == 0 {
			s.ripe = final // read by now, once
		}
		if final.Number < s.ripe.Number+twiceEvery || final.Time.Sub(s.ripe.Time) < twiceAfter {
			continue
		}
		if l.Twice < s.ripe.Number {
			read, err := a.readOnceMore(ctx, l, s)
			if err != nil {
				return err
			}
			if read < s.ripe.Number {
				continue // on from there with the next step
			}
		}
		s.ripe = final
	}
	return nil
}

// readOnceMore reads the blocks that were read once, up to the ripe block, and at most
// maxBlocks. It returns up to which block all were read twice. An error is the store's.
func (a *audit) readOnceMore(ctx context.Context, l Launch, s *standing) (read uint64, err error) {
	from, to := Block{Number: max(l.Twice, max(l.DeployedAt, 1)-1)}, s.ripe
	var found []Event
	if to.Number > from.Number+maxBlocks {
		to, err = a.blocks.at(ctx, from.Number+maxBlocks)
	}
	if err == nil && to.Number > from.Number {
		found, err = a.chain.Reread(ctx, []Launch{l}, from, to, 0)
	}
	if err != nil {
		a.log.Debug("read final blocks a second time", "launch", l.Slug, "from", from.Number+1, "to", to.Number, "err", err)
		s.rereadAt = a.clock().Add(rereadRest)
		return from.Number, nil
	}
	missing, err := a.compare(ctx, l, &repair{at: from}, found, to)
	if err != nil {
		return from.Number, err
	}
	if len(missing) > 0 {
		s.unchecked()
	}
	return to.Number, a.fillIn(ctx, Fill{Launch: l.Slug, Events: missing, Twice: to.Number}, a.view.head.Number)
}
