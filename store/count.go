package store

import (
	"fmt"

	"github.com/mint402/mint402/mint"
)

// bucket holds the launch, state and quantity with which an order counts. The zero
// bucket means that it does not count.
type bucket struct {
	launch   string
	state    mint.State
	quantity int64
}

func bucketOf(o *mint.Order) bucket { return bucket{o.Launch, o.State(), o.Quantity} }

// count is the sum of changes that orders make to the figures of a launch.
type count struct {
	sold, reserved int64
	orders         map[mint.State]int
}

func (c *count) add(p bucket, times int) {
	switch n := p.quantity * int64(times); {
	case p.state.Sold():
		c.sold += n
	case p.state.Reserves():
		c.reserved += n
	}
	c.orders[p.state] += times
}

// move records that an order's bucket changed, for settleCounters at the end of the
// transaction.
func (w *tx) move(from, to bucket) {
	if from == to {
		return
	}
	if from != (bucket{}) {
		w.moved(from.launch).add(from, -1)
	}
	if to != (bucket{}) {
		w.moved(to.launch).add(to, +1)
	}
}

func (w *tx) moved(launch string) *count {
	c := w.moves[launch]
	if c == nil {
		c = &count{orders: map[mint.State]int{}}
		w.moves[launch] = c
	}
	return c
}

// pending returns the change to a launch's reserved counter that is not written yet
// in this transaction.
func (w *tx) pending(launch string) int64 {
	if c := w.moves[launch]; c != nil {
		return c.reserved
	}
	return 0
}

// settleCounters writes the recorded changes to the counters of launches. It is raw SQL
// for its RETURNING, and runs in every claim; see record.go for the cost of Updates.
func (w *tx) settleCounters() error {
	for launch, c := range w.moves {
		if c.sold == 0 && c.reserved == 0 {
			continue
		}
		var now counters
		err := w.row("UPDATE launches SET sold = sold + ?, reserved = reserved + ? WHERE slug = ? RETURNING sold, reserved, cap, reported",
			c.sold, c.reserved, launch).Scan(&now.sold, &now.reserved, &now.cap, &now.reported)
		if err == nil {
			err = w.soldOut(launch, now)
		}
		if err != nil {
			return fmt.Errorf("count launch %s: %w", launch, err)
		}
		w.counters[launch] = now
	}
	return nil
}

// counters are a launch's Sold and Reserved, with its Cap and Reported.
type counters struct {
	sold, reserved, cap int64
	reported            mint.Standing
}
