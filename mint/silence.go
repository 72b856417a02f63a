package mint

import (
	"sync/atomic"
	"time"
)

// maxSilence is how long a step, or a payment, waits for a request that nodes normally
// answer immediately. After that nothing is sold, and the payment is not taken. A
// healthy node answers within 1 s. If two silent nodes come before a healthy one, the
// client gives each of them 5 s. Buyers would not wait longer for a price.
const maxSilence = 10 * time.Second

// refusesWithin is the maximum time of a request that a node refused or that did not
// reach a node. If a failed request took longer, no node answered.
const refusesWithin = time.Second

// silence notices that a step waits for a node's answer for too long.
type silence struct {
	clock  func() time.Time
	report func() // called when a silence reached maxSilence

	since atomic.Pointer[time.Time] // since when a step has waited; nil: it does not wait
}

// asking records that the step waits for a node. Use it for small requests only:
// reading many blocks may take long even if nodes answer well. The caller calls the
// result with the request's error. A silence ends with an answer or a quick refusal. It
// continues over a request that was given up, until the next one.
func (s *silence) asking() (answered func(error)) {
	began := s.clock()
	since := began
	if before := s.since.Load(); before != nil {
		since = *before
	} else {
		s.since.Store(&since)
	}
	// The step cannot report a silence itself while it waits.
	timer := time.AfterFunc(max(0, maxSilence-began.Sub(since)), s.report)
	return func(err error) {
		timer.Stop()
		if err == nil || s.clock().Sub(began) < refusesWithin {
			s.since.Store(nil)
		}
	}
}

// faults returns a fault if nodes do not answer a step.
func (s *silence) faults() []Fault {
	since := s.since.Load()
	if since == nil || s.clock().Sub(*since) < maxSilence {
		return nil
	}
	return []Fault{fault("chain_unreachable", "no node answers")}
}
