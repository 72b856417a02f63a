package chain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// nodes are the endpoints of one chain, in order of preference. The first that
// stands well is asked; one that fails, or falls behind another, is set aside and
// looked at now and then until it does better. One that is of another chain is
// not asked for anything, however good its answers.
//
// Switching between nodes is switching between views of the chain. Whatever has
// to be of one view is read from one node, by one call of ask; and what callers
// put together from several calls carries block hashes by which they, and
// [Client.Block], can tell.
type nodes struct {
	all   []*node
	clock func() time.Time
	wait  func(context.Context, time.Duration) error
	// since is how long a look at a node takes that began then.
	since func(*node, time.Time) time.Duration
	// chance is a number from 0 to 1 that others do not draw as well.
	chance func() float64
	sight  // chain id and genesis that all must have

	waiting atomic.Bool                // for Connect: nothing is asked
	told    atomic.Pointer[mint.Block] // the newest final block

	mu     sync.Mutex
	closed bool
}

// openTimeout bounds the first look at a node: the log says by then that it does not
// answer.
const openTimeout = 10 * time.Second

// open looks at all nodes at once. It is an error if none answers, or if two are of
// different chains; those that do not answer are looked at again later. Where the
// genesis is meant, not zero, it is known which of two is of another chain: that one is
// set aside, and it is an error only if none is of ours.
func (s *nodes) open(ctx context.Context, meant sight) error {
	sights, errs := make([]sight, len(s.all)), make([]error, len(s.all))
	var wg sync.WaitGroup
	for i, n := range s.all {
		n.of = s
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(ctx, min(n.patience, openTimeout))
			defer cancel()
			sights[i], errs[i] = s.timed(ctx, n)
		})
	}
	wg.Wait()
	known := meant.genesis != (common.Hash{})
	first := slices.Index(errs, nil)
	switch s.sight = meant; {
	case first < 0:
		for i, n := range s.all {
			s.setAside(n, errs[i])
		}
		return s.together(s.all, errs)
	case !known:
		s.sight = sights[first]
	}
	silent := slices.ContainsFunc(errs, func(err error) bool { return err != nil })
	var voters []*node
	newest := uint64(math.MaxUint64) // that all have
	for i, n := range s.all {
		if errs[i] != nil {
			continue
		}
		if errs[i] = s.differs(sights[i]); errs[i] == nil {
			voters, newest = append(voters, n), min(newest, sights[i].newest.Number)
		} else if !known {
			return otherChain{error: fmt.Errorf("%s and %s have to serve one chain: %s %w", s.all[first].host, n.host, n.host, errs[i])}
		}
	}
	out, ours := outvoted(ctx, voters, newest), len(voters) > 0
	for _, has := range []bool{true, false} { // those first that others are compared with
		for i, n := range s.all {
			if sights[i].hasFinal == has {
				_ = s.judge(n, sights[i], cmp.Or(errs[i], out[n])) // how it stands is noted
			}
		}
	}
	switch {
	case ours:
		return nil
	case silent: // and perhaps of ours
		return s.together(s.all, errs)
	}
	other := otherChain{error: s.together(s.all, errs)}
	if id := sights[0].chainID; id != meant.chainID {
		other.serves = id
	}
	return other
}

// differs says how a node's chain is not ours.
func (s *nodes) differs(seen sight) error {
	switch {
	case seen.chainID != s.chainID:
		return complaint(fmt.Sprintf("serves chain %d, not %d", seen.chainID, s.chainID))
	case len(s.all) > 1 && seen.genesis == (common.Hash{}):
		return complaint("does not say what its chain begins with")
	case len(s.all) > 1 && seen.genesis != s.genesis:
		return complaint(fmt.Sprintf("serves a chain that begins with block %s, not %s", seen.genesis, s.genesis))
	}
	return nil
}

// ask calls f with one node after the other until one answers. What one refuses,
// unless the contract itself refuses it, another is asked before that is believed;
// uses are the methods that f asks for, so that a node that refuses one of them is
// asked last. A block that no node has yet is asked for a few times more.
func (s *nodes) ask(ctx context.Context, f func(*node) error, uses ...string) error {
	if s.waiting.Load() {
		return complaint("no node was seen to serve the chain yet")
	}
	s.tend()
	began := s.clock()
	for round := 0; ; round++ {
		err, later := s.once(ctx, f, uses)
		if !later || round == mostRounds || ctx.Err() != nil || s.clock().Sub(began) > soonEnough {
			return err
		}
		if s.wait(ctx, notYet<<round) != nil {
			return err
		}
	}
}

