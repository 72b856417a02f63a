package chain

import (
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// decline records that a node refused a method while another node answered it.
type decline struct {
	times int       // in a row
	until time.Time // until then, nodes that do not refuse it go first
}

// blame records that a node refused the method of its error while another node answered
// it. For that method it is asked last for 1 s, doubled each time, at most 1 min.
func (p *pool) blame(n *node, err error) {
	var t *trouble
	if n == nil || !errors.As(err, &t) || t.method == "" {
		return
	}
	p.refuses(n, t.method)
}

// refuses records that a node refuses a method that others answer.
func (p *pool) refuses(n *node, method string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if n.declined == nil {
		n.declined = map[string]*decline{}
	}
	d := n.declined[method]
	if d == nil {
		d = &decline{}
		n.declined[method] = d
	}
	if now.Before(d.until) {
		return // concurrent requests count once
	}
	d.until = now.Add(min(minBackoff<<min(d.times, 10), maxBackoff))
	d.times++
}

// serves records that a node answers a method.
func (p *pool) serves(n *node, method string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(n.declined, method)
}

// refusing reports whether the node recently refused one of the methods.
func (h *health) refusing(now time.Time, methods []string) bool {
	return slices.ContainsFunc(methods, func(m string) bool {
		d := h.declined[m]
		return d != nil && now.Before(d.until)
	})
}

// trouble returns why a node is not ok, for NodeStatus, or nil.
func (h *health) trouble(now time.Time) error {
	switch {
	case h.err != nil:
		return h.err
	case now.Before(h.resume):
		return nodeError("limits our request rate")
	case h.forks != "":
		return nodeError(h.forks + ": no block becomes final until they agree")
	case len(h.declined) > 0:
		var all []string
		for m := range h.declined {
			all = append(all, m)
		}
		slices.Sort(all)
		return nodeError("refuses " + strings.Join(all, ", "))
	}
	return nil
}

// answered returns when a node last gave a block as its own that may be final; zero if it
// has given another one since.
func (h *health) answered(number uint64, hash common.Hash) (at time.Time) {
	if h.final.Number == number && h.final.Hash == hash {
		at = h.finalAt
	}
	if h.told.Number == number && h.told.Hash == hash {
		at = later(at, h.toldAt)
	}
	return at
}

// fork records that a node's block differs from another node's, by an answer of that time.
func (h *health) fork(how string, at time.Time) {
	if at.IsZero() {
		return
	}
	if h.forks == "" {
		h.forkedFrom, h.forkedTo = at, at
	}
	h.forks, h.forkedTo = how, later(h.forkedTo, at)
}
