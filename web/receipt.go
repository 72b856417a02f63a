package web

import (
	"html/template"
	"time"
)

// Receipt is a payment and its status, as text. All figures are formatted.
type Receipt struct {
	PaymentID  string
	State      string // mint.State
	Final      bool
	Launch     string // the launch's name
	Symbol     string
	LaunchURL  string // the launch's page
	Tokens     string // "5,000"
	Quantity   int64
	Paid       string // "0.10"
	Money      string // "USDC"
	Payer      Link
	Token      Link
	Asset      Link
	Tx         Link   // of the mint, or the transaction that carries the payment; may be empty
	Settlement Link   // if the money moved in another transaction
	Refund     Link   // empty if not refunded
	Block      uint64 // of the mint; 0 if not minted
	LogIndex   uint   // of the Minted event
	Nonce      string // payment nonce
	Reason     string // why parked or voided
	Doubted    bool   // the ledger of its launch is being checked
	At         time.Time
	JSON       string // URL of the receipt as JSON
	ShareImage string
	URL        string // this page
}

// Art returns the seal of the token that the payment bought.
func (r Receipt) Art() template.HTML { return art(r.Token) }

// Step returns how many of the four steps the payment has reached. It returns 0 for a
// payment that will not be minted on its own: it is parked, voided or refunded.
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
