package mint

import (
	"errors"
	"fmt"
	"math/big"
)

// RefusalClass is why nodes do not take a transaction. Some classes are verdicts:
// no node will ever take this transaction, whatever happens to the chain. The
// others are advice, and the transaction may be mined all the same.
type RefusalClass string

const (
	// Verdicts.
	Oversized  RefusalClass = "oversized"    // more bytes than pools take
	BadGas     RefusalClass = "gas"          // its gas limit is too low for its data, or above a block's
	NodeFeeCap RefusalClass = "node_fee_cap" // gas × fee is above what the node lets through
	BadKind    RefusalClass = "kind"         // the chain does not know this kind of transaction
	BadSender  RefusalClass = "sender"       // signature, chain id, or a sender that may not send

	// Advice.
	Underpriced RefusalClass = "underpriced" // the fee is below what the pool takes
	Outbid      RefusalClass = "outbid"      // another transaction has the account nonce, and this one does not pay enough more
	NonceUsed   RefusalClass = "nonce_used"  // a mined transaction has the account nonce
	NonceGap    RefusalClass = "nonce_gap"   // account nonces before it are missing
	PoolFull    RefusalClass = "pool_full"
	NoFunds     RefusalClass = "no_funds"
	RateLimited RefusalClass = "rate_limited"
	Unheard     RefusalClass = "unheard" // no answer: a node may have it
	Unknown     RefusalClass = "unknown" // in words that we do not know
)

// Verdict says that no node will ever take the transaction as it is.
func (c RefusalClass) Verdict() bool {
	switch c {
	case Oversized, BadGas, NodeFeeCap, BadKind, BadSender:
		return true
	}
	return false
}

// ofOrders says that a verdict is about what the transaction carries, and not
// about who sends it or what gas costs.
func (c RefusalClass) ofOrders() bool { return c == Oversized || c == BadGas }

// counts says that a refusal keeps payments from being delivered. One about the
// account nonce says that something else happened to it.
func (c RefusalClass) counts() bool { return c != Outbid && c != NonceUsed && c != NonceGap }

// ofSender says that nodes may take of another sender what they refuse of this one.
// Those that did not answer may have taken it.
func (c RefusalClass) ofSender() bool { return c.counts() && c != Unheard && c != RateLimited }

// Refusal is the error of a transaction that no node took. It is a verdict only if
// each node that answered gave one.
type Refusal struct {
	Class RefusalClass
	// MinTip and MinCap are the tip and the fee cap that the pool names as the
	// least, in wei a gas; nil if it names none.
	MinTip, MinCap *big.Int
	Err            error
}

// asRefusal is what the nodes said. An error of another kind says nothing about
// the transaction.
func asRefusal(err error) *Refusal {
	var r *Refusal
	if errors.As(err, &r) {
		return r
	}
	return &Refusal{Class: Unheard, Err: err}
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("no node takes the transaction (%s): %v", r.Class, r.Err)
}

func (r *Refusal) Unwrap() error { return r.Err }
