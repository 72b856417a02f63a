package mint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// maxBlocks is the maximum number of blocks in one read. Up to maxNew blocks need so
// few requests that an answer is expected immediately.
const maxBlocks, maxNew = 2000, 8

// follower reads the chain block by block and stores its events: forward to the head, and
// back when blocks were removed.
type follower struct {
	store interface {
		ChainStore
		EventStore
	}
	chain interface {
		BlockReader
		StateReader
	}
	log     *slog.Logger
	clock   func() time.Time
	blocks  *blocks
	silence *silence
	notify  *notifier
	view    *view
	audit   *audit
	// left is called when blocks that a node called final turned out not to be the
	// chain's: it forgets other parts' conclusions from them.
	left func()

	doubted int     // launches with events that did not become final with the head
	reading reading // how fast the chain is read
	astray  astray  // set when the stored final block is not on the chain
}

// advance reads the chain up to its head, at most maxBlocks at a time, for all launches
// that are read up to the same block. It reverts blocks that a reorg removed. It
// reports whether the head was reached. ErrUnknownBlock means that the node that
// answered has not seen a block yet; no conclusion was drawn then. With doubt, orders
// become final only for launches with books that were seen to agree.
func (f *follower) advance(ctx context.Context, launches []Launch, doubt bool) (caughtUp bool, err error) {
	answered := f.silence.asking()
	latest, final, err := f.chain.Head(ctx)
	answered(err)
	if err != nil {
		return false, err
	}
	f.reading.target = latest.Number
	cursor, err := f.store.Cursor(ctx)
	if err != nil {
		return false, err
	}
	var common, read Block // the newest block shared with the chain; the newest read
	if len(cursor) == 0 {  // no block read yet
		if common, err = f.genesis(ctx, launches, latest); err != nil {
			return false, err
		}
		read = common
	} else {
		read = cursor[0]
		if final := cursor[len(cursor)-1]; cannotFollow(latest, final) {
			return false, fmt.Errorf("final block %d (%s) is above block %d, which is younger: %w", final.Number, final.Hash, latest.Number, ErrOtherChain)
		}
		if latest.Number < read.Number { // a node that lags, or a branch that has yet to grow
			f.view.head, f.view.final = read, cursor[len(cursor)-1]
			return true, nil
		}
		if latest.Hash == read.Hash {
			common = read
		} else if common, err = f.shared(ctx, cursor); err != nil {
			return false, err
		}
	}
	head := latest
	if latest.Number > common.Number+maxBlocks {
		if head, err = f.chain.Block(ctx, common.Number+maxBlocks); err != nil {
			return false, err
		}
	}
	if final.Number > head.Number {
		final = head
	}
	a := Advance{RevertTo: common.Number, Head: head, Final: final}
	if head.Hash == read.Hash && head.Hash == f.view.head.Hash && final.Number == f.view.final.Number {
		return true, nil
	}
	newest := final.Number // that is final, whatever this node says
	if len(cursor) > 0 {
		newest = max(newest, cursor[len(cursor)-1].Number)
	}
	if doubt {
		a.Doubted = f.doubtful(launches, newest, common)
	}
	current := together(launches, read)
	for _, l := range current {
		a.Launches = append(a.Launches, l.Slug)
	}
	if head.Number > common.Number && len(current) > 0 {
		if a.Events, err = f.since(ctx, current, common, head); err != nil {
			return false, err
		}
	}
	changed, err := f.store.Advance(ctx, a)
	if err != nil {
		f.audit.takenBack(common) // it may be on disk
		return false, err
	}
	if common.Number < read.Number {
		f.log.Warn("reorg", "from", read.Number, "to", common.Number)
		f.audit.takenBack(common)
	}
	if known := f.view.head.Number > 0; known && head.Number == latest.Number {
		f.view.late = f.clock().Sub(head.Time)
	}
	f.view.head, f.view.final, f.view.newest, f.doubted = head, final, newest, len(a.Doubted)
	f.notify.announce(ctx, changed)
	return head.Number == latest.Number, nil
}

// since reads the events of the blocks after `after` up to `to`.
func (f *follower) since(ctx context.Context, launches []Launch, after, to Block) (events []Event, err error) {
	if to.Number-after.Number <= maxNew {
		answered := f.silence.asking()
		defer func() { answered(err) }()
	}
	return f.chain.Since(ctx, launches, after, to)
}

// doubtful returns the launches with books that were not seen to agree at the newest
// final block or later, on the branch that has the shared block. Their orders must not
// become final yet. So an event that a node invented is never reported to a payer as
// final.
func (f *follower) doubtful(launches []Launch, final uint64, shared Block) (slugs []string) {
	for _, l := range launches {
		if final > shared.Number || !f.audit.standing(l.Slug).agrees(final) {
			slugs = append(slugs, l.Slug)
		}
	}
	return slugs
}

// finalize makes orders final that were doubted when the head was read and were checked
// since.
func (f *follower) finalize(ctx context.Context, launches []Launch) error {
	head := f.view.head
	still := f.doubtful(launches, f.view.newest, head)
	if f.view.behind || len(still) >= f.doubted {
		return nil
	}
	changed, err := f.store.Advance(ctx, Advance{RevertTo: head.Number, Head: head, Final: f.view.final, Doubted: still})
	if err != nil {
		return err
	}
	f.doubted = len(still)
	f.notify.announce(ctx, changed)
	return nil
}

// together returns the launches that are read up to a block of the cursor, which
// continue from there together. A launch that was deployed later and is not read yet is
// included.
func together(launches []Launch, read Block) (current []Launch) {
	for _, l := range launches {
		if l.upTo(read) {
			current = append(current, l)
		}
	}
	return current
}

// upTo reports whether all events of the launch up to a block of the cursor are known.
func (l *Launch) upTo(b Block) bool {
	return l.Read.Number >= b.Number && (l.Read.Hash == common.Hash{} || l.Read.Hash == b.Hash)
}

// genesis returns the block before the first launch's, where reading begins.
func (f *follower) genesis(ctx context.Context, launches []Launch, latest Block) (Block, error) {
	from := latest.Number
	for _, l := range launches {
		from = min(from, l.Read.Number)
	}
	return f.chain.Block(ctx, from)
}

// cannotFollow reports whether two blocks are from different chains: the lower one has
// the later time. On one chain, times grow with the numbers.
func cannotFollow(lower, higher Block) bool {
	return lower.Number < higher.Number && lower.Time.After(higher.Time)
}

// shared returns the newest block we have read that the chain still has. Only a
// different block of the same number proves that a block is gone. A node that does not
// know the number yet is no evidence; the error is then ErrUnknownBlock.
func (f *follower) shared(ctx context.Context, cursor []Block) (Block, error) {
	for _, b := range cursor {
		now, err := f.blocks.at(ctx, b.Number)
		if err != nil {
			return Block{}, err
		}
		if now.Hash == b.Hash {
			return b, nil
		}
	}
	oldest := cursor[len(cursor)-1]
	return Block{}, fmt.Errorf("final block %d (%s) is not the chain's: %w", oldest.Number, oldest.Hash, ErrOtherChain)
}

// blocks reads single blocks.
type blocks struct {
	chain   BlockReader
	silence *silence
}

// at requests a block up to 3 times: several nodes may be behind one URL, and those
// that lag do not know the block.
func (r *blocks) at(ctx context.Context, number uint64) (b Block, err error) {
	answered := r.silence.asking()
	defer func() { answered(err) }()
	for range 3 {
		if b, err = r.chain.Block(ctx, number); !errors.Is(err, ErrUnknownBlock) {
			break
		}
	}
	return b, err
}
