package server

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net"

	"github.com/gofiber/fiber/v2"

	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/server/conn"
	"github.com/mint402/mint402/server/feed"
)

// stream sends events until either side closes the connection.
func (e *eventRoute) stream(c *fiber.Ctx, q eventQuery) error {
	who := e.client(c)
	if e.listeners.Full(who) {
		return errFeedsFull
	}
	c.Context().HijackSetNoResponse(true)
	c.Context().Hijack(func(hijacked net.Conn) {
		detached, leave, err := conn.Detach(hijacked)
		if err == nil {
			if slot := e.listeners.Take(who, detached, false); slot != nil {
				if e.journal.Serve(detached, q.launch, q.after, func() { slot.Leave(); leave() }) {
					return
				}
				slot.Leave()
			}
		}
		_ = detached.Close()
		leave()
	})
	return nil
}

// newJournal returns the log of all feeds of /events.
func (e *eventRoute) newJournal() *feed.Log {
	return &feed.Log{Changed: e.changed, Header: newHeader(), MaxWrite: feedWrite,
		Read: func(ctx context.Context, after int64) (entries []feed.Entry, err error) {
			err = api.Recovered(func() (err error) { entries, err = e.entries(ctx, after); return err })
			if err != nil && ctx.Err() == nil {
				e.log.Warn("read events for feeds", "after", after, "err", err)
			}
			return entries, err
		}}
}

// entries returns the next events as entries of a stream.
func (e *eventRoute) entries(ctx context.Context, after int64) ([]feed.Entry, error) {
	changes, err := e.reader.Changes(ctx, after, maxEvents)
	if err != nil {
		return nil, err
	}
	entries := make([]feed.Entry, len(changes))
	for n, c := range changes {
		data, err := json.Marshal(api.NewEvent(c, e.publicURL))
		if err != nil {
			return nil, fmt.Errorf("write event: %w", err)
		}
		var b bytes.Buffer
		fmt.Fprintf(&b, "id: %d\nevent: %s\ndata: %s\n\n", c.Sequence, c.Type, data)
		entries[n] = feed.Entry{Sequence: c.Sequence, Topic: c.Launch, Event: b.Bytes()}
	}
	return entries, nil
}
