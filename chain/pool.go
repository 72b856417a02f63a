package chain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/mint"
)

// pool is the list of the nodes of one chain, in order of preference. Requests go to
// the first healthy node. A node that fails, or falls behind another, is set aside: its
// circuit breaker is open, and it gets only health checks (probe) until it passes one.
// A node of another chain is never asked, however good its answers.
//
// Different nodes may see different branches of the chain. Data that must come from one
// branch is read from one node, by one call of ask. Data that callers combine from
// several calls carries block hashes, so that they, and [Client.Block], can detect a
// mismatch.
type pool struct {
	all   []*node
	clock func() time.Time
	wait  func(context.Context, time.Duration) error
	// elapsed returns how long a probe took that began at the given time.
	elapsed func(*node, time.Time) time.Duration
	// chance returns a random number from 0 to 1, different in each process.
	chance func() float64
	hedge  func(n *node, uses []string) time.Duration // see [node.hedgeAfter]

	waiting   atomic.Bool                // until Connect: no requests are made
	ours      atomic.Pointer[identity]   // the chain that all must serve, as far as it is known
	lastFinal atomic.Pointer[mint.Block] // newest final block
	deep      atomic.Pointer[mint.Block] // newest block that several nodes agreed is final by its depth
	shown     atomic.Uint64              // newest block that Head last returned

	mu     sync.Mutex
	closed bool
	opened time.Time // when the nodes were first probed

	proposal   uint64    // number of the block that the nodes were last asked to agree on
	proposedAt time.Time // when they were
	proposing  bool      // some did not answer yet

	spent float64 // hedged requests that were not earned yet
}

// attempt asks one node. take stores the answer, and is called by one goroutine only.
type attempt func(ctx context.Context, n *node) (take func(), err error)

// ask calls f with one node after the other until one answers, and returns that answer.
// A refusal is returned only after the next nodes were asked too, unless the contract
// itself refused. uses lists the methods that f calls; nodes that refuse one of them are
// asked last. If no node has a block yet, ask retries for a short time. A node that does
// not answer soon does not hold up the others; see [pool.try]. So two calls of f may
// overlap, and each needs variables of its own.
func ask[T any](ctx context.Context, p *pool, f func(context.Context, *node) (T, error), uses ...string) (T, error) {
	return answerOf(ctx, p, f, true, uses)
}

// askPatiently is ask for requests that are expensive for a node: the next node is asked
// only if one failed.
func askPatiently[T any](ctx context.Context, p *pool, f func(context.Context, *node) (T, error), uses ...string) (T, error) {
	return answerOf(ctx, p, f, false, uses)
}

func answerOf[T any](ctx context.Context, p *pool, f func(context.Context, *node) (T, error), hedged bool, uses []string) (answer T, err error) {
	err = p.ask(ctx, func(ctx context.Context, n *node) (func(), error) {
		found, err := f(ctx, n)
		return func() { answer = found }, err
	}, hedged, uses)
	return answer, err
}

// ask is the function of this name, for any type of answer.
func (p *pool) ask(ctx context.Context, f attempt, hedged bool, uses []string) error {
	if p.waiting.Load() {
		return nodeError("no node has answered yet that it serves the chain")
	}
	p.probeDue()
	if hedged {
		p.earnHedge()
	}
	began := p.clock()
	for round := 0; ; round++ {
		err, later := p.once(ctx, f, hedged, uses)
		if !later || round == maxRounds || ctx.Err() != nil || p.clock().Sub(began) > maxRetryAge {
			return err
		}
		if p.wait(ctx, notYet<<round) != nil {
			return err
		}
	}
}

const (
	// maxRounds is how often ask retries a block that no node has yet: after notYet at
	// first, then after twice as long each time.
	maxRounds = 5
	notYet    = 25 * time.Millisecond
)

