package web

import (
	"html/template"
	"time"
)

// Receipt is a payment and what became of it, in words; all figures are
// formatted.
type Receipt struct {
	PaymentID  string
	State      string // mint.State
	Final      bool
	Launch     string // its name
	Symbol     string
	LaunchURL  string // its page
	Tokens     string // "5,000"
	Quantity   int64
	Paid       string // "0.10"
	Money      string // "USDC"
	Payer      Link
	Token      Link
	Asset      Link
	Tx         Link   // of the mint, or what carries the payment; empty if none
	Settlement Link   // where the money moved in another transaction
	Refund     Link   // empty if not refunded
	Block      uint64 // of the mint; 0 if none
	LogIndex   uint   // of the Minted event
	Nonce      string // payment nonce
	Reason     string // why parked or voided
	Doubted    bool   // the books of its launch are being checked
	At         time.Time
	JSON       string // URL of the same as JSON
	ShareImage string
	URL        string // this page
}

// Art is the receipt's seal.
func (r Receipt) Art() template.HTML { return rosette(r.PaymentID) }

// Step is how far the payment has come on its way, of four steps; 0 if it left
// the way.
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
