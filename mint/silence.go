package mint

import "time"

// maxSilence is how long a step, or a payment, waits for an answer that a node gives at
// once. Then nothing is sold, and the payment is not taken. A node that works answers
// within a second, and of two silent ones before one that works the client gives each
// 5 s; a buyer would wait for a price no longer than this.
const maxSilence = 10 * time.Second

// refusesWithin is how soon a request fails that a node refused, or that did not
// reach it: after more than that, no node answered.
const refusesWithin = time.Second

// asking notes that the step waits for a node. It is for small requests only: a read of
// many blocks may take long, however well nodes answer. The result is called with the
// request's error. A silence ends with an answer or a quick refusal, and goes on when a
// request was given up, until the next one.
func (e *Engine) asking() (answered func(error)) {
	began := e.Clock()
	since := began
	if before := e.silent.Load(); before != nil {
		since = *before
	} else {
		e.silent.Store(&since)
	}
	// The step cannot say so itself while it waits.
	timer := time.AfterFunc(max(0, maxSilence-began.Sub(since)), e.reportSilence)
	return func(err error) {
		timer.Stop()
		if err == nil || e.Clock().Sub(began) < refusesWithin {
			e.silent.Store(nil)
		}
	}
}

// silenceFaults are those of nodes that do not answer a step.
func (e *Engine) silenceFaults() []Fault {
	since := e.silent.Load()
	if since == nil || e.Clock().Sub(*since) < maxSilence {
		return nil
	}
	return []Fault{fault("chain_unreachable", "no node answers")}
}

// reportSilence logs a silence that lasted, and announces it.
func (e *Engine) reportSilence() {
	e.changes.announce()
	e.saying.Lock()
	defer e.saying.Unlock()
	if e.said != nil { // otherwise nothing was examined yet
		e.say("", e.faultsOf(""), true)
	}
}
