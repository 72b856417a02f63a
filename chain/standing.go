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
	// lookEvery is the interval of the periodic looks at a node.
	lookEvery = 10 * time.Second
	// lookTimeout bounds a look.
	lookTimeout = 5 * time.Second
	// maxLag is how many blocks a node may be behind another and still be healthy.
	maxLag = 3
	// shortest and longest bound how long a node that failed is set aside. The time
	// doubles with each failure, until the node was healthy for longer than the
	// maximum.
	shortest, longest = time.Second, time.Minute
	// A node is slow if a look at it took at least slowLook, and a look at another
	// healthy node took less than that divided by muchFaster. Work with many sequential
	// requests, such as a start, would take minutes with a slow node.
	slowLook   = time.Second
	muchFaster = 4
)

// standing is the health of a node.
type standing struct {
	verified bool      // it answered, and serves the right chain
	err      error     // why it is set aside; nil: healthy
	head     uint64    // newest block in its last answer
	proven   uint64    // newest block at its last successful look
	furthest uint64    // newest block it has shown; while it wavers, the highest
	wavered  time.Time // when its newest block last went back
	since    time.Time // when it last became healthy
	times    int       // failures in a row
	due      time.Time // when the next look is due
	looking  bool
	took     time.Duration // duration of the last look

	hasFinal bool // it had our newest final block at the last look

	final   mint.Block // final block it last reported while healthy
	finalAt time.Time  // when it did; zero: never

	resume   time.Time           // it asked for a pause until then
	busy     int                 // refusals in a row that gave no pause
	declined map[string]*decline // by method

	// depth is how deep a block must be to count as final, because the node does not
	// report a final block. 0 if it reports one.
	depth   uint64
	noticed bool // Notice was called for this node
}

// NodeStatus is the health of one node of a client.
type NodeStatus struct {
	Host string // and port, if any; a second node on it ends in #2
	Ok   bool   // false: set aside, or refuses requests; see Err
	Head uint64 // newest block in its last answer
	Err  error  // why it is not ok; safe to show to anyone
	// Notice is a warning about a node that works; mostly empty.
	Notice string
}

// Nodes returns the status of each node, in order of preference.
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

// served records that a node answered. With several nodes, only a look makes a node
// healthy again: one that answers may still lag.
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

// leave sets a node aside, for shortest at first, doubled on each failure, up to
// longest. Failures of concurrent requests count once.
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

// seen records a node's newest block. The error says that the node lags behind another.
// wavers reports whether its newest block went back within the last minute: then
// several nodes, not all equally far, answer at its URL.
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

// outvoted asks the nodes for a block that all of them have. It returns an error for
// each node whose block has fewer votes than another: that node is on a branch of its
// own. Two nodes that differ do not show which is right, so it takes three. A node that
// does not answer within besidePatience has no vote.
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

// voters returns n and the other healthy nodes, and the newest block that all of them
// have.
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

// tend starts the looks that are due, without waiting for them.
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
			_ = s.look(context.Background(), n) // the result is recorded
			s.mu.Lock()
			defer s.mu.Unlock()
			n.looking = false
		}()
	}
}

// look checks a node, and returns why it is set aside, or nil if it is healthy.
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

// timed looks at a node and records how long that took.
func (s *nodes) timed(ctx context.Context, n *node) (sight, error) {
	began := time.Now()
	found, err := n.look(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	n.took = s.since(n, began)
	return found, err
}

// slow reports whether a node is much slower than another healthy one; see slowLook.
func (s *nodes) slow(n *node) bool {
	return n.took >= slowLook && slices.ContainsFunc(s.all, func(other *node) bool {
		return other != n && other.verified && other.err == nil && other.took < n.took/muchFaster
	})
}

// judge records the result of a look, and returns why the node is set aside, or nil.
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
