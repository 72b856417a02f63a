package webhook

import (
	"slices"
	"time"
)

// configure takes over a new version of the endpoint from the file, and what the operator
// did in it: to enable it again, and to skip changes. oldest and newest are the journal's
// range.
func (q *queue) configure(e Endpoint, oldest, newest int64) {
	wantsOthers := e.Launch != q.endpoint.Launch || e.Format != q.endpoint.Format || !slices.Equal(e.Events, q.endpoint.Events)
	q.endpoint = e
	if skip := min(e.SkipTo, newest); skip > q.state.Cursor {
		q.move(skip)
	} else if wantsOthers {
		q.move(q.state.Cursor)
	}
	troubled := !q.state.Disabled.IsZero() || !q.state.FailingSince.IsZero()
	if !troubled || !e.EnabledAt.After(q.state.Disabled) || !e.EnabledAt.After(q.state.FailingSince) {
		return // an EnabledAt that is older was for an earlier trouble
	}
	switch {
	case q.state.Cursor < oldest-1:
		q.move(oldest - 1)
	case q.state.Cursor > newest:
		q.move(newest)
	}
	clear(q.failed)
	q.rounds, q.until = 0, time.Time{}
	q.state.Disabled, q.state.Error, q.state.Failures, q.state.FailingSince = time.Time{}, "", 0, time.Time{}
	for _, i := range q.items {
		i.failures, i.since, i.next, i.putOff = 0, time.Time{}, time.Time{}, time.Time{}
	}
	q.settle()
}

// move sets the cursor. All changes after it are loaded again; attempts that run are
// forgotten, so their changes may be sent twice.
func (q *queue) move(cursor int64) {
	for _, i := range q.items {
		i.forgotten = true
	}
	if cursor != q.state.Cursor {
		q.state.Delivered = nil
	}
	clear(q.failed)
	q.state.Cursor, q.loaded, q.items, q.running, q.fresh = cursor, cursor, nil, 0, true
}
