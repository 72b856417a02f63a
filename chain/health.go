package chain

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

const (
	// probeEvery is the interval of the periodic probes of a node.
	probeEvery = 10 * time.Second
	// probeTimeout bounds a probe. Each of its requests has its own limit, see limited.
	probeTimeout = time.Minute
	// sureAnswers is how many answers of our chain a node needs after one of another.
	sureAnswers = 3
	// maxLag is how many blocks a node may be behind another and still be healthy.
	maxLag = 3
	// minBackoff and maxBackoff bound how long a node that failed is set aside. The time
	// doubles with each failure, until the node was healthy for longer than the
	// maximum.
	minBackoff, maxBackoff = time.Second, time.Minute
	// A node is slow if a probe of it took at least slowProbe, and a probe of another
	// healthy node took less than that divided by muchFaster. Work with many sequential
	// requests, such as a start, would take minutes with a slow node.
	slowProbe  = time.Second
	muchFaster = 4
)

// health is the state of a node: whether requests go to it, and the reason if not.
type health struct {
	verified bool          // it answered, and serves the right chain
	doubts   int           // answers of our chain that it still needs, since one was of another
	err      error         // why it is set aside; nil: healthy
	head     uint64        // newest block in its last answer
	proven   uint64        // newest block at its last successful probe
	furthest uint64        // newest block it has shown; while it wavers, the highest
	wavered  time.Time     // when its newest block last went back
	shown    []mint.Block  // its last newest blocks, at most maxShown
	since    time.Time     // when it last became healthy
	passed   time.Time     // when it last passed a probe
	times    int           // failures in a row
	due      time.Time     // when the next probe is due
	probing  chan struct{} // closes when the probe under way ends; nil: none is
	hung     bool          // it left a hedged request unanswered, and has answered none since
	took     time.Duration // duration of the last probe

	hasFinal bool // it had our newest final block at the last probe

	final   mint.Block // final block it last reported while healthy
	finalAt time.Time  // when it did; zero: never
	told    mint.Block // its block of the last proposal; without a hash if it did not answer
	toldAt  time.Time  // when it was asked for it
	forks   string     // how its block of the last proposal differs from another node's, or ""

	forkedFrom, forkedTo time.Time // its first and its last answer that differed, while forks is set

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
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	var all []NodeStatus
	for _, n := range c.pool.all {
		err := n.trouble(c.pool.clock())
		notice := n.notice()
		if err == nil && notice == "" && c.pool.slow(n) {
			notice = "the node is slow: requests go to the others first"
		}
		all = append(all, NodeStatus{n.host, n.verified && err == nil, n.head, safeReason(err), notice})
	}
	return all
}

// lastingFork is how long nodes must differ about a block that may be final before nothing
// is sold. A node that is restarted, or on the losing branch of a reorg, agrees earlier.
const lastingFork = 30 * time.Second

// Disputed implements [mint.BlockReader]. Two nodes must differ by answers of their own, the
// last at least lastingFork after the first, and without agreement in between: a node that
// falls silent does not begin a dispute, nor does it end one.
func (c *Client) Disputed() string {
	c.pool.mu.Lock()
	defer c.pool.mu.Unlock()
	var all []string
	for _, n := range c.pool.all {
		if n.forks != "" && n.forkedTo.Sub(n.forkedFrom) >= lastingFork {
			all = append(all, n.host+": "+n.forks)
		}
	}
	if len(all) < 2 {
		return ""
	}
	return all[0]
}

// markOK records that a node answered. With several nodes, only a probe makes a node
// healthy again: one that answers may still lag.
func (p *pool) markOK(n *node, uses []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range uses {
		delete(n.declined, m)
	}
	if len(p.all) == 1 {
		n.err = nil
	}
}

// markFailed records that a request to a node failed, and sets the node aside.
func (p *pool) markFailed(n *node, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.openBreaker(n, err)
}

// openBreaker sets a node aside: for minBackoff at first, doubled on each failure, at
// most maxBackoff. Failures of concurrent requests count once. The caller holds the
// lock.
func (p *pool) openBreaker(n *node, err error) {
	now := p.clock()
	if n.err == nil || !now.Before(n.due) {
		if n.err == nil && now.Sub(n.since) > maxBackoff {
			n.times = 0
		}
		n.times++
		n.due = now.Add(min(minBackoff<<min(n.times-1, 10), maxBackoff))
	}
	n.err = err
}

