package admin

import (
	"math/big"
	"net/netip"
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

const (
	MaxClientUsed    = maxClientUsed
	MaxGuestsUsed    = maxGuestsUsed
	MaxGuestSessions = maxGuestSessions
)

// RouteWithoutAccess is the error for a route without an access.
func RouteWithoutAccess(d *Dashboard) error {
	_, err := route{method: "GET", path: "/forgotten", handle: d.orders}.allow(d)
	return err
}

// FloodSignIns has n new wallets of creators sign in, from an address each, and returns how many
// messages and sessions are kept.
func FloodSignIns(d *Dashboard, n int) (used, sessions int) {
	now := d.Presenter.Now()
	for i := range n {
		who := session{address: common.BigToAddress(big.NewInt(int64(i + 1000))), guest: true,
			client: netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(i >> 16), byte(i >> 8), byte(i)}), 32)}
		if d.signIn.consume(d.signIn.issue(who.address, now), who, now) == nil && i < maxGuestSessions+200 {
			d.sessions.begin(who, now)
		}
	}
	return len(d.signIn.used), len(d.sessions.byHash)
}
