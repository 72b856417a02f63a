package chain

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// outvoted asks the nodes for a block that all of them have. It returns an error for
// each node whose block has fewer votes than another: that node is on a branch of its
// own. Two nodes that differ do not show which is right, so it takes three. A node that
// does not answer within othersTimeout has no vote. Nodes of one provider, such as its
// https and wss addresses, have one vote together.
func outvoted(ctx context.Context, nodes []*node, number uint64) map[*node]error {
	if providers(nodes) < 3 {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, othersTimeout)
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
	voters := map[common.Hash][]*node{}
	for i, hash := range hashes {
		if hash != (common.Hash{}) {
			voters[hash] = append(voters[hash], nodes[i])
		}
	}
	votes := map[common.Hash]int{}
	for hash, all := range voters {
		votes[hash] = providers(all)
	}
	out := map[*node]error{}
	for i, n := range nodes {
		for hash, others := range votes {
			if own := hashes[i]; own != (common.Hash{}) && own != hash && others > votes[own] {
				out[n] = nodeError(fmt.Sprintf("its block %d differs from that of %d nodes", number, others))
			}
		}
	}
	return out
}

// providers returns how many different providers the nodes have.
func providers(nodes []*node) int {
	different := map[string]bool{}
	for _, n := range nodes {
		different[n.provider] = true
	}
	return len(different)
}

// voters returns n and the other healthy nodes, and the newest block that all of them
// have.
func (p *pool) voters(n *node, newest uint64) (all []*node, number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	all, number = []*node{n}, newest
	for _, other := range p.all {
		if other != n && other.verified && other.err == nil {
			all, number = append(all, other), min(number, other.proven)
		}
	}
	return all, number
}

// othersTimeout is how long the nodes other than the first have to answer, after it did.
const othersTimeout = time.Second

// askAll calls f for all healthy nodes, concurrently. It returns the answer that [ask]
// would return, and those of the other nodes. A node that does not answer within
// othersTimeout is left out, and not asked again before it answered something.
func askAll[T any](ctx context.Context, p *pool, f func(context.Context, *node) (T, error), uses ...string) (first T, others []T, err error) {
	early, ends := context.WithCancel(detached(ctx))
	defer ends()
	asked := map[*node]*pending[T]{}
	if well, _ := p.order(uses); len(well) > 1 && !p.waiting.Load() {
		for _, n := range p.others(well[0]) {
			asked[n] = begin(early, n, f)
		}
	}
	type named struct {
		answer T
		from   *node
	}
	found, err := ask(ctx, p, func(ctx context.Context, n *node) (named, error) {
		if a := asked[n]; a != nil && a.taken.CompareAndSwap(false, true) {
			answer, err := a.wait(ctx)
			return named{answer, n}, err
		}
		answer, err := f(ctx, n)
		return named{answer, n}, err
	}, uses...)
	if err != nil {
		return first, nil, err
	}
	late, ends := context.WithTimeout(early, othersTimeout)
	defer ends()
	nodes := p.others(found.from)
	answers := make([]*T, len(nodes))
	var wg sync.WaitGroup
	for i, n := range nodes {
		wg.Go(func() {
			a := asked[n]
			if a == nil {
				a = begin(late, n, f)
			}
			answer, err := a.wait(late)
			if kindOf(err) == behind { // it may have the block by now, as the first does
				answer, err = begin(late, n, f).wait(late)
			}
			switch {
			case err == nil:
				answers[i] = &answer
			case errors.Is(late.Err(), context.DeadlineExceeded) && ctx.Err() == nil:
				p.hang(n)
			}
		})
	}
	wg.Wait()
	for _, a := range answers {
		if a != nil {
			others = append(others, *a)
		}
	}
	return found.answer, others, nil
}

// others returns the healthy nodes other than one, without those that leave a request
// unanswered.
func (p *pool) others(than *node) (all []*node) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.all {
		if n != than && n.verified && n.err == nil && !n.hung {
			all = append(all, n)
		}
	}
	return all
}

// pending is an answer that may not have come yet.
type pending[T any] struct {
	came   chan struct{}
	answer T
	err    error
	taken  atomic.Bool // it is the answer of an attempt
}

func begin[T any](ctx context.Context, n *node, f func(context.Context, *node) (T, error)) *pending[T] {
	a := &pending[T]{came: make(chan struct{})}
	go func() {
		defer close(a.came)
		a.answer, a.err = f(ctx, n)
	}()
	return a
}

func (a *pending[T]) wait(ctx context.Context) (answer T, err error) {
	select {
	case <-a.came:
		return a.answer, a.err
	case <-ctx.Done():
		return answer, ctx.Err()
	}
}

// rival returns a node that has another block than the one with the hash.
func rival(votes map[common.Hash][]*node, hash common.Hash) *node {
	for other, has := range votes {
		if other != hash {
			return has[0]
		}
	}
	return nil
}
