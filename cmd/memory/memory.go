// Package memory bounds the memory of a server.
package memory

import (
	"context"
	"math"
	"os"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

// Keeper bounds the memory of a server after a burst and during it. Go keeps the memory of
// a burst for minutes, and lets the heap double between two collections, which costs most
// when thousands of requests wait.
type Keeper struct {
	kept      uint64 // bytes in use when memory was last returned to the system
	allocated uint64 // bytes, in all, at the last look
	rate      uint64 // bytes that are allocated between two looks: a sudden rise, or the average
	quiet     int    // looks in a row without much work
	worked    bool   // there was much work since memory was last returned
	crowded   int    // looks in a row while the limit cost collections
	set       bounds
}

// bounds are those that the collector keeps.
type bounds struct {
	percent int   // see debug.SetGCPercent
	limit   int64 // see debug.SetMemoryLimit
}

const (
	// lookEvery is short, because thousands of requests can arrive within a second.
	lookEvery = 100 * time.Millisecond
	// quietLooks is the number of looks without much work that come before memory is returned.
	quietLooks = 25
	// busy is how many bytes the server allocates between two looks if it has work. To read a
	// block takes half as many.
	busy = 4 << 20
	// worthwhile is by how many bytes a server without much work has to grow before memory
	// is returned: that takes two collections.
	worthwhile = 16 << 20
	// minPercent and maxPercent are how far the heap may grow between two collections.
	minPercent, maxPercent = 25, 400
	// growth is chosen so that a server that mints 275 a second has a headroom of 20 MB, and one that
	// mints 1,000 has maxHeadroom: with more, a burst that takes longer than burstLooks ends above 200 MB.
	growth      = 2.5
	maxHeadroom = 48 << 20
	// averaged is the number of looks over which a fall of the rate of allocation is averaged.
	averaged = 8
	// limit is how much memory Go may use in a burst before it collects more often, down to
	// minPercent, and returns free memory at once. Thousands of requests may need more, and move
	// the limit up. After burstLooks the load is no burst, and gets its headroom: it needs the
	// processor's time more.
	limit      = 136 << 20
	burstLooks = 40
	// spare is the memory that the heap may have unused at the limit.
	spare = 8 << 20
)

// usage is the memory of a process, in bytes.
type usage struct {
	inUse     uint64 // of the system
	other     uint64 // of that, all but the heap: stacks, and the runtime's own
	stacks    uint64
	live      uint64 // of the heap, the part that survived the last collection
	allocated uint64 // in all, since the start
}

// look returns the bounds for the collector, and whether to return memory now.
func (m *Keeper) look(u usage) (b bounds, giveBack bool) {
	made := u.allocated - m.allocated
	if m.quiet++; made > busy {
		m.quiet, m.worked = 0, true
	}
	m.allocated = u.allocated
	m.rate = max(made, m.rate-m.rate/averaged+made/averaged)
	m.kept = min(m.kept, u.inUse)
	if m.quiet >= quietLooks && (m.worked || u.inUse > m.kept+worthwhile) {
		m.worked, giveBack = false, true
	}
	scanned := u.live + u.stacks
	b.percent = int(max(minPercent, min(maxPercent, headroom(scanned, m.rate)*100/max(scanned, 1))))
	needs := func(percent int) int64 { return int64(u.other + u.live + scanned*uint64(percent)/100 + spare) }
	if m.crowded++; needs(min(b.percent, 2*minPercent)) <= limit {
		m.crowded = 0
	}
	if m.crowded > burstLooks {
		b.limit = needs(b.percent) + spare
	} else {
		b.limit = max(limit, needs(minPercent))
	}
	return b, giveBack
}

// headroom returns how far the heap may grow between two collections, in bytes. Each of them costs
// time for what it scans, and the more is allocated (rate) the more of them there are. For the same
// memory, the least time goes by if the headroom follows the square root of both ("Optimal Heap
// Limits for Reducing Browser Memory Use", Kirisame and others, 2022, section 3).
func headroom(scanned, rate uint64) uint64 {
	return min(maxHeadroom, uint64(growth*math.Sqrt(float64(scanned)*float64(rate))))
}

// Tend looks after the memory until ctx ends, unless the operator sets GOGC or GOMEMLIMIT.
func (m *Keeper) Tend(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		b, giveBack := m.look(read())
		if b.differs(m.set) {
			m.set = b
			debug.SetGCPercent(b.percent)
			debug.SetMemoryLimit(b.limit)
		}
		if giveBack {
			runtime.GC() // pools keep their contents for one collection more
			debug.FreeOSMemory()
			m.kept = read().inUse
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// differs reports whether b is so different that it is worth setting: that stops the program for
// a moment.
func (b bounds) differs(from bounds) bool {
	far := func(a, b int64) bool { return a-b > b/8 || b-a > b/8 }
	return far(int64(b.percent), int64(from.percent)) || far(b.limit, from.limit)
}

func read() usage {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/memory/classes/heap/objects:bytes"}, {Name: "/memory/classes/heap/unused:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
		{Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/live:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	at := func(i int) uint64 { return samples[i].Value.Uint64() }
	inUse := at(0) - at(1)
	return usage{inUse: inUse, other: inUse - at(2) - at(3) - at(4), stacks: at(5), live: at(6), allocated: at(7)}
}
