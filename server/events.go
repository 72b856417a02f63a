package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/feed"
)

// Limits of /events.
const (
	defaultEvents = 100
	maxEvents     = 500  // in one answer
	maxScanned    = 5000 // events that one answer looks at for those of a launch
	maxPollWait   = 25   // seconds
	maxPolls      = 1024 // requests that wait, a quarter of them of one client
	// pollEvery is the shortest time between two looks of a waiting request.
	pollEvery = 250 * time.Millisecond
)

// eventQuery is a valid request for events.
type eventQuery struct {
	after  int64 // -1: from the oldest that is kept, or of a stream, from now on
	launch string
	limit  int
	wait   time.Duration
	stream bool
}

// eventRoute is the route /events: polls, waiting polls, and streams.
type eventRoute struct {
	reader    api.Reader
	publicURL string
	changed   func() <-chan struct{} // closed at the next change; see api.Presenter
	client    func(*fiber.Ctx) netip.Prefix
	log       *slog.Logger
	reads     *api.Quota    // the server's, of reads that run
	polls     *api.Quota    // requests that wait, until polling ends
	listeners *conn.Limiter // the server's, of open feeds
	journal   *feed.Log     // sends events to the open feeds
	polling   context.Context
	endPolls  context.CancelFunc
}

// newEventRoute returns the route of a server whose quotas are made.
func newEventRoute(s *Server) *eventRoute {
	e := &eventRoute{reader: s.reader, publicURL: s.Presenter.PublicURL, changed: s.Presenter.Changed, client: s.Client, log: s.log,
		reads: s.reads, polls: api.NewQuota(maxPolls), listeners: s.listeners}
	e.polling, e.endPolls = context.WithCancel(s.life)
	e.journal = e.newJournal()
	return e
}

// close ends the requests that wait, and the feeds. Clients ask the next server.
func (e *eventRoute) close() {
	e.endPolls()
	e.journal.Close()
}

// serve answers with the events after a sequence, as JSON or as a stream of server-sent
// events. With wait, it waits until there is one.
func (e *eventRoute) serve(c *fiber.Ctx) error {
	q, err := e.query(c)
	if err != nil {
		return err
	}
	who := e.client(c)
	if !e.reads.Take(who) {
		return api.ErrBusy
	}
	events, next, err := e.after(c.UserContext(), &q)
	e.reads.Give(who)
	if err != nil {
		return err
	}
	if q.stream {
		return e.stream(c, q)
	}
	if len(events) == 0 && q.wait > 0 {
		if !e.polls.Take(who) {
			return api.ErrBusy
		}
		defer e.polls.Give(who)
		if events, next, err = e.poll(c.UserContext(), q, next); err != nil {
			return err
		}
	}
	return c.JSON(api.Events{Events: api.OrEmpty(events), Next: strconv.FormatInt(next, 10)})
}

// query parses a request.
func (e *eventRoute) query(c *fiber.Ctx) (q eventQuery, err error) {
	if err := onceEach(c, "after", "limit", "launch", "wait"); err != nil {
		return q, err
	}
	q = eventQuery{after: -1, limit: defaultEvents, launch: c.Query("launch")}
	q.stream = c.Method() == fiber.MethodGet && strings.Contains(c.Get(fiber.HeaderAccept), "text/event-stream")
	if v := c.Query("limit"); v != "" {
		n, ok := api.ParsePositive(v)
		if !ok || n > maxEvents {
			return q, &api.ParamError{Field: "limit", Expected: fmt.Sprintf("a whole number from 1 to %d", maxEvents)}
		}
		q.limit = int(n)
	}
	if v := c.Query("wait"); v != "" && v != "0" {
		n, ok := api.ParsePositive(v)
		if !ok || n > maxPollWait {
			return q, &api.ParamError{Field: "wait", Expected: fmt.Sprintf("seconds, a whole number from 0 to %d", maxPollWait)}
		}
		if c.Method() == fiber.MethodGet {
			q.wait = time.Duration(n) * time.Second
		}
	}
	if q.launch != "" {
		if !mint.ValidSlug(q.launch) {
			return q, &api.ParamError{Field: "launch", Expected: "the slug of a launch"}
		}
		if _, err := e.reader.Launch(c.UserContext(), q.launch); err != nil {
			return q, err
		}
	}
	// A client that reconnects sends the last id that it saw, and the URL as before.
	field, v := "after", c.Query("after")
	if last := c.Get("Last-Event-ID"); q.stream && last != "" {
		field, v = "Last-Event-ID", last
	}
	if v != "" {
		q.after, err = e.position(c.UserContext(), field, v)
	}
	return q, err
}

