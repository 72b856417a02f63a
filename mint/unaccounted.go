package mint

import (
	"math/big"

	"github.com/ethereum/go-ethereum/common"
)

// Unaccounted selects the money among a launch's events that was neither minted for nor
// refunded. Only this money can still become a mint or be returned.
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

// Refund is money that is returned to its payer.
type Refund struct {
	Payer  common.Address
	Nonce  common.Hash // payment nonce; for a plain transfer its reference, see [Event]
	Amount *big.Int    // asset base units
	Plain  bool        // it came without an authorization
	Seen   Block       // as [SettledCall.Seen]
}

// RefundOf returns the refund of money that arrived, without the block.
func RefundOf(e Event) Refund {
	return Refund{Payer: e.Payer, Nonce: e.Nonce, Amount: e.Amount, Plain: !e.Authorized()}
}

// ID returns the id that the refund spends.
func (r Refund) ID(l Launch) PaymentID {
	if r.Plain {
		return NewTransferID(l.ChainID, l.Asset.Address, r.Payer, r.Nonce)
	}
	return NewPaymentID(l.ChainID, l.Asset.Address, r.Payer, r.Nonce)
}

// Proof proves to the contract that an id was not spent. It holds the ids of the
// payer's account after Prefix. Prefix is zero, or the hash of the ids before them if
// that part was folded for this id.
type Proof struct {
	Prefix common.Hash
	IDs    []PaymentID
}

// SpentBy returns the ids minted or refunded to an account, in the events' order. The
// contract asks for them, so that it need not store them.
func SpentBy(events []Event, account common.Address) []PaymentID {
	var ids []PaymentID
	for _, e := range events {
		if e.Payer == account && (e.Kind == EventMinted || e.Kind == EventRefunded) {
			ids = append(ids, e.ID)
		}
	}
	return ids
}
