package mint

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// pauses is a backoff per key. It keeps a failed order, transaction or sender from
// being retried with every step, without holding up the others. The retries come after
// 1, 2, 4 … 64 blocks, or after that many times 5 s on chains that make blocks only on
// demand.
type pauses[K comparable] map[K]pause

type pause struct {
	times int
	head  uint64
	at    time.Time
}

const (
	maxPause  = 64 // blocks
	maxPauses = 10_000
)

// add counts one more failure in a row and returns the count.
func (p pauses[K]) add(key K, head uint64, now time.Time) int {
	if len(p) > maxPauses {
		maps.DeleteFunc(p, func(_ K, old pause) bool { return old.head+2*maxPause < head })
	}
	last := p[key]
	p[key] = pause{last.times + 1, head, now}
	return last.times + 1
}

// has reports whether a key must not be retried yet.
func (p pauses[K]) has(key K, head uint64, now time.Time) bool {
	last, known := p[key]
	if !known {
		return false
	}
	blocks := min(uint64(1)<<min(last.times-1, 10), maxPause)
	return head < last.head+blocks && now.Sub(last.at) < time.Duration(blocks)*resendEvery
}

// senderStates keeps which accounts of ours may send.
type senderStates struct {
	*Settings
	clock   func() time.Time
	senders []common.Address
	gas     *gas
	view    *view

	inFlight       map[common.Address]int          // account → its transactions that wait for a block
	resting        pauses[common.Address]          // senders paused after a failure
	refusedSenders map[common.Address]RefusalClass // senders that nodes refuse entirely
	refusedSince   map[int64]refusedTx             // transaction → since when nodes refuse it
	stuck          map[common.Address]int          // sender → re-pricings of its transaction, if too many
	lostAt         losses
	unsigned       map[common.Address]unsigned // accounts of External that have no work until their key signs
}

// unsigned is an account with a key that did not sign when it was last tried.
type unsigned struct {
	why   error // errUntried, or the signer's error
	tried time.Time
}

var errUntried = errors.New("it has not signed yet")

// refusedTx is a transaction that nodes refuse.
type refusedTx struct {
	sender common.Address
	since  uint64 // head
}

func newSenderStates(s *Settings, clock func() time.Time, senders []common.Address, g *gas, v *view) senderStates {
	untried := map[common.Address]unsigned{}
	for _, account := range s.External {
		untried[account] = unsigned{why: errUntried}
	}
	return senderStates{s, clock, senders, g, v, map[common.Address]int{}, pauses[common.Address]{}, map[common.Address]RefusalClass{},
		map[int64]refusedTx{}, map[common.Address]int{}, losses{}, untried}
}

// usable reports whether a sender may send another transaction. One that loses its account
// nonces may if no other sender can, so that orders that were taken are delivered.
func (a *senderStates) usable(sender common.Address) bool {
	head := a.view.head.Number
	able := func(s common.Address) bool {
		_, refused := a.refusedSenders[s]
		return a.gas.canPay[s] && !refused && a.signs(s) == nil && a.stuck[s] == 0 && !a.resting.has(s, head, a.clock())
	}
	well := func(s common.Address) bool { return able(s) && !a.lostAt.many(s, head) }
	return well(sender) || able(sender) && !slices.ContainsFunc(a.senders, well)
}

// free reports whether a sender may send one more transaction.
func (a *senderStates) free(sender common.Address) bool {
	return a.usable(sender) && a.inFlight[sender] < a.InFlight
}

// replaceable reports whether another sender could send now and has no refused
// transaction.
func (a *senderStates) replaceable(sender common.Address) bool {
	refused := map[common.Address]bool{sender: true}
	for _, r := range a.refusedSince {
		refused[r.sender] = true
	}
	return slices.ContainsFunc(a.senders, func(s common.Address) bool { return !refused[s] && a.free(s) })
}

// signs returns nil if an account's key can sign, as far as known, or why it cannot.
func (a *senderStates) signs(account common.Address) error { return a.unsigned[account].why }

// signerFault returns the fault of an account whose key does not sign.
func (a *senderStates) signerFault(account common.Address) (SenderFault, bool) {
	why := a.signs(account)
	if why == nil || errors.Is(why, errUntried) {
		return SenderFault{}, false
	}
	return SenderFault{account, "signer", fmt.Sprintf("the key of %s does not sign: %.300s", account, why)}, true
}

// unable records that the key of an account did not sign. Only a key outside this process
// can recover; until it has signed a trial, the account gets no work. The end of ctx is no
// failure of the signer.
func (a *senderStates) unable(ctx context.Context, account common.Address, why error) {
	if ctx.Err() == nil && slices.Contains(a.External, account) {
		a.unsigned[account] = unsigned{why, a.clock()}
	}
}

// rest pauses a sender after a failure; the other senders continue.
func (a *senderStates) rest(sender common.Address) {
	a.resting.add(sender, a.view.head.Number, a.clock())
}
