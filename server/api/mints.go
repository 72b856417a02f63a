package api

import (
	"context"
	"fmt"
	"time"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
)

// Mint is a minted payment, as one line of a list.
type Mint struct {
	PaymentID   mint.PaymentID `json:"paymentId"`
	Payer       Address        `json:"payer"`
	Quantity    int64          `json:"quantity"` // allotments
	Tokens      string         `json:"tokens"`   // whole units: "5000", "0.5"
	Symbol      string         `json:"symbol"`
	Transaction string         `json:"transaction"`
	Explorer    string         `json:"explorer,omitempty"` // URL of the transaction
	Block       uint64         `json:"block"`
	At          time.Time      `json:"at"`    // the block's own time; if that is not known, when we first saw the payment
	Final       bool           `json:"final"` // no reorg can remove it
	URL         string         `json:"url"`   // of the receipt's page; a path
}

// Mints returns minted orders of a launch as lines of a list. It waits up to 1 s for the
// times of their blocks.
func (p *Presenter) Mints(ctx context.Context, l *mint.Launch, orders []mint.Order) []Mint {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	var blocks []mint.Block
	for i := range orders {
		blocks = append(blocks, BlockAt(orders[i].Mint))
	}
	p.FetchTimes(ctx, map[uint64][]mint.Block{l.ChainID: blocks})
	mints := make([]Mint, len(orders))
	for i := range orders {
		mints[i] = p.mintOf(l, &orders[i])
	}
	return mints
}

func (p *Presenter) mintOf(l *mint.Launch, o *mint.Order) Mint {
	at, ok := p.times.Get(o.Mint.BlockHash)
	if !ok {
		at = o.CreatedAt // when we first saw it
	}
	tx := o.Mint.Tx.Hex()
	return Mint{
		PaymentID: o.ID, Payer: Address{o.Payer}, Quantity: o.Quantity, Tokens: amount.Tokens(l.Tokens(o.Quantity)), Symbol: l.Symbol,
		Transaction: tx, Explorer: p.Explorer(l.ChainID, "tx", tx), Block: o.Mint.Block, At: at.UTC(), Final: o.Final,
		URL: "/r/" + o.ID.String(),
	}
}

// maxLatest is how many mints a page and a feed show.
const maxLatest = 8

// LatestMints returns the newest mints of a launch.
func (p *Presenter) LatestMints(ctx context.Context, l mint.Launch) ([]Mint, error) {
	orders, err := p.Reader.Orders(ctx, mint.Query{Launch: l.Slug, States: []mint.State{mint.Mined, mint.Minted}, Limit: maxLatest})
	if err != nil {
		return nil, fmt.Errorf("read latest mints: %w", err)
	}
	return p.Mints(ctx, &l, orders), nil
}
