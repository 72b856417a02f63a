package api

import (
	"net/netip"
	"sync"

	"github.com/gofiber/fiber/v2"
)

// Quota limits how many of something are in use: max in total, and each for one
// client.
type Quota struct {
	max, each int

	mu sync.Mutex
	n  int
	by map[netip.Prefix]int
}

// NewQuota returns a quota of at most max, a quarter of them for one client.
func NewQuota(most int) *Quota {
	return &Quota{max: most, each: max(1, most/4), by: map[netip.Prefix]int{}}
}

// Take takes one, and returns false if the limit is reached, in total or for this
// client.
func (p *Quota) Take(who netip.Prefix) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.n >= p.max || p.by[who] >= p.each {
		return false
	}
	p.n++
	p.by[who]++
	return true
}

// Give gives back one that the client took.
func (p *Quota) Give(who netip.Prefix) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.n--
	if p.by[who]--; p.by[who] == 0 {
		delete(p.by, who)
	}
}

// Taken returns how many are taken.
func (p *Quota) Taken() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.n
}

// ErrBusy is the error of a request beyond a quota.
var ErrBusy = &HTTPError{fiber.StatusServiceUnavailable, Fault{Code: "busy",
	Message: "too many requests of this kind are running; try again in a moment", RetryAfter: RetryBusy}}
