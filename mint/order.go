package mint

import (
	"math/big"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// State is the state of an order. It is derived from the order's facts.
type State string

const (
	// Claimed: allotments are reserved. No transaction of ours carries the payment on
	// chain yet, or it failed.
	Claimed State = "claimed"
	// Parked: the order could not execute when tried. It holds no reservation.
	// Presenting it again, or an event, revives it. Not final: it might still execute.
	Parked State = "parked"
	// Minting: a stored, signed transaction carries the order.
	Minting State = "minting"
	// Mined: a canonical block has Minted(id). Only a reorg undoes it.
	Mined State = "mined"
	// Minted: that block is final.
	Minted State = "minted"
	// Settled: the contract has the money and there is no mint: the mint is owed.
	Settled State = "settled"
	// Voided: according to a final block, the authorization expired or was used for
	// something else, so it can never execute; or the sale closed, so it can never be
	// minted. See [Order.MayArrive].
	Voided State = "voided"
	// Refunded: the owner or the minter returned the money.
	Refunded State = "refunded"
)

// States lists every state, in the sequence of an order's progress.
var States = []State{Claimed, Parked, Minting, Mined, Minted, Settled, Voided, Refunded}

// Reserves reports whether an order in this state holds allotments that are not yet
// sold.
func (s State) Reserves() bool { return s == Claimed || s == Minting || s == Settled }

// Sold reports whether an order in this state counts as sold.
func (s State) Sold() bool { return s == Mined || s == Minted }

// Final reports whether the state can no longer change.
func (s State) Final() bool { return s == Minted || s == Voided }

// Mark is the place on chain where a fact about an order was seen. The zero Mark means
// that it was not seen.
type Mark struct {
	Block     uint64
	BlockHash common.Hash
	LogIndex  uint
	Tx        common.Hash
}

// Seen reports whether there is such a fact.
func (m Mark) Seen() bool { return m.Tx != (common.Hash{}) }

// Order is a payment and its progress.
type Order struct {
	ID       PaymentID
	Launch   string // slug
	Payer    common.Address
	Quantity int64    // allotments
	Value    *big.Int // asset base units

	// Authorization and Signature are those claimed with us. An order without a
	// Signature was first seen on chain; only its Authorization.From (and, for a
	// settlement, Nonce and Value) are known.
	Authorization x402.Authorization
	Signature     []byte
	// Keys are the payer's own names for the purchase, for ClaimStore.Claim. A Store does
	// not return them.
	Keys []string

	// The facts. Mint, Settlement and Refund are events that a reorg can remove.
	// Transaction is the id of the stored transaction that carries the order, 0 if
	// there is no such transaction. ParkedFor and VoidedFor are reasons, or empty.
	Mint        Mark
	Settlement  Mark
	Refund      Mark
	Transaction int64
	ParkedFor   string
	VoidedFor   string
	// Final reports whether the block of the Mint or Refund is final.
	Final bool

	CreatedAt, UpdatedAt time.Time
}

// State derives the state from the facts. On-chain facts take precedence over our own
// knowledge, and that takes precedence over our intentions.
func (o *Order) State() State {
	switch {
	case o.Refund.Seen():
		return Refunded
	case o.Mint.Seen() && o.Final:
		return Minted
	case o.Mint.Seen():
		return Mined
	case o.Transaction != 0:
		return Minting
	case o.Settlement.Seen():
		return Settled
	case o.VoidedFor != "":
		return Voided
	case o.ParkedFor != "":
		return Parked
	default:
		return Claimed
	}
}

// Reason returns why the order is parked or voided, or why a settled one is not minted
// yet.
func (o *Order) Reason() string {
	if o.State() == Voided {
		return o.VoidedFor
	}
	return o.ParkedFor
}

// MayBeCharged reports whether a parked order's payment nonce is used on chain. Then
// the payer was charged, unless it was used for something else.
func (o *Order) MayBeCharged() bool {
	return o.State() == Parked && (o.ParkedFor == unknownUse || o.ParkedFor == ErrOtherAmount.Error())
}

// Parts of the reasons that pass without a person; see PassesByItself.
const (
	noAnswer     = "the money is with the launch; the node gives no answer about this payment, and the request is repeated"
	clocksDiffer = ", according to a block time that this machine's clock contradicts: the money is with the launch, and is returned once the two agree"
	goesBack     = ": the money goes back to the payer"
	onceAllowed  = " once the contract lets the minter return it"
)

// PassesByItself reports whether a settled order waits for something that ends without a
// person: an answer of a node, two clocks that agree, or the contract's permission to return
// the money. The engine tries again by itself.
func (o *Order) PassesByItself() bool {
	return o.State() == Settled && (o.ParkedFor == noAnswer || strings.HasSuffix(o.ParkedFor, clocksDiffer) ||
		strings.HasSuffix(o.ParkedFor, goesBack) || strings.Contains(o.ParkedFor, goesBack+onceAllowed))
}

// NeedsPerson reports whether the launch has the money of an order and this server can
// neither mint for it nor return it, so that the owner has to. [Order.Reason] says why.
func (o *Order) NeedsPerson() bool {
	return o.State() == Settled && o.ParkedFor != "" && !o.PassesByItself()
}

// MayArrive reports whether the money of a voided order may still arrive: the sale
// closed before it was minted, and its authorization is still valid. Such money would
// be returned.
func (o *Order) MayArrive(now time.Time) bool {
	before := o.Authorization.ValidBefore
	return o.State() == Voided && o.VoidedFor == closed && before != nil && big.NewInt(now.Unix()).Cmp(before) < 0
}

// Foreign reports whether the order was never claimed with us.
func (o *Order) Foreign() bool { return len(o.Signature) == 0 }
