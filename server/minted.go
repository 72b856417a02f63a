package server

import (
	"context"
	"time"

	"github.com/mint402/mint402/mint"
)

// Mint is a payment that was minted, in a line.
type Mint struct {
	PaymentID   mint.PaymentID `json:"paymentId"`
	Payer       Address        `json:"payer"`
	Quantity    int64          `json:"quantity"` // allotments
	Tokens      string         `json:"tokens"`   // whole units: "5000", "0.5"
	Symbol      string         `json:"symbol"`
	Transaction string         `json:"transaction"`
	Explorer    string         `json:"explorer,omitempty"` // URL of the transaction
	Block       uint64         `json:"block"`
	At          time.Time      `json:"at"`    // the block's own time
	Final       bool           `json:"final"` // no reorg takes it back
	URL         string         `json:"url"`   // of the receipt's page, a path
}

func (s *Server) mintOf(ctx context.Context, l *mint.Launch, o *mint.Order) Mint {
	tx := o.Mint.Tx.Hex()
	return Mint{
		PaymentID: o.ID, Payer: Address{o.Payer}, Quantity: o.Quantity, Tokens: tokens(l.Tokens(o.Quantity)), Symbol: l.Symbol,
		Transaction: tx, Explorer: s.explorer("tx", tx), Block: o.Mint.Block, At: s.mintedAt(ctx, o), Final: o.Final,
		URL: "/r/" + o.ID.String(),
	}
}

// mintedAt is when the block of a mint was made, or when we first heard of the
// order if the chain does not say at once.
func (s *Server) mintedAt(ctx context.Context, o *mint.Order) time.Time {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	if at, ok := s.times.of(ctx, s.Engine, o.Mint.Block, o.Mint.BlockHash); ok {
		return at.UTC()
	}
	return o.CreatedAt.UTC()
}
