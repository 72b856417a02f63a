package chain

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// A node claims that a block is final, and some nodes claim it of their newest block, or
// follow a fork of their own. With several nodes, a block is final once all nodes that
// were recently healthy report one at least as high, and have the same block at its
// number: numbers alone agree on any two forks. Each probe asks for the final block.
// Where the claims differ in number, the other nodes are asked for the hash of the lower
// one, at most once in probeEvery.

const (
	// finalTTL is how long a node's report of its final block counts. A node that
	// fails for longer does not keep blocks from becoming final.
	finalTTL = time.Minute
	// maxFinalLag is how much older a node's final block may be than another's. Chains
	// make blocks final within half an hour. A node with a final block that stays the
	// same for longer is set aside.
	maxFinalLag = time.Hour
)

// finality finds the final block, in each answer of a node about the head.
type finality struct {
	pool          *pool
	confirmations uint64 // see [Client.Confirmations]
	notice        func(host, notice string)
}

// finalLag returns an error if a node's final block is more than mostFinalLag older
// than another's. Final blocks with a time in the future are ignored: they would make
// honest nodes seem to lag.
func (p *pool) finalLag(n *node, final mint.Block) error {
	now := p.clock()
	for _, other := range p.all {
		if other == n || other.err != nil || !other.claimsFinal(now) || other.final.Time.After(now) {
			continue
		}
		if lag := other.final.Time.Sub(final.Time); lag > maxFinalLag {
			return nodeError(fmt.Sprintf("its final block %d is %s older than that of %s, %d", final.Number, lag.Round(time.Minute), other.host, other.final.Number))
		}
	}
	return nil
}

// strays returns an error if a healthy node has the newest final block, where n has
// another block: no claim of n counts then. If no healthy node has it, the claim that it
// was final was wrong.
func (p *pool) strays(n *node) error {
	for _, other := range p.all {
		if other != n && other.verified && other.err == nil && other.hasFinal {
			n.finalAt, n.forks, other.forks = time.Time{}, "", ""
			return nodeError("it has another block in place of the final one that " + other.host + " has")
		}
	}
	return nil
}

// Final sets the newest final block that was seen before. With several nodes, a node
// that has another block in its place is set aside, if another node has it. No newer one
// is final until each node answered, for up to finalTTL.
func (c *Client) Final(b mint.Block) { c.pool.lastFinal.Store(&b) }

// claimsFinal reports whether a node's claim about finality counts. One that contradicts
// another node's counts until they agree, or the node is set aside for it.
func (h *health) claimsFinal(now time.Time) bool {
	return h.verified && !h.finalAt.IsZero() && (h.forks != "" || now.Sub(h.finalAt) < finalTTL)
}

// lowestFinal records the final block that a node reported, and returns the lowest that
// any node recently reported.
func (p *pool) lowestFinal(n *node, final mint.Block) mint.Block {
	p.mu.Lock()
	defer p.mu.Unlock()
	n.final, n.finalAt = final, p.clock()
	return p.lowest(n, final)
}

// notAbove returns number, or a lower final block number that another node recently
// reported. It is for nodes that report no final block.
func (p *pool) notAbove(n *node, number uint64) uint64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.lowest(n, mint.Block{Number: number}).Number
}

func (p *pool) lowest(n *node, final mint.Block) mint.Block {
	now := p.clock()
	for _, other := range p.all {
		if other != n && other.claimsFinal(now) && other.final.Number < final.Number {
			final = other.final
		}
	}
	return final
}

// reported returns the final block for a node that reported one. A block that was final
// stays final, unless the chain dropped it: then the claim was wrong.
func (f finality) reported(ctx context.Context, n *node, latest, named mint.Block) (mint.Block, error) {
	last, lowest := f.pool.lastFinal.Load(), f.pool.lowestFinal(n, named)
	if last != nil && lowest.Number == last.Number && lowest.Hash == last.Hash {
		return *last, nil
	}
	agreed, forked, err := f.agreed(ctx, n, named, lowest.Number, last)
	switch {
	case err != nil:
		return agreed, err
	case agreed != (mint.Block{}):
		f.pool.lastFinal.CompareAndSwap(last, &agreed) // another read may be further
		return agreed, nil
	case last == nil:
		return n.oldest(ctx)
	case last.Number > latest.Number:
		return n.block(ctx, lowest.Number)
	case lowest.Number > last.Number && !forked:
		return *last, nil
	}
	if still, err := n.block(ctx, last.Number); err != nil || still.Hash == last.Hash {
		return *last, err
	}
	f.pool.mu.Lock()
	err = f.pool.strays(n)
	f.pool.mu.Unlock()
	if err != nil {
		return *last, err
	}
	f.pool.lastFinal.CompareAndSwap(last, nil) // the chain dropped the block
	return f.reported(ctx, n, latest, named)
}

