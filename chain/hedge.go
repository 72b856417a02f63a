package chain

import (
	"context"
	"slices"
	"time"
)

// A node that takes much longer than usual holds up every caller that needs its answer.
// So the next healthy node is asked the same, and the first good answer counts. A hedged
// request costs one more call, so at most one in ten requests is hedged over time.

const (
	// A request is hedged after 3 times the 95th percentile of the node's last answers,
	// and within these bounds. While few answers are known, it is the upper one.
	minHedge, maxHedge = 200 * time.Millisecond, time.Second
	// hedgeShare is the maximum share of requests that are hedged over time. At most
	// hedgeBurst of them are hedged in a row.
	hedgeShare, hedgeBurst = 0.1, 5
)

// hedgeAfter returns how long to wait for an answer of the node before another is asked.
// Requests that take long by nature are not in the percentile.
func (n *node) hedgeAfter(uses []string) time.Duration {
	usual := n.timings.usual()
	if usual == 0 || slices.ContainsFunc(uses, costly) {
		return maxHedge
	}
	return min(max(3*usual, minHedge), maxHedge)
}

// reply is the result of an attempt with one node.
type reply struct {
	n    *node
	take func()
	err  error
}

// try asks a node. If it does not answer soon, try asks the spare node as well. It
// returns the first good answer, or all errors. The node that did not answer is asked
// last until it answers some request. Its late answer to this one is ignored.
func (p *pool) try(ctx context.Context, n, spare *node, f attempt, uses []string) []reply {
	if spare == nil || p.isHung(spare) {
		take, err := f(ctx, n)
		return []reply{{n, take, err}}
	}
	ctx, ends := context.WithCancel(detached(ctx))
	defer ends()
	came := make(chan reply, 2)
	start := func(n *node) {
		take, err := f(ctx, n)
		came <- reply{n, take, err}
	}
	go start(n)
	late := time.NewTimer(p.hedge(n, uses))
	defer late.Stop()
	var all []reply
	for asked := 1; len(all) < asked; {
		select {
		case r := <-came:
			all = append(all, r)
			if k := kindOf(r.err); k != fine && k != said {
				continue
			}
			if len(all) < asked && r.n == spare {
				p.hang(n)
			}
			return all
		case <-late.C:
			if p.spendHedge() {
				asked = 2
				go start(spare)
			}
		}
	}
	return all
}

// earnHedge records a request that may be hedged.
func (p *pool) earnHedge() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.spent = max(p.spent-hedgeShare, 0)
}

// spendHedge reports whether one more request may be hedged, and records it.
func (p *pool) spendHedge() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.spent > hedgeBurst-1 {
		return false
	}
	p.spent++
	return true
}
