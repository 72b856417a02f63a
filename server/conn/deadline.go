package conn

import "time"

// bodyRate is how many bytes of a body have to arrive in a second, after the timeout of
// requests. The largest body that the server reads then takes at most 9 minutes, and a client
// that holds a connection for longer than a small body takes has to send as much.
const bodyRate = 16 << 10

// setDeadline sets the time by which more bytes must arrive. The deadline for the
// connection's first byte is set by admit.
func (c *conn) setDeadline() {
	switch {
	case c.slot.silent.Load():
	case len(c.in) == 0 && !c.final:
		c.readWithin(c.config.Idle)
	case !c.timed:
		c.timed, c.began = true, time.Now()
		c.readWithin(c.config.Request)
	case c.final:
		// A phone needs minutes for a picture. A body that arrives at bodyRate goes on.
		if due := c.began.Add(c.config.Request + time.Duration(c.taken/bodyRate)*time.Second); due.After(c.readBy) {
			c.readUntil(due)
		}
	}
}

func (c *conn) readWithin(d time.Duration) {
	if due := time.Now().Add(d); moved(due.Sub(c.readBy), d) {
		c.readUntil(due)
	}
}

func (c *conn) readUntil(due time.Time) {
	c.readBy = due
	_ = c.Conn.SetReadDeadline(due) // where it fails, so does reading
}

// maxEarly is how much too early a deadline may be, as a part of its timeout.
const maxEarly = 64

// moved reports whether a deadline has to be set again, since the one that is set is later
// or too early. Each setting takes a lock and a timer, and each request would need one.
func moved(early, timeout time.Duration) bool { return early < 0 || early > timeout/maxEarly }

// SetWriteDeadline sets until when answers may be sent, exactly or a little earlier.
func (c *conn) SetWriteDeadline(due time.Time) error {
	if !moved(due.Sub(time.UnixMilli(c.sendBy.Load())), c.config.Write) {
		return nil
	}
	c.sendBy.Store(due.UnixMilli())
	return c.Conn.SetWriteDeadline(due)
}

// SetReadDeadline and SetDeadline do nothing: receive sets its own deadlines.
func (c *conn) SetReadDeadline(time.Time) error { return nil }

func (c *conn) SetDeadline(time.Time) error { return nil }
