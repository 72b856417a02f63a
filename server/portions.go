package server

import "sync"

// portions counts what visitors use of something of which there is only so much,
// all together and each.
type portions struct {
	max, each int

	mu sync.Mutex
	n  int
	by map[visitor]int
}

func newPortions(most int) *portions {
	return &portions{max: most, each: max(1, most/4), by: map[visitor]int{}}
}

// take returns false if there is no more, or no more for this visitor.
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

func (p *portions) give(who visitor) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n--
	if p.by[who]--; p.by[who] == 0 {
		delete(p.by, who)
	}
}
