package server

import (
	"context"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/mint"
)

// Stats is the history of a launch's mints, by the chain's events.
type Stats struct {
	Launch   string    `json:"launch"` // slug
	Mints    int64     `json:"mints"`  // payments
	Payers   int64     `json:"payers"` // distinct ones
	Sold     int64     `json:"sold"`   // allotments
	Proceeds Price     `json:"proceeds"`
	From     time.Time `json:"from"`   // when the sale could start
	To       time.Time `json:"to"`     // of the newest block read
	Points   []Point   `json:"points"` // in chain order, 64 at most
}

// Point is the totals up to and including a block.
type Point struct {
	Block    uint64    `json:"block"`
	At       time.Time `json:"at"` // the block's own time
	Sold     int64     `json:"sold"`
	Proceeds string    `json:"proceeds"` // whole units of the asset
	Mints    int64     `json:"mints"`
}

// askTimes is how long we wait for block times from the chain.
const askTimes = 5 * time.Second

// statsOf returns the history of a launch's mints. A block without a known time, or one
// that is no longer on the chain, gives no point; its mints are in the next point. The
// chain is read once per head, for all requests.
func (s *Server) statsOf(ctx context.Context, l mint.Launch) (Stats, error) {
	t, err := s.tally(ctx, l.Slug)
	if err != nil {
		return Stats{}, err
	}
	t.drawing.Lock()
	defer t.drawing.Unlock()
	if t.drawn == nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), askTimes)
		defer cancel()
		drawn := s.draw(ctx, l, t)
		t.drawn = &drawn
	}
	return *t.drawn, nil
}

func (s *Server) draw(ctx context.Context, l mint.Launch, t *tallied) Stats {
	last := make([]mint.Block, len(t.Stretches))
	for i, stretch := range t.Stretches {
		last[i] = mint.Block{Number: stretch.Last, Hash: stretch.Hash}
	}
	s.times.fetch(ctx, s.Engine, last...)
	amount := l.Total(t.Sold)
	stats := Stats{Launch: l.Slug, Mints: t.Mints, Payers: t.Payers, Sold: t.Sold, Proceeds: Price{amount.String(), l.Asset.Format(amount)},
		To: t.head.Time.UTC(), Points: make([]Point, 0, len(t.Stretches))}
	var mints, sold int64
	for _, stretch := range t.Stretches {
		mints, sold = mints+stretch.Mints, sold+stretch.Sold
		if at, ok := s.times.get(stretch.Hash); ok {
			stats.Points = append(stats.Points, Point{stretch.Last, at.UTC(), sold, l.Asset.Format(l.Total(sold)), mints})
		}
	}
	stats.From = s.starts.of(ctx, s.Engine, l)
	if n := len(stats.Points); n > 0 {
		if first := stats.Points[0].At; stats.From.IsZero() || first.Before(stats.From) {
			stats.From = first
		}
		if last := stats.Points[n-1].At; last.After(stats.To) {
			stats.To = last
		}
	}
	return stats
}

func (s *Server) stats(c *fiber.Ctx) error {
	l, err := s.launchOf(c)
	if err != nil {
		return err
	}
	stats, err := s.statsOf(c.UserContext(), l)
	if err != nil {
		return err
	}
	return c.JSON(stats)
}

// starts caches when the sale of each launch could start: at its deployment, or at its
// opening if that is later.
type starts struct{ bySlug sync.Map } // slug → time.Time

func (m *starts) of(ctx context.Context, e *mint.Engine, l mint.Launch) time.Time {
	if at, ok := m.bySlug.Load(l.Slug); ok {
		return at.(time.Time)
	}
	at := l.OpensAt
	b, err := e.Chain.Block(ctx, l.DeployedAt)
	if err != nil {
		return at
	}
	if b.Time.After(at) {
		at = b.Time
	}
	if l.DeployedAt <= e.Health().Final.Number { // or a reorg may change it
		m.bySlug.Store(l.Slug, at.UTC())
	}
	return at.UTC()
}
