package conn

import (
	"io"
	"net"
	"time"
)

// refuse answers a request that the server does not get to see, and ends the connection.
func (c *conn) refuse(status int, detail string) error {
	c.ended = true
	_ = c.SetWriteDeadline(time.Now().Add(c.config.Write))
	if c.flush() == nil {
		_, _ = c.Conn.Write(c.config.Refusal(status, detail))
	}
	c.linger()
	_ = c.Conn.Close()
	return io.EOF
}

const (
	// maxRest is how many bytes of a refused request are read and dropped. Clients that have
	// more to send ask first (100 Continue), or read while they send.
	maxRest = 1 << 20
	// maxPause is how long the next of these bytes may take.
	maxPause = 2 * time.Second
)

// linger reads and drops the rest of a refused request, until the client closes its side.
// To close while bytes are on their way would make TCP discard the answer, and fail the
// writes of a client that reads only when it has sent everything. The rest may take as
// long as a whole request. During that time, a new connection may take the slot.
func (c *conn) linger() {
	tcp, ok := c.Conn.(*net.TCPConn)
	if !ok || tcp.CloseWrite() != nil {
		return
	}
	c.slot.wait()
	dropped := make([]byte, chunkSize)
	end := time.Now().Add(c.config.Request)
	for rest := maxRest; rest > 0; {
		_ = tcp.SetReadDeadline(time.Now().Add(min(maxPause, time.Until(end)))) // where it fails, so does reading
		n, err := tcp.Read(dropped)
		if err != nil {
			return
		}
		rest -= n
	}
}
