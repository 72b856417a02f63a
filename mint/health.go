package mint

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// health is the result of the latest examination.
type health struct {
	faults []Fault
	unfit  []SenderFault
	head   Block
	final  Block
	spent  Spending
	pace   time.Duration // shortest time between recent blocks; 0: not known

	reading Reading

	limits     []Fault // why some payers are refused
	walletRoom int     // see gas.walletRoom

	conditions map[string]Conditions // by launch slug, as last read; the map is never changed
	launches   map[string]bool       // launches that were examined; the map is never changed

	facilitated map[string]bool // launches whose payments facilitators settle now; the map is never changed
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
	Faults  []Fault       // of the server and of every launch
	Unfit   []SenderFault // senders that are set aside while another one is fit
	Head    Block
	Final   Block
	Reading Reading  // zero once the chain is read up to its head
	Queued  int64    // orders claimed and not sent
	Spent   Spending // in the last 24 hours; nil amounts before the first read
	Limits  []Fault  // why some payers are refused while the others are sold to
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
	return Health{Faults: e.Faults(""), Unfit: h.unfit, Head: h.head, Final: h.final, Reading: h.reading, Queued: e.queued.Load(), Spent: h.spent, Limits: h.limits}
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

// steady is how many examinations in a row must find a passing fault, or find it ended,
// before that is logged.
const steady = 2

// passing lists the faults that may end within a step. All others are a state of the
// chain or of the configuration, and are logged immediately.
var passing = []string{"starting", "catching_up", "chain_unreachable", "launch_unreadable", "books_differ", "not_delivering", "account_nonce_lost", "signer"}

// saleStates are the last logged states, by launch slug; "" is the server.
type saleStates map[string]*saleState

type saleState struct {
	logged string // codes of the logged faults, "" while it sells
	seen   string // codes of the latest faults; not logged yet if they differ from logged
	times  int    // examinations in a row with these codes
	sold   bool   // it was selling at some time
}

// report logs each time the sale of a launch, or of all launches, stops or continues:
// once, with the reasons. Each examination calls it.
func (m *monitor) report(launches []Launch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logged == nil {
		m.logged = saleStates{"": {logged: "starting", seen: "starting"}}
	}
	m.logSale("", m.faultsOf(""), false)
	for _, l := range launches {
		m.logSale(l.Slug, m.faultsOf(l.Slug), false)
	}
}

// mayPass reports whether all faults that were added or removed since the last logged
// state are passing ones. Any other fault is logged immediately, even next to a passing
// one.
func mayPass(codes []string, logged string) bool {
	before := strings.Split(logged, ",")
	lasts := func(of, other []string) bool {
		return slices.ContainsFunc(of, func(c string) bool {
			return c != "" && !slices.Contains(other, c) && !slices.Contains(passing, c)
		})
	}
	return !lasts(codes, before) && !lasts(before, codes)
}

// logSale logs the state of a launch, or "" for the server, if it changed and has lasted.
// It has lasted after enough examinations, or if the caller sets lasted. Faults of
// other launches are left out.
func (m *monitor) logSale(slug string, faults []Fault, lasted bool) {
	v := m.logged[slug]
	if v == nil {
		v = &saleState{sold: true}
		m.logged[slug] = v
	}
	var codes, details []string
	for _, f := range faults {
		if f.Launch == slug && !slices.Contains(codes, f.Code) {
			codes, details = append(codes, f.Code), append(details, f.Detail)
		}
	}
	slices.Sort(codes)
	now := strings.Join(codes, ",")
	if now != v.seen {
		v.seen, v.times = now, 0
	}
	if v.times++; now == v.logged || (!lasted && v.times < steady && mayPass(codes, v.logged)) {
		return
	}
	before := v.logged
	v.logged = now
	level, message := slog.LevelWarn, "stopped selling"
	switch {
	case now == "" && !v.sold:
		level, message = slog.LevelInfo, "selling"
	case now == "":
		level, message = slog.LevelInfo, "selling again"
	case before != "":
		message = "still not selling, for another reason"
	}
	if !slices.ContainsFunc(codes, func(c string) bool { return c != "starting" && c != "catching_up" }) && now != "" {
		level, message = slog.LevelInfo, "not selling yet"
	}
	v.sold = v.sold || now == ""
	var args []any
	if slug != "" {
		args = append(args, "launch", slug)
	}
	if now != "" {
		args = append(args, "reasons", now, "detail", strings.Join(details, "; "))
	} else if before != "" {
		args = append(args, "was", before)
	}
	m.log.Log(context.Background(), level, message, args...)
}

// reportSilence logs a silence that reached maxSilence, and announces it.
func (m *monitor) reportSilence() {
	m.notify.changes.announce()
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.logged != nil { // otherwise no examination was made yet
		m.logSale("", m.faultsOf(""), true)
	}
}
