package chain

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

const (
	// lookEvery is how often the nodes that are not asked are looked at.
	lookEvery = 10 * time.Second
	// lookTimeout bounds a look.
	lookTimeout = 5 * time.Second
	// maxLag is how many blocks a node may be behind another and still be asked.
	maxLag = 3
	// shortest and longest are how long a node that failed is left alone; twice as
	// long each time, until it has done well for as long as the longest.
	shortest, longest = time.Second, time.Minute
	// slowLook is how long a look at a node takes that is slow, if another's takes
	// less than a part of it, one in muchFaster. What needs many answers one after the
	// other, a start for example, would take minutes with it.
	slowLook   = time.Second
	muchFaster = 4
)

// standing is what we think of a node.
type standing struct {
	verified bool      // it is connected and showed the right chain
	err      error     // why it is set aside; nil: it stands well
	head     uint64    // newest block that it answered last
	proven   uint64    // newest block that it had when it was looked at
	furthest uint64    // newest block that it was seen to have
	wavered  time.Time // when it last had an older newest block than before
	since    time.Time // when it last began to stand well
	times    int       // set aside in a row
	due      time.Time // when to look at it next
	looking  bool
	took     time.Duration // that the last look lasted

	hasFinal bool // it had our newest final block when it was looked at

	final   mint.Block // final block that it named last, while it stood well
	finalAt time.Time  // when it did; zero: never

	resume   time.Time           // it asked to be left alone until then
	busy     int                 // refusals in a row that named no time
	declined map[string]*decline // by method

	depth   uint64 // by which its blocks are final, where it does not say; 0: it does
	noticed bool   // that was made known
}

// NodeStatus is how a node of a client stands.
type NodeStatus struct {
	Host string // and port, if there is one; a second node of it ends in #2
	Ok   bool   // false: set aside until it does better
	Head uint64 // newest block that it was seen to have
	Err  error  // why it is not ok, for everybody to read
	// Notice is what to know of a node though it does well; mostly empty.
	Notice string
}

// Nodes says how each node stands, in order of preference.
func (c *Client) Nodes() []NodeStatus {
	c.nodes.mu.Lock()
	defer c.nodes.mu.Unlock()
	var all []NodeStatus
	for _, n := range c.nodes.all {
		err := n.trouble(c.nodes.clock())
		notice := n.notice()
		if err == nil && notice == "" && c.nodes.slow(n) {
			notice = "the node takes long to answer: others are asked first"
		}
		all = append(all, NodeStatus{n.host, n.verified && err == nil, n.head, complain(err), notice})
	}
	return all
}

// served notes that a node did what was asked. Only a look brings back one of
// several: one that answers may still lag.
func (s *nodes) served(n *node, uses []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, m := range uses {
		delete(n.declined, m)
	}
	if len(s.all) == 1 {
		n.err = nil
	}
}

func (s *nodes) setAside(n *node, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.leave(n, err)
}

// leave sets a node aside for as long as it has deserved. Failures of requests
// that were under way together count once.
func (s *nodes) leave(n *node, err error) {
	now := s.clock()
	if n.err == nil || !now.Before(n.due) {
		if n.err == nil && now.Sub(n.since) > longest {
			n.times = 0
		}
		n.times++
		n.due = now.Add(min(shortest<<min(n.times-1, 10), longest))
	}
	n.err = err
}

// seen notes a node's newest block and says whether it is behind another's, and
// whether its newest blocks went back lately: then several nodes, not all as far,
// answer at its URL.
func (s *nodes) seen(n *node, head uint64) (wavers bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	if head < n.head {
		n.wavered = now
	}
	wavers = !n.wavered.IsZero() && now.Sub(n.wavered) < longest
	if n.head = head; wavers {
		n.furthest = max(n.furthest, head)
	} else {
		n.furthest = head
	}
	return wavers, s.lag(n)
}

func (s *nodes) lag(n *node) error {
	for _, other := range s.all {
		if other != n && other.verified && other.err == nil && other.proven > n.head+maxLag {
			return complaint(fmt.Sprintf("its newest block is %d, %s has %d", n.head, other.host, other.proven))
		}
	}
	return nil
}

