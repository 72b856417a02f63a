package chain_test

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/mint402/mint402/chain"
)

// wire is a TCP connection to a node that can be cut.
type wire struct {
	ln   net.Listener
	mu   sync.Mutex
	ends []net.Conn
	made int // connections, ever
}

func newWire(t *testing.T, behind string) *wire {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	w := &wire{ln: ln}
	t.Cleanup(func() { _ = ln.Close(); w.cut() })
	go func() {
		for {
			near, err := ln.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("tcp", behind)
			if err != nil {
				_ = near.Close()
				continue
			}
			w.mu.Lock()
			w.ends = append(w.ends, near, far)
			w.made++
			w.mu.Unlock()
			go func() { _, _ = io.Copy(near, far); _ = near.Close() }()
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
		}
	}()
	return w
}

func (w *wire) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, c := range w.ends {
		_ = c.Close()
	}
	w.ends = nil
}

func TestNewBlocksAreAnnouncedAndAgainAfterTheConnectionWasCut(t *testing.T) {
	long(t)
	w := newWorld(t)
	line := newWire(t, strings.TrimPrefix(w.d.URL, "http://"))
	c, _ := w.dialed("ws://" + line.ln.Addr().String())
	ctx, stop := context.WithCancel(w.ctx)
	seen := make(chan struct{}, 1)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		c.Watch(ctx, func() {
			select {
			case seen <- struct{}{}:
			default:
			}
		})
	}()
	announced := func() {
		t.Helper()
		// The subscription may not be there yet: blocks until one is announced.
		w.until("a block is announced", func() bool {
			w.mine()
			select {
			case <-seen:
				return true
			default:
				return false
			}
		})
	}
	announced()
	line.cut()
	w.until("the client connects again", func() bool {
		line.mu.Lock()
		defer line.mu.Unlock()
		return line.made > 1
	})
	select {
	case <-seen: // one from before the cut
	default:
	}
	announced()
	if latest, _, err := c.Head(w.ctx); err != nil || latest != w.head() {
		t.Errorf("head is %d: %v", latest.Number, err)
	}
	if n := c.Nodes()[0]; !n.Ok || n.Head == 0 {
		t.Errorf("node is %+v", n)
	}
	stop()
	<-ended
}

func TestNodesThatDoNotAnnounceAreNotWaitedFor(t *testing.T) {
	w := newWorld(t)
	c, _ := w.dialed(w.d.URL)
	c.Watch(w.ctx, func() { t.Error("nothing is announced over HTTP") })
	// One in this process announces.
	near, err := w.d.Dial(w.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer near.Close()
	ctx, stop := context.WithCancel(w.ctx)
	ended := make(chan struct{})
	seen := make(chan struct{}, 1)
	go func() {
		defer close(ended)
		near.Watch(ctx, func() {
			select {
			case seen <- struct{}{}:
			default:
			}
		})
	}()
	w.until("a block is announced", func() bool {
		w.mine()
		return len(seen) > 0
	})
	stop()
	<-ended
}

// announced returns how often one more block is announced. The client reads from its first
// node, and another announces.
func (w *world) announced(c *chain.Client, seen func()) int {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.ctx)
	ended := make(chan struct{})
	var calls atomic.Int64
	go func() {
		defer close(ended)
		c.Watch(ctx, func() {
			calls.Add(1)
			seen()
		})
	}()
	w.until("it is subscribed", func() bool {
		w.mine()
		return calls.Load() > 0
	})
	time.Sleep(time.Second) // reminders of the blocks so far
	calls.Store(0)
	w.mine()
	w.until("announced", func() bool { return calls.Load() > 0 })
	time.Sleep(time.Second)
	stop()
	<-ended
	return int(calls.Load())
}

func TestABlockIsAnnouncedAgainUntilTheNodeThatIsReadHasIt(t *testing.T) {
	long(t)
	w := newWorld(t)
	p := newProxy(t, w.d.URL)
	c, _ := w.dialed(p.url(), "ws"+strings.TrimPrefix(w.d.URL, "http"))
	head := func() {
		if _, _, err := c.Head(w.ctx); err != nil {
			t.Error(err)
		}
	}
	head()
	if n := w.announced(c, head); n > 3 { // one, unless the machine is busy
		t.Errorf("a block that the node has was announced %d times", n)
	}
	p.spoil(p.frozen())
	if n := w.announced(c, head); n != 5 {
		t.Errorf("a block that the node lacks was announced %d times", n)
	}
}
