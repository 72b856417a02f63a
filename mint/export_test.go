package mint

import (
	"context"
	"strings"
)

// Reassign hands fields that a test changed after Open to the engine's parts. The parts'
// state stays.
func (e *Engine) Reassign() {
	e.notify.store, e.notify.log = e.Store, e.Log
	e.monitor.log, e.monitor.clock, e.monitor.silence.clock = e.Log, e.Clock, e.Clock
	a, lp := e.admission, e.loop
	a.store, a.log, a.clock, a.from = e.Store, e.Log, e.Clock, e.Senders[0]
	lp.store, lp.log, lp.clock, lp.minter, lp.clocks.clock = e.Store, e.Log, e.Clock, e.Minter, e.Clock
	lp.follower.store, lp.follower.log, lp.follower.clock = e.Store, e.Log, e.Clock
	lp.audit.store, lp.audit.log, lp.audit.clock = e.Store, e.Log, e.Clock
	lp.backfill.log = e.Log
	lp.expirer.store, lp.expirer.log, lp.expirer.clock = e.Store, e.Log, e.Clock
	lp.gas.store, lp.gas.log, lp.gas.clock, lp.gas.senders = e.Store, e.Log, e.Clock, e.Senders
	lp.txs.store, lp.txs.log, lp.txs.clock, lp.txs.failing.log = e.Store, e.Log, e.Clock, e.Log
	lp.txs.senderStates.clock, lp.txs.senders, lp.txs.nonces.store = e.Clock, e.Senders, e.Store
	lp.txs.resigner.store, lp.txs.resigner.log, lp.txs.resigner.failing.log = e.Store, e.Log, e.Log
	lp.batcher.store, lp.batcher.clock = e.Store, e.Clock
	lp.settler.store, lp.settler.log, lp.settler.clock, lp.settler.minter = e.Store, e.Log, e.Clock, e.Minter
	lp.delivery.store, lp.delivery.senders = e.Store, e.Senders
	lp.openLines(e.Senders)
}

// LeftWaiting lets n requests wait for a block until ctx is done, and returns how many
// still wait then.
func LeftWaiting(ctx context.Context, n int) int {
	var w waiters
	w.agreed("ping", Block{Number: 1})
	for range n {
		_ = w.waitHead(ctx, "ping", 2)
	}
	return len(w.heads)
}

// DecisionKey is the key by which copies of a payment share a decision.
var DecisionKey = decisionKey

// KindOf returns the form of a stored reason's kind.
func KindOf(text string) (form string) { return kindOf(text).form }

// ReasonKinds returns what ends the wait for each declared kind, by its form.
func ReasonKinds() map[string]int {
	kinds := map[string]int{}
	for _, k := range reasonKinds {
		kinds[k.form] = int(k.ends)
	}
	return kinds
}

// ReasonText returns the text of a reason of a kind in which each detail is the same.
func ReasonText(form string, detail any) string {
	for _, k := range reasonKinds {
		if k.form == form {
			details := make([]any, strings.Count(form, "%v"))
			for i := range details {
				details[i] = detail
			}
			return k.of(details...).text
		}
	}
	return ""
}

// Schedule decides which part of the loop runs when; see turns.
type Schedule interface {
	Wait(do func())
	Start(part func())
	All(parts ...func())
}

type scheduled struct{ Schedule }

func (s scheduled) wait(do func())      { s.Wait(do) }
func (s scheduled) start(part func())   { s.Start(part) }
func (s scheduled) all(parts ...func()) { s.All(parts...) }

// SetSchedule replaces the order in which the loop's parts run while Step is called. It is
// called before Open.
func (e *Engine) SetSchedule(s Schedule) { e.turns.schedule = scheduled{s} }

// UnitsOf is how many times the gas of an order a stored transaction may cost.
func UnitsOf(orders int, raw []byte) int { return unitsOf(orders, raw) }