// outvoted asks at least three nodes for a block that all of them have. It returns an
// error for each node whose block has fewer votes than another. Two nodes that differ do
// not show which one is right. A node that does not answer at once has no vote.
func outvoted(ctx context.Context, nodes []*node, number uint64) map[*node]error {
	if len(nodes) < 3 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, besidePatience)
	defer cancel()
	hashes := make([]common.Hash, len(nodes))
	var asked sync.WaitGroup
	for i, n := range nodes {
		asked.Go(func() {
			if b, err := n.block(ctx, number); err == nil {
				hashes[i] = b.Hash
			}
		})
	}
	asked.Wait()
	votes := map[common.Hash]int{}
	for _, hash := range hashes {
		if hash != (common.Hash{}) {
			votes[hash]++
		}
	}
	out := map[*node]error{}
	for i, n := range nodes {
		for hash, others := range votes {
			if own := hashes[i]; own != (common.Hash{}) && own != hash && others > votes[own] {
				out[n] = complaint(fmt.Sprintf("its block %d is another than that of %d nodes", number, others))
			}
		}
	}
	return out
}

// voters are a node and the others that stand well, and the newest block that all have.
func (s *nodes) voters(n *node, newest uint64) (all []*node, number uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	all, number = []*node{n}, newest
	for _, other := range s.all {
		if other != n && other.verified && other.err == nil {
			all, number = append(all, other), min(number, other.proven)
		}
	}
	return all, number
}

// tend looks at the nodes whose turn it is, without waiting for them.
func (s *nodes) tend() {
	if len(s.all) == 1 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.clock()
	for _, n := range s.all {
		if n.looking || now.Before(later(n.due, n.resume)) || s.closed {
			continue
		}
		n.looking = true
		go func() {
			_ = s.look(context.Background(), n) // how it stands is noted
			s.mu.Lock()
			defer s.mu.Unlock()
			n.looking = false
		}()
	}
}

// look looks at a node and returns why it is, or stays, set aside.
func (s *nodes) look(ctx context.Context, n *node) error {
	ctx, cancel := context.WithTimeout(ctx, lookTimeout)
	defer cancel()
	found, err := s.timed(ctx, n)
	if err == nil {
		err = s.differs(found)
	}
	if err == nil {
		voters, number := s.voters(n, found.newest.Number)
		err = outvoted(ctx, voters, number)[n]
	}
	return s.judge(n, found, err)
}

// timed looks at a node and notes how long that took.
func (s *nodes) timed(ctx context.Context, n *node) (sight, error) {
	began := time.Now()
	found, err := n.look(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	n.took = s.since(n, began)
	return found, err
}

// slow says that a node takes much longer to answer than another that stands well.
func (s *nodes) slow(n *node) bool {
	return n.took >= slowLook && slices.ContainsFunc(s.all, func(other *node) bool {
		return other != n && other.verified && other.err == nil && other.took < n.took/muchFaster
	})
}

// judge says how a node stands after a look, and returns what speaks against it.
func (s *nodes) judge(n *node, found sight, err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		if conn := n.conn.Load(); conn != nil {
			conn.Close()
		}
		return rpc.ErrClientQuit
	}
	if found.chainID != 0 { // it answered
		n.verified, n.head = s.differs(found) == nil, found.newest.Number
	}
	n.hasFinal = found.hasFinal
	if err == nil {
		err = s.lag(n)
	}
	if err == nil && found.lacksFinal {
		err = s.strays(n)
	}
	if err == nil && found.final != (mint.Block{}) {
		err = s.finalLag(n, found.final)
	}
	now := s.clock()
	if err != nil {
		s.leave(n, err)
		return err
	}
	n.proven = found.newest.Number
	if found.final != (mint.Block{}) {
		n.final, n.finalAt = found.final, now
	}
	if n.err != nil || n.since.IsZero() {
		n.err, n.since = nil, now
	}
	n.due = now.Add(lookEvery)
	return nil
}
