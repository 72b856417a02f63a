package mint

import (
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// health is the result of the latest examination.
type health struct {
	faults []Fault
	head   Block
	final  Block
	spent  *big.Int
	pace   time.Duration // shortest time between recent blocks; 0: not known

	reading Reading

	conditions map[string]Conditions // by launch slug, as last read; the map is never changed
	launches   map[string]bool       // launches that were examined; the map is never changed
}

// next returns the earliest time that the chain's next block can have. It is computed
// from the pace of recent blocks and is never before the newest block.
func (h *health) next(now time.Time) time.Time {
	at := h.head.Time
	if h.head.Number == 0 || h.pace <= 0 {
		if at.Before(now) {
			return now
		}
		return at
	}
	late := max(now.Sub(at), 0)
	return at.Add(late - late%h.pace + h.pace)
}

// Health is the status that /readyz returns.
type Health struct {
	Faults  []Fault // of the server and of every launch
	Head    Block
	Final   Block
	Reading Reading  // zero once the chain is read up to its head
	Queued  int64    // orders claimed and not sent
	Spent   *big.Int // wei that our transactions cost in the last 24 hours
}

// Stopped returns the faults that stop all sales: those of the server or, if every
// launch on sale has one, all faults. It is empty while something can be sold.
func (h Health) Stopped(launches []Launch) []Fault {
	var server []Fault
	faulty := map[string]bool{}
	for _, f := range h.Faults {
		if f.Launch == "" {
			server = append(server, f)
		}
		faulty[f.Launch] = true
	}
	if len(server) > 0 {
		return server
	}
	for _, l := range Listed(launches) {
		if !faulty[l.Slug] {
			return nil
		}
	}
	return h.Faults
}

// Health returns the result of the latest examination.
func (e *Engine) Health() Health {
	h := e.monitor.latest.Load()
	return Health{Faults: e.Faults(""), Head: h.head, Final: h.final, Reading: h.reading, Queued: e.queued.Load(), Spent: h.spent}
}

// Conditions returns a launch's conditions as last read, and the newest block at that
// time; ok is false if they were not read yet. The caller must not change the values
// that they point to.
func (e *Engine) Conditions(slug string) (c Conditions, head Block, ok bool) {
	c, ok = e.monitor.latest.Load().conditions[slug]
	return c, c.At, ok
}

// Faults returns the reasons why a launch, or with an empty slug any launch, could not
// deliver now. While there is one, no price is quoted.
func (e *Engine) Faults(slug string) []Fault { return e.monitor.faults(slug) }

// faults is [Engine.Faults].
func (m *monitor) faults(slug string) []Fault {
	if m.draining.Load() {
		return []Fault{{Code: "stopping", Detail: "the server is stopping"}}
	}
	return m.faultsOf(slug)
}

// monitor publishes the faults that stop sales, and logs when a sale stops or continues.
// The step writes it, requests read it.
type monitor struct {
	*Settings
	log     *slog.Logger
	clock   func() time.Time
	silence *silence
	notify  *notifier

	latest   atomic.Pointer[health] // of the latest examination
	draining atomic.Bool            // no new payments are taken

	mu     sync.Mutex
	logged saleStates // guarded by mu
}

func (m *monitor) faultsOf(slug string) []Fault {
	h := m.latest.Load()
	var faults []Fault
	for _, f := range h.faults {
		if slug == "" || f.Launch == "" || f.Launch == slug {
			faults = append(faults, f)
		}
	}
	if slug != "" && !h.launches[slug] {
		faults = append(faults, pastFault(slug)) // registered since the last examination
	}
	if !slices.ContainsFunc(faults, func(f Fault) bool { return f.Code == "chain_unreachable" }) {
		faults = append(faults, m.silence.faults()...)
	}
	if age := m.clock().Sub(h.head.Time); h.head.Number > 0 && age > m.Stale {
		faults = append(faults, Fault{Code: "chain_stale", Detail: fmt.Sprintf("the newest block is %d seconds old", int(age.Seconds()))})
	}
	return faults
}

// mayDeliver reports whether claimed orders may be sent. Some faults only stop new
// payments.
func (m *monitor) mayDeliver(slug string) bool {
	for _, f := range m.faultsOf(slug) {
		if !f.delivers {
			return false
		}
	}
	return true
}
