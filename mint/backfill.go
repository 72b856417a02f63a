package mint

import (
	"context"
	"errors"
	"log/slog"
	"slices"
)

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
