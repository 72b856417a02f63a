package server

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// A contract wallet's signature is checked by asking its code, which costs a call
// of a node. Strangers may present any signature for a wallet whose address is
// public, so one question a wallet is asked at a time, with a rest after each that
// was answered no, and the order is not that of arrival: a signature that was
// answered no before goes last, and visitors with fewer such answers go first. So
// strangers wait behind the owner, and not the owner behind them.

const (
	askPatience  = 10 * time.Second // of a visitor whose question waits
	askRest      = 250 * time.Millisecond
	maxQuestions = 1024 // that wait, of one wallet
	maxNoes      = 8192 // visitors and signatures that are remembered
)

// questions are those about the signatures of each wallet that may sign in.
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

// line is what waits to be asked of one wallet.
type line struct {
	mu      sync.Mutex
	busy    bool // a question is asked, or the wallet rests
	waiting []*question
	noes    map[any]int // by visitor and by hash of a signature
}

type question struct {
	who       visitor
	signature common.Hash
	turn      chan struct{} // closed when it may be asked
	dropped   bool
}

// ask waits until a question may be asked. The caller calls done with the answer.
func (q *questions) ask(ctx context.Context, account common.Address, who visitor, signature common.Hash) (done func(yes bool), err error) {
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

// add puts a question into the line. Of too many, the one that would be asked last
// is dropped.
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

// leave takes a question out of the line; false if its turn has come.
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

// next lets the question of the lowest rank be asked, one at random among several.
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

// rank orders questions. A signature over one message is none over another, so one
// that was answered no before is next to certainly answered no again.
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