// agreed returns the newest block up to a number, and above the last final one, that n and
// the other nodes have; the zero block if there is none yet. forked reports whether another
// node has another block there. Then no block becomes final, unless more providers have
// one block than any other: each node with another is set aside.
func (f finality) agreed(ctx context.Context, n *node, named mint.Block, upTo uint64, last *mint.Block) (_ mint.Block, forked bool, err error) {
	if last != nil && upTo <= last.Number {
		return mint.Block{}, false, nil
	}
	number, votes := f.pool.proposed(n, upTo, last)
	if votes == nil {
		asked := f.pool.propose(n, upTo)
		if last != nil || asked == nil {
			return mint.Block{}, false, nil // another read has the answers
		}
		select {
		case <-asked:
		case <-time.After(othersTimeout):
		case <-ctx.Done():
			return mint.Block{}, false, ctx.Err()
		}
		if number, votes = f.pool.proposed(n, upTo, last); votes == nil {
			return mint.Block{}, false, nil
		}
	}
	own := named
	if own.Number != number {
		if own, err = n.block(ctx, number); err != nil { // all from one view of the chain
			return mint.Block{}, false, err
		}
	}
	votes[own.Hash] = append(votes[own.Hash], n)
	if forked, err = f.pool.decide(n, own, votes); forked {
		f.pool.propose(n, upTo)
		own = mint.Block{}
	}
	return own, forked, err
}

// proposed returns the newest number that may be final, and the nodes other than n by the
// hash of their block there. Nodes that claim finality, and did not tell their block of a
// number, keep it from becoming final: votes is nil if there is no number without any.
func (p *pool) proposed(n *node, upTo uint64, last *mint.Block) (number uint64, votes map[common.Hash][]*node) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	for _, number := range []uint64{upTo, p.proposal} {
		if number > upTo || number == 0 && upTo > 0 || last != nil && number <= last.Number {
			continue
		}
		votes, missing := map[common.Hash][]*node{}, false
		for _, other := range p.all {
			if other == n {
				continue
			}
			claims := other.claimsFinal(now)
			switch {
			case number == 0: // all have the same, see differs
			case claims && other.final.Number == number:
				votes[other.final.Hash] = append(votes[other.final.Hash], other)
			case other.told.Number == number && other.told.Hash != (common.Hash{}):
				votes[other.told.Hash] = append(votes[other.told.Hash], other)
			case claims, other.tellable() && other.told.Number != number, last != nil && other.unheard(now):
				missing = true
			}
		}
		if !missing {
			return number, votes
		}
	}
	return 0, nil
}

// tellable reports whether a node that claims no finality is asked for its block.
func (h *health) tellable() bool { return h.verified && h.err == nil }

// unheard reports whether a node has not answered since a start within finalTTL. After
// a start, a node that is slow must not leave what is final to another one.
func (n *node) unheard(now time.Time) bool {
	return !n.verified && n.head == 0 && now.Sub(n.of.opened) < finalTTL
}

// propose asks the nodes other than n for their block of a number, which may be final. It
// does so in the background, and does nothing if they were asked within probeEvery. asked
// is closed once all of them answered; it is nil if none is asked.
func (p *pool) propose(n *node, number uint64) (asked chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if len(p.all) == 1 || p.proposing || p.closed || !p.proposedAt.IsZero() && now.Sub(p.proposedAt) < probeEvery {
		return nil
	}
	p.proposing, p.proposedAt, p.proposal = true, now, number
	var wg sync.WaitGroup
	for _, other := range p.all {
		if other != n && (other.claimsFinal(now) || other.tellable()) {
			wg.Go(func() {
				b, err := other.block(context.Background(), number)
				p.mu.Lock()
				defer p.mu.Unlock()
				if other.told, other.toldAt = (mint.Block{Number: number}), now; err == nil {
					other.told = b
				}
			})
		}
	}
	asked = make(chan struct{})
	go func() {
		wg.Wait()
		p.mu.Lock()
		defer p.mu.Unlock()
		p.proposing = false
		close(asked)
	}()
	return asked
}

// decide counts the votes for the block of a number, where n has own. The error says that
// n is outvoted.
func (p *pool) decide(n *node, own mint.Block, votes map[common.Hash][]*node) (forked bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now, most := p.clock(), 0
	var winner common.Hash
	for hash, has := range votes {
		switch count := providers(has); {
		case count > most:
			winner, most = hash, count
		case count == most:
			winner = common.Hash{}
		}
	}
	for hash, has := range votes {
		for _, voter := range has {
			switch {
			case hash == winner:
				voter.forks = ""
			case winner == (common.Hash{}):
				at := now
				if voter != n {
					at = voter.answered(own.Number, hash)
				}
				voter.fork(fmt.Sprintf("its block %d differs from that of %s", own.Number, rival(votes, hash).host), at)
			default:
				voter.forks, voter.finalAt = "", time.Time{}
				out := nodeError(fmt.Sprintf("its final block %d differs from that of %d nodes", own.Number, most))
				if voter == n {
					err = out
				} else {
					p.openBreaker(voter, out)
				}
			}
		}
	}
	return winner == (common.Hash{}), err
}
