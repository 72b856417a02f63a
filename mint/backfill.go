package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"

	"github.com/ethereum/go-ethereum/common"
)

// A launch that is registered after the cursor has passed its deployment is late:
// its events up to the cursor are read by themselves and stored in one write, and
// only then is the chain read for it as for the others. Before that it is not
// sold, since nobody knows what of it is left.

// admitRead admits, at the start, the launches whose events are read with the
// cursor: all if there is no cursor yet, otherwise those that have an event.
func (e *Engine) admitRead(ctx context.Context, launches []Launch) error {
	cursor, err := e.Store.Cursor(ctx)
	if err != nil {
		return err
	}
	for _, l := range launches {
		events, err := e.Store.Events(ctx, l.Slug, 1)
		if err != nil {
			return err
		}
		if len(cursor) == 0 || len(events) > 0 {
			e.memory.admitted[l.Slug] = true
		}
	}
	return nil
}

// admitted parts the launches that the chain is read for from those that were
// registered since the last step.
func (e *Engine) admitted(launches []Launch) (known, late []Launch) {
	for _, l := range launches {
		if e.memory.admitted[l.Slug] {
			known = append(known, l)
		} else {
			late = append(late, l)
		}
	}
	return known, late
}

// admit reads on what happened to launches that were registered while we run, as
// much as is read in a step anyway, and admits those of which all is stored. What
// goes wrong with one holds up no other, and is tried again with the next step.
// The cursor is at the chain's head.
func (e *Engine) admit(ctx context.Context, late []Launch) {
	for _, l := range late {
		a := e.memory.arrears[l.Slug]
		if a == nil {
			a = newArrears(l)
			e.memory.arrears[l.Slug] = a
		}
		err := e.settleArrears(ctx, l, a)
		if errors.Is(err, ErrUnknownBlock) { // a reorg took what was read up to
			delete(e.memory.arrears, l.Slug)
		}
		if err != nil {
			e.Log.Warn("read a new launch", "launch", l.Slug, "err", err)
		}
	}
}

func (e *Engine) settleArrears(ctx context.Context, l Launch, a *arrears) error {
	cursor, err := e.Store.Cursor(ctx)
	if err != nil {
		return err
	}
	if len(cursor) > 0 { // else it is read with everything else
		whole, err := a.read(ctx, e.Chain, l, cursor[0])
		if err != nil {
			return err
		}
		if !whole {
			e.nudge() // the next step goes on
			return nil
		}
		if err := e.apply(ctx, cursor, a.events); err != nil {
			return err
		}
	}
	delete(e.memory.arrears, l.Slug)
	admitted := maps.Clone(e.memory.admitted) // somebody may read the last one now
	admitted[l.Slug] = true
	e.memory.admitted = admitted
	e.memory.checked = Block{} // its conditions are read before it is sold
	e.Log.Info("on sale", "launch", l.Slug, "token", l.Token, "events", len(a.events))
	return nil
}

// arrears are what was read of a late launch so far.
type arrears struct {
	to     Block // up to here; with a hash once something was read
	events []Event
}

func newArrears(l Launch) *arrears { return &arrears{to: Block{Number: max(l.DeployedAt, 1) - 1}} }

// read reads on towards the head, maxBlocks at most, and reports whether it got
// there.
func (a *arrears) read(ctx context.Context, chain Chain, l Launch, head Block) (whole bool, err error) {
	if a.to.Number >= head.Number {
		// Deployed in a block that we have yet to read; or a branch as long as
		// the one that was read took its place.
		if a.to.Hash != (common.Hash{}) && a.to.Hash != head.Hash {
			return false, fmt.Errorf("read events of %s: %w", l.Slug, ErrUnknownBlock)
		}
		return true, nil
	}
	to := head
	if to.Number > a.to.Number+maxBlocks {
		if to, err = chain.Block(ctx, a.to.Number+maxBlocks); err != nil {
			return false, err
		}
	}
	found, err := chain.Since(ctx, []Launch{l}, a.to, to)
	if err != nil {
		return false, fmt.Errorf("read events of %s: %w", l.Slug, err)
	}
	a.events, a.to = append(a.events, found...), to
	return to.Number == head.Number, nil
}

// apply adds events of blocks that the cursor has passed already.
func (e *Engine) apply(ctx context.Context, cursor []Block, events []Event) error {
	if len(events) == 0 {
		return nil
	}
	final := cursor[len(cursor)-1]
	changed, err := e.Store.Advance(ctx, Advance{RevertTo: cursor[0].Number, Events: events, Head: cursor[0], Final: final})
	e.tell(ctx, changed)
	return err
}
