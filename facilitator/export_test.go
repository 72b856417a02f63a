package facilitator

import "time"

// SetPatience sets how long a facilitator may take to settle; zero leaves the default.
func SetPatience(l *List, i int, settle time.Duration) {
	if settle > 0 {
		l.all[i].client.SettleTime = settle
	}
}

// ProofTime is how long a reported settlement may take to show on our nodes.
const ProofTime = proofTime

// Forgive closes the breaker of each facilitator.
func Forgive(l *List) {
	for _, m := range l.all {
		m.mu.Lock()
		m.breaker.succeed()
		m.mu.Unlock()
	}
}
