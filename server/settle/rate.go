package settle

import (
	"net/netip"
	"sync"
	"time"
)

// rate limits how many requests of one client are answered in a minute.
type rate struct {
	most int

	mu    sync.Mutex
	since time.Time
	taken map[netip.Prefix]int
}

const (
	ratePeriod = time.Minute
	// maxClients is how many clients are counted in a minute. Others share one count, so that
	// a client with many addresses takes no memory.
	maxClients = 1 << 16
)

// take counts a request. It returns 0, or after how many whole seconds the client may ask again.
func (r *rate) take(who netip.Prefix, now time.Time) (again time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if passed := now.Sub(r.since); r.taken == nil || passed >= ratePeriod || passed < -time.Minute { // not for a request that was overtaken
		r.since, r.taken = now, map[netip.Prefix]int{}
	}
	if _, known := r.taken[who]; !known && len(r.taken) >= maxClients {
		who = netip.Prefix{}
	}
	if r.taken[who] >= r.most {
		return max(time.Second, ratePeriod-now.Sub(r.since)).Round(time.Second)
	}
	r.taken[who]++
	return 0
}
