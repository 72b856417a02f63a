package mint

import (
	"slices"
	"time"
)

const (
	// maxIdle is the longest pause between two reads of the chain while no work is
	// under way. maxRetry is the longest pause after failed steps.
	maxIdle, maxRetry = 12 * time.Second, 4 * time.Second
	// idlePolls is the shortest pause while no work is under way, as a multiple of
	// Poll.
	idlePolls = 4
	// gasAge is the maximum age of the senders' balances and the fees while no work is
	// under way.
	gasAge = 15 * time.Second
	// maxPast is the number of heads over which the block time is measured.
	maxPast = 16
)

// rhythm records when blocks arrived, to predict the next one. Only the goroutine that
// steps uses it.
type rhythm struct {
	past      []Block   // the newest heads, oldest first
	came      time.Time // when the newest was first seen
	announced time.Time // when a node last announced a block
	stepped   time.Time // when the last step began
	idle      bool      // no order is queued or in flight
	failing   time.Time // when the current run of failed steps began; zero: the last step succeeded
	look      time.Time // when the chain is read next
	faulty    bool      // the last step found a fault

	accepted time.Time     // when a node first accepted a transaction of ours since the newest head came; or zero
	atOnce   int           // heads in a row that came at once after that
	took     time.Duration // by recent simulations of batches
}

// saw records the newest head.
func (r *rhythm) saw(head Block, now time.Time) {
	if n := len(r.past); head.Number == 0 || n > 0 && r.past[n-1].Hash == head.Hash {
		return
	} else if n > 0 && head.Number <= r.past[n-1].Number {
		r.past = nil // another branch
	}
	if len(r.past) == maxPast {
		r.past = r.past[1:]
	}
	r.past, r.came = append(r.past, head), now
	if !r.accepted.IsZero() {
		if r.atOnce++; now.Sub(r.accepted) > onDemandWithin {
			r.atOnce = 0
		}
		r.accepted = time.Time{}
	}
}

// onDemandWithin is the time within which a chain that makes blocks on demand shows a block
// with a transaction that it accepted.
const onDemandWithin = 150 * time.Millisecond

// accept records that a node accepted a transaction. It reports whether the block with it may
// come at once.
func (r *rhythm) accept(now time.Time) bool {
	if !r.accepted.IsZero() {
		return false
	}
	r.accepted = now
	return r.quick()
}

// quick reports whether a block may come at once after a transaction was accepted: the chain
// makes blocks on demand, or its pace is not known.
func (r *rhythm) quick() bool { return !r.accepted.IsZero() && (r.atOnce >= 2 || r.beat() == 0) }

// soon returns the time until the next look for such a block.
func (r *rhythm) soon(now time.Time) time.Duration {
	return max(10*time.Millisecond, now.Sub(r.accepted)/2)
}

// simulated records how long the simulation of a batch took.
func (r *rhythm) simulated(d time.Duration) { r.took += (d - r.took) / 4 }

// beat returns the time between blocks if the chain keeps to it, at least one second; 0 if
// it does not.
func (r *rhythm) beat() time.Duration {
	if len(r.past) < 4 {
		return 0
	}
	var gaps []time.Duration
	for i := 1; i < len(r.past); i++ {
		before, b := r.past[i-1], r.past[i]
		gaps = append(gaps, b.Time.Sub(before.Time)/time.Duration(b.Number-before.Number))
	}
	slices.Sort(gaps)
	beat, near := gaps[len(gaps)/2], 0
	for _, g := range gaps {
		if (g - beat).Abs() <= beat/4 {
			near++
		}
	}
	if beat < time.Second || 4*near < 3*len(gaps) {
		return 0
	}
	return beat
}

// leaveAt returns when batches have to leave to be in the next block. ok is false if the
// chain keeps no pace: then they collect until a transaction is mined.
func (r *rhythm) leaveAt() (at time.Time, ok bool) {
	beat := r.beat()
	lead := min(max(2*r.took+150*time.Millisecond, 200*time.Millisecond), beat/2)
	return r.came.Add(beat - lead), beat > 0
}

