package conn

import "time"

// setDeadline sets the time by which more bytes must arrive. The deadline for the
// connection's first byte is set by admit.
func (c *conn) setDeadline() {
	switch {
	case c.slot.silent.Load():
	case len(c.in) == 0 && !c.final:
		c.readWithin(c.config.Idle)
	case !c.timed:
		c.timed = true
		c.readWithin(c.config.Request)
	}
}

func (c *conn) readWithin(d time.Duration) {
	if due := time.Now().Add(d); moved(due.Sub(c.readBy), d) {
		c.readBy = due
		_ = c.Conn.SetReadDeadline(due) // where it fails, so does reading
	}
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
