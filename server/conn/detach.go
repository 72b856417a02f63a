package conn

import (
	"net"
	"time"
)

// Abort closes a connection in the middle of its answer. Unlike Close, it does not
// send bytes that were written and kept.
func Abort(c net.Conn) {
	if ours, ok := c.(*conn); ok {
		c = ours.Conn
	}
	_ = c.Close()
}

// Detach takes over a connection that fasthttp has let go of (Hijack). It sends the
// bytes that were written, drops the bytes received after the request, and clears
// all deadlines. The caller closes the connection, and calls leave to free its slot,
// also after an error.
func Detach(hijacked net.Conn) (_ net.Conn, leave func(), err error) {
	if h, ok := hijacked.(interface{ UnsafeConn() net.Conn }); ok {
		hijacked = h.UnsafeConn()
	}
	c, ok := hijacked.(*conn)
	if !ok {
		return hijacked, func() {}, nil
	}
	c.release()
	_ = c.Conn.SetDeadline(time.Time{})
	return c.Conn, c.slot.Leave, c.flush()
}

// HasBody reports whether the request that is being served has a body, by its
// framing. Such a request is the connection's last.
func HasBody(c net.Conn) bool {
	ours, ok := c.(*conn)
	return ok && ours.final
}
