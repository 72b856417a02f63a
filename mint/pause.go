package mint

import (
	"maps"
	"time"
)

// pauses keep what failed from being tried with every step: a trouble of one
// order, transaction or sender is its own, and is tried again after 1, 2, 4 … 64
// blocks, or that many times five seconds where blocks come on demand only.
type pauses[K comparable] map[K]pause

type pause struct {
	times int
	head  uint64
	at    time.Time
}

const (
	maxPause  = 64 // blocks
	maxPauses = 10_000
)

// add notes one more failure in a row and returns how many there were.
func (p pauses[K]) add(key K, head uint64, now time.Time) int {
	if len(p) > maxPauses {
		maps.DeleteFunc(p, func(_ K, old pause) bool { return old.head+2*maxPause < head })
	}
	last := p[key]
	p[key] = pause{last.times + 1, head, now}
	return last.times + 1
}

// has says that something is not to be tried yet.
func (p pauses[K]) has(key K, head uint64, now time.Time) bool {
	last, known := p[key]
	if !known {
		return false
	}
	blocks := min(uint64(1)<<min(last.times-1, 10), maxPause)
	return head < last.head+blocks && now.Sub(last.at) < time.Duration(blocks)*resendEvery
}

// grumble logs what keeps failing: the 1st, 2nd, 4th, 8th … time in a row. A nil
// error ends the row.
func (e *Engine) grumble(what string, err error) {
	if err == nil {
		delete(e.memory.grumbles, what)
		return
	}
	e.memory.grumbles[what]++
	if n := e.memory.grumbles[what]; n&(n-1) == 0 {
		e.Log.Error(what, "err", err, "failures", n)
	}
}
