package webhook

import (
	"math/rand/v2"
	"time"

	"github.com/mint402/mint402/mint"
)

// schedule is how long after each failed attempt a change is tried again. The last entry
// repeats. See also [queue.slow].
var schedule = []time.Duration{5 * time.Second, 5 * time.Minute, 30 * time.Minute, 2 * time.Hour, 5 * time.Hour,
	10 * time.Hour, 14 * time.Hour, 20 * time.Hour, 24 * time.Hour}

// probes is how long after each slow round an endpoint that seems to be down is tried again,
// with one request.
var probes = []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute}

const (
	// maxFailing is how long a change may fail before its endpoint is disabled: as long as
	// the schedule takes.
	maxFailing = 75*time.Hour + 35*time.Minute + 5*time.Second
	// maxSpan is how many changes after an undelivered one are looked at. A change that
	// always fails holds back its own order, and everything beyond this span.
	maxSpan = 8192
	// maxWait is the longest wait: the last of the schedule, spread.
	maxWait = 29 * time.Hour
	// maxParallel is how many requests to one endpoint run at the same time.
	maxParallel = 8
)

// item is a change that the endpoint wants, and that is not behind the cursor yet.
type item struct {
	mint.Change
	key       string
	delivered bool
	running   bool
	forgotten bool // it was loaded again: the result of its attempt does not count
	down      bool // the last attempt failed because the endpoint was down
	failures  int
	since     time.Time // first failure
	next      time.Time // earliest next attempt
	putOff    time.Time // as the receiver asked
}

// queue decides what is sent to one endpoint, and when. It has no clock and no lock: its
// worker passes times in, and is the only one that uses it.
//
// Each order has its own sequence: a change is sent once all earlier changes of its order
// are delivered, so a change that fails delays no other order. Failures that concern the
// whole endpoint (no connection, 429, 502, 503, 504, or maxParallel orders in a row) slow
// the endpoint down to one request at a time, until one succeeds.
type queue struct {
	endpoint Endpoint
	state    State
	loaded   int64   // sequence up to which changes are in items, or behind the cursor
	fresh    bool    // nothing was loaded yet
	items    []*item // in order; the first is undelivered
	running  int
	failed   map[*item]bool // those that failed since the last success
	rounds   int            // slow rounds since the last success; 0: the endpoint is not slow
	until    time.Time      // no request before
	jitter   func() float64
	calm     calm // only of a chat
}

// newQueue returns the queue of an endpoint that was left in a state.
func newQueue(e Endpoint, s State) *queue {
	return &queue{endpoint: e, state: s, loaded: s.Cursor, fresh: true, failed: map[*item]bool{}, jitter: rand.Float64}
}

// room returns how many more changes may be loaded.
func (q *queue) room() int { return int(maxSpan - (q.loaded - q.state.Cursor)) }

// load adds changes, which must follow the last one loaded. The first load must have all
// changes that the state's Delivered covers: at most maxSpan.
func (q *queue) load(changes []mint.Change) {
	if len(changes) == 0 {
		return
	}
	q.fresh = false
	for _, c := range changes {
		q.loaded = c.Sequence
		if !q.endpoint.wants(c) {
			continue
		}
		i := &item{Change: c, key: keyOf(q.endpoint, c)}
		n := int(c.Sequence - q.state.Cursor - 1)
		if n/8 < len(q.state.Delivered) && q.state.Delivered[n/8]>>(n%8)&1 == 1 {
			i.delivered = true
		} else if q.state.Failures > 0 && q.undelivered() == nil {
			i.failures, i.since, i.next = q.state.Failures, q.state.FailingSince, q.state.Next
		}
		q.items = append(q.items, i)
		if q.endpoint.Format.chat() {
			q.trim(i.key)
		}
	}
	q.settle()
}

// undelivered returns the oldest undelivered item, or nil.
func (q *queue) undelivered() *item {
	for _, i := range q.items {
		if !i.delivered {
			return i
		}
	}
	return nil
}

// settle moves the cursor to before the oldest undelivered change, and updates the state.
func (q *queue) settle() {
	if q.fresh {
		return
	}
	first := q.undelivered()
	q.state.Cursor = q.loaded
	if first != nil {
		q.state.Cursor = first.Sequence - 1
	}
	for len(q.items) > 0 && q.items[0].Sequence <= q.state.Cursor {
		q.items = q.items[1:]
	}
	q.state.Delivered = nil // a new one: the old one may be in a state that is being stored
	q.state.Failures, q.state.FailingSince, q.state.Next = 0, time.Time{}, q.until
	for _, i := range q.items {
		if i.delivered {
			n := int(i.Sequence - q.state.Cursor - 1)
			for len(q.state.Delivered) <= n/8 {
				q.state.Delivered = append(q.state.Delivered, 0)
			}
			q.state.Delivered[n/8] |= 1 << (n % 8)
		} else if i.failures > 0 && (q.state.Failures == 0 || i.since.Before(q.state.FailingSince)) {
			q.state.Failures, q.state.FailingSince = i.failures, i.since
		}
	}
	if first != nil && first.next.After(q.state.Next) {
		q.state.Next = first.next
	}
}

