package feed

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"sync"
	"time"
)

// Entry is one entry of a log, rendered as a complete server-sent event.
type Entry struct {
	Sequence int64
	Topic    string
	Event    []byte
}

// Log sends the entries of a growing log to any number of connections, as server-sent
// events. Unlike a [Hub], it leaves out no entry: a connection gets each entry after its
// position, once and in order. One loop reads new entries and keeps the last maxTail of
// them in memory for all listeners. A listener that is further behind reads the log
// itself. The fields are set before the first Serve.
type Log struct {
	// Read returns the next entries after a sequence, at most some hundred, without a gap
	// between their sequences. It must not panic. An error ends the feeds.
	Read func(ctx context.Context, after int64) ([]Entry, error)
	// Changed returns a channel that is closed when there may be new entries.
	Changed func() <-chan struct{}
	// Header is sent in addition to the headers of an event stream.
	Header http.Header
	// MaxWrite is how long one write to a listener may take. A listener that takes longer
	// is dropped, and may continue from its last entry.
	MaxWrite time.Duration

	mu      sync.Mutex
	life    context.Context
	end     context.CancelFunc
	open    map[net.Conn]struct{}
	tail    []Entry       // the newest, without a gap
	grown   chan struct{} // closed when tail grows
	looping bool
	running sync.WaitGroup
	behind  chan struct{} // full while maxBehind listeners read the log themselves
}

const (
	maxTail   = 4096 // entries, of about 500 bytes
	maxBehind = 4    // listeners that read the log at the same time
	readEvery = 100 * time.Millisecond
	pollEvery = time.Second // for changes that Changed does not announce
	beatEvery = 15 * time.Second
)

func (l *Log) start() {
	if l.life == nil {
		l.life, l.end = context.WithCancel(context.Background())
		l.open, l.grown, l.behind = map[net.Conn]struct{}{}, make(chan struct{}), make(chan struct{}, maxBehind)
	}
}

// Listeners returns how many connections are open.
func (l *Log) Listeners() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.open)
}

// Serve starts to send the entries after a sequence to a connection: those of a topic, or
// all if topic is empty. It returns true at once. When the feed ends, a goroutine closes
// the connection and calls done. If the log is closed, Serve returns false and does
// neither.
func (l *Log) Serve(conn net.Conn, topic string, after int64, done func()) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.start()
	if l.life.Err() != nil {
		return false
	}
	l.open[conn] = struct{}{}
	if !l.looping {
		l.looping = true
		l.tail = nil // it may have a gap to the next entries
		l.running.Go(func() { l.run(after) })
	}
	gone := goneOf(conn, &l.running)
	l.running.Go(func() {
		l.send(conn, topic, after, gone)
		_ = conn.Close()
		l.mu.Lock()
		delete(l.open, conn)
		l.mu.Unlock()
		done()
	})
	return true
}

// Close closes all connections, and returns when all goroutines have ended.
func (l *Log) Close() {
	l.mu.Lock()
	l.start()
	l.end()
	for conn := range l.open {
		_ = conn.Close() // its goroutines get an error
	}
	l.mu.Unlock()
	l.running.Wait()
}

// run reads new entries into the tail while there are listeners. After an error it ends
// all feeds: their clients come back with their last ids.
func (l *Log) run(after int64) {
	for {
		changed := l.Changed() // before the read, so that no change is missed
		entries, err := l.Read(l.life, after)
		if err != nil {
			l.drop()
		} else if len(entries) > 0 {
			after = entries[len(entries)-1].Sequence
		}
		if !l.grow(entries) || !l.pause(readEvery, nil) || len(entries) == 0 && !l.pause(pollEvery, changed) {
			return
		}
	}
}

// pause waits for a time or for a change. It returns false, and the loop ends, if the log
// is closed.
func (l *Log) pause(d time.Duration, changed <-chan struct{}) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-changed:
	case <-l.life.Done():
		return false
	}
	return true
}

// drop closes all connections.
func (l *Log) drop() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for conn := range l.open {
		_ = conn.Close() // its goroutines get an error
	}
	clear(l.open)
}

// grow appends entries to the tail and wakes the listeners. It returns false, and ends the
// loop, if there are no listeners.
func (l *Log) grow(entries []Entry) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.open) == 0 || l.life.Err() != nil {
		l.looping = false
		return false
	}
	if len(entries) > 0 {
		l.tail = append(l.tail, entries...)
		if over := len(l.tail) - maxTail; over > 0 {
			l.tail = append([]Entry(nil), l.tail[over:]...)
		}
		close(l.grown)
		l.grown = make(chan struct{})
	}
	return true
}

// next returns the entries after a sequence that are in memory. ok is false if some of
// them are not. grown is closed when there are more.
func (l *Log) next(after int64) (entries []Entry, ok bool, grown <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.tail)
	switch {
	case n == 0:
		return nil, false, l.grown
	case after >= l.tail[n-1].Sequence:
		return nil, true, l.grown
	case after < l.tail[0].Sequence-1:
		return nil, false, l.grown
	}
	return l.tail[after-l.tail[0].Sequence+1:], true, l.grown
}

// send writes entries until the connection or the log ends.
func (l *Log) send(conn net.Conn, topic string, after int64, gone <-chan struct{}) {
	if !write(conn, head(l.Header), l.MaxWrite) {
		return
	}
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	for {
		entries, ok, grown := l.next(after)
		if !ok {
			var err error
			if entries, err = l.read(after); err != nil {
				return // the client comes back with its last id, and gets the reason
			}
		}
		var text bytes.Buffer
		for _, e := range entries {
			if after = e.Sequence; topic == "" || topic == e.Topic {
				text.Write(e.Event)
			}
		}
		if text.Len() > 0 && !write(conn, text.Bytes(), l.MaxWrite) {
			return
		}
		if len(entries) > 0 {
			continue
		}
		select {
		case <-grown:
		case <-beat.C:
			if !write(conn, heartbeat, l.MaxWrite) {
				return
			}
		case <-gone:
			return
		case <-l.life.Done():
			return
		}
	}
}

// read reads the log for a listener that is behind.
func (l *Log) read(after int64) ([]Entry, error) {
	select {
	case l.behind <- struct{}{}:
		defer func() { <-l.behind }()
	case <-l.life.Done():
		return nil, l.life.Err()
	}
	return l.Read(l.life, after)
}
