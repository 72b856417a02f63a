package server

import (
	"errors"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// portions limits how many of something are in use: max in total, and each for one
// visitor.
type portions struct {
	max, each int

	mu sync.Mutex
	n  int
	by map[visitor]int
}

func newPortions(most int) *portions {
	return &portions{max: most, each: max(1, most/4), by: map[visitor]int{}}
}

// take takes one, and returns false if the limit is reached, in total or for this
// visitor.
func (p *portions) take(who visitor) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n >= p.max || p.by[who] >= p.each {
		return false
	}
	p.n++
	p.by[who]++
	return true
}

// How many requests may run at once, a quarter of them of one visitor.
const (
	maxReads = 256 // of those that aggregate, search or query the chain
	maxFiles = 8   // of those for a file of orders
)

var errReads = errors.New("too many such requests are being answered already")

// costly limits how many requests run that aggregate, search or query the chain. A
// request beyond the limit gets errReads.
func (s *Server) costly(handle fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		who := s.visitor(c)
		if !s.reads.take(who) {
			return errReads
		}
		defer s.reads.give(who)
		return handle(c)
	}
}

func (p *portions) give(who visitor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n--
	if p.by[who]--; p.by[who] == 0 {
		delete(p.by, who)
	}
}
