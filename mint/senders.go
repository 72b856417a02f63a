package mint

import (
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
}

// refusedTx is a transaction that nodes refuse.
type refusedTx struct {
	sender common.Address
	since  uint64 // head
}

func newSenderStates(s *Settings, clock func() time.Time, senders []common.Address, g *gas, v *view) senderStates {
	return senderStates{s, clock, senders, g, v, map[common.Address]int{}, pauses[common.Address]{}, map[common.Address]RefusalClass{},
		map[int64]refusedTx{}, map[common.Address]int{}, losses{}}
}

// usable reports whether a sender may send another transaction. One that loses its account
// nonces may if no other sender can, so that orders that were taken are delivered.
func (a *senderStates) usable(sender common.Address) bool {
	head := a.view.head.Number
	able := func(s common.Address) bool {
		_, refused := a.refusedSenders[s]
		return a.gas.canPay[s] && !refused && a.stuck[s] == 0 && !a.resting.has(s, head, a.clock())
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

// rest pauses a sender after a failure; the other senders continue.
func (a *senderStates) rest(sender common.Address) {
	a.resting.add(sender, a.view.head.Number, a.clock())
}

// late reports whether a transaction has waited so long that it gets higher fees.
func (a *senderStates) late(tx Transaction) bool {
	_, refused := a.refusedSenders[tx.Sender]
	return !refused && a.view.head.Number >= tx.Latest().Block+a.Replace
}

// handOverAfter is the number of blocks that nodes may refuse one sender's transaction
// before another sender carries its orders. It is less than refusedBlocks, so that the
// sale continues.
const handOverAfter = 2

// stalled reports whether nodes have refused a transaction for handOverAfter blocks, or
// it was re-priced maxReplaced times and is not mined.
func (a *senderStates) stalled(tx Transaction) bool {
	r, refused := a.refusedSince[tx.ID]
	return refused && a.view.head.Number >= r.since+handOverAfter || len(tx.Attempts) > maxReplaced
}
