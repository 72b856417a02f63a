package admin

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

// calendar finds the blocks at which days and weeks begin. It keeps those that are final: a
// block takes about three reads from a node to find.
type calendar struct {
	lock  sync.Mutex
	known map[int64]uint64 // seconds since 1970 → first block from then on
}

// maxSteps bounds the search for one block. A bisection of 2⁶³ blocks needs 63.
const maxSteps = 80

// first returns the first block whose time is not before t. lo is a block before t, and hi one
// that is not.
func (c *calendar) first(ctx context.Context, blocks api.Blocks, t time.Time, lo, hi mint.Block, final uint64) (uint64, error) {
	c.lock.Lock()
	n, known := c.known[t.Unix()]
	c.lock.Unlock()
	if known {
		return n, nil
	}
	for step := 0; hi.Number-lo.Number > 1; step++ {
		if step == maxSteps {
			return 0, fmt.Errorf("find the first block of %s: block times are not in order", t.Format(time.DateOnly))
		}
		// Most chains have a block every few seconds, so the times give the number. Every
		// second step halves the range, in case they do not.
		guess := lo.Number + (hi.Number-lo.Number)/2
		if span := hi.Time.Sub(lo.Time); step%2 == 0 && span > 0 {
			share := float64(t.Sub(lo.Time)) / float64(span)
			guess = lo.Number + uint64(share*float64(hi.Number-lo.Number))
		}
		b, err := blocks.Block(ctx, min(max(guess, lo.Number+1), hi.Number-1))
		if err != nil {
			return 0, fmt.Errorf("find the first block of %s: %w", t.Format(time.DateOnly), err)
		}
		if b.Time.Before(t) {
			lo = b
		} else {
			hi = b
		}
	}
	if hi.Number <= final {
		c.lock.Lock()
		if c.known == nil {
			c.known = map[int64]uint64{}
		}
		c.known[t.Unix()] = hi.Number
		c.lock.Unlock()
	}
	return hi.Number, nil
}

// period is a day or a week, in UTC. Weeks begin on Monday.
type period struct {
	name string
	days int // in it
	most int // periods that are shown
}

// periods are those that revenue is shown by: the last 90 days, or the last 104 weeks.
var periods = []period{{"day", 1, 90}, {"week", 7, 104}}

// start returns the beginning of the period with a time in it.
func (p period) start(t time.Time) time.Time {
	t = t.UTC()
	day := time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, time.UTC)
	if p.days == 7 {
		day = day.AddDate(0, 0, -(int(day.Weekday())+6)%7)
	}
	return day
}

// starts returns the beginnings of the last periods until now, oldest first, from the one with
// first in it on.
func (p period) starts(first, now time.Time) (all []time.Time) {
	from := p.start(now).AddDate(0, 0, -p.days*(p.most-1))
	if begun := p.start(first); begun.After(from) {
		from = begun
	}
	for t := from; !t.After(now); t = t.AddDate(0, 0, p.days) {
		all = append(all, t)
	}
	return all
}
