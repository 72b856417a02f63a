package server

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mint402/mint402/mint"
)

// feeds tell any number of listeners how launches stand. One loop, which runs
// while there are listeners, draws up what is told, once for all who listen to a
// launch; each listener has a goroutine that sends it, so that who reads slowly
// keeps nobody waiting, and one that notices when they are gone.
type feeds struct {
	engine   *mint.Engine
	snapshot func(ctx context.Context, slug string) ([]byte, error)
	failed   func(slug string, err error)
	head     []byte        // of the answer
	patience time.Duration // how long one may take to receive what is told

	life    context.Context // until the end
	end     context.CancelFunc
	looping sync.Mutex // held by the loop

	mu       sync.Mutex
	channels map[string]*channel // by launch slug; those with listeners
	open     map[net.Conn]struct{}
	idle     chan struct{} // closed to end the loop; nil while there is none
	running  sync.WaitGroup
	fresh    chan struct{} // there is a channel on which nothing was told yet
}

// channel is what the listeners of a launch hear. They are told in rows, one soon
// after the other: a thousand at once would keep the processors from everybody
// else for as long as that takes.
type channel struct {
	listeners atomic.Int64
	joined    int // ever
	rows      [rows]atomic.Pointer[edition]
	told      edition // what the loop told last
}

const (
	rows     = 32
	rowEvery = 8 * time.Millisecond
	crowd    = 64 // fewer listeners are told at once
)

// edition is what a row is told until it is over. Several in a row may tell the
// same: then there is nothing new, and a line is sent that shows that we are there.
type edition struct {
	number int // of what it tells; 0: nothing yet
	event  []byte
	over   chan struct{}
}

const (
	feedEvery = 500 * time.Millisecond // at most so often something is told
	feedClock = 5 * time.Second        // so often we look whether the clock has changed a launch
	feedBeat  = 20 * time.Second       // so often something is sent, be it nothing
)

var (
	errFeedsFull = errors.New("too many listen already")
	heartbeat    = []byte(":\n\n")
)

func newFeeds(s *Server) *feeds {
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	h := http.Header{"Content-Type": {"text/event-stream; charset=utf-8"}, "Connection": {"close"}, "X-Accel-Buffering": {"no"}}
	for _, line := range everywhere {
		h[string(line.name)] = []string{string(line.value)}
	}
	_ = h.Write(&head) // to memory
	head.WriteString("\r\n")
	life, end := context.WithCancel(context.Background())
	return &feeds{life: life, end: end, engine: s.Engine, snapshot: s.snapshot, head: head.Bytes(), patience: 10 * time.Second,
		failed:   func(slug string, err error) { s.Log.Warn("tell how a launch stands", "launch", slug, "err", err) },
		channels: map[string]*channel{}, open: map[net.Conn]struct{}{}, fresh: make(chan struct{}, 1)}
}

// count is how many listen.
func (f *feeds) count() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.open)
}

// begin tells a connection from now on how a launch stands, and closes it in the
// end; then it calls over. It returns false if the end has come.
func (f *feeds) begin(conn net.Conn, slug string, over func()) bool {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(32 << 10) // some editions; what is older than that nobody needs
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.life.Err() != nil {
		return false
	}
	c := f.channels[slug]
	if c == nil {
		c = &channel{}
		for i := range c.rows {
			c.rows[i].Store(&edition{over: make(chan struct{})})
		}
		f.channels[slug] = c
		select {
		case f.fresh <- struct{}{}:
		default:
		}
	}
	c.listeners.Add(1)
	c.joined++
	row := &c.rows[c.joined%rows]
	f.open[conn] = struct{}{}
	if f.idle == nil {
		f.idle = make(chan struct{})
		idle := f.idle
		f.running.Go(func() { f.run(idle) })
	}
	gone := make(chan struct{})
	f.running.Go(func() {
		// A client that says more, of whatever kind, is not one that listens.
		_, _ = conn.Read(make([]byte, 1))
		close(gone)
	})
	f.running.Go(func() {
		f.tell(conn, row, gone)
		f.leave(conn, slug)
		over()
	})
	return true
}

