package feed_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/server/feed"
)

const bounded = time.Minute // for what is sure to happen

// world is a hub whose topics all have the same number as their snapshot.
type world struct {
	*testing.T
	hub      *feed.Hub
	number   atomic.Int64
	rendered atomic.Int64
	failing  atomic.Bool
	failed   atomic.Int64
	changed  atomic.Pointer[chan struct{}]
	ended    atomic.Int64
}

func open(t *testing.T) *world {
	w := &world{T: t}
	first := make(chan struct{})
	w.changed.Store(&first)
	w.hub = &feed.Hub{
		Snapshot: func(_ context.Context, topic string) ([]byte, error) {
			w.rendered.Add(1)
			if w.failing.Load() {
				return nil, errors.New("no snapshot")
			}
			return fmt.Appendf(nil, "data: %s %d\n\n", topic, w.number.Load()), nil
		},
		Changed:  func() <-chan struct{} { return *w.changed.Load() },
		Failed:   func(string, error) { w.failed.Add(1) },
		Header:   http.Header{"Cache-Control": {"no-store"}},
		MaxWrite: bounded,
	}
	t.Cleanup(w.hub.Close)
	return w
}

// change gives all topics another snapshot.
func (w *world) change() {
	w.number.Add(1)
	next := make(chan struct{})
	close(*w.changed.Swap(&next))
}

// listen returns what a listener of a topic receives, after the head.
func (w *world) listen(topic string) (*bufio.Reader, net.Conn) {
	w.Helper()
	theirs, ours := net.Pipe()
	w.Cleanup(func() { theirs.Close() })
	if !w.hub.Serve(ours, topic, func() { w.ended.Add(1) }) {
		w.Fatal("not served")
	}
	_ = theirs.SetDeadline(time.Now().Add(bounded))
	in := bufio.NewReader(theirs)
	res, err := http.ReadResponse(in, nil)
	if err != nil {
		w.Fatal(err)
	}
	if h := res.Header; h.Get("Content-Type") != "text/event-stream; charset=utf-8" || h.Get("Cache-Control") != "no-store" || h.Get("X-Accel-Buffering") != "no" || !res.Close {
		w.Errorf("%v", h)
	}
	return bufio.NewReader(res.Body), theirs
}

// gets fails the test unless the next event is this one.
func (w *world) gets(in *bufio.Reader, want string) {
	w.Helper()
	line, err := in.ReadString('\n')
	if err == nil {
		_, err = in.ReadString('\n')
	}
	if err != nil || strings.TrimSpace(line) != "data: "+want {
		w.Fatalf("%q %v, want %s", line, err, want)
	}
}

func (w *world) eventually(what string, holds func() bool) {
	w.Helper()
	for end := time.Now().Add(bounded); !holds(); time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			w.Fatalf("never: %s", what)
		}
	}
}

func TestASnapshotIsRenderedOnceForAllListenersOfATopic(t *testing.T) {
	w := open(t)
	var all []*bufio.Reader
	for range 40 {
		in, _ := w.listen("ping")
		all = append(all, in)
	}
	other, _ := w.listen("pong")
	for _, in := range all {
		w.gets(in, "ping 0")
	}
	w.gets(other, "pong 0")
	before := w.rendered.Load()
	w.change()
	for _, in := range all {
		w.gets(in, "ping 1")
	}
	w.gets(other, "pong 1")
	if n := w.rendered.Load() - before; n < 2 || n > 20 { // some more by the clock, on a slow machine
		t.Errorf("rendered %d times for 40 listeners", n)
	}
}

func TestASnapshotThatFailsIsReportedAndTheNextOneIsSent(t *testing.T) {
	w := open(t)
	a, _ := w.listen("ping")
	w.gets(a, "ping 0")
	w.failing.Store(true)
	w.change()
	w.eventually("it fails", func() bool { return w.failed.Load() == 1 })
	w.failing.Store(false)
	w.change()
	w.gets(a, "ping 2")
}

func TestAListenerThatDoesNotReadIsDropped(t *testing.T) {
	w := open(t)
	w.hub.MaxWrite = 50 * time.Millisecond
	theirs, ours := net.Pipe() // a write waits for its reader
	defer theirs.Close()
	if !w.hub.Serve(ours, "ping", func() { w.ended.Add(1) }) {
		t.Fatal("not served")
	}
	w.eventually("dropped", func() bool { return w.hub.Listeners() == 0 && w.ended.Load() == 1 })
	if _, err := ours.Write([]byte("x")); err == nil {
		t.Error("the connection is still open")
	}
}

func TestCloseEndsEveryFeedAndServesNoMore(t *testing.T) {
	w := open(t)
	a, _ := w.listen("ping")
	w.gets(a, "ping 0")
	w.hub.Close()
	if _, err := a.ReadByte(); err != io.EOF && err != io.ErrUnexpectedEOF {
		t.Error(err)
	}
	if w.ended.Load() != 1 || w.hub.Listeners() != 0 {
		t.Errorf("%d ended, %d listen", w.ended.Load(), w.hub.Listeners())
	}
	theirs, ours := net.Pipe()
	defer theirs.Close()
	defer ours.Close()
	if w.hub.Serve(ours, "ping", func() { t.Error("done") }) {
		t.Error("served after Close")
	}
}
