package cmd

import (
	"errors"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// poolRefusal returns the answer of nodes that refused a transaction. It returns nil
// if a node may have the transaction, or for any other error.
func poolRefusal(err error) *mint.Refusal {
	var r *mint.Refusal
	if errors.Is(err, chain.ErrUnmined) || !errors.As(err, &r) || r.Class == mint.Unheard {
		return nil
	}
	return r
}

// poolAdvice returns a hint for such an answer.
func poolAdvice(r *mint.Refusal) string {
	const nothing = "nothing was sent; "
	switch r.Class {
	case mint.Underpriced:
		if r.MinTip != nil {
			return nothing + "the nodes require a tip of " + gwei.Format(r.MinTip) + " gwei: give a node that suggests it with --rpc URL"
		}
		return nothing + "run the same command again when gas is cheaper, or allow more with --max-fee"
	case mint.Outbid, mint.NonceUsed, mint.NonceGap:
		return nothing + "another transaction of this account is waiting or was just mined: run the same command again when it is mined"
	case mint.NoFunds:
		return nothing + "send coins for gas to the account"
	case mint.NodeFeeCap:
		return nothing + "lower --max-fee, or give another node with --rpc URL"
	}
	return nothing + "run the same command again later, or give another node with --rpc URL"
}
