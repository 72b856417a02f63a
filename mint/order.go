package mint

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// State is the state of an order. It is derived from the order's facts.
type State string

const (
	// Claimed: allotments are reserved. No transaction of ours carries the payment, or it failed.
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

// States lists every state in the sequence of progress.
var States = []State{Claimed, Parked, Minting, Mined, Minted, Settled, Voided, Refunded}

// Reserves reports whether an order in this state holds allotments that are not yet
// sold.
func (s State) Reserves() bool { return s == Claimed || s == Minting || s == Settled }

// Sold reports whether an order in this state counts as sold.
func (s State) Sold() bool { return s == Mined || s == Minted }

// Final reports whether the state can no longer change.
func (s State) Final() bool { return s == Minted || s == Voided }

// Mark is the place on chain where a fact about an order was seen, or zero if it was not.
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
	Codeless      bool // no code at the payer when it was taken: a batch skips a payer that got some
	// Keys are the payer's own names for the purchase, for ClaimStore.Claim. No Store returns them.
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
// knowledge, and that takes precedence over our intentions. A final block showed that a
// voided order can never execute, so only a final mint contradicts it. A node may invent one.
func (o *Order) State() State {
	switch {
	case o.Refund.Seen():
		return Refunded
	case o.Mint.Seen() && o.Final:
		return Minted
	case o.Mint.Seen() && (o.VoidedFor == "" || o.Settlement.Seen()):
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

// Reason returns why the order is parked or voided, or why a settled one is not minted yet.
func (o *Order) Reason() string {
	switch o.State() {
	case Voided:
		return o.VoidedFor
	case Mined, Minted: // what it waited for has come
		return ""
	}
	return o.ParkedFor
}

// MayBeCharged reports whether a parked order's payment nonce is used on chain. Then
// the payer was charged, unless it was used for something else.
func (o *Order) MayBeCharged() bool {
	kind := kindOf(o.ParkedFor)
	return o.State() == Parked && (kind == unknownUse || kind == otherAmount)
}

// PassesByItself reports whether a settled order waits for something that ends without a
// person: an answer of a node, two clocks that agree, or the contract's permission to return
// the money. The engine tries again by itself.
func (o *Order) PassesByItself() bool {
	return o.State() == Settled && kindOf(o.ParkedFor).ends == byServer
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
	return o.State() == Voided && kindOf(o.VoidedFor) == closed && before != nil && big.NewInt(now.Unix()).Cmp(before) < 0
}

// bought reports whether the order is for a launch and a quantity. A refund of an amount that
// bought nothing is an order with quantity 0, which answers for any.
func (o *Order) bought(slug string, n int64) bool {
	return o.Launch == slug && (o.Quantity == n || o.Quantity == 0)
}

// Foreign reports whether the order was never claimed with us.
func (o *Order) Foreign() bool { return len(o.Signature) == 0 }

// A reason is why an order is parked or voided, or why a settled one waits. Orders store
// its text. Only a declared kind makes one, and the engine stores no other texts.
type reason struct{ text string }

// reasonKind is a kind of reasons. Stored orders have its texts, and the kind is read back
// from them, so a form must not change.
type reasonKind struct {
	form string // the text, with %v for each detail
	ends ending
}

// ending is what ends the wait of an order with a reason.
type ending int

const (
	byServer ending = 1 + iota // a settled order: this server tries again, without a person
	byPerson                   // a settled order: the launch's owner returns the money, or starts the server with another key
	byPayer                    // a parked order: the payer presents the payment again, or the authorization ends
	never                      // a voided order
)

// reasonKinds lists every kind that is declared.
var reasonKinds []*reasonKind

func declare(ends ending, form string) *reasonKind {
	k := &reasonKind{form, ends}
	reasonKinds = append(reasonKinds, k)
	return k
}

var (
	untilFinal   = declare(byServer, "the money is with the launch; once the payment's block is final the tokens follow, or the money goes back if they cannot")
	noAnswer     = declare(byServer, "the money is with the launch; the node gives no answer about this payment, and the request is repeated")
	clocksDiffer = declare(byServer, "%v, according to a block time that this machine's clock contradicts: the money is with the launch, and is returned once the two agree")
	goesBack     = declare(byServer, "%v: the money goes back to the payer")
	goesBackOnce = declare(byServer, "%v: the money goes back to the payer once the contract lets the minter return it (%v); the launch's owner can return it now")

	noMinter     = declare(byPerson, "the money is with the launch, and this server cannot mint for it: the launch's owner returns it")
	wrongMinter  = declare(byPerson, "the money is with the launch, and this server's key %v lacks the role of minter of %v (%v): the launch's owner gives it with mint402 set-minter %v --token %v, or returns the money with mint402 refund")
	ownerReturns = declare(byPerson, "%v: the launch's owner returns the money, or this server as soon as fewer than %v allotments are left%v")
	longHistory  = declare(byPerson, "the payer's %v earlier mints have to be read first, which costs more than this server pays until %v; the launch's owner can return the money")
	notAccepted  = declare(byPerson, "no node accepts a transaction with this payment (%v)")
	// contractSays has the contract's own words. It is also the kind of every stored text
	// that no other kind has.
	contractSays = declare(byPerson, "%v")

	tooLateToSend = declare(byPayer, "the authorization expired before it could be sent")
	notSimulated  = declare(byPayer, "no node could simulate its mint")
	notReached    = declare(byPayer, "%v transactions did not reach it")
	otherAmount   = declare(byPayer, ErrOtherAmount.Error())
	// unknownUse is for an order with a payment nonce that is used, while the use is not
	// found. The payer may have been charged.
	unknownUse = declare(byPayer, "the authorization is used on chain; how is not known yet")
	_          = declare(byPayer, ReasonSkipped) // the store's
	_          = declare(byPayer, ReasonReorged) // the store's

	expiredUnused = declare(never, "the authorization expired unused")
	cancelled     = declare(never, "the authorization was cancelled")
	paidElsewhere = declare(never, "the authorization was used for another payment")
	// closed is for an order that no block can mint any more. Its authorization may still
	// be valid. If someone executes it at the asset, the money arrives after the close and
	// the minter returns it.
	closed = declare(never, "closed: the sale ended before this payment could be minted, and it was not charged")
)

// Reasons that a Store gives to orders: the contract skipped one without a reason, or a
// reorg removed the block that had ended one.
const (
	ReasonSkipped = "skipped"
	ReasonReorged = "a reorg replaced the block that ended this payment; the payment is checked again"
)

// of returns a reason of the kind. A detail may be a text that a contract chose. If it
// makes the reason read like one of another kind, the details are quoted, without spaces.
func (k *reasonKind) of(details ...any) reason {
	text := fmt.Sprintf(k.form, details...)
	if kindOf(text) != k {
		quoted := make([]any, len(details))
		for i, d := range details {
			quoted[i] = strconv.Quote(strings.ReplaceAll(fmt.Sprint(d), " ", "_"))
		}
		text = fmt.Sprintf(k.form, quoted...)
	}
	return reason{text}
}

// kindOf returns the kind of a stored text.
func kindOf(text string) *reasonKind {
	for _, k := range reasonKinds {
		if k != contractSays && k.has(text) {
			return k
		}
	}
	return contractSays
}

// has reports whether a text is the kind's form with some details.
func (k *reasonKind) has(text string) bool {
	parts := strings.Split(k.form, "%v")
	last := len(parts) - 1
	if last == 0 || !strings.HasPrefix(text, parts[0]) {
		return text == k.form
	}
	text = text[len(parts[0]):]
	for _, part := range parts[1:last] {
		_, after, found := strings.Cut(text, part)
		if !found {
			return false
		}
		text = after
	}
	return strings.HasSuffix(text, parts[last])
}

// park stores reasons for orders; see [ClaimStore].
func park(ctx context.Context, store ClaimStore, reasons map[PaymentID]reason) error {
	return store.Park(ctx, texts(reasons))
}

// void ends orders with a reason each; see [ClaimStore].
func void(ctx context.Context, store ClaimStore, reasons map[PaymentID]reason) error {
	return store.Void(ctx, texts(reasons))
}

func texts(reasons map[PaymentID]reason) map[PaymentID]string {
	texts := make(map[PaymentID]string, len(reasons))
	for id, r := range reasons {
		texts[id] = r.text
	}
	return texts
}
