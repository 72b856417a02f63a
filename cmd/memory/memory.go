// Package memory bounds the memory of a server.
package memory

import (
	"context"
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
	quiet     int    // looks in a row without much work
	worked    bool   // there was much work since memory was last returned
	percent   int    // see debug.SetGCPercent
}

const (
	lookEvery = time.Second
	// quietLooks is the number of looks without much work come before memory is returned.
	quietLooks = 8
	// busy is how many bytes the server allocates between two looks if it has work.
	busy = 2 << 20
	// worthwhile is by how many bytes a server without much work has to grow before memory
	// is returned: that takes two collections.
	worthwhile = 16 << 20
	// maxHeadroom is how far the heap may grow between two collections, in bytes. Of a
	// large heap, it may grow by minPercent.
	maxHeadroom            = 48 << 20
	minPercent, maxPercent = 25, 100
)

// look returns the percentage to collect at, and whether to return memory now. inUse is the
// memory that the process has of the system, live the part that survived the last collection,
// and allocated the sum since the start, in bytes.
func (m *Keeper) look(inUse, live, allocated uint64) (percent int, giveBack bool) {
	if m.quiet++; allocated-m.allocated > busy {
		m.quiet, m.worked = 0, true
	}
	m.allocated = allocated
	m.kept = min(m.kept, inUse)
	if m.quiet >= quietLooks && (m.worked || inUse > m.kept+worthwhile) {
		m.worked, giveBack = false, true
	}
	percent = int(max(minPercent, min(maxPercent, maxHeadroom*100/max(live, 1))))
	return percent, giveBack
}

// Tend looks after the memory until ctx ends, unless the operator sets GOGC or GOMEMLIMIT.
func (m *Keeper) Tend(ctx context.Context) {
	if os.Getenv("GOGC") != "" || os.Getenv("GOMEMLIMIT") != "" {
		return
	}
	m.percent = maxPercent
	tick := time.NewTicker(lookEvery)
	defer tick.Stop()
	for {
		percent, giveBack := m.look(read())
		if percent != m.percent {
			m.percent = percent
			debug.SetGCPercent(percent)
		}
		if giveBack {
			runtime.GC() // pools keep their contents for one collection more
			debug.FreeOSMemory()
			m.kept, _, _ = read()
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}

// read returns the arguments of look.
func read() (inUse, live, allocated uint64) {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"},
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/stacks:bytes"}, {Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(samples)
	at := func(i int) uint64 { return samples[i].Value.Uint64() }
	return at(0) - at(1), at(2) + at(3), at(4)
}
