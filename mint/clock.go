package mint

import (
	"time"
)

// A block's time is the claim of one node, and our own clock may be wrong. So a
// deadline ends a payment only when both clocks have passed it, and never while the two
// disagree: a payment voided too early could still be minted, and its payer would pay
// again.

// clocks compares block times with our own clock.
type clocks struct {
	*Settings
	clock func() time.Time
	view  *view
}

// earlier returns the earlier of a block's time and our clock's time.
func (c *clocks) earlier(b Block) time.Time {
	if now := c.clock(); now.Before(b.Time) {
		return now
	}
	return b.Time
}

// passed returns the time that has certainly passed at a final block. Our clock may be
// ahead by up to the margin. While the clocks disagree, it returns the Unix epoch.
func (c *clocks) passed(final Block) time.Time {
	if !c.agree() {
		return time.Unix(0, 0)
	}
	if now := c.clock().Add(-c.Margin); now.Before(final.Time) {
		return now
	}
	return final.Time
}

// agree reports whether the newest block's time is close to our clock's. It is
// false while an old part of the chain is read, or while no new blocks arrive.
func (c *clocks) agree() bool {
	return len(c.faults()) == 0 && c.clock().Sub(c.view.head.Time) <= c.Margin
}

// faults returns a fault if block times and our clock differ by more than the
// margin that authorizations need, or if a node's block times contradict each other.
func (c *clocks) faults() []Fault {
	head, final := c.view.head, c.view.final
	ahead, beyond := head.Time.Sub(c.clock()), final.Time.Sub(head.Time)
	switch late := c.view.late; {
	case late > c.Margin:
		return []Fault{delivering(fault("clock_off", "the newest block was %d seconds old when it arrived: this machine's clock is fast, or the node lags", int(late.Seconds())))}
	case head.Number > 0 && ahead > c.Margin:
		return []Fault{delivering(fault("clock_off", "the newest block is %d seconds ahead of this machine's clock", int(ahead/time.Second)))}
	case head.Number > 0 && beyond > 0:
		return []Fault{delivering(fault("clock_off", "the final block is %d seconds later than the newest: the node gives wrong block times", int(beyond/time.Second)))}
	}
	return nil
}
