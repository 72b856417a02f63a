package mint

import (
	"context"
	"log/slog"
	"slices"
	"strings"
)

// steady is how many examinations in a row must find a passing fault, or find it ended,
// before that is logged.
const steady = 2

// passing lists the faults that may end within a step. All others are a state of the
// chain or of the configuration, and are logged immediately.
var passing = []string{"starting", "catching_up", "chain_unreachable", "launch_unreadable", "books_differ", "not_delivering", "account_nonce_lost"}

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
