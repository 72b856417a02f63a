package api

import (
	"time"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/x402"
)

// Receipt is an order as clients see it. Integer amounts are decimal strings; hashes
// and addresses are 0x and hex digits.
type Receipt struct {
	PaymentID mint.PaymentID `json:"paymentId"`
	Launch    string         `json:"launch"` // slug
	State     mint.State     `json:"state"`
	// Final is true if State will never change. A mined order is not final: a reorg can
	// change it.
	Final       bool      `json:"final"`
	Payer       Address   `json:"payer"`    // the account that signed the payment, and gets the tokens
	Quantity    int64     `json:"quantity"` // allotments
	Tokens      string    `json:"tokens"`   // whole units: "5000", "0.5"
	TokensBase  string    `json:"tokensBase"`
	Symbol      string    `json:"symbol"`
	Token       Address   `json:"token"`
	Paid        Paid      `json:"paid"`
	Network     string    `json:"network"` // CAIP-2
	Transaction string    `json:"transaction,omitempty"`
	Block       uint64    `json:"block,omitempty"`      // of the mint
	Explorer    string    `json:"explorer,omitempty"`   // URL of the transaction
	Settlement  string    `json:"settlement,omitempty"` // if the money moved in another transaction
	Refund      string    `json:"refund,omitempty"`
	Reason      string    `json:"reason,omitempty"`   // why parked or voided
	CreatedAt   time.Time `json:"createdAt,omitzero"` // always known for an order
	UpdatedAt   time.Time `json:"updatedAt,omitzero"`
	URL         string    `json:"url,omitempty"` // absent where no server's URL is known
	// Proof is the receipt signed by the server, once a block has the mint. See package proof.
	Proof   *proof.Signed `json:"proof,omitempty"`
	Message string        `json:"message,omitempty"` // what the payer should do, if the payment is not decided
}

// Paid is an amount of an asset.
type Paid struct {
	Amount    string  `json:"amount"`    // base units
	Formatted string  `json:"formatted"` // "0.10"
	Symbol    string  `json:"symbol"`
	Asset     Address `json:"asset"`
}

// Receipts is the answer of /orders.
type Receipts struct {
	Orders []Receipt `json:"orders"`
}

// NewReceipt returns the receipt of an order, without the fields that only a server
// knows: its URL, and the hash of a transaction that is not mined yet.
func NewReceipt(l *mint.Launch, o *mint.Order) (r Receipt) {
	r.fill(l, o)
	return r
}

func (r *Receipt) fill(l *mint.Launch, o *mint.Order) {
	state, value, bought := o.State(), o.Value, l.Tokens(o.Quantity)
	if value == nil {
		value = l.Total(o.Quantity)
	}
	*r = Receipt{
		PaymentID: o.ID, Launch: o.Launch, State: state, Payer: Address{o.Payer}, Quantity: o.Quantity,
		Final:  state.Final() || (state == mint.Refunded && o.Final),
		Tokens: amount.Tokens(bought), TokensBase: bought.String(), Symbol: l.Symbol, Token: Address{l.Token},
		Paid:    Paid{Amount: value.String(), Formatted: l.Asset.Format(value), Symbol: l.Asset.Symbol, Asset: Address{l.Asset.Address}},
		Network: x402.CAIP2(l.ChainID), Reason: o.Reason(),
		CreatedAt: o.CreatedAt.UTC(), UpdatedAt: o.UpdatedAt.UTC(),
	}
	if o.Settlement.Seen() {
		r.Transaction = o.Settlement.Tx.Hex()
		if o.Settlement.Tx != o.Mint.Tx {
			r.Settlement = o.Settlement.Tx.Hex()
		}
	}
	if o.Mint.Seen() && state != mint.Voided {
		r.Transaction, r.Block = o.Mint.Tx.Hex(), o.Mint.Block
	}
	if o.Refund.Seen() {
		r.Refund = o.Refund.Tx.Hex()
	}
	if n, ok := x402.NetworkByChainID(l.ChainID); ok && n.Explorer != "" && r.Transaction != "" {
		r.Explorer = n.Explorer + "/tx/" + r.Transaction
	}
}

// Receipt returns the receipt of an order. It is final only if the engine follows the
// chain without a fault and no block can still bring the payment.
func (p *Presenter) Receipt(l *mint.Launch, o *mint.Order) (r Receipt) {
	r.fill(l, o)
	r.URL = p.PublicURL + "/orders/" + o.ID.String()
	on := p.Chains.of(l.ChainID)
	r.Final = r.Final && !o.MayArrive(on.Engine.Clock()) && !on.Engine.Astray()
	if o.Transaction != 0 && !o.Mint.Seen() {
		if hash, ok := p.hashes.of(p.Reader, o.Transaction); ok {
			r.Transaction = hash.Hex()
		}
	}
	switch r.State {
	case mint.Claimed, mint.Minting, mint.Settled, mint.Parked:
		r.Message = pendingMessage(&r)
	}
	r.Explorer = ""
	if r.Transaction != "" {
		r.Explorer = p.Explorer(l.ChainID, "tx", r.Transaction)
	}
	return r
}

// pendingMessage tells the payer of an order that is not decided what to do. Agents and
// people read it; no client program tried has a word for "pending".
func pendingMessage(r *Receipt) string {
	s := "Accepted. Do not pay again: GET " + r.URL + " or send the same payment again."
	if r.Transaction != "" {
		s += " Its transaction is " + r.Transaction + "."
	}
	return s
}
