package chain

import (
	"errors"
	"slices"
	"strings"
	"time"
)

// decline records that a node refused a method while another node answered it.
type decline struct {
	times int       // in a row
	until time.Time // until then, nodes that do not refuse it go first
}

// blame records that a node refused the method of its error while another node answered
// it. For that method it is asked last for 1 s, doubled each time, at most 1 min.
func (s *nodes) blame(n *node, err error) {
	var t *trouble
	if n == nil || !errors.As(err, &t) || t.method == "" {
		return
	}
	s.refuses(n, t.method)
}

// refuses records that a node refuses a method that others answer.
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
		return // concurrent requests count once
	}
	d.until = now.Add(min(shortest<<min(d.times, 10), longest))
	d.times++
}

// serves records that a node answers a method.
func (s *nodes) serves(n *node, method string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(n.declined, method)
}

// refusing reports whether the node recently refused one of the methods.
func (n *standing) refusing(now time.Time, methods []string) bool {
	return slices.ContainsFunc(methods, func(m string) bool {
		d := n.declined[m]
		return d != nil && now.Before(d.until)
	})
}

// trouble returns why a node is not ok, for NodeStatus, or nil.
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
