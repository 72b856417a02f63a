package server

import (
	"bytes"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"time"
)

// conn is a connection that costs next to nothing while its client waits for a
// mint, or is idle.
//
// It reads a whole head before it hands out any of it, checks its framing (see
// head), and hands out one request at a time. So fasthttp has nothing left to keep
// while a request is served, and may give its buffers back (ReduceMemoryUsage, which
// loses answers to pipelined requests where it is handed several). Answers to
// requests that came together leave together.
//
// One goroutine reads and writes, as fasthttp does; any may close it, or [cut] it.
type conn struct {
	net.Conn
	listener *listener
	place    *place

	chunk *[]byte // holds in; nil while there is none
	in    []byte  // read, and not handed out
	ready int     // bytes of in that may be handed out
	lines int     // bytes of in that head has read
	head  head
	body  body
	late  bool // the deadline is this request's
	final bool // nothing is read after this request: it has a body
	ended bool

	mu  sync.Mutex
	out *[]byte // written, and not sent; nil while there is none
}

const (
	chunkSize = 4 << 10 // a request with a payment takes about 2,000 bytes
	maxOut    = 64 << 10
)

var (
	chunks = sync.Pool{New: func() any { b := make([]byte, chunkSize); return &b }}
	outs   = sync.Pool{New: func() any { return new([]byte) }}
)

// Read hands out bytes of one request: its head once that is whole, then its body.
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

// receive reads until there is something to hand out.
func (c *conn) receive() error {
	if c.final && c.body.done || c.ended {
		return io.EOF
	}
	for waiting := false; ; {
		err := c.check()
		switch {
		case err != nil:
			return c.refuse(http.StatusBadRequest, "this request could be read in two ways: "+err.Error())
		case c.ready == 0 && len(c.in) > readBuffer:
			return c.refuse(http.StatusRequestHeaderFieldsTooLarge, messageOf(http.StatusRequestHeaderFieldsTooLarge))
		case c.ready > 0 && waiting && !c.place.busy():
			return io.EOF // closed to make room; the request has not been served
		case c.ready > 0:
			return nil
		}
		if err := c.flush(); err != nil {
			return err
		}
		c.place.wait()
		waiting = true
		c.setDeadline()
		if err := c.fill(); err != nil {
			var slow net.Error
			if errors.As(err, &slow) && slow.Timeout() && len(c.in) > 0 && !c.final {
				return c.refuse(http.StatusRequestTimeout, messageOf(http.StatusRequestTimeout))
			}
			return err
		}
	}
}

// check reads what framing there is in the bytes that were received.
func (c *conn) check() error {
	if c.final {
		n, err := c.body.read(c.in)
		c.ready = n
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
		if c.lines += end + 1; done {
			c.ready, c.lines = c.lines, 0
			c.body = bodyOf(&c.head)
			c.final, c.late = !c.body.done, c.late && !c.body.done
			c.head = head{}
			return nil
		}
	}
}

// setDeadline sets until when bytes have to come: the first of all by the time that
// admit set, a request soon after its first byte, the next request while the
// connection may be idle.
func (c *conn) setDeadline() {
	switch {
	case c.place.silent.Load():
	case len(c.in) == 0 && !c.final:
		_ = c.Conn.SetReadDeadline(time.Now().Add(c.listener.idle))
	case !c.late:
		c.late = true
		_ = c.Conn.SetReadDeadline(time.Now().Add(c.listener.request))
	}
}

// fill reads once.
func (c *conn) fill() error {
	if c.chunk == nil {
		c.chunk = chunks.Get().(*[]byte)
		c.in = (*c.chunk)[:0]
	}
	switch {
	case len(c.in) < cap(c.in):
	case len(c.in) < chunkSize: // what was before it is handed out
		c.in = (*c.chunk)[:copy(*c.chunk, c.in)]
	default:
		grown := make([]byte, len(c.in), 2*len(c.in)+chunkSize)
		copy(grown, c.in)
		c.in = grown
	}
	n, err := c.Conn.Read(c.in[len(c.in):cap(c.in)])
	c.in = c.in[:len(c.in)+n]
	if n > 0 {
		c.place.silent.Store(false)
		return nil
	}
	if len(c.in) == 0 {
		c.release()
	}
	return err
}

// release gives the buffer back.
func (c *conn) release() {
	if c.chunk != nil {
		chunks.Put(c.chunk)
	}
	c.chunk, c.in = nil, nil
}

// refuse answers a request that nobody else is to read, and ends the connection.
// What the client has still to send is read for a moment: closing with bytes unread
// would take the answer back.
func (c *conn) refuse(status int, message string) error {
	c.ended = true
	_ = c.Conn.SetWriteDeadline(time.Now().Add(writeTimeout))
	if c.flush() == nil {
		_, _ = c.Conn.Write(c.listener.refusal(status, message))
	}
	if tcp, ok := c.Conn.(*net.TCPConn); ok && tcp.CloseWrite() == nil {
		_ = tcp.SetReadDeadline(time.Now().Add(lingerTimeout))
		_, _ = io.CopyN(io.Discard, tcp, maxBody)
	}
	_ = c.Conn.Close()
	return io.EOF
}

// lingerTimeout is how long what follows a refused request is read.
const lingerTimeout = 500 * time.Millisecond

// Write sends, unless the next request is here already: then its answer goes
// along.
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

// hold keeps what is written for later, if there is not too much of it.
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

// Close sends what is written and gives the place back.
func (c *conn) Close() error {
	c.place.leave()
	_ = c.flush()
	return c.Conn.Close()
}

// SetReadDeadline and SetDeadline do nothing: receive knows what it waits for.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

func (c *conn) SetDeadline(time.Time) error { return nil }

// SetWriteDeadline is no error where the connection is closed already: fasthttp
// would panic, and end the program. The write that follows is one.
func (c *conn) SetWriteDeadline(t time.Time) error {
	_ = c.Conn.SetWriteDeadline(t)
	return nil
}

// cut closes a connection in the middle of its answer. Unlike Close, it sends
// nothing.
func cut(c net.Conn) {
	if ours, ok := c.(*conn); ok {
		c = ours.Conn
	}
	_ = c.Close()
}

// detach gives up the connection that fasthttp let go of, with everything sent
// that was written. What came after the request is lost. leave gives back the
// connection's place.
func detach(hijacked net.Conn) (_ net.Conn, leave func(), err error) {
	if h, ok := hijacked.(interface{ UnsafeConn() net.Conn }); ok {
		hijacked = h.UnsafeConn()
	}
	c, ok := hijacked.(*conn)
	if !ok {
		return hijacked, func() {}, nil
	}
	c.release()
	_ = c.Conn.SetDeadline(time.Time{})
	return c.Conn, c.place.leave, c.flush()
}

// hasBody says whether the request that is served has a body, by its framing: it is
// the connection's last.
func hasBody(c net.Conn) bool {
	ours, ok := c.(*conn)
	return ok && ours.final
}
