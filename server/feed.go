package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/feed"
	"github.com/mint402/mint402/web"
)

// Snapshot is one event of a launch's feed. It has the whole state each time, so a
// client needs only the newest.
type Snapshot struct {
	Launch Standing   `json:"launch"`
	Mints  []api.Mint `json:"mints"` // newest first
}

// Standing is the part of a launch that changes.
type Standing struct {
	Status   string   `json:"status"`  // as a Launch's
	Reasons  []string `json:"reasons"` // why no payment can be delivered now
	Sold     int64    `json:"sold"`    // allotments, as Reserved and Left
	Reserved int64    `json:"reserved"`
	Left     int64    `json:"left"`
	Minted   string   `json:"minted"` // whole units of the token
	Payers   int64    `json:"payers"` // distinct payers
	Mints    int64    `json:"mints"`  // minted payments
	Share    string   `json:"share"`  // of the cap, in words: "12%"
	Paused   bool     `json:"paused"`
}

var errFeedsFull = &api.HTTPError{Status: fiber.StatusServiceUnavailable, Fault: api.Fault{Code: "feed_full",

	Message: "too many live feeds are open; the launch's figures are at /launches", RetryAfter: api.RetryReserved}}

// feed sends an event each time the launch changes, until either side closes the
// connection. Last-Event-ID is ignored.
func (s *Server) feed(c *fiber.Ctx) error {
	l, err := s.Presenter.LaunchOf(c)
	if err != nil {
		return err
	}
	return s.hijack(c, l.Slug)
}

// hijack starts a feed of a topic on the connection of a request.
func (s *Server) hijack(c *fiber.Ctx, topic string) error {
	who := s.Client(c)
	if s.listeners.Full(who) {
		return errFeedsFull
	}
	// A request that never ends would keep fasthttp's buffers, so we take the connection
	// out of the server.
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(func(hijacked net.Conn) {
		detached, leave, err := conn.Detach(hijacked)
		if err != nil || !s.listen(detached, topic, who, leave) {
			_ = detached.Close()
			leave()
		}
	})
	return nil
}

// homeTopic is the topic of the home page's feed. No launch has this slug.
const homeTopic = ""

// HomeSnapshot is one event of the home page's feed. It has the launches of the newest mints
// and not all, so its size does not depend on how many there are.
type HomeSnapshot struct {
	Mints    []api.LaunchMint    `json:"mints"` // newest first
	Launches []HomeStanding      `json:"launches"`
	Counts   map[api.Section]int `json:"counts"` // launches by section; if they change, the list is another
	Total    int                 `json:"total"`  // launches that are shown
}

// HomeStanding is the part of a launch that a mint changes.
type HomeStanding struct {
	Slug   string `json:"slug"`
	Status string `json:"status"`
	Sold   int64  `json:"sold"` // allotments
	Left   int64  `json:"left"`
	Share  string `json:"share"` // of the cap, in words: "12%"
}

// homeFeed sends an event each time the newest mints or the sections change.
func (s *Server) homeFeed(c *fiber.Ctx) error { return s.hijack(c, homeTopic) }

// homeSnapshot renders the home page's current snapshot.
func (s *Server) homeSnapshot(ctx context.Context) (any, error) {
	list, err := s.Presenter.Shop.List(ctx, api.ListQuery{})
	if err != nil {
		return nil, err
	}
	mints, err := s.Presenter.Shop.NewestMints(ctx, list)
	if err != nil {
		return nil, err
	}
	told := HomeSnapshot{Mints: mints, Launches: []HomeStanding{}, Counts: list.Counts, Total: list.Shown()}
	for i := range list.Launches {
		l := &list.Launches[i].Launch
		if slices.ContainsFunc(mints, func(m api.LaunchMint) bool { return m.Launch == l.Slug }) {
			told.Launches = append(told.Launches, HomeStanding{l.Slug, s.Presenter.StatusOf(l), l.Sold, l.Left(), web.Launch{Sold: l.Sold, Of: l.Cap}.Share()})
		}
	}
	return told, nil
}

// listen starts a feed on a connection. done is called when the feed has ended. listen
// returns false if too many feeds are open, in total or for this client, or if the
// server is shutting down.
func (s *Server) listen(c net.Conn, slug string, who netip.Prefix, done func()) bool {
	slot := s.listeners.Take(who, c, false)
	if slot == nil {
		return false
	}
	if !s.hub.Serve(c, slug, func() { slot.Leave(); done() }) {
		slot.Leave()
		return false
	}
	return true
}

// feedWrite is how long one write to a listener of a feed may take.
const feedWrite = 10 * time.Second

// newHub returns the hub of all launches' feeds.
func (s *Server) newHub() *feed.Hub {
	return &feed.Hub{Changed: s.Presenter.Changed, Header: newHeader(), MaxWrite: feedWrite,
		Snapshot: func(ctx context.Context, slug string) (event []byte, err error) {
			err = api.Recovered(func() (err error) { event, err = s.event(ctx, slug); return err })
			return event, err
		},
		Failed: func(slug string, err error) { s.log.Warn("make the snapshot of a feed", "launch", slug, "err", err) }}
}

// event renders a topic's current snapshot as an event.
func (s *Server) event(ctx context.Context, topic string) ([]byte, error) {
	var told any
	var err error
	kind := "launch"
	if topic == homeTopic {
		kind = "home"
		told, err = s.homeSnapshot(ctx)
	} else {
		told, err = s.snapshot(ctx, topic)
	}
	if err != nil {
		return nil, err
	}
	data, err := json.Marshal(told)
	if err != nil {
		return nil, fmt.Errorf("write snapshot: %w", err)
	}
	return bytes.Join([][]byte{[]byte("event: " + kind + "\nretry: 2000\ndata: "), data, []byte("\n\n")}, nil), nil
}

// snapshot renders a launch's current snapshot.
func (s *Server) snapshot(ctx context.Context, slug string) (any, error) {
	l, err := s.reader.Launch(ctx, slug)
	if err != nil {
		return nil, err
	}
	mints, payers, err := s.Presenter.Counts(ctx, slug)
	if err != nil {
		return nil, err
	}
	newest, err := s.Presenter.LatestMints(ctx, l)
	if err != nil {
		return nil, err
	}
	engine := s.Presenter.Of(&l).Engine
	conditions, _, _ := engine.Conditions(slug)
	told := Snapshot{Mints: newest, Launch: Standing{
		Status: s.Presenter.Status(ctx, l), Reasons: []string{}, Sold: l.Sold, Reserved: l.Reserved, Left: l.Left(),
		Minted: amount.Tokens(l.Tokens(l.Sold)), Payers: payers, Mints: mints,
		Share: web.Launch{Sold: l.Sold, Of: l.Cap}.Share(), Paused: conditions.Paused,
	}}
	for _, f := range engine.Faults(slug) {
		told.Launch.Reasons = append(told.Launch.Reasons, f.Detail)
	}
	return told, nil
}
