package mint

import (
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// State is where an order stands. It is derived from the order's facts.
type State string

const (
	// Claimed: allotments reserved; nothing of ours on chain carries the payment
	// yet, or what did failed.
	Claimed State = "claimed"
	// Parked: it could not execute when tried. Holds no reservation; presenting
	// it again or an event revives it. Not final: it might still execute.
	Parked State = "parked"
	// Minting: a stored, signed transaction carries it.
	Minting State = "minting"
	// Mined: a canonical block has Minted(id). Only a reorg takes it back.
	Mined State = "mined"
	// Minted: that block is final.
	Minted State = "minted"
	// Settled: the money is with the contract and no mint is: owed.
	Settled State = "settled"
	// Voided: a final block shows the authorization expired or used for
	// something else, so that it can never execute; or the sale closed, so that it can
	// never be minted. See [Order.MayArrive].
	Voided State = "voided"
	// Refunded: the owner returned the money.
	Refunded State = "refunded"
)

// States lists every state, in the order of the journey.
var States = []State{Claimed, Parked, Minting, Mined, Minted, Settled, Voided, Refunded}

// Reserves says whether an order in this state holds allotments that are not
// yet sold.
func (s State) Reserves() bool { return s == Claimed || s == Minting || s == Settled }

// Sold says whether an order in this state counts as sold.
func (s State) Sold() bool { return s == Mined || s == Minted }

// Final says that nothing can change the state any more.
func (s State) Final() bool { return s == Minted || s == Voided }

// Mark is where on chain a fact about an order was seen. The zero Mark means
// that it was not.
type Mark struct {
	Block     uint64
	BlockHash common.Hash
	LogIndex  uint
	Tx        common.Hash
}

// Seen says that there is such a fact.
func (m Mark) Seen() bool { return m.Tx != (common.Hash{}) }

// Order is a payment's journey.
type Order struct {
	ID       PaymentID
	Launch   string // slug
	Payer    common.Address
	Quantity int64    // allotments
	Value    *big.Int // asset base units

	// Authorization and Signature are what was claimed with us. Without a
	// Signature the order was first seen on chain and only Authorization.From
	// (and, for a settlement, Nonce and Value) are known.
	Authorization x402.Authorization
	Signature     []byte

	// The facts. Mint, Settlement and Refund are events that a reorg can take
	// away; Transaction is the id of the stored transaction that carries the
	// order, 0 if none; ParkedFor and VoidedFor are reasons, empty if neither.
	Mint        Mark
	Settlement  Mark
	Refund      Mark
	Transaction int64
	ParkedFor   string
	VoidedFor   string
	// Final says that the block of the Mint or Refund is final.
	Final bool

	CreatedAt, UpdatedAt time.Time
}

// State derives the state from the facts. What the chain shows goes before what
// we know, and what we know before what we intend.
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

// Reason says why the order is parked or voided, or why a settled one is not
// minted yet.
func (o *Order) Reason() string {
	if o.State() == Voided {
		return o.VoidedFor
	}
	return o.ParkedFor
}

// MayBeCharged says that a parked order's payment nonce is used on chain. The payer
// was charged, unless it was for something else.
func (o *Order) MayBeCharged() bool {
	return o.State() == Parked && (o.ParkedFor == unknownUse || o.ParkedFor == ErrOtherAmount.Error())
}

// MayArrive reports whether the money of a voided order may still arrive: the sale
// closed before it was minted, and its authorization is valid. It would be returned.
func (o *Order) MayArrive(now time.Time) bool {
	before := o.Authorization.ValidBefore
	return o.State() == Voided && o.VoidedFor == closed && before != nil && big.NewInt(now.Unix()).Cmp(before) < 0
}

// Foreign says that the order was never claimed with us.
func (o *Order) Foreign() bool { return len(o.Signature) == 0 }
