package mint

import (
	"errors"
	"fmt"
	"math/big"
)

// RefusalClass is the reason why nodes do not accept a transaction. Some classes are
// verdicts: no node will ever accept this transaction, whatever the chain does. The
// others are advice, and the transaction may still be mined.
type RefusalClass string

const (
	// Verdicts.
	Oversized  RefusalClass = "oversized"    // more bytes than pools take
	BadGas     RefusalClass = "gas"          // its gas limit is too low for its data, or above a block's
	NodeFeeCap RefusalClass = "node_fee_cap" // gas × fee is above the node's limit
	BadKind    RefusalClass = "kind"         // the chain does not support this kind of transaction
	BadSender  RefusalClass = "sender"       // signature, chain id, or a sender that may not send

	// Advice.
	Underpriced RefusalClass = "underpriced" // the fee is below the pool's minimum
	Outbid      RefusalClass = "outbid"      // another transaction has the account nonce, and this one does not pay enough more
	NonceUsed   RefusalClass = "nonce_used"  // a mined transaction has the account nonce
	NonceGap    RefusalClass = "nonce_gap"   // account nonces before it are missing
	PoolFull    RefusalClass = "pool_full"
	NoFunds     RefusalClass = "no_funds"
	RateLimited RefusalClass = "rate_limited"
	Unheard     RefusalClass = "unheard" // no answer: a node may have it
	Unknown     RefusalClass = "unknown" // a message that we do not recognize
)

// Verdict reports whether no node will ever accept the transaction as it is.
func (c RefusalClass) Verdict() bool {
	switch c {
	case Oversized, BadGas, NodeFeeCap, BadKind, BadSender:
		return true
	}
	return false
}

// ofOrders reports whether a verdict is about the orders that the transaction carries,
// not about its sender or the price of gas.
func (c RefusalClass) ofOrders() bool { return c == Oversized || c == BadGas }

// counts reports whether a refusal keeps payments from being delivered. A refusal about
// the account nonce does not: another transaction is the cause. A slow node that did not
// answer in time refused nothing; see [unsent].
func (c RefusalClass) counts() bool {
	return c != Outbid && c != NonceUsed && c != NonceGap && c != Unheard
}

// ofSender reports whether nodes may accept from another sender a transaction that they
// refuse from this one. Nodes that did not answer may have accepted it.
func (c RefusalClass) ofSender() bool { return c.counts() && c != RateLimited }

// Refusal is the error for a transaction that no node accepted. It is a verdict only if
// each node that answered gave one.
type Refusal struct {
	Class RefusalClass
	// MinTip and MinCap are the minimum tip and fee cap of the pool, in wei per gas;
	// nil if it did not return them.
	MinTip, MinCap *big.Int
	Err            error
}

// asRefusal returns the nodes' refusal. An error of another type is no evidence about
// the transaction.
func asRefusal(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return &Refusal{Class: Unheard, Err: err}
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("no node accepts the transaction (%s): %v", r.Class, r.Err)
}

func (r *Refusal) Unwrap() error { return r.Err }
