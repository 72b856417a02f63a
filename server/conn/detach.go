package conn

import (
	"net"
	"time"
)

// Abort closes a connection in the middle of its answer. Unlike Close, it drops the bytes
// that were written and not sent yet. The slot is freed when the server then calls Close.
func Abort(c net.Conn) {
	if ours, ok := c.(*conn); ok {
		c = ours.Conn
	}
	_ = c.Close()
}

// Detach takes over a connection that fasthttp has released (Hijack). It sends the bytes
// that were written, drops the bytes received after the request, and clears all
// deadlines. The caller must close the returned connection and call leave to free its
// slot, even after an error.
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

// HasBody reports whether the framing of the request that is being served declares a
// body. Such a request is the connection's last.
func HasBody(c net.Conn) bool {
	ours, ok := c.(*conn)
	return ok && ours.final
}
