package mint

import "time"

// maxSilence is how long a step, or a payment, waits for a request that nodes normally
// answer immediately. After that nothing is sold, and the payment is not taken. A
// healthy node answers within 1 s. If two silent nodes come before a healthy one, the
// client gives each of them 5 s. Buyers would not wait longer for a price.
const maxSilence = 10 * time.Second

// refusesWithin is the maximum time of a request that a node refused or that did not
// reach a node. If a failed request took longer, no node answered.
const refusesWithin = time.Second

// asking records that the step waits for a node. Use it for small requests only:
// reading many blocks may take long even if nodes answer well. The caller calls the
// result with the request's error. A silence ends with an answer or a quick refusal. It
// continues over a request that was given up, until the next one.
func (e *Engine) asking() (answered func(error)) {
	began := e.Clock()
	since := began
	if before := e.silent.Load(); before != nil {
		since = *before
	} else {
		e.silent.Store(&since)
	}
	// The step cannot report a silence itself while it waits.
	timer := time.AfterFunc(max(0, maxSilence-began.Sub(since)), e.reportSilence)
	return func(err error) {
		timer.Stop()
		if err == nil || e.Clock().Sub(began) < refusesWithin {
			e.silent.Store(nil)
		}
	}
}

// silenceFaults returns a fault if nodes do not answer a step.
func (e *Engine) silenceFaults() []Fault {
	since := e.silent.Load()
	if since == nil || e.Clock().Sub(*since) < maxSilence {
		return nil
	}
	return []Fault{fault("chain_unreachable", "no node answers")}
}

// reportSilence logs a silence that reached maxSilence, and announces it.
func (e *Engine) reportSilence() {
	e.changes.announce()
	e.saying.Lock()
	defer e.saying.Unlock()
	if e.said != nil { // otherwise no examination was made yet
		e.say("", e.faultsOf(""), true)
	}
}
