// Package conn makes connections cheap and safe before an HTTP server sees them. A
// connection that waits, for its client or for an answer, holds almost no memory.
// A request that two readers could read in two ways is refused. No client can take
// all connections.
//
// [Listen] wraps a listener for one server of fasthttp, which has to be set up with
// ReduceMemoryUsage. [Detach] takes a connection out of that server, for answers
// that never end.
package conn

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// conn is a connection that reads a whole request head, checks its framing (see
// head), and only then hands it to the server, one request at a time.
//
// So fasthttp has no bytes left to keep while it serves a request, and can return
// its buffers. Answers to requests that arrived together are sent together; with
// ReduceMemoryUsage, fasthttp alone would send each one apart.
//
// One goroutine reads and writes, as fasthttp does. Any goroutine may close it, or
// [Abort] it.
type conn struct {
	net.Conn
	config *Config
	slot   *Slot

	chunk *[]byte // the memory of in; nil while in is empty
	in    []byte  // received, and not handed out yet
	ready int     // bytes of in that may be handed out
	lines int     // bytes of in that head has read
	host  int     // where in in the value of an empty Host begins, or 0
	head  head
	body  body
	timed bool      // the read deadline is this request's
	began time.Time // when the deadline was set first
	taken int64     // bytes of the body that were received
	final bool      // this request has a body: it is the connection's last
	ended bool

	readBy time.Time    // the read deadline that is set
	sendBy atomic.Int64 // the write deadline that is set, in Unix milliseconds

	mu  sync.Mutex
	out *[]byte // written, and not sent yet; nil if empty
}

const (
	chunkSize = 4 << 10  // bytes; a request with a payment has about 2,000
	maxOut    = 64 << 10 // bytes kept to be sent together
)

var (
	chunks = sync.Pool{New: func() any { b := make([]byte, chunkSize); return &b }}
	outs   = sync.Pool{New: func() any { return new([]byte) }}
)

// Read returns bytes of one request: its head once all of it is here, then its body.
// The error is io.EOF if the connection ended or the request was refused.
func (c *conn) Read(p []byte) (int, error) {
	if c.ready == 0 {
		if err := c.receive(); err != nil {
			return 0, err
		}
	}
	n := copy(p, c.in[:c.ready])
	c.in, c.ready = c.in[n:], c.ready-n
	if len(c.in) == 0 {
		c.release()
	}
	return n, nil
}

// receive reads until some bytes may be handed out.
func (c *conn) receive() error {
	if c.final && c.body.done || c.ended {
		return io.EOF
	}
	for waiting := false; ; {
		err := c.check()
		switch {
		case errors.Is(err, errTooLarge):
			return c.refuse(http.StatusRequestEntityTooLarge, "")
		case err != nil:
			return c.refuse(http.StatusBadRequest, err.Error())
		case c.ready == 0 && len(c.in) > c.config.MaxHead:
			return c.refuse(http.StatusRequestHeaderFieldsTooLarge, "")
		case c.ready > 0 && waiting && !c.slot.busy():
			return io.EOF // closed to free its slot; the request was not served
		case c.ready > 0:
			c.fillHost()
			return nil
		}
		if err := c.flush(); err != nil {
			return err
		}
		c.slot.wait()
		waiting = true
		c.setDeadline()
		if err := c.fill(); err != nil {
			var slow net.Error
			if errors.As(err, &slow) && slow.Timeout() && len(c.in) > 0 && !c.final {
				return c.refuse(http.StatusRequestTimeout, "")
			}
			return err
		}
	}
}

// check reads the framing of the bytes received so far, and sets how many are ready.
func (c *conn) check() error {
	if c.final {
		n, err := c.body.read(c.in)
		c.ready = n
		c.taken += int64(n)
		return err
	}
	for {
		rest := c.in[c.lines:]
		end := bytes.IndexByte(rest, '\n')
		if end < 0 {
			return nil
		}
		if end == 0 || rest[end-1] != '\r' {
			return framingError("a line does not end with CR LF")
		}
		done, err := c.head.line(rest[:end-1])
		if err != nil {
			return err
		}
		if c.head.emptyHost && c.host == 0 {
			c.host = c.lines + end - 1
		}
		if done {
			if c.body, err = bodyOf(&c.head, c.config.maxBody(c.in)); err != nil {
				return err
			}
		}
		if c.lines += end + 1; done {
			c.ready, c.lines = c.lines, 0
			c.final, c.timed = !c.body.done, c.timed && !c.body.done
			c.head, c.taken = head{}, 0
			return nil
		}
	}
}

// maxBody returns how many bytes the body of the request with a head may have.
func (c *Config) maxBody(head []byte) int64 {
	if c.MaxBodyAt == nil {
		return c.MaxBody
	}
	_, rest, _ := bytes.Cut(bytes.TrimLeft(head, "\r\n"), []byte(" "))
	target, _, _ := bytes.Cut(rest, []byte(" "))
	return c.MaxBodyAt(target)
}

// fillHost gives an empty Host a value, because fasthttp refuses such a request. The
// server never uses the value.
func (c *conn) fillHost() {
	if c.host > 0 {
		c.in = slices.Insert(c.in, c.host, '-')
		c.ready++
		c.host = 0
	}
}

// fill reads once from the network.
func (c *conn) fill() error {
	if c.chunk == nil {
		c.chunk = chunks.Get().(*[]byte)
		c.in = (*c.chunk)[:0]
	}
	switch {
	case len(c.in) < cap(c.in):
	case len(c.in) < chunkSize: // the bytes before it were handed out
		c.in = (*c.chunk)[:copy(*c.chunk, c.in)]
	default:
		grown := make([]byte, len(c.in), 2*len(c.in)+chunkSize)
		copy(grown, c.in)
		c.in = grown
	}
	n, err := c.Conn.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	if n > 0 {
		c.slot.silent.Store(false)
		return nil
	}
	if len(c.in) == 0 {
		c.release()
	}
	return err
}

// release returns the buffer to the pool.
func (c *conn) release() {
	if c.chunk != nil {
		chunks.Put(c.chunk)
	}
	c.chunk, c.in = nil, nil
}

// Write sends p. If the next request has arrived already, it keeps p, to be sent
// together with the next answer.
func (c *conn) Write(p []byte) (int, error) {
	if len(c.in) > 0 {
		if c.hold(p) {
			return len(p), nil
		}
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

// hold keeps p for later. It returns false if maxOut bytes would be exceeded.
func (c *conn) hold(p []byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out == nil {
		c.out = outs.Get().(*[]byte)
	}
	if len(*c.out)+len(p) > maxOut {
		return false
	}
	*c.out = append(*c.out, p...)
	return true
}

func (c *conn) flush() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.out == nil {
		return nil
	}
	_, err := c.Conn.Write(*c.out)
	*c.out = (*c.out)[:0]
	outs.Put(c.out)
	c.out = nil
	return err
}

// Close sends the bytes that were kept and frees the slot.
func (c *conn) Close() error {
	c.slot.Leave()
	_ = c.flush()
	return c.Conn.Close()
}
