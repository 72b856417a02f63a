package server

import (
	"net"
	"sync"
	"sync/atomic"
	"time"
)

// conn is a connection that costs next to nothing while its client waits for a
// mint, or is idle.
//
// It hands out one request at a time, whatever came with it, so that fasthttp has
// nothing left to keep while a request is served and may give its buffers back
// (ReduceMemoryUsage, which loses answers to pipelined requests where it is
// handed several). Answers to requests that came together leave together.
//
// One goroutine reads, writes and closes, as fasthttp does; any may [cut] it.
type conn struct {
	net.Conn
	listener *listener
	spoken   atomic.Bool

	chunk *[chunkSize]byte // holds in; nil while there is none
	in    []byte           // read, and not handed out
	line  lineEnd          // where what was handed out ends
	out   *[]byte          // written, and not sent; nil while there is none
}

const (
	chunkSize = 4 << 10 // a request with a payment takes about 2,000 bytes
	mostOut   = 64 << 10
)

var (
	chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}
	outs   = sync.Pool{New: func() any { return new([]byte) }}
)

// Read hands out bytes up to the end of a request's head, or what there is.
func (c *conn) Read(p []byte) (int, error) {
	if len(c.in) == 0 {
		if err := c.flush(); err != nil {
			return 0, err
		}
		chunk := chunks.Get().(*[chunkSize]byte)
		n, err := c.Conn.Read(chunk[:])
		if n == 0 {
			chunks.Put(chunk)
			return 0, err
		}
		c.chunk, c.in = chunk, chunk[:n]
		if !c.spoken.Load() && !c.spoken.Swap(true) {
			c.listener.heard(c)
		}
	}
	n := copy(p, c.in)
	n = c.line.head(p[:n])
	if c.in = c.in[n:]; len(c.in) == 0 {
		chunks.Put(c.chunk)
		c.chunk, c.in = nil, nil
	}
	return n, nil
}

// Write sends, unless the next request is here already: then its answer goes
// along.
func (c *conn) Write(p []byte) (int, error) {
	if len(c.in) > 0 {
		if c.out == nil {
			c.out = outs.Get().(*[]byte)
		}
		if len(*c.out)+len(p) <= mostOut {
			*c.out = append(*c.out, p...)
			return len(p), nil
		}
	}
	if err := c.flush(); err != nil {
		return 0, err
	}
	return c.Conn.Write(p)
}

func (c *conn) flush() error {
	if c.out == nil {
		return nil
	}
	_, err := c.Conn.Write(*c.out)
	*c.out = (*c.out)[:0]
	outs.Put(c.out)
	c.out = nil
	return err
}

// Close sends what is written, by whoever serves; hangUp closes the connection
// beneath.
func (c *conn) Close() error {
	c.listener.heard(c)
	_ = c.flush()
	return c.Conn.Close()
}

// SetWriteDeadline is no error where the connection is closed already: fasthttp
// would panic, and end the program. The write that follows is one.
func (c *conn) SetWriteDeadline(t time.Time) error {
	_ = c.Conn.SetWriteDeadline(t)
	return nil
}

// cut closes a connection in the middle of its answer. Unlike Close, it may be
// called by any goroutine.
func cut(c net.Conn) {
	if ours, ok := c.(*conn); ok {
		c = ours.Conn
	}
	_ = c.Close()
}

// detach gives up the connection that fasthttp let go of, with everything sent
// that was written. What came after the request is lost.
func detach(hijacked net.Conn) (net.Conn, error) {
	if h, ok := hijacked.(interface{ UnsafeConn() net.Conn }); ok {
		hijacked = h.UnsafeConn()
	}
	c, ok := hijacked.(*conn)
	if !ok {
		return hijacked, nil
	}
	if c.chunk != nil {
		chunks.Put(c.chunk)
		c.chunk, c.in = nil, nil
	}
	return c.Conn, c.flush()
}

// lineEnd is how much of an empty line, which ends a head, was seen: 0, a line
// feed, or that and a carriage return.
type lineEnd int

// head is how many of the bytes belong to the head that they continue: up to an
// empty line, or all.
func (l *lineEnd) head(p []byte) int {
	for i, b := range p {
		switch {
		case b == '\n' && *l > 0:
			*l = 0
			return i + 1
		case b == '\n':
			*l = 1
		case b == '\r' && *l == 1:
			*l = 2
		default:
			*l = 0
		}
	}
	return len(p)
}
