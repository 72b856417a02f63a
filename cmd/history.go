package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/mint402/mint402/cmd/audit"
	"github.com/mint402/mint402/mint"
)

// history returns all events of the launch. If known is true, final events come from
// the server's database and the rest from the chain. Otherwise all come from the
// chain.
func (c *contract) history(ctx context.Context, known bool) ([]mint.Event, error) {
	var all []mint.Event
	from := c.launch.DeployedAt
	if known {
		events, final, err := c.finalEvents(ctx)
		if err != nil {
			return nil, err
		}
		all, from = events, max(from, final+1)
	}
	if from == 0 {
		var err error
		if from, err = c.DeployedAt(ctx, c.launch.Token); err != nil {
			return nil, hint(err, "--db FILE of the server's database, which has the block")
		}
	}
	latest, _, err := c.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	err = audit.Blocks(from, latest.Number, c.p.say, func(from, to uint64) error {
		events, err := c.Events(ctx, []mint.Launch{c.launch}, from, to)
		all = append(all, events...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// finalEvents returns the database's events in final blocks, in chain order, and the
// number of the newest final block.
func (c *contract) finalEvents(ctx context.Context) (events []mint.Event, final uint64, err error) {
	cursor, err := c.store.Cursor(ctx)
	if err != nil || len(cursor) == 0 {
		return nil, 0, err
	}
	final = cursor[len(cursor)-1].Number
	newest, err := c.store.Events(ctx, c.launch.Slug, 0)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range slices.Backward(newest) {
		if e.At.Block <= final {
			events = append(events, e)
		}
	}
	return events, final, nil
}

// spending returns the event that minted or refunded an id, or nil.
func spending(events []mint.Event, id mint.PaymentID) *mint.Event {
	for i, e := range events {
		if e.ID == id && (e.Kind == mint.EventMinted || e.Kind == mint.EventRefunded) {
			return &events[i]
		}
	}
	return nil
}

// mentions reports whether an event has an id.
func mentions(events []mint.Event, id mint.PaymentID) bool {
	return slices.ContainsFunc(events, func(e mint.Event) bool { return e.ID == id })
}
