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

// nodes are the endpoints of one chain, in order of preference. Requests go to the
// first healthy node. A node that fails, or falls behind another, is set aside: it gets
// periodic health checks (look) until it passes one. A node of another chain is never
// asked, however good its answers.
//
// Different nodes may see different branches of the chain. Data that must come from one
// branch is read from one node, by one call of ask. Data that callers combine from
// several calls carries block hashes, so that they, and [Client.Block], can detect a
// mismatch.
type nodes struct {
	all   []*node
	clock func() time.Time
	wait  func(context.Context, time.Duration) error
	// since returns how long a look took that began at the given time.
	since func(*node, time.Time) time.Duration
	// chance returns a random number from 0 to 1, different in each process.
	chance func() float64
	sight  // chain id and genesis that all must have

	waiting atomic.Bool                // until Connect: no requests are made
	told    atomic.Pointer[mint.Block] // newest final block

	mu     sync.Mutex
	closed bool
}

// openTimeout bounds the first look at a node. By then the log says that it does not
// answer.
const openTimeout = 10 * time.Second

// open looks at all nodes concurrently. It fails if no node answers, or if two nodes
// are on different chains; nodes that do not answer get another look later. If meant
// has a genesis (not zero), open knows which of two nodes is on the wrong chain: it
// sets that one aside, and fails only if no node is on our chain.
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
	newest := uint64(math.MaxUint64) // that all of them have
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
	for _, has := range []bool{true, false} { // first the ones that the others are compared with
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

// differs returns how a node's chain differs from ours.
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

// ask calls f with one node after the other until one answers. A refusal is returned
// only after the next nodes were asked too, unless the contract itself refused. uses
// lists the methods that f calls; nodes that refuse one of them are asked last. If no
// node has a block yet, ask retries for a short time.
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
	// mostRounds is how often ask retries a block that no node has yet: after notYet at
	// first, then after twice as long each time.
	mostRounds = 5
	notYet     = 25 * time.Millisecond
)

// once asks each node at most once. later reports whether a retry may help.
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
				return err, false // the caller ran out of time
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

// worthATry reports whether once should ask a node that is set aside. It should if no
// other node was asked yet: nothing is lost. After another node gave no usable answer,
// an unverified node is asked only if its next look is due: it failed a moment ago and
// is not worth the wait. A resting node is not asked.
func (s *nodes) worthATry(n *node, asked, refusals int) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if len(s.all) == 1 || asked == 0 {
		return true
	}
	return !now.Before(n.resume) && (refusals == 0 || n.verified || !now.Before(n.due))
}

// absent is the error for a block that a node does not have.
type absent uint64

func (a absent) Error() string { return fmt.Sprintf("block %d: %v", uint64(a), mint.ErrUnknownBlock) }
func (a absent) Unwrap() error { return mint.ErrUnknownBlock }

// mayCome reports whether a retry may find the block that a node lacks. It cannot find
// a block above the newest that any node has shown.
func mayCome(err error, newest uint64) bool {
	var number absent
	return !errors.As(err, &number) || uint64(number) <= newest
}

// newest returns the highest block number that any node has shown.
func (s *nodes) newest() (number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.all {
		number = max(number, n.head, n.furthest)
	}
	return number
}

// together joins the errors of nodes. With several nodes, each error has the node's
// host.
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

// order returns the nodes in the order to ask them. The healthy ones are: first the
// fast ones, then the slow ones, then those that refuse one of the methods. The others,
// including resting nodes, are sorted by their next look.
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

// verified returns the nodes seen to be on our chain, healthy or not.
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
