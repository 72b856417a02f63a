package mint

import (
	"slices"

	"github.com/ethereum/go-ethereum/common"
)

// inFlightBySender counts transactions in flight and not mined.
type inFlightBySender map[common.Address]int

// usable reports whether a sender may send another transaction.
func (t *txManager) usable(s common.Address) bool {
	_, refused := t.refusedSenders[s]
	return t.gas.canPay[s] && !refused && t.stuck[s] == 0 && !t.resting.has(s, t.view.head.Number, t.clock())
}

// replaceable reports whether another sender could send now and has no refused
// transaction.
func (t *txManager) replaceable(sender common.Address, inFlight inFlightBySender) bool {
	refused := map[common.Address]bool{sender: true}
	for _, r := range t.refusedSince {
		refused[r.sender] = true
	}
	return slices.ContainsFunc(t.senders, func(s common.Address) bool { return !refused[s] && t.usable(s) && inFlight[s] < t.InFlight })
}

// rest pauses a sender after a failure; the other senders continue.
func (t *txManager) rest(sender common.Address) {
	t.resting.add(sender, t.view.head.Number, t.clock())
}

// inFlightOf counts the transactions in flight by sender. It leaves out those that lost
// their account nonce to another one: they do not block later transactions.
func (t *txManager) inFlightOf(txs []Transaction) inFlightBySender {
	l := inFlightBySender{}
	for _, tx := range txs {
		if _, displaced := t.usedAt[tx.ID]; !displaced && !tx.Mined.Seen() {
			l[tx.Sender]++
		}
	}
	return l
}

// free returns the sender with the fewest transactions in flight. It considers only
// senders that are usable and below their limit.
func (t *txManager) free(inFlight inFlightBySender) (best common.Address, free bool) {
	for _, s := range t.senders {
		if t.usable(s) && inFlight[s] < t.InFlight && (!free || inFlight[s] < inFlight[best]) {
			best, free = s, true
		}
	}
	return best, free
}
