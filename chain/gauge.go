package chain

import (
	"slices"
	"sync"
	"time"
)

const (
	// firstTry is how many full-size successes it takes before a size above the known
	// limit is tried again. The number doubles with each failed try, up to lastTry.
	firstTry, lastTry = 32, 1024
)

// gauge learns how much a node accepts at once: requests per batch, or blocks per
// eth_getLogs. A refusal reduces the size to the limit that the node reports, or to
// half way between the largest size that worked and the one that did not. Successes let
// it grow again. It never goes below a size that worked, unless the node now refuses
// that size.
type gauge struct {
	mu      sync.Mutex
	max     uint64 // upper limit
	size    uint64 // to ask for next; 0: nothing is known, ask for most
	worked  uint64 // the largest that the node answered
	refused uint64 // the smallest that it refused; 0: none known
	known   uint64 // the limit, while a larger size is tried
	good    int    // full-size successes since the limit was found
	after   int    // how many it takes to try a larger size
	doubt   uint64 // a size that failed once without a reason
}

// next returns how much to ask for.
func (g *gauge) next(limit uint64) uint64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.max = max(limit, 1)
	if g.size == 0 || g.size > g.max {
		g.size = g.max
	}
	return g.size
}

// took records that the node answered k at once.
func (g *gauge) took(k uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.worked = max(g.worked, k)
	if k >= g.doubt {
		g.doubt = 0
	}
	if k >= g.refused {
		g.refused = 0
	}
	if k < g.size {
		return // does not show whether more would work
	}
	if g.known > 0 && k > g.known {
		g.known, g.after = 0, firstTry // the limit is gone
	}
	switch {
	case g.refused == 0:
		g.size = min(max(g.size, k)*2, max(g.max, 1))
	case g.size+1 < g.refused:
		g.size = (g.size + g.refused) / 2
	default:
		g.wait()
	}
}

// wait counts a success at the limit. After enough of them it tries a larger size.
func (g *gauge) wait() {
	if g.after == 0 {
		g.after = firstTry
	}
	if g.good++; g.good < g.after || g.size >= g.max {
		return
	}
	g.good, g.after = 0, min(2*g.after, lastTry)
	g.known, g.refused, g.size = g.size, 0, min(2*g.size, g.max)
}

// refuse records that the node refused k at once. named is the limit that it reported,
// or 0.
func (g *gauge) refuse(k, named uint64) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.doubt, g.good = 0, 0
	switch {
	case named > 0 && named < k:
		g.size, g.refused, g.worked, g.known = named, named+1, min(g.worked, named), 0
	case g.known > 0 && k > g.known:
		g.size, g.refused, g.known = g.known, g.known+1, 0
	case g.refused == 0 || k < g.refused:
		if g.refused = k; g.worked >= k {
			g.worked = 0 // it worked once, but no longer
		}
		g.size, g.known = max((g.worked+k)/2, 1), 0
		if g.worked > 0 {
			g.size = max(g.size, g.worked)
		}
	}
}

// doubts records that k at once failed while the parts succeeded. The first time may be
// chance; the second counts as a refusal.
func (g *gauge) doubts(k uint64) {
	g.mu.Lock()
	again := g.doubt > 0 && k >= g.doubt
	if !again {
		g.doubt = k
	}
	g.mu.Unlock()
	if again {
		g.refuse(k, 0)
	}
}

// minTimings and maxTimings are how many of a node's last answers show how long it takes.
const minTimings, maxTimings = 8, 64

// timings are the durations of a node's last answers, without those to requests that are
// expensive by nature.
type timings struct {
	mu   sync.Mutex
	last []time.Duration
	next int // the place of the oldest
}

func (t *timings) add(d time.Duration) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.last) < maxTimings {
		t.last = append(t.last, d)
		return
	}
	t.last[t.next] = d
	t.next = (t.next + 1) % maxTimings
}

// usual returns the 95th percentile of the durations; 0 while few are known.
func (t *timings) usual() time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.last) < minTimings {
		return 0
	}
	sorted := slices.Sorted(slices.Values(t.last))
	return sorted[len(sorted)*95/100]
}