// start returns the items to send now, and marks them as running. wake is when the next
// one is due; zero if no item waits for a time.
func (q *queue) start(now time.Time) (due []*item, wake time.Time) {
	if !q.state.Disabled.IsZero() {
		return nil, time.Time{}
	}
	if ahead(q.until, now) {
		return nil, q.until
	}
	switch {
	case q.rounds == 0:
		due, wake = q.ready(now)
	case q.running == 0:
		due, wake = q.probe(now)
	}
	for _, i := range due {
		i.running = true
	}
	q.running += len(due)
	return due, wake
}

// ready returns the items that are due, each the oldest undelivered of its order.
func (q *queue) ready(now time.Time) (due []*item, wake time.Time) {
	for i := range q.heads() {
		switch {
		case i.running:
		case ahead(q.earliest(i, i.next), now):
			if at := q.earliest(i, i.next); wake.IsZero() || at.Before(wake) {
				wake = at
			}
		case q.running+len(due) == maxParallel, q.endpoint.Format.chat() && q.running+len(due) > 0:
			return due, wake
		default:
			due = append(due, i)
		}
	}
	return due, wake
}

// ahead reports whether a time is in the future. A time beyond maxWait does not count: no
// wait is that long, so the clock was set back.
func ahead(t, now time.Time) bool { return now.Before(t) && t.Sub(now) <= maxWait }

// probe returns the item to test a slow endpoint with: of those that the receiver has not
// put off, the one that failed least. If it has put off all, wake is when the first is due.
func (q *queue) probe(now time.Time) (best []*item, wake time.Time) {
	for i := range q.heads() {
		switch {
		case ahead(q.earliest(i, i.putOff), now):
			if at := q.earliest(i, i.putOff); wake.IsZero() || at.Before(wake) {
				wake = at
			}
		case best == nil || i.failures < best[0].failures:
			best = []*item{i}
		}
	}
	if best != nil {
		return best, time.Time{}
	}
	return nil, wake
}

// heads yields the oldest undelivered item of each order.
func (q *queue) heads() func(yield func(*item) bool) {
	return func(yield func(*item) bool) {
		seen := make(map[string]bool)
		for _, i := range q.items {
			if i.delivered || seen[i.key] {
				continue
			}
			if seen[i.key] = true; !yield(i) {
				return
			}
		}
	}
}

// done records the result of an attempt; f is nil if it delivered.
func (q *queue) done(i *item, f *failure, now time.Time) {
	if i.forgotten {
		return
	}
	i.running = false
	q.running--
	if q.endpoint.Format.chat() {
		defer q.settleChat(i, f == nil, now)
	}
	if f == nil {
		i.delivered = true
		if q.rounds > 0 {
			for _, other := range q.items {
				if other.down {
					other.next = other.putOff
				}
			}
		}
		clear(q.failed)
		q.rounds, q.until, q.state.Error = 0, time.Time{}, ""
		q.settle()
		return
	}
	q.state.Error = f.reason
	q.failed[i] = true
	i.failures++
	i.down = f.endpoint
	if i.since.IsZero() {
		i.since = now
	}
	i.putOff = now.Add(f.after)
	i.next = now.Add(max(q.spread(schedule[min(i.failures, len(schedule))-1]), f.after))
	if f.endpoint || len(q.failed) >= maxParallel {
		q.slow(f, now)
	}
	q.settle()
	if f.gone || now.Sub(q.state.FailingSince) >= maxFailing {
		q.disable(now)
	}
}

// slow puts the endpoint off. Attempts that ran at the same time count once.
func (q *queue) slow(f *failure, now time.Time) {
	if !now.Before(q.until) {
		q.until = now.Add(q.spread(probes[min(q.rounds, len(probes)-1)]))
		q.rounds++
	}
	if f.endpoint && now.Add(f.after).After(q.until) {
		q.until = now.Add(f.after)
	}
}

// spread changes a duration by up to a fifth, so that not all senders call their receivers
// at the same moment.
func (q *queue) spread(d time.Duration) time.Duration {
	return time.Duration(float64(d) * (0.8 + 0.4*q.jitter()))
}

func (q *queue) disable(now time.Time) { q.state.Disabled = now }

// lost disables the endpoint because the journal does not have the next changes any more.
func (q *queue) lost(e *mint.JournalError, now time.Time) {
	q.state.Error = e.Error()
	q.disable(now)
}
