package chain

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// decline is a method that a node refused while another answered.
type decline struct {
	times int       // in a row
	until time.Time // the node is not asked for it first
}

// blame sets a node aside for the method that its error is about, since another
// node did what it refused: for a second, doubled each time, a minute at most.
func (s *nodes) blame(n *node, err error) {
	var t *trouble
	if n == nil || !errors.As(err, &t) || t.method == "" {
		return
	}
	s.refuses(n, t.method)
}

// refuses notes that a node does not do what others do.
func (s *nodes) refuses(n *node, method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if n.declined == nil {
		n.declined = map[string]*decline{}
	}
	d := n.declined[method]
	if d == nil {
		d = &decline{}
		n.declined[method] = d
	}
	if now.Before(d.until) {
		return // requests that were under way together count once
	}
	d.until = now.Add(min(shortest<<min(d.times, 10), longest))
	d.times++
}

// serves notes that a node answers a method.
func (s *nodes) serves(n *node, method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(n.declined, method)
}

// refusing says whether the node was seen to refuse one of the methods lately.
func (n *standing) refusing(now time.Time, methods []string) bool {
	return slices.ContainsFunc(methods, func(m string) bool {
		d := n.declined[m]
		return d != nil && now.Before(d.until)
	})
}

// trouble is what there is against a node, for NodeStatus.
func (n *standing) trouble(now time.Time) error {
	switch {
	case n.err != nil:
		return n.err
	case now.Before(n.resume):
		return complaint("refuses to be asked so often")
	case len(n.declined) > 0:
		var all []string
		for m := range n.declined {
			all = append(all, m)
		}
		slices.Sort(all)
		return complaint("refuses " + strings.Join(all, ", "))
	}
	return nil
}
