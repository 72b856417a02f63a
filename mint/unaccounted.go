package mint

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

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

// Refund is money that goes back to its payer.
type Refund struct {
	Payer  common.Address
	Nonce  common.Hash // payment nonce; of a plain transfer its reference, see [Event]
	Amount *big.Int    // asset base units
	Plain  bool        // it came without an authorization
}

// RefundOf is the refund of money that arrived.
func RefundOf(e Event) Refund { return Refund{e.Payer, e.Nonce, e.Amount, !e.Authorized()} }

// ID is what the refund spends.
func (r Refund) ID(l Launch) PaymentID {
	if r.Plain {
		return NewTransferID(l.ChainID, l.Asset.Address, r.Payer, r.Nonce)
	}
	return NewPaymentID(l.ChainID, l.Asset.Address, r.Payer, r.Nonce)
}

// Proof shows the contract that an id was not spent: the ids of the payer's
// account after Prefix, which is zero or what the ids before them hash to if that
// part was folded for this id.
type Proof struct {
	Prefix common.Hash
	IDs    []PaymentID
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
