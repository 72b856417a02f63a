package chain

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// outvoted asks the nodes for a block that all of them have. It returns an error for
// each node whose block has fewer votes than another: that node is on a branch of its
// own. Two nodes that differ do not show which is right, so it takes three. A node that
// does not answer within besidePatience has no vote.
func outvoted(ctx context.Context, nodes []*node, number uint64) map[*node]error {
	if len(nodes) < 3 {
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
				out[n] = nodeError(fmt.Sprintf("its block %d differs from that of %d nodes", number, others))
			}
		}
	}
	return out
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

// othersTimeout is how long the nodes other than the first have to answer.
const othersTimeout = time.Second

// askOthers calls f for all healthy nodes other than the first, concurrently, for at
// most besidePatience. Nodes that do not answer are left out.
func askOthers[T any](ctx context.Context, s *pool, first *node, f func(context.Context, *node) (T, error)) (all []T) {
	var others []*node
	s.mu.Lock()
	for _, n := range s.all {
		if n != first && n.verified && n.err == nil {
			others = append(others, n)
		}
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, othersTimeout)
	defer cancel()
	answers := make(chan *T, len(others))
	for _, n := range others {
		go func() {
			answer, err := f(ctx, n)
			if err != nil {
				answers <- nil
				return
			}
			answers <- &answer
		}()
	}
	for range others {
		if a := <-answers; a != nil {
			all = append(all, *a)
		}
	}
	return all
}