const (
	// mostRounds is how often the nodes are asked again for a block that they do
	// not have yet, the first time after notYet, then after twice as long.
	mostRounds = 5
	notYet     = 25 * time.Millisecond
)

// once asks each node once at most. later says that asking again may help.
func (s *nodes) once(ctx context.Context, f func(*node) error, uses []string) (err error, later bool) {
	var hosts, blamed []*node
	var errs []error
	well, others := s.order(uses)
	for i, n := range slices.Concat(well, others) {
		if i >= len(well) && !s.worthATry(n, len(errs), len(blamed)) {
			continue
		}
		var err error
		if i >= len(well) && len(s.all) > 1 {
			err = s.look(ctx, n)
		}
		if err == nil {
			err = f(n)
		}
		k := kindOf(err)
		switch k {
		case fine, said:
			s.served(n, uses)
			for i, n := range blamed {
				s.blame(n, errs[i])
			}
			return err, false
		case broken, busy:
			if ctx.Err() != nil {
				return err, false // it is the caller who has no time left
			}
			s.setAside(n, err)
			blamed = append(blamed, nil)
		case behind:
			later = later || mayCome(err, s.newest())
			blamed = append(blamed, nil)
		default:
			blamed = append(blamed, n)
		}
		hosts, errs = append(hosts, n), append(errs, err)
	}
	return s.together(hosts, errs), later
}

// worthATry says whether a node that is set aside is asked all the same: nothing
// is lost by it while no other node answers at all. One that was seen to fail a
// moment ago is not waited for when another has refused already.
func (s *nodes) worthATry(n *node, asked, refusals int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if len(s.all) == 1 || asked == 0 {
		return true
	}
	return !now.Before(n.resume) && (refusals == 0 || n.verified || !now.Before(n.due))
}

// absent is a block that a node does not have.
type absent uint64

func (a absent) Error() string { return fmt.Sprintf("block %d: %v", uint64(a), mint.ErrUnknownBlock) }
func (a absent) Unwrap() error { return mint.ErrUnknownBlock }

// mayCome says whether the block that a node lacks may be had by asking again: one
// above the newest that any node showed may not.
func mayCome(err error, newest uint64) bool {
	var number absent
	return !errors.As(err, &number) || uint64(number) <= newest
}

// newest is the newest block that any node was seen to have.
func (s *nodes) newest() (number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.all {
		number = max(number, n.head, n.furthest)
	}
	return number
}

// together joins the errors of nodes, with their names where there are several.
func (s *nodes) together(of []*node, errs []error) error {
	switch {
	case len(errs) == 0:
		return complaint("no node can be asked now")
	case len(s.all) == 1:
		return errs[0]
	}
	named := make([]error, len(errs))
	for i, err := range errs {
		if err != nil {
			named[i] = fmt.Errorf("%s: %w", of[i].host, err)
		}
	}
	return errors.Join(named...)
}

// order returns the nodes to ask. Well are those that stand well: the quick ones, then
// the slow ones, then those that refuse one of the methods. Others are the rest, the
// next to be looked at first, and the resting ones among them.
func (s *nodes) order(uses []string) (well, others []*node) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	var slow, unwilling []*node
	for _, n := range s.all {
		switch {
		case !n.verified || n.err != nil || now.Before(n.resume):
			others = append(others, n)
		case n.refusing(now, uses):
			unwilling = append(unwilling, n)
		case s.slow(n):
			slow = append(slow, n)
		default:
			well = append(well, n)
		}
	}
	slices.SortStableFunc(others, func(a, b *node) int { return later(a.due, a.resume).Compare(later(b.due, b.resume)) })
	return slices.Concat(well, slow, unwilling), others
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// verified are the nodes that were seen to be on our chain, well or not.
func (s *nodes) verified() []*node {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.all), func(n *node) bool { return !n.verified })
}

func (s *nodes) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, n := range s.all {
		if conn := n.conn.Load(); conn != nil {
			conn.Close()
		}
	}
}
