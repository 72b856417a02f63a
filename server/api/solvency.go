package api

import (
	"math/big"

	"github.com/mint402/mint402/mint"
)

// Solvency is a launch's ledger as clients see it, by the chain's events up to a block.
// Its amounts obey: received = held + withdrawn + refunded, and
// unaccounted = received - refunded - minted.
type Solvency struct {
	Launch      string  `json:"launch"`
	Token       Address `json:"token"`
	Asset       Asset   `json:"asset"`
	Block       Block   `json:"block"`
	Final       bool    `json:"final"`      // no reorg can remove that block
	Mints       int64   `json:"mints"`      // minted payments
	Allotments  int64   `json:"allotments"` // minted for them
	Received    Price   `json:"received"`
	Minted      Price   `json:"minted"` // the price of the allotments
	Refunded    Price   `json:"refunded"`
	Withdrawn   Price   `json:"withdrawn"`
	Held        Price   `json:"held"` // by the contract
	Unaccounted Price   `json:"unaccounted"`
	Owed        Price   `json:"owed"` // the part of Unaccounted that payers of settled payments without a mint are owed
	OwedOrders  int64   `json:"owedOrders"`
	// Differences lists where the contract's counters and balance, or the database, differ
	// from this; empty if all agree.
	Differences []mint.Difference `json:"differences"`
}

// NewSolvency returns the ledger of a launch as clients see it.
func NewSolvency(s mint.Solvency) Solvency {
	asset := s.Launch.Asset
	price := func(n *big.Int) Price { return Price{n.String(), asset.Format(n)} }
	differences := s.Differences
	if differences == nil {
		differences = []mint.Difference{}
	}
	return Solvency{
		Launch: s.Launch.Slug, Token: Address{s.Launch.Token}, Asset: NewAsset(asset),
		Block: NewBlock(s.At), Final: s.Final, Mints: s.Mints, Allotments: s.Sold,
		Received: price(s.Received), Minted: price(s.Minted()), Refunded: price(s.Refunded), Withdrawn: price(s.Withdrawn),
		Held: price(s.Held()), Unaccounted: price(s.Unaccounted()), Owed: price(s.Owed), OwedOrders: s.OwedOrders,
		Differences: differences,
	}
}
