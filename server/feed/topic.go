package feed

import (
	"sync/atomic"
	"time"
)

// topic is a topic that has listeners. The listeners are spread over shards, and the
// shards get a new snapshot one after the other: waking a thousand goroutines at once
// would keep the processors from all other requests.
type topic struct {
	listeners atomic.Int64
	joined    int // how many ever joined; it chooses the shard of the next
	shards    [shards]atomic.Pointer[snapshot]
	last      snapshot // the newest; only the loop uses it
}

const (
	shards       = 32
	shardEvery   = 8 * time.Millisecond // the pause between two shards
	staggerAbove = 64                   // with at most this many listeners, all shards get the snapshot at once
)

// snapshot is the event that a shard's listeners have to send. over is closed when
// another snapshot replaces it. If that one has the same number, listeners send a
// heartbeat.
type snapshot struct {
	number int // 0: no event yet
	event  []byte
	over   chan struct{}
}

// next gives a snapshot to all shards, with pauses if there are many listeners. Only
// the loop calls it.
func (h *Hub) next(t *topic, s snapshot) {
	t.last = s
	for i := range t.shards {
		was := t.shards[i].Swap(&snapshot{s.number, s.event, make(chan struct{})})
		close(was.over)
		if t.listeners.Load() > staggerAbove && i < shards-1 {
			pause := time.NewTimer(shardEvery)
			select {
			case <-pause.C:
			case <-h.life.Done():
				pause.Stop()
			}
		}
	}
}
