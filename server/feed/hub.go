// Package feed sends server-sent events to any number of connections. A [Hub] sends the
// newest snapshot of a topic, and renders each once for all listeners. A [Log] sends every
// entry of a growing log, once and in order. A listener that reads slowly is dropped, and
// does not delay the others.
package feed

import (
	"bytes"
	"context"
	"maps"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Hub publishes snapshots. One loop renders them; it runs while there are listeners.
// Each listener has one goroutine that sends, and one that notices when the client is
// gone. The fields are set before the first Serve.
type Hub struct {
	// Snapshot returns a topic's current snapshot: one complete server-sent event. It must
	// not panic.
	Snapshot func(ctx context.Context, topic string) ([]byte, error)
	// Changed returns a channel that is closed at the next change of any topic.
	Changed func() <-chan struct{}
	// Failed receives the error if Snapshot fails. The listeners keep their last snapshot.
	Failed func(topic string, err error)
	// Header is sent in addition to the headers of an event stream.
	Header http.Header
	// MaxWrite is how long one write to a listener may take. A listener that takes longer
	// is dropped.
	MaxWrite time.Duration

	head    []byte          // the status line and headers of every response
	life    context.Context // ends at Close; nil until start
	end     context.CancelFunc
	looping sync.Mutex // held by the loop

	mu      sync.Mutex
	topics  map[string]*topic // those with listeners
	open    map[net.Conn]struct{}
	idle    chan struct{} // closed to end the loop; nil if no loop runs
	running sync.WaitGroup
	fresh   chan struct{} // gets a value when a topic without a snapshot was added
}

const (
	publishEvery   = 500 * time.Millisecond // the shortest time between two publications
	recheckEvery   = 5 * time.Second        // for topics that change with the clock alone
	heartbeatEvery = 20 * time.Second
)

var heartbeat = []byte(":\n\n")

// start prepares the hub, once. The caller holds mu.
func (h *Hub) start() {
	if h.life != nil {
		return
	}
	h.life, h.end = context.WithCancel(context.Background())
	h.topics, h.open, h.fresh = map[string]*topic{}, map[net.Conn]struct{}{}, make(chan struct{}, 1)
	h.head = head(h.Header)
}

// head returns the status line and the headers of an event stream.
func head(more http.Header) []byte {
	header := more.Clone()
	if header == nil {
		header = http.Header{}
	}
	header.Set("Content-Type", "text/event-stream; charset=utf-8")
	header.Set("Connection", "close")
	header.Set("X-Accel-Buffering", "no")
	var head bytes.Buffer
	head.WriteString("HTTP/1.1 200 OK\r\n")
	_ = header.Write(&head) // writes to memory
	head.WriteString("\r\n")
	return head.Bytes()
}

// Listeners returns how many connections are open.
func (h *Hub) Listeners() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.open)
}

// Serve starts to send a topic's snapshots to a connection, and returns true at once.
// When the feed ends (the client left or was too slow, or Close was called), a goroutine
// closes the connection and calls done. If the hub is closed already, Serve returns false
// and does neither.
func (h *Hub) Serve(conn net.Conn, name string, done func()) bool {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetWriteBuffer(32 << 10) // bytes: a few snapshots; older ones are of no use
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.start()
	if h.life.Err() != nil {
		return false
	}
	t := h.topics[name]
	if t == nil {
		t = &topic{}
		for i := range t.shards {
			t.shards[i].Store(&snapshot{over: make(chan struct{})})
		}
		h.topics[name] = t
		select {
		case h.fresh <- struct{}{}:
		default:
		}
	}
	t.listeners.Add(1)
	t.joined++
	shard := &t.shards[t.joined%shards]
	h.open[conn] = struct{}{}
	if h.idle == nil {
		h.idle = make(chan struct{})
		idle := h.idle
		h.running.Go(func() { h.run(idle) })
	}
	gone := goneOf(conn, &h.running)
	h.running.Go(func() {
		h.send(conn, shard, gone)
		h.leave(conn, name)
		done()
	})
	return true
}

// send writes each snapshot. If several were published during a write, it writes only
// the newest.
func (h *Hub) send(conn net.Conn, shard *atomic.Pointer[snapshot], gone <-chan struct{}) {
	if !write(conn, h.head, h.MaxWrite) {
		return
	}
	for sent := 0; ; { // the number of the last snapshot that was sent
		now := shard.Load()
		event := heartbeat
		if now.number != sent {
			event = now.event
		}
		if now.number > 0 && !write(conn, event, h.MaxWrite) {
			return
		}
		sent = now.number
		select {
		case <-now.over:
		case <-gone:
			return
		}
	}
}

// leave closes a listener's connection. After a topic's last listener it forgets the
// topic, and after the last of all it ends the loop.
func (h *Hub) leave(conn net.Conn, name string) {
	_ = conn.Close()
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, conn)
	if h.topics[name].listeners.Add(-1) == 0 {
		delete(h.topics, name)
	}
	if len(h.open) == 0 {
		close(h.idle)
		h.idle = nil
	}
}

// Close closes all connections, and returns when all goroutines of the hub have ended.
// From then on Serve returns false.
func (h *Hub) Close() {
	h.mu.Lock()
	h.start()
	h.end()
	for conn := range h.open {
		_ = conn.Close() // its goroutines get an error
	}
	h.mu.Unlock()
	h.running.Wait()
}

// run publishes until there are no listeners: after a change or recheckEvery, but at most
// once per publishEvery. A topic that is new gets its first snapshot at once.
func (h *Hub) run(idle <-chan struct{}) {
	h.looping.Lock() // the previous loop may still run: it ends when it sees that its idle is closed
	defer h.looping.Unlock()
	clock, beat, rest := time.NewTicker(recheckEvery), time.NewTicker(heartbeatEvery), time.NewTimer(publishEvery)
	defer clock.Stop()
	defer beat.Stop()
	defer rest.Stop()
	changed := h.Changed()
	h.publish(false)
	// due: topics may have changed. rested: publishEvery is over.
	for due, rested := false, false; ; {
		select {
		case <-idle:
			return
		case <-h.fresh:
			h.publish(true)
		case <-changed:
			changed, due = nil, true
		case <-clock.C:
			due = true
		case <-beat.C:
			h.beat()
		case <-rest.C:
			rested = true
		}
		if due && rested {
			due, rested = false, false
			rest.Reset(publishEvery)
			changed = h.Changed()
			h.publish(false)
		}
	}
}

// publish renders a snapshot for each topic, or only for those that have none yet.
func (h *Hub) publish(fresh bool) {
	for name, t := range h.active() {
		if fresh && t.last.number > 0 {
			continue
		}
		event, err := h.Snapshot(h.life, name)
		switch {
		case err != nil && h.life.Err() == nil:
			h.Failed(name, err)
		case err == nil && !bytes.Equal(t.last.event, event):
			h.next(t, snapshot{number: t.last.number + 1, event: event})
		}
	}
}

// active returns the topics that have listeners.
func (h *Hub) active() map[string]*topic {
	h.mu.Lock()
	defer h.mu.Unlock()
	return maps.Clone(h.topics)
}

// beat makes every listener send a heartbeat, which shows proxies and clients that
// the connection is alive.
func (h *Hub) beat() {
	for _, t := range h.active() {
		if t.last.number > 0 {
			h.next(t, t.last)
		}
	}
}
