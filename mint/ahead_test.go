package mint_test

import (
	"context"
	"math/big"
	"testing"

	"github.com/mint402/mint402/mint"
)

// making is a node that answers from the state of the block that it is making.
type making struct {
	*simChain
	times int // that it still does so
}

func (c *making) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	found, err := c.simChain.Conditions(ctx, l, at)
	if c.times > 0 {
		c.times--
		found.Sold++
		found.Held = new(big.Int).Add(found.Held, l.Price)
	}
	return found, err
}

func TestAStateOfTheBlockThatANodeMakesStopsNoSale(t *testing.T) {
	w := quietWorld(t, 100)
	c := &making{simChain: w.chain}
	w.link.Chain = c
	w.blocks(1)
	w.sold()
	c.times = 1
	w.blocks(1)
	w.sold()
	c.times = 2
	w.blocks(1)
	w.unsold("books_differ")
}