// once asks each node at most once. later reports whether a retry may help.
func (p *pool) once(ctx context.Context, f attempt, hedged bool, uses []string) (err error, later bool) {
	o := outcome{pool: p, uses: uses}
	well, others := p.order(uses)
	if len(well) == 0 && len(p.all) > 1 && !slices.ContainsFunc(others, p.failsOnly) {
		failed, why := p.untilOnePasses(ctx, others)
		for i, n := range failed {
			if o.add(ctx, n, why[i]) {
				return why[i], false
			}
		}
		if len(failed) < len(others) {
			well, _ = p.order(uses)
		}
		others = nil
	}
	all := slices.Concat(well, others)
	for i := 0; i < len(all); i++ {
		n, spare := all[i], (*node)(nil)
		if i >= len(well) && !p.shouldTry(n, len(o.errs), o.answered) {
			continue
		}
		if i >= len(well) && len(p.all) > 1 && !p.failsOnly(n) {
			if err := p.probe(ctx, n); err != nil {
				if o.add(ctx, n, err) {
					return err, false
				}
				continue
			}
		}
		if hedged && i+1 < len(well) {
			spare = all[i+1]
		}
		answers := p.try(ctx, n, spare, f, uses)
		for _, a := range answers {
			a.take()
			if o.add(ctx, a.n, a.err) {
				return a.err, false
			}
		}
		i += len(answers) - 1
	}
	return p.together(o.hosts, o.errs), o.later
}

// outcome is the result of asking several nodes, as long as none has answered.
type outcome struct {
	pool          *pool
	uses          []string
	hosts, blamed []*node
	errs          []error
	answered      int  // nodes whose answer was of no use; the others failed
	later         bool // a retry may help
}

// add records what a node answered. It reports whether this is the answer, or the caller
// ran out of time.
func (o *outcome) add(ctx context.Context, n *node, err error) (ends bool) {
	switch kindOf(err) {
	case fine, said:
		o.pool.markOK(n, o.uses)
		if host, ok := ctx.Value(hostKey{}).(*string); ok {
			*host = n.host
		}
		for i, n := range o.blamed {
			o.pool.blame(n, o.errs[i])
		}
		return true
	case broken, busy:
		if ctx.Err() != nil {
			return true
		}
		o.pool.markFailed(n, err)
		o.blamed = append(o.blamed, nil)
	case behind:
		o.later = o.later || mayCome(err, o.pool.newest())
		o.blamed = append(o.blamed, nil)
		o.answered++
	default:
		o.blamed = append(o.blamed, n)
		o.answered++
	}
	o.hosts, o.errs = append(o.hosts, n), append(o.errs, err)
	return false
}

type hostKey struct{}

// namingHost returns a context whose requests store the host of the node that answered
// last.
func namingHost(ctx context.Context, host *string) context.Context {
	return context.WithValue(ctx, hostKey{}, host)
}

// shouldTry reports whether once should ask a node that is set aside, after so many
// others were asked and so many of them answered. It should if no other was asked yet,
// or if all of them failed: nothing is lost. If one answered, though with a refusal, an
// unverified node is asked only once its next probe is due: it failed a moment ago and
// is not worth the wait. After another was asked, a node that pauses is not.
func (p *pool) shouldTry(n *node, asked, answered int) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	if len(p.all) == 1 || asked == 0 {
		return true
	}
	return !now.Before(n.resume) && (answered == 0 || n.verified || !now.Before(n.due))
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
func (p *pool) newest() (number uint64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, n := range p.all {
		number = max(number, n.head, n.furthest)
	}
	return number
}

// together joins the errors of nodes. With several nodes, each error has the node's
// host.
func (p *pool) together(of []*node, errs []error) error {
	switch {
	case len(errs) == 0:
		return nodeError("no node is available now")
	case len(p.all) == 1:
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
// fast ones, then the slow ones, then those that refuse one of the methods, then those
// that leave a request unanswered. The others, including those that pause, are sorted by
// their next probe.
func (p *pool) order(uses []string) (well, others []*node) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.clock()
	var slow, unwilling, hung []*node
	for _, n := range p.all {
		switch {
		case !n.verified || n.err != nil || now.Before(n.resume):
			others = append(others, n)
		case n.hung:
			hung = append(hung, n)
		case n.refusing(now, uses):
			unwilling = append(unwilling, n)
		case p.slow(n):
			slow = append(slow, n)
		default:
			well = append(well, n)
		}
	}
	slices.SortStableFunc(others, func(a, b *node) int { return later(a.due, a.resume).Compare(later(b.due, b.resume)) })
	return slices.Concat(well, slow, unwilling, hung), others
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for _, n := range p.all {
		if conn := n.conn.Load(); conn != nil {
			conn.Close()
		}
	}
}