// newestShown returns the newest block that a node has shown.
func (p *pool) newestShown(n *node) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return n.head
}

// seen records a node's newest block, and before, the newest that it had shown when it was
// asked for it. The error says that the node lags behind another. wavers reports whether its
// newest block went back within the last minute: then several nodes, not all equally far,
// answer at its URL. An answer that another one or an announcement has overtaken did not go
// back.
func (p *pool) seen(n *node, head, before uint64) (wavers bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if head < before {
		n.head, n.wavered = head, now
	}
	n.head = max(n.head, head)
	if wavers = !n.wavered.IsZero() && now.Sub(n.wavered) < maxBackoff; wavers {
		n.furthest = max(n.furthest, head)
	} else {
		n.furthest = head
	}
	return wavers, p.lag(n)
}

func (p *pool) lag(n *node) error {
	for _, other := range p.all {
		if other != n && other.verified && other.err == nil && other.proven > n.head+maxLag {
			return nodeError(fmt.Sprintf("its newest block is %d, %s has %d", n.head, other.host, other.proven))
		}
	}
	return nil
}

// probe checks a node, and returns why it is set aside, or nil if it is healthy.
func (p *pool) probe(ctx context.Context, n *node) error {
	ctx, cancel := context.WithTimeout(ctx, probeTimeout)
	defer cancel()
	found, err := p.timedProbe(ctx, n)
	ours := *p.ours.Load()
	if err == nil {
		err = p.differs(ours, found)
	}
	if err == nil {
		voters, number := p.voters(n, found.newest.Number)
		err = outvoted(ctx, voters, number)[n]
	}
	return p.recordProbe(n, ours, found, err)
}

// timedProbe probes a node and records how long that took.
func (p *pool) timedProbe(ctx context.Context, n *node) (probeResult, error) {
	began := time.Now()
	found, err := n.probe(ctx)
	p.mu.Lock()
	defer p.mu.Unlock()
	n.took = p.elapsed(n, began)
	return found, err
}

// slow reports whether a node is much slower than another healthy one; see slowLook.
func (p *pool) slow(n *node) bool {
	return n.took >= slowProbe && slices.ContainsFunc(p.all, func(other *node) bool {
		return other != n && other.verified && other.err == nil && other.took < n.took/muchFaster
	})
}

// recordProbe records the result of a probe, and returns why the node is set aside, or nil. chain
// is the one that it must serve.
func (p *pool) recordProbe(n *node, chain identity, found probeResult, err error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		if conn := n.conn.Load(); conn != nil {
			conn.Close()
		}
		return rpc.ErrClientQuit
	}
	if found.chainID != 0 { // it answered
		n.head = found.newest.Number
		switch ours := p.differs(chain, found) == nil; {
		case ours && n.doubts > 0:
			n.doubts--
			err = cmp.Or(err, error(errTwoChains))
		case !ours && n.verified && found.unproven == nil:
			n.doubts = sureAnswers
			fallthrough
		default:
			n.verified = ours
		}
	}
	n.hasFinal = found.hasFinal
	if err == nil {
		err = p.lag(n)
	}
	if err == nil && found.lacksFinal {
		err = p.strays(n)
	}
	if err == nil && found.final != (mint.Block{}) {
		err = p.finalLag(n, found.final)
	}
	now := p.clock()
	if err != nil {
		p.openBreaker(n, err)
		return err
	}
	n.proven, n.passed = found.newest.Number, now
	if found.final != (mint.Block{}) {
		n.final, n.finalAt = found.final, now
	}
	if n.err != nil || n.since.IsZero() {
		n.err, n.since = nil, now
	}
	n.due = now.Add(probeEvery)
	return nil
}

// failsOnly reports whether a node is set aside only because requests failed: it passed a probe
// as recently as healthy ones do. If no other node answers, it is asked without another probe.
func (p *pool) failsOnly(n *node) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	k := kindOf(n.err)
	return n.verified && (k == broken || k == busy) && p.clock().Sub(n.passed) < probeEvery
}

// hang records that a node left a request unanswered for too long.
func (p *pool) hang(n *node) {
	p.mu.Lock()
	defer p.mu.Unlock()
	n.hung = true
}

func (p *pool) isHung(n *node) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return n.hung
}
