package mint

import (
	"context"
	"slices"
	"sort"
	"time"
)

// A final block is a node's claim, and some nodes claim it of their newest block. If
// the chain then drops that block, all events read after the last common block are from
// a branch that was abandoned. The ledger returns to the point where its stored events
// are the chain's, and reads the chain again from there.
//
// This requires evidence that lasts. For leaveAfter, the chain must have the same other
// block at that number, or newest blocks below it with an earlier time. And every
// launch must be on it as registered. Until then no price is quoted, no transaction is
// sent and no order is voided.

// leaveAfter is how long nodes must show the same other block in place of a final one.
const leaveAfter = 10 * time.Second

// astray is the chain's block at the number where the ledger has another, final one.
// The block is zero if the chain is not that long.
type astray struct {
	instead Block
	since   time.Time // zero: not astray
}

// rejoin goes back to the newest block that the ledger and the chain share, once it is
// established that the newest final block is not the chain's. It reports whether it
// did. An error is the store's or the chain's.
func (f *follower) rejoin(ctx context.Context, launches []Launch) (done bool, err error) {
	cursor, err := f.store.Cursor(ctx)
	if err != nil || len(cursor) == 0 {
		return false, err
	}
	final := cursor[len(cursor)-1]
	latest, _, err := f.chain.Head(ctx)
	if err != nil {
		return false, err
	}
	var now Block
	if !cannotFollow(latest, final) {
		now, err = f.blocks.at(ctx, final.Number)
	}
	switch last := f.astray; {
	case err != nil:
		return false, err
	case now.Hash == final.Hash:
		f.astray = astray{}
		return false, nil
	case last.since.IsZero() || last.instead.Hash != now.Hash:
		f.astray = astray{now, f.clock()}
		return false, nil
	case f.clock().Sub(last.since) < leaveAfter:
		return false, nil
	}
	for _, l := range launches {
		if differs, err := f.chain.Differs(ctx, l); err != nil || differs != "" {
			return false, err // another chain, or a launch that this branch does not have
		}
	}
	shared, err := f.sharedEvents(ctx, launches, final, latest.Number)
	if err != nil {
		return false, err
	}
	changed, err := f.store.Advance(ctx, Advance{RevertTo: shared.Number, Head: shared, Final: shared, Unfinal: true})
	if err != nil {
		f.audit.takenBack(Block{}) // it may be on disk
		return false, err
	}
	f.log.Warn("blocks that a node called final are not on the chain; reading it again", "from", shared.Number+1, "final", final.Number, "orders", len(changed))
	f.forgetAbove(shared)
	f.notify.announce(ctx, changed)
	return true, nil
}

// sharedEvents returns the newest block with an event of ours that the chain has, or
// the block before the first launch. It uses a binary search, because all blocks before
// a shared one are shared. Blocks above the chain's newest are not shared.
func (f *follower) sharedEvents(ctx context.Context, launches []Launch, final Block, newest uint64) (shared Block, err error) {
	hashes := map[uint64]Block{}
	first := min(final.Number, newest)
	for _, l := range launches {
		first = min(first, max(l.DeployedAt, 1)-1)
		err := f.store.EachEvent(ctx, l.Slug, 0, final.Number-min(final.Number, 1), func(ev Event) error {
			hashes[ev.At.Block] = Block{Number: ev.At.Block, Hash: ev.At.BlockHash}
			return nil
		})
		if err != nil {
			return shared, err
		}
	}
	var blocks []Block
	for _, b := range hashes {
		blocks = append(blocks, b)
	}
	slices.SortFunc(blocks, func(a, b Block) int { return int(int64(a.Number) - int64(b.Number)) })
	left := sort.Search(len(blocks), func(i int) bool {
		if err != nil {
			return false
		}
		if blocks[i].Number > newest {
			return true
		}
		var b Block
		b, err = f.blocks.at(ctx, blocks[i].Number)
		return err == nil && b.Hash != blocks[i].Hash
	})
	if err != nil {
		return shared, err
	}
	if left > 0 {
		first = max(first, blocks[left-1].Number)
	}
	return f.blocks.at(ctx, first)
}

// forgetAbove forgets conclusions from blocks above one.
func (f *follower) forgetAbove(shared Block) {
	f.audit.takenBack(shared)
	f.astray = astray{}
	f.view.head, f.view.final, f.view.newest, f.doubted = shared, shared, shared.Number, 0
	f.view.behind = true
	for slug, s := range f.audit.standings {
		s.unchecked()
		s.expired, s.ripe = 0, Block{}
		clear(s.usage)
		f.notify.waiters.agreed(slug, Block{})
	}
	f.left()
}

// Astray reports whether the newest final block of the ledger is not the chain's. Then
// no order of the ledger is final.
func (e *Engine) Astray() bool {
	return slices.ContainsFunc(e.monitor.latest.Load().faults, func(f Fault) bool { return f.Code == "chain_differs" })
}