// leaves reports whether it is that time.
func (r *rhythm) leaves(now time.Time) bool {
	at, ok := r.leaveAt()
	return ok && !now.Before(at)
}

// spacing returns the average time between the last blocks; 0 if it is not known.
func (r *rhythm) spacing() time.Duration {
	if len(r.past) < 2 {
		return 0
	}
	first, last := r.past[0], r.past[len(r.past)-1]
	return last.Time.Sub(first.Time) / time.Duration(last.Number-first.Number)
}

// quickest returns the shortest time between the last blocks; 0 if it is not known.
func (r *rhythm) quickest() (least time.Duration) {
	for i := 1; i < len(r.past); i++ {
		before, b := r.past[i-1], r.past[i]
		if d := b.Time.Sub(before.Time) / time.Duration(b.Number-before.Number); i == 1 || d < least {
			least = d
		}
	}
	return least
}

// announcing reports whether a node announces blocks as they arrive.
func (r *rhythm) announcing(now time.Time, spacing time.Duration) bool {
	return !r.announced.IsZero() && now.Sub(r.announced) < 3*spacing+5*time.Second
}

// pause returns how long to wait before the next read of the chain.
//
// While an order is queued or in flight, the chain is read when its next block is due; if it
// keeps no pace, or there is a fault, with each Poll. Otherwise it is read once for each
// expected block, at most once in idlePolls × Poll; where a node announces blocks, only if
// one is that much late: its announcements may have ended. After failures the pause doubles.
func (lp *loop) pause(now time.Time, failures int) time.Duration {
	r := lp.rhythm
	spacing := r.spacing()
	switch {
	case failures > 0:
		return max(lp.Poll, min(lp.Poll<<min(failures-1, 10), maxRetry))
	case lp.Steady || spacing == 0:
		return lp.Poll
	case !r.idle:
		return lp.pauseAtWork(now)
	}
	every := max(min(spacing, maxIdle), idlePolls*lp.Poll)
	due := r.came.Add(every).Sub(now)
	if r.announcing(now, spacing) {
		due = max(due+idlePolls*lp.Poll, idlePolls*lp.Poll)
	}
	if due > 0 {
		return due
	}
	return min(max(lp.Poll, spacing/4), every) // it is late
}

// pauseAtWork is pause while an order is queued or in flight.
func (lp *loop) pauseAtWork(now time.Time) time.Duration {
	r := lp.rhythm
	beat := r.beat()
	if beat == 0 || r.faulty {
		return lp.Poll
	}
	// Slightly too early finds a block that comes on time as soon as it is there.
	due := r.came.Add(beat - lookEarly)
	if r.announcing(now, beat) {
		due = due.Add(lp.Poll)
	}
	if now.Before(due) {
		return due.Sub(now)
	}
	return min(max(now.Sub(due)/2, lookAgain), lp.Poll)
}

// lookEarly is how long before a block is due it is looked for, and lookAgain how long after
// a first look that did not find it the next one is.
const lookEarly, lookAgain = 15 * time.Millisecond, 40 * time.Millisecond

// tooSoon returns how long to delay an announced block while no work is under way: a
// chain may make several blocks per second.
func (lp *loop) tooSoon(now time.Time) time.Duration {
	if !lp.rhythm.idle || lp.Steady {
		return 0
	}
	return max(lp.rhythm.stepped.Add(idlePolls*lp.Poll).Sub(now), 0)
}

// lasts reports whether steps have failed for so long that it is a fault. A single
// failure between successful steps does not keep payments from being delivered. It
// happens, for example, when one of several nodes behind a URL has not seen a block
// yet.
func (lp *loop) lasts(trouble error) bool {
	now := lp.clock()
	switch {
	case trouble == nil:
		lp.rhythm.failing = time.Time{}
		return false
	case lp.rhythm.failing.IsZero():
		lp.rhythm.failing = now
	}
	return lp.view.head.Number == 0 || now.Sub(lp.rhythm.failing) >= lp.Grace
}

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
