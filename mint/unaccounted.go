package mint

import "github.com/ethereum/go-ethereum/common"

// Unaccounted picks, of a launch's events, the money whose id was neither minted
// nor refunded: what can become a mint or go back, and nothing else.
func Unaccounted(events []Event) []Event {
	done := map[PaymentID]bool{}
	for _, e := range events {
		if e.Kind == EventMinted || e.Kind == EventRefunded {
			done[e.ID] = true
		}
	}
	var list []Event
	for _, e := range events {
		if (e.Kind == EventSettled || e.Kind == EventReceived) && !done[e.ID] {
			list = append(list, e)
		}
	}
	return list
}

// SpentBy is the ids minted or refunded to an account, in the events' order: what
// the contract asks for, so that it need not keep them.
func SpentBy(events []Event, account common.Address) []PaymentID {
	var ids []PaymentID
	for _, e := range events {
		if e.Payer == account && (e.Kind == EventMinted || e.Kind == EventRefunded) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
