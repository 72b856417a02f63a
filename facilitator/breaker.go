package facilitator

import "time"

// breaker keeps requests from a facilitator that fails. After breakerAfter failures in a row it
// is open: no request is allowed for a pause. Then it is half-open: it allows one request, the
// probe, and its result closes or opens it again, with a pause twice as long. Its caller holds
// a lock.
type breaker struct {
	failures int
	until    time.Time // when the pause ends; zero: closed
	pause    time.Duration
	probing  time.Time // since when a probe is under way; zero: no probe is
}

const (
	breakerAfter           = 3
	firstPause, maxRetryIn = 5 * time.Second, 5 * time.Minute
	// probeTime is how long a probe may take. A probe without a reported result would
	// otherwise block the facilitator forever.
	probeTime = 2 * time.Minute
)

// State is the state of a circuit breaker.
type State string

// The states.
const (
	Closed   State = "closed"    // requests are allowed
	Open     State = "open"      // no request is
	HalfOpen State = "half_open" // one is, to find out
)

func (b *breaker) state(now time.Time) State {
	switch {
	case b.until.IsZero():
		return Closed
	case now.Before(b.until):
		return Open
	}
	return HalfOpen
}

// ready reports whether take would allow a request.
func (b *breaker) ready(now time.Time) bool {
	switch b.state(now) {
	case Closed:
		return true
	case HalfOpen:
		return b.probing.IsZero() || now.Sub(b.probing) >= probeTime
	}
	return false
}

// take reports whether a request is allowed. While the breaker is half-open, the request is
// the probe.
func (b *breaker) take(now time.Time) bool {
	if !b.ready(now) {
		return false
	}
	if b.state(now) == HalfOpen {
		b.probing = now
	}
	return true
}

// succeed records that a request was answered.
func (b *breaker) succeed() { *b = breaker{} }

// fail records a failure. Those of requests that began before the breaker opened do not make
// the pause longer.
func (b *breaker) fail(now time.Time) {
	switch b.state(now) {
	case Open:
	case HalfOpen:
		b.open(now, min(2*b.pause, maxRetryIn))
	default:
		if b.failures++; b.failures >= breakerAfter {
			b.open(now, firstPause)
		}
	}
}

func (b *breaker) open(now time.Time, pause time.Duration) {
	b.failures, b.pause, b.until, b.probing = breakerAfter, pause, now.Add(pause), time.Time{}
}
