package mint

import (
	"context"
	"errors"
	"log/slog"
	"slices"
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
// maxBlocks. It returns up to which block all were read twice. Events that the chain's state
// does not confirm may need others of newer blocks: then it reads on, up to the newest block,
// and begins again with another node if that does not help. An error is the store's.
func (a *audit) readOnceMore(ctx context.Context, l Launch, s *standing) (read uint64, err error) {
	from, to, r := Block{Number: max(l.Twice, max(l.DeployedAt, 1)-1)}, s.ripe, s.second
	if s.second = nil; r == nil {
		r = &repair{attempt: s.doubted, at: from}
	} else {
		to = a.view.head
	}
	var found []Event
	if to.Number > r.at.Number+maxBlocks {
		to, err = a.blocks.at(ctx, r.at.Number+maxBlocks)
	}
	if err == nil && to.Number > r.at.Number {
		found, err = a.chain.Reread(ctx, []Launch{l}, r.at, to, r.attempt)
	}
	if err != nil {
		a.log.Debug("read final blocks a second time", "launch", l.Slug, "from", r.at.Number+1, "to", to.Number, "err", err)
		s.rereadAt = a.clock().Add(rereadRest)
		return from.Number, nil
	}
	missing, err := a.compare(ctx, l, r, found, to)
	if err != nil {
		return from.Number, err
	}
	r.at = to
	if r.missing = append(r.missing, missing...); len(r.missing) > 0 {
		s.unchecked()
		if r.missing, err = a.addConfirmed(ctx, l, r.missing); err != nil {
			return from.Number, err
		}
	}
	switch whole := to.Number >= a.view.head.Number; {
	case len(r.missing) > 0 && !whole:
		s.second = r
		return from.Number, nil
	case len(r.missing) > 0:
		if c, err := a.conditions(ctx, l, a.view.head); err == nil {
			if err := a.replace(ctx, l, r, c); err != nil {
				return from.Number, err
			}
		}
	}
	if len(r.missing) > 0 {
		s.doubted++
		s.rereadAt = a.clock().Add(rereadRest)
		return from.Number, nil
	}
	s.doubted = 0
	read = min(to.Number, s.ripe.Number)
	return read, a.fillIn(ctx, Fill{Launch: l.Slug, Twice: read}, a.view.head.Number)
}

// backfiller reads the past of launches that were registered while the engine ran, until
// they are read as far as the others.
type backfiller struct {
	chain   BlockReader
	log     *slog.Logger
	blocks  *blocks
	view    *view
	audit   *audit
	signals *signals

	turn int // index of the launch that is behind and is read next
}

// advance reads the next blocks of launches that are behind the others, at most
// maxStretches in all, beginning with those that waited longest. Each read is stored
// with the block it reached, so no block is read twice. A failure of one launch does
// not hold up the others; a returned error is the store's. advance reports whether any
// launch reached the newest block. It runs when the cursor is at the chain's head.
func (b *backfiller) advance(ctx context.Context, launches []Launch) (arrived bool, err error) {
	// One that is stored above the head was read by a step whose commit failed only in
	// appearance: the next step goes on from there.
	behind := slices.DeleteFunc(slices.Clone(launches), func(l Launch) bool {
		return l.upTo(b.view.head) || l.Read.Number > b.view.head.Number
	})
	if len(behind) == 0 {
		return false, nil
	}
	failed := map[string]bool{}
	for n := range maxStretches {
		l := &behind[(b.turn+n)%len(behind)]
		if failed[l.Slug] || l.upTo(b.view.head) {
			continue
		}
		err := b.readOn(ctx, l)
		var lost *chainError
		if errors.As(err, &lost) {
			failed[l.Slug] = true
			b.log.Warn("read a new launch", "launch", l.Slug, "block", l.Read.Number, "err", err)
		} else if err != nil {
			return arrived, err
		} else {
			b.log.Info("reading a new launch", "launch", l.Slug, "block", l.Read.Number, "of", b.view.head.Number)
			arrived = arrived || l.upTo(b.view.head)
			signal(b.signals.read)
		}
	}
	b.turn += maxStretches
	return arrived, nil
}

// readOn reads the next blocks of a launch that is behind.
func (b *backfiller) readOn(ctx context.Context, l *Launch) (err error) {
	to := b.view.head
	if to.Number > l.Read.Number+maxBlocks {
		if to, err = b.blocks.at(ctx, l.Read.Number+maxBlocks); err != nil {
			return &chainError{err}
		}
	}
	events, err := b.chain.Since(ctx, []Launch{*l}, l.Read, to)
	if errors.Is(err, ErrUnknownBlock) {
		return b.retreat(ctx, l, err)
	}
	if err != nil {
		return &chainError{err}
	}
	if err := b.audit.fillIn(ctx, Fill{Launch: l.Slug, To: &to, Events: events}, l.Read.Number); err != nil {
		return err
	}
	l.Read = to
	return nil
}

// retreat goes back to a final block if a reorg removed the block up to which a launch
// was read.
func (b *backfiller) retreat(ctx context.Context, l *Launch, unknown error) error {
	now, err := b.blocks.at(ctx, l.Read.Number)
	if err != nil || now.Hash == l.Read.Hash || l.Read.Hash == (Block{}).Hash {
		return &chainError{errors.Join(unknown, err)}
	}
	to := Block{Number: min(l.Read.Number, max(b.view.final.Number, max(l.DeployedAt, 1)-1))}
	if err := b.audit.fillIn(ctx, Fill{Launch: l.Slug, To: &to}, to.Number); err != nil {
		return err
	}
	l.Read = to
	return nil
}
