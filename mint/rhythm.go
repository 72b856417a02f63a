package mint

import "time"

const (
	// maxIdle is the longest pause between two looks at the chain while nothing is
	// under way, and after steps that failed.
	maxIdle, maxRetry = 12 * time.Second, 4 * time.Second
	// idlePolls is how many times as long as Poll the pause is at least while
	// nothing is under way.
	idlePolls = 4
	// gasAge is how old the senders' balances and the fees may be while nothing is
	// under way.
	gasAge = 15 * time.Second
	// maxPast is how many heads the block time is measured over.
	maxPast = 16
)

// rhythm remembers when blocks came, to know when the next one is due. It belongs
// to the goroutine that steps.
type rhythm struct {
	past      []Block   // the newest heads, oldest first
	came      time.Time // when the newest was seen first
	announced time.Time // when a node last announced a block
	stepped   time.Time // when the last step began
	idle      bool      // nothing is queued or in flight
	gasRead   time.Time // when balances and fees were read last
	failing   time.Time // when the first of the steps in a row that failed did; zero: the last did not
}

// saw notes the newest head.
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
}

// spacing is the time between blocks, measured over the last heads; 0 while it is
// not known.
func (r *rhythm) spacing() time.Duration {
	if len(r.past) < 2 {
		return 0
	}
	first, last := r.past[0], r.past[len(r.past)-1]
	return last.Time.Sub(first.Time) / time.Duration(last.Number-first.Number)
}

// quickest is the shortest time between blocks over the last heads; 0 while it is
// not known.
func (r *rhythm) quickest() (least time.Duration) {
	for i := 1; i < len(r.past); i++ {
		before, b := r.past[i-1], r.past[i]
		if d := b.Time.Sub(before.Time) / time.Duration(b.Number-before.Number); i == 1 || d < least {
			least = d
		}
	}
	return least
}

// announcing says whether a node announces blocks as they come.
func (r *rhythm) announcing(now time.Time, spacing time.Duration) bool {
	return !r.announced.IsZero() && now.Sub(r.announced) < 3*spacing+5*time.Second
}

// pause returns how long to wait before the next look at the chain.
//
// While something is queued or in flight, that is Poll. While nothing is, the
// chain is looked at once for each expected block, at most once in idlePolls ×
// Poll, and not at all between the blocks that a node announces. After failures
// the pause doubles.
func (e *Engine) pause(now time.Time, failures int) time.Duration {
	r := &e.rhythm
	spacing := r.spacing()
	switch {
	case failures > 0:
		return max(e.Poll, min(e.Poll<<min(failures-1, 10), maxRetry))
	case !r.idle || e.Steady || spacing == 0:
		return e.Poll
	case r.announcing(now, spacing):
		return min(3*spacing, maxIdle) + 5*time.Second
	}
	every := max(min(spacing, maxIdle), idlePolls*e.Poll)
	if due := r.came.Add(every).Sub(now); due > 0 {
		return due
	}
	return min(max(e.Poll, spacing/4), every) // it is late
}

// tooSoon is how long an announced block waits while nothing is under way: a chain
// may make several a second.
func (e *Engine) tooSoon(now time.Time) time.Duration {
	if !e.rhythm.idle || e.Steady {
		return 0
	}
	return max(e.rhythm.stepped.Add(idlePolls*e.Poll).Sub(now), 0)
}

// gasDue says whether balances and fees are read with this head.
func (e *Engine) gasDue() bool {
	now := e.Clock()
	if e.rhythm.idle && !e.rhythm.gasRead.IsZero() && now.Sub(e.rhythm.gasRead) < gasAge && e.hasGas() {
		return false
	}
	e.rhythm.gasRead = now
	return true
}

// hasGas says whether some sender was seen to have enough.
func (e *Engine) hasGas() bool {
	for _, enough := range e.memory.gas {
		if enough {
			return true
		}
	}
	return false
}

// lasts says whether steps have failed for so long that it is a fault. One that
// fails between others that do not, as when one of several nodes behind a URL has
// not seen a block yet, keeps no payment from being delivered.
func (e *Engine) lasts(trouble error) bool {
	now := e.Clock()
	switch {
	case trouble == nil:
		e.rhythm.failing = time.Time{}
		return false
	case e.rhythm.failing.IsZero():
		e.rhythm.failing = now
	}
	return e.memory.head.Number == 0 || now.Sub(e.rhythm.failing) >= e.Grace
}
