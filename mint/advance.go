package mint

import (
	"context"
	"errors"
	"fmt"
)

// maxBlocks is how many blocks one Advance reads at most.
const maxBlocks = 2000

// advance reads the chain up to its head, at most maxBlocks at a time, taking
// back what a reorg took. It reports whether the head was reached.
func (e *Engine) advance(ctx context.Context, launches []Launch) (caughtUp bool, err error) {
	latest, final, err := e.Chain.Head(ctx)
	if err != nil {
		return false, err
	}
	e.memory.reading.target = latest.Number
	cursor, err := e.Store.Cursor(ctx)
	if err != nil {
		return false, err
	}
	var common, read Block // the newest block shared with the chain; the newest read
	if len(cursor) == 0 {  // nothing read yet
		if common, err = e.genesis(ctx, launches, latest); err != nil {
			return false, err
		}
		read = common
	} else {
		read = cursor[0]
		if latest.Number < read.Number { // a node that lags, or a branch that has yet to grow
			e.memory.head, e.memory.final = read, cursor[len(cursor)-1]
			return true, nil
		}
		if latest.Hash == read.Hash {
			common = read
		} else if common, err = e.shared(ctx, cursor); err != nil {
			return false, err
		}
	}
	head := latest
	if latest.Number > common.Number+maxBlocks {
		if head, err = e.Chain.Block(ctx, common.Number+maxBlocks); err != nil {
			return false, err
		}
	}
	if final.Number > head.Number {
		final = head
	}
	if head.Hash == e.memory.head.Hash && final.Number == e.memory.final.Number {
		return true, nil
	}
	a := Advance{RevertTo: common.Number, Head: head, Final: final}
	if head.Number > common.Number && len(launches) > 0 {
		if a.Events, err = e.Chain.Since(ctx, launches, common, head); err != nil {
			return false, err
		}
	}
	if common.Number < read.Number {
		e.Log.Warn("reorg", "from", read.Number, "to", common.Number)
	}
	changed, err := e.Store.Advance(ctx, a)
	if err != nil {
		return false, err
	}
	if known := e.memory.head.Number > 0; known && head.Number == latest.Number {
		e.memory.late = e.Clock().Sub(head.Time)
	}
	e.memory.head, e.memory.final = head, final
	e.tell(ctx, changed)
	e.waiters.read(head)
	return head.Number == latest.Number, nil
}

// genesis is the block before the first launch's, from which reading begins.
func (e *Engine) genesis(ctx context.Context, launches []Launch, latest Block) (Block, error) {
	from := latest.Number
	for _, l := range launches {
		from = min(from, max(l.DeployedAt, 1)-1)
	}
	return e.Chain.Block(ctx, from)
}

// shared is the newest block we have read that the chain still has.
func (e *Engine) shared(ctx context.Context, cursor []Block) (Block, error) {
	for _, b := range cursor {
		now, err := e.Chain.Block(ctx, b.Number)
		if errors.Is(err, ErrUnknownBlock) {
			continue
		}
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
