package mint

import (
	"fmt"
	"time"
)

// sayProgress is the interval of logging how far the chain is read.
const sayProgress = 10 * time.Second

// reading measures how fast the chain is read while the engine is behind its head.
type reading struct {
	target uint64    // the chain's newest block
	from   uint64    // block where reading began, at since
	since  time.Time // zero: it is read up to its head
	said   time.Time // when progress was last logged
}

// Reading is the progress of reading the chain while the engine is behind its head.
type Reading struct {
	Block, Target uint64
	PerSecond     float64       // blocks; 0: not known yet
	Left          time.Duration // at that rate
}

// Behind reports whether there is more to read.
func (r Reading) Behind() bool { return r.Target > r.Block }

func (r Reading) String() string {
	s := fmt.Sprintf("block %d of %d (%d %%)", r.Block, r.Target, 100*r.Block/max(r.Target, 1))
	if r.PerSecond > 0 {
		s += fmt.Sprintf(", %.0f blocks a second, about %s left", r.PerSecond, r.Left)
	}
	return s
}

// progressed records how far a step read, and logs it every sayProgress.
func (f *follower) progressed(caughtUp bool) {
	r, now := &f.reading, f.clock()
	if caughtUp {
		if !r.said.IsZero() {
			f.log.Info("chain read", "block", f.view.head.Number, "took", now.Sub(r.since).Round(time.Second))
		}
		*r = reading{target: r.target}
		return
	}
	if r.since.IsZero() {
		r.from, r.since = f.view.head.Number, now
	}
	if r.said.IsZero() || now.Sub(r.said) >= sayProgress {
		r.said = now
		p := f.progress()
		f.log.Info("reading chain", "block", p.Block, "of", p.Target, "percent", 100*p.Block/max(p.Target, 1),
			"perSecond", int(p.PerSecond), "left", p.Left)
	}
}

// progress returns how far the chain is read; zero once it is read up to its head.
func (f *follower) progress() Reading {
	r := f.reading
	if r.since.IsZero() {
		return Reading{}
	}
	p := Reading{Block: f.view.head.Number, Target: r.target}
	if took := f.clock().Sub(r.since).Seconds(); took > 0 && p.Block > r.from {
		p.PerSecond = float64(p.Block-r.from) / took
		p.Left = time.Duration(float64(p.Target-min(p.Block, p.Target)) / p.PerSecond * float64(time.Second)).Round(time.Second)
	}
	return p
}

// readingFaults returns a fault while the chain's head is not read yet.
func (f *follower) readingFaults() []Fault {
	if !f.view.behind {
		return nil
	}
	return []Fault{fault("catching_up", "the chain is being read: %s", f.progress())}
}

// startingFaults returns a fault until the chain is first read after Open.
func (f *follower) startingFaults() []Fault {
	if f.view.head.Number > 0 {
		return nil
	}
	return []Fault{fault("starting", "the server is starting; the chain has not been read yet")}
}
