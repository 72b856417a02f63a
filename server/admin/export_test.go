package admin

import (
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Asking is how many questions about a wallet's signatures are asked or wait.
func (d *Dashboard) Asking(wallet common.Address) int {
	l := d.signIn.checks.queues[wallet]
	l.mu.Lock()
	defer l.mu.Unlock()
	n := len(l.waiting)
	if l.busy {
		n++
	}
	return n
}

// Rest is how long an account is not asked again that was asked in vain, and for
// which hardly anybody waits.
func (d *Dashboard) Rest(pause time.Duration) {
	d.signIn.checks.maxWait, d.signIn.checks.pause = time.Millisecond, pause
}