// position parses a sequence, or an event's id. An id must be the one of its event here:
// otherwise the client has seen another database.
func (e *eventRoute) position(ctx context.Context, field, v string) (int64, error) {
	if v == "0" {
		return 0, nil
	}
	if n, ok := api.ParsePositive(v); ok {
		return n, nil
	}
	n, ok := mint.ParseChangeID(v)
	if !ok {
		return 0, &api.ParamError{Field: field, Expected: "the sequence or the id of an event"}
	}
	changes, err := e.reader.Changes(ctx, n-1, 1)
	if err != nil {
		return 0, eventsError(err)
	}
	if len(changes) == 0 || changes[0].ID() != v {
		_, newest, err := e.reader.JournalRange(ctx)
		if err != nil {
			return 0, err
		}
		return 0, eventsGone("this event is of another database, such as the one before a restore", 0, newest)
	}
	return n, nil
}

// after returns the events that a query selects, and the sequence for the next one.
// It sets the position of a query without one.
func (e *eventRoute) after(ctx context.Context, q *eventQuery) (events []api.Event, next int64, err error) {
	if q.after < 0 {
		oldest, newest, err := e.reader.JournalRange(ctx)
		if err != nil {
			return nil, 0, err
		}
		if q.after = max(oldest-1, 0); q.stream {
			q.after = newest
		}
	}
	limit := q.limit
	if q.launch != "" {
		limit = maxScanned
	}
	if q.stream {
		limit = 1 // only to find out whether the position is good
	}
	changes, err := e.reader.Changes(ctx, q.after, limit)
	if err != nil {
		return nil, 0, eventsError(err)
	}
	next = q.after
	for _, change := range changes {
		if q.launch == "" || change.Launch == q.launch {
			if len(events) == q.limit {
				break
			}
			events = append(events, api.NewEvent(change, e.publicURL))
		}
		next = change.Sequence
	}
	return events, next, nil
}

// poll waits until there is an event, the time is over, or the server stops.
func (e *eventRoute) poll(ctx context.Context, q eventQuery, next int64) (events []api.Event, _ int64, err error) {
	over := time.NewTimer(q.wait)
	defer over.Stop()
	for q.after = next; ; q.after = next {
		changed := e.changed() // before the read, so that no change is missed
		if events, next, err = e.after(ctx, &q); err != nil || len(events) > 0 {
			return events, next, err
		}
		if !e.rest(over.C, pollEvery, nil) || !e.rest(over.C, time.Second, changed) {
			return nil, next, nil
		}
	}
}

// rest pauses a waiting request until d is over or changed is closed. It returns false if
// the request's time is over, or the server stops.
func (e *eventRoute) rest(over <-chan time.Time, d time.Duration, changed <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-over:
		return false
	case <-e.polling.Done():
		return false
	}
	return true
}

// eventsError returns a 410 for a position that the journal does not have.
func eventsError(err error) error {
	var lost *mint.JournalError
	if errors.As(err, &lost) {
		return eventsGone(lost.Error(), lost.Oldest, lost.Newest)
	}
	return err
}

func eventsGone(message string, oldest, newest int64) error {
	details := map[string]any{"newest": strconv.FormatInt(newest, 10)}
	if oldest > 0 {
		details["oldest"] = strconv.FormatInt(oldest, 10)
	}
	return &api.HTTPError{Status: fiber.StatusGone, Fault: api.Fault{Code: "events_gone", Field: "after",
		Message: message + "; read /orders, and continue with the events from there", Details: details}}
}

var eventDesc = describe("events", "Sequence of the newest event; of the kind oldest, of the oldest that is kept.", "kind")

// collect sends the figures about events.
func (e *eventRoute) collect(gauge func(d *prometheus.Desc, v float64, labels ...string)) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	oldest, newest, err := e.reader.JournalRange(ctx)
	if err != nil {
		e.log.Error("read the journal's range for metrics", "err", err)
		return
	}
	gauge(eventDesc, float64(oldest), "oldest")
	gauge(eventDesc, float64(newest), "newest")
}
