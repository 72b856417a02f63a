package mint

import (
	"context"
	"log/slog"
	"slices"
	"strings"
)

// steady is how many examinations in a row must see a fault that may pass within a
// step, or its end, before the log says so.
const steady = 2

// passing are the faults that may pass within a step. All others are a state of the
// chain or of the configuration, and news at once.
var passing = []string{"starting", "catching_up", "chain_unreachable", "launch_unreadable", "books_differ", "not_delivering", "account_nonce_lost"}

// verdicts are what the log said last, by launch slug; "" is the server.
type verdicts map[string]*verdict

type verdict struct {
	said  string // codes of the faults, "" while it sells
	seen  string // the newest; not said yet if it differs
	times int    // examinations in a row that saw it
	sells bool   // the log said once that it sells
}

// report logs each time the sale of a launch, or of all, stops or goes on: once,
// with the reasons. It is called by each examination.
func (e *Engine) report(launches []Launch) {
	e.saying.Lock()
	defer e.saying.Unlock()
	if e.said == nil {
		e.said = verdicts{"": {said: "starting", seen: "starting"}}
	}
	e.say("", e.faultsOf(""), false)
	for _, l := range launches {
		e.say(l.Slug, e.faultsOf(l.Slug), false)
	}
}

// mayPass reports whether all that came or went since the last verdict are faults
// that may come and go within a step. One that lasts is news although a passing one
// is there, too.
func mayPass(codes []string, said string) bool {
	before := strings.Split(said, ",")
	lasts := func(of, other []string) bool {
		return slices.ContainsFunc(of, func(c string) bool {
			return c != "" && !slices.Contains(other, c) && !slices.Contains(passing, c)
		})
	}
	return !lasts(codes, before) && !lasts(before, codes)
}

// say logs a verdict about a launch, or "" for the server, if it is news and has
// lasted, by the number of examinations or by the caller's word. Faults of others are
// left out.
func (e *Engine) say(slug string, faults []Fault, lasted bool) {
	v := e.said[slug]
	if v == nil {
		v = &verdict{sells: true}
		e.said[slug] = v
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
	if v.times++; now == v.said || (!lasted && v.times < steady && mayPass(codes, v.said)) {
		return
	}
	before := v.said
	v.said = now
	level, message := slog.LevelWarn, "stopped selling"
	switch {
	case now == "" && !v.sells:
		level, message = slog.LevelInfo, "selling"
	case now == "":
		level, message = slog.LevelInfo, "selling again"
	case before != "":
		message = "still not selling, for another reason"
	}
	if !slices.ContainsFunc(codes, func(c string) bool { return c != "starting" && c != "catching_up" }) && now != "" {
		level, message = slog.LevelInfo, "not selling yet"
	}
	v.sells = v.sells || now == ""
	var args []any
	if slug != "" {
		args = append(args, "launch", slug)
	}
	if now != "" {
		args = append(args, "reasons", now, "detail", strings.Join(details, "; "))
	} else if before != "" {
		args = append(args, "was", before)
	}
	e.Log.Log(context.Background(), level, message, args...)
}
