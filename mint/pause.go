package mint

import (
	"maps"
	"time"
)

// pauses is a backoff per key. It keeps a failed order, transaction or sender from
// being retried with every step, without holding up the others. The retries come after
// 1, 2, 4 … 64 blocks, or after that many times 5 s on chains that make blocks only on
// demand.
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

// add counts one more failure in a row and returns the count.
func (p pauses[K]) add(key K, head uint64, now time.Time) int {
	if len(p) > maxPauses {
		maps.DeleteFunc(p, func(_ K, old pause) bool { return old.head+2*maxPause < head })
	}
	last := p[key]
	p[key] = pause{last.times + 1, head, now}
	return last.times + 1
}

// has reports whether a key must not be retried yet.
func (p pauses[K]) has(key K, head uint64, now time.Time) bool {
	last, known := p[key]
	if !known {
		return false
	}
	blocks := min(uint64(1)<<min(last.times-1, 10), maxPause)
	return head < last.head+blocks && now.Sub(last.at) < time.Duration(blocks)*resendEvery
}