// tell sends every edition, or of those that came meanwhile the newest.
func (f *feeds) tell(conn net.Conn, row *atomic.Pointer[edition], gone <-chan struct{}) {
	send := func(what []byte) bool {
		_ = conn.SetWriteDeadline(time.Now().Add(f.patience))
		_, err := conn.Write(what)
		return err == nil
	}
	if !send(f.head) {
		return
	}
	for told := 0; ; {
		now := row.Load()
		what := heartbeat
		if now.number != told {
			what = now.event
		}
		if now.number > 0 && !send(what) {
			return
		}
		told = now.number
		select {
		case <-now.over:
		case <-gone:
			return
		}
	}
}

func (f *feeds) leave(conn net.Conn, slug string) {
	_ = conn.Close()
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.open, conn)
	if f.channels[slug].listeners.Add(-1) == 0 {
		delete(f.channels, slug)
	}
	if len(f.open) == 0 {
		close(f.idle)
		f.idle = nil
	}
}

// hangUp ends all feeds, and returns when nothing of them runs.
func (f *feeds) hangUp() {
	f.mu.Lock()
	f.end()
	for conn := range f.open {
		_ = conn.Close() // whoever reads from it or writes to it gets the error
	}
	f.mu.Unlock()
	f.running.Wait()
}

// run draws up what is told until nobody listens: soon after something changed,
// and not more often than feedEvery.
func (f *feeds) run(idle <-chan struct{}) {
	f.looping.Lock() // one before may not have noticed yet that it is idle
	defer f.looping.Unlock()
	clock, beat, rest := time.NewTicker(feedClock), time.NewTicker(feedBeat), time.NewTimer(feedEvery)
	defer clock.Stop()
	defer beat.Stop()
	defer rest.Stop()
	changed := f.engine.Changed()
	f.publish(false)
	for due, rested := false, false; ; {
		select {
		case <-idle:
			return
		case <-f.fresh:
			f.publish(true)
		case <-changed:
			changed, due = nil, true
		case <-clock.C:
			due = true
		case <-beat.C:
			f.beat()
		case <-rest.C:
			rested = true
		}
		if due && rested {
			due, rested = false, false
			rest.Reset(feedEvery)
			changed = f.engine.Changed()
			f.publish(false)
		}
	}
}

// publish draws up what is told of each launch, or of those of which nothing was.
func (f *feeds) publish(fresh bool) {
	for slug, c := range f.tuned() {
		if fresh && c.told.number > 0 {
			continue
		}
		var event []byte
		err := sheltered(func() (err error) { event, err = f.snapshot(f.life, slug); return err })
		switch {
		case err != nil && f.life.Err() == nil:
			f.failed(slug, err)
		case err == nil && !bytes.Equal(c.told.event, event):
			f.next(c, edition{number: c.told.number + 1, event: event})
		}
	}
}

// tuned are the channels that somebody listens to.
func (f *feeds) tuned() map[string]*channel {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.channels)
}

// beat has everybody sent what shows that we are there.
func (f *feeds) beat() {
	for _, c := range f.tuned() {
		if c.told.number > 0 {
			f.next(c, c.told)
		}
	}
}

// next tells a channel, row by row. Only the loop calls it.
func (f *feeds) next(c *channel, e edition) {
	c.told = e
	for i := range c.rows {
		was := c.rows[i].Swap(&edition{e.number, e.event, make(chan struct{})})
		close(was.over)
		if c.listeners.Load() > crowd && i < rows-1 {
			pause := time.NewTimer(rowEvery)
			select {
			case <-pause.C:
			case <-f.life.Done():
				pause.Stop()
			}
		}
	}
}
