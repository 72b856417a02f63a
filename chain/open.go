package chain

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// openTimeout bounds the first probe of a node, which makes two requests. By then the log says
// that it does not answer.
const openTimeout = 20 * time.Second

// open probes all nodes concurrently. It fails if no node answers, or if two nodes
// are on different chains; nodes that do not answer are probed again later. If meant
// has a genesis (not zero), open knows which of two nodes is on the wrong chain: it
// sets that one aside, and fails only if no node is on our chain. One that proved that much is
// enough, even if the rest of its probe failed: it is set aside like any node that fails.
//
// It returns what the nodes serve, as far as that is known then.
func (p *pool) open(ctx context.Context, meant identity) (ours identity, err error) {
	p.begin()
	results, errs := p.probeAll(ctx, meant)
	known := meant.known()
	first := slices.IndexFunc(results, func(r probeResult) bool { return r.genesis != (common.Hash{}) })
	if first < 0 || errs[first] != nil {
		first = slices.Index(errs, nil)
	}
	switch ours = meant; {
	case first < 0:
		proven := false
		for i, n := range p.all {
			_ = p.recordProbe(n, ours, results[i], errs[i]) // the result is recorded
			proven = proven || known && results[i].identity == meant
		}
		if proven { // the chain; the rest is asked again before the first request
			return ours, nil
		}
		return ours, p.together(p.all, errs)
	case !known:
		ours = results[first].identity
	}
	silent := slices.ContainsFunc(errs, func(err error) bool { return err != nil })
	var voters []*node
	newest := uint64(math.MaxUint64) // that all of them have
	for i, n := range p.all {
		if errs[i] != nil {
			continue
		}
		if errs[i] = p.differs(ours, results[i]); errs[i] == nil {
			voters, newest = append(voters, n), min(newest, results[i].newest.Number)
		} else if results[i].unproven != nil && results[i].chainID == ours.chainID {
			silent = true // about what its chain is
		} else if !known {
			return ours, otherChain{error: fmt.Errorf("%s and %s must serve the same chain: %s %w", p.all[first].host, n.host, n.host, errs[i])}
		}
	}
	out := outvoted(ctx, voters, newest)
	for _, has := range []bool{true, false} { // first the ones that the others are compared with
		for i, n := range p.all {
			if results[i].hasFinal == has {
				_ = p.recordProbe(n, ours, results[i], cmp.Or(errs[i], out[n])) // the result is recorded
			}
		}
	}
	switch {
	case len(voters) > 0:
		return ours, nil
	case silent: // and perhaps of ours
		return ours, p.together(p.all, errs)
	}
	other := otherChain{error: p.together(p.all, errs)}
	if id := results[0].chainID; id != meant.chainID {
		other.serves = id
	}
	return ours, other
}

// begin notes when the nodes were first asked.
func (p *pool) begin() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.opened = p.clock()
}

// chainID is the id of our chain; 0 if it is not known yet.
func (p *pool) chainID() uint64 { return p.ours.Load().chainID }

// probeAll probes all nodes concurrently. Once a node on the chain that is meant answered,
// the others have othersTimeout. A zero chain gives them their full time.
func (p *pool) probeAll(ctx context.Context, meant identity) ([]probeResult, []error) {
	ctx, ends := context.WithCancel(ctx)
	defer ends()
	type reply struct {
		of    int
		found probeResult
		err   error
	}
	came := make(chan reply, len(p.all))
	results, errs := make([]probeResult, len(p.all)), make([]error, len(p.all))
	for i, n := range p.all {
		errs[i] = context.DeadlineExceeded
		go func() {
			ctx, cancel := context.WithTimeout(ctx, openTimeout)
			defer cancel()
			found, err := p.timedProbe(ctx, n)
			came <- reply{i, found, err}
		}()
	}
	var late <-chan time.Time
	for range p.all {
		select {
		case r := <-came:
			results[r.of], errs[r.of] = r.found, r.err
			if r.err == nil && r.found.identity == meant && late == nil {
				late = time.After(othersTimeout)
			}
		case <-late:
			return results, errs
		}
	}
	return results, errs
}

// differs returns how a node's chain differs from ours.
func (p *pool) differs(ours identity, seen probeResult) error {
	switch {
	case seen.chainID != ours.chainID:
		return nodeError(fmt.Sprintf("serves chain %d, not %d", seen.chainID, ours.chainID))
	case len(p.all) > 1 && seen.genesis == (common.Hash{}):
		return cmp.Or(seen.unproven, error(nodeError("does not return its genesis block")))
	case len(p.all) > 1 && seen.genesis != ours.genesis:
		return nodeError(fmt.Sprintf("serves a chain with genesis block %s, not %s", seen.genesis, ours.genesis))
	}
	return nil
}
