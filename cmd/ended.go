package cmd

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// ended returns how the chain settled a payment ("minted", "refunded" or "cancelled")
// and where. It returns "" if the chain shows none of these.
func ended(t *chain.Trace) (seen string, at *mint.Mark) {
	switch {
	case t.Mint != nil:
		return "minted", &t.Mint.At
	case t.Refund != nil:
		return "refunded", t.Refund
	case t.Cancel != nil:
		return "cancelled", t.Cancel
	}
	return "", nil
}

// endWords explain to the payer an end without a mint.
var endWords = map[string]string{
	"refunded":  "it bought no tokens, and its money was returned",
	"cancelled": "nothing was charged, and it can never be used",
}

// endedError returns an error for a payment that the chain shows as refunded or
// cancelled.
func endedError(id mint.PaymentID, seen string, at *mint.Mark) error {
	return fmt.Errorf("payment %s was %s in transaction %s: %s", id, seen, at.Tx, endWords[seen])
}

// trace returns the chain's record of a payment. k is nil for a payment that is not
// kept.
func (n *node) trace(ctx context.Context, l mint.Launch, a x402.Authorization, k *pendingPayment) (*chain.Trace, error) {
	ctx, cancel := context.WithTimeout(ctx, witnessAsk)
	defer cancel()
	var since uint64
	var hints []common.Hash
	if k != nil {
		since = k.Block
		if k.Transaction != nil {
			hints = append(hints, *k.Transaction)
		}
	}
	return n.TracePayment(ctx, l, a, since, hints...)
}

// note stores how the chain settled a kept payment, which the user now knows. It
// removes the payment if that is final.
func (u *paymentFiles) note(k *pendingPayment, t *chain.Trace) error {
	seen, at := ended(t)
	k.Seen, k.Transaction, k.Told = seen, &at.Tx, true
	if t.IsFinal(*at) {
		return u.forget(k)
	}
	return u.save(k)
}
