package admin

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// A contract wallet's signature is checked by its code, which costs one call of a node.
// A wallet's address is public, so strangers can present any number of signatures for
// it. Therefore each wallet has a queue. It runs one check at a time, with a pause
// after each that failed. The queue is not in order of arrival: signatures that failed
// before go last, and clients with fewer failures go first. So strangers wait behind
// the owner, not the owner behind strangers.

const (
	maxCheckWait     = 10 * time.Second // for a check that waits
	failedCheckPause = 250 * time.Millisecond
	maxWaitingChecks = 1024 // per wallet
	maxFailures      = 8192 // clients and signatures with failures that are remembered
)

// anyCreator is the queue of all wallets of creators: strangers choose these wallets, so they share one.
var anyCreator common.Address

// signatureChecks has the queue of signature checks of each operator's wallet, and one for all
// creators.
type signatureChecks struct {
	queues         map[common.Address]*queue
	maxWait, pause time.Duration
}

func newSignatureChecks(wallets []common.Address) signatureChecks {
	q := signatureChecks{queues: map[common.Address]*queue{}, maxWait: maxCheckWait, pause: failedCheckPause}
	for _, w := range append(slices.Clone(wallets), anyCreator) {
		q.queues[w] = &queue{failures: map[any]int{}}
	}
	return q
}

// queue has the checks of one wallet.
type queue struct {
	mu       sync.Mutex
	busy     bool // a check runs, or the pause after it
	waiting  []*check
	failures map[any]int // failures, by client and by hash of a signature
}

type check struct {
	who       netip.Prefix
	signature common.Hash
	ready     chan struct{} // closed when the check may run
	dropped   bool
}

// acquire waits until a check may run. The caller must call done with its result. The
// error is errTooManyChecks if it waits too long, or too many wait.
func (q *signatureChecks) acquire(ctx context.Context, account common.Address, who netip.Prefix, signature common.Hash) (done func(valid bool), err error) {
	l, known := q.queues[account]
	if !known {
		l = q.queues[anyCreator]
	}
	mine := &check{who: who, signature: signature, ready: make(chan struct{})}
	l.add(mine)
	timer := time.NewTimer(q.maxWait)
	defer timer.Stop()
	select {
	case <-mine.ready:
	case <-timer.C:
		err = errTooManyChecks
	case <-ctx.Done():
		err = errTooManyChecks
	}
	if err != nil && l.leave(mine) || mine.dropped {
		return nil, errTooManyChecks
	}
	return func(valid bool) {
		if valid {
			l.next()
			return
		}
		l.failed(mine)
		time.AfterFunc(q.pause, l.next)
	}, nil
}

// add puts a check into the queue. If there are too many, it drops the one that
// would run last.
func (l *queue) add(mine *check) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.busy {
		l.busy = true
		close(mine.ready)
		return
	}
	if l.waiting = append(l.waiting, mine); len(l.waiting) > maxWaitingChecks {
		last := slices.MaxFunc(l.waiting, func(a, b *check) int { return l.rank(a) - l.rank(b) })
		l.remove(last)
		last.dropped = true
		close(last.ready)
	}
}

// leave removes a check from the queue. It returns false if its turn has come.
func (l *queue) leave(mine *check) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.remove(mine)
}

func (l *queue) remove(c *check) bool {
	i := slices.Index(l.waiting, c)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}

// next lets the check with the lowest rank run, a random one of those if there
// are several.
func (l *queue) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.busy = false
		return
	}
	rand.Shuffle(len(l.waiting), func(i, j int) { l.waiting[i], l.waiting[j] = l.waiting[j], l.waiting[i] })
	first := slices.MinFunc(l.waiting, func(a, b *check) int { return l.rank(a) - l.rank(b) })
	l.remove(first)
	close(first.ready)
}

// rank returns a check's priority; lower goes first. A signature that failed before
// ranks last: it will almost certainly fail again, even over another message.
func (l *queue) rank(c *check) int { return l.failures[c.who] + maxFailures*l.failures[c.signature] }

func (l *queue) failed(c *check) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.failures) > maxFailures {
		clear(l.failures)
	}
	l.failures[c.who]++
	l.failures[c.signature] = 1
}
