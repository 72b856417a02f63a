package web

import (
	"html/template"
	"time"
)

// Receipt is the content of a receipt page: a payment and its status. Amounts and names
// are text, ready to show.
type Receipt struct {
	PaymentID  string
	State      string // mint.State
	Final      bool   // the state can no longer change
	Launch     string // the launch's name
	Hidden     bool   // search engines should not list the page
	Symbol     string
	LaunchURL  string // the launch's page
	Tokens     string // bought, or to be bought: "5,000"
	Quantity   int64  // allotments
	Paid       string // the signed amount, whether or not it was charged: "0.10"
	Money      string // the asset's symbol: "USDC"
	Payer      Link
	Token      Link
	Asset      Link
	Tx         Link      // of the mint, or the transaction that carries the payment; may be empty
	Settlement Link      // if the money moved in another transaction
	Refund     Link      // empty if not refunded
	Block      uint64    // of the mint; 0 if not minted
	LogIndex   uint      // of the Minted event
	Nonce      string    // payment nonce; empty if not known
	Reason     string    // why it is parked or voided, or settled and not minted yet
	Doubted    bool      // the launch's ledger differs from the contract and is being checked
	NonceUsed  bool      // parked, although the payment nonce is used on the chain: the payer may have been charged
	MayArrive  bool      // voided because the sale closed; its authorization can still be executed
	At         time.Time // of the mint's block; if not minted, when the server received the payment
	JSON       string    // URL of the receipt as JSON
	ShareImage string
	URL        string // this page
}

// Bought returns the tokens: "5,000 PING".
func (r Receipt) Bought() string { return r.Tokens + " " + r.Symbol }

// Cost returns the signed amount: "0.10 USDC".
func (r Receipt) Cost() string { return r.Paid + " " + r.Money }

// Art returns the seal of the token that the payment bought.
func (r Receipt) Art() template.HTML { return art(r.Token) }

// Step returns how many of the four steps (taken, sent, minted, final) the payment has
// reached. It returns 0 for a payment that is parked, voided or refunded: the server
// will not mint it unless the payer sends it again.
func (r Receipt) Step() int {
	switch r.State {
	case "claimed", "settled":
		return 1
	case "minting":
		return 2
	case "mined":
		return 3
	case "minted":
		return 4
	}
	return 0
}
