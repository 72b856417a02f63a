package mint_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// listsLess has the newest state and does not list the newest block yet, as a
// node does for a moment, and several behind one name do for longer.
type listsLess struct{ *simChain }

func (c listsLess) Head(ctx context.Context) (latest, final mint.Block, err error) {
	if _, final, err = c.simChain.Head(ctx); err == nil {
		latest, err = c.Block(ctx, uint64(len(c.blocks)-2))
	}
	return latest, final, err
}

func TestAPaymentThatSomebodySubmittedIsNotRefusedByANodeWhoseStateIsAheadOfItsBlocks(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Minute)
	w.strangers("direct", p)
	w.chain.mine(nil)
	w.link.Chain = listsLess{w.chain}
	w.step()
	var unavailable *mint.UnavailableError
	if _, err := w.present(p); !errors.As(err, &unavailable) {
		t.Fatalf("got %v, want to be told to come back: the payment has paid us", err)
	}
	w.link.Chain = w.chain
	w.step()
	w.expect(p, mint.Minting)
}
