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
// before go last, and visitors with fewer failures go first. So strangers wait behind
// the owner, not the owner behind strangers.

const (
	askPatience  = 10 * time.Second // how long a client's question waits at most
	askRest      = 250 * time.Millisecond
	maxQuestions = 1024 // waiting ones, per wallet
	maxNoes      = 8192 // visitors and signatures with failures that are remembered
)

// questions has the queue of signature checks of each wallet that may sign in.
type questions struct {
	lines          map[common.Address]*line
	patience, rest time.Duration
}

func newQuestions(wallets []common.Address) questions {
	q := questions{lines: map[common.Address]*line{}, patience: askPatience, rest: askRest}
	for _, w := range wallets {
		q.lines[w] = &line{noes: map[any]int{}}
	}
	return q
}

// line is the queue of one wallet.
type line struct {
	mu      sync.Mutex
	busy    bool // a question is being asked, or the pause after it runs
	waiting []*question
	noes    map[any]int // failures, by client and by hash of a signature
}

type question struct {
	who       netip.Prefix
	signature common.Hash
	turn      chan struct{} // closed when the question may be asked
	dropped   bool
}

// ask waits until a question may be asked. The caller must call done with the answer.
func (q *questions) ask(ctx context.Context, account common.Address, who netip.Prefix, signature common.Hash) (done func(yes bool), err error) {
	l, mine := q.lines[account], &question{who: who, signature: signature, turn: make(chan struct{})}
	l.add(mine)
	patience := time.NewTimer(q.patience)
	defer patience.Stop()
	select {
	case <-mine.turn:
	case <-patience.C:
		err = errAsked
	case <-ctx.Done():
		err = errAsked
	}
	if err != nil && l.leave(mine) || mine.dropped {
		return nil, errAsked
	}
	return func(yes bool) {
		if yes {
			l.next()
			return
		}
		l.no(mine)
		time.AfterFunc(q.rest, l.next)
	}, nil
}

// add puts a question into the queue. If there are too many, it drops the one that
// would be asked last.
func (l *line) add(mine *question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.busy {
		l.busy = true
		close(mine.turn)
		return
	}
	if l.waiting = append(l.waiting, mine); len(l.waiting) > maxQuestions {
		last := slices.MaxFunc(l.waiting, func(a, b *question) int { return l.rank(a) - l.rank(b) })
		l.remove(last)
		last.dropped = true
		close(last.turn)
	}
}

// leave removes a question from the queue. It returns false if its turn has come.
func (l *line) leave(mine *question) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.remove(mine)
}

func (l *line) remove(q *question) bool {
	i := slices.Index(l.waiting, q)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}

// next lets the question with the lowest rank be asked, a random one of those if there
// are several.
func (l *line) next() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.busy = false
		return
	}
	rand.Shuffle(len(l.waiting), func(i, j int) { l.waiting[i], l.waiting[j] = l.waiting[j], l.waiting[i] })
	first := slices.MinFunc(l.waiting, func(a, b *question) int { return l.rank(a) - l.rank(b) })
	l.remove(first)
	close(first.turn)
}

// rank returns a question's priority; lower goes first. A signature that failed before
// ranks last: it will almost certainly fail again, even over another message.
func (l *line) rank(q *question) int { return l.noes[q.who] + maxNoes*l.noes[q.signature] }

func (l *line) no(q *question) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.noes) > maxNoes {
		clear(l.noes)
	}
	l.noes[q.who]++
	l.noes[q.signature] = 1
}
