package mint_test

import (
	"context"
	"math/big"
	"sync"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// countedInspect counts the payers that are asked for at final blocks.
type countedInspect struct {
	*simChain
	asked int
}

func (c *countedInspect) Inspect(ctx context.Context, l mint.Launch, keys []mint.PayerKey, at uint64) ([]mint.Payer, error) {
	if at != 0 {
		c.asked += len(keys)
	}
	return c.simChain.Inspect(ctx, l, keys, at)
}

func TestAFloodOfParkedPaymentsCostsAFinalBlockABoundedLookAndIsAllLookedAt(t *testing.T) {
	soak(t)
	const most = 1000
	ctx := context.Background()
	w := quietWorld(t, 10_000)
	parked := map[mint.PaymentID]string{}
	var claims sync.WaitGroup
	for n := range int64(2200) {
		payer := common.BigToAddress(big.NewInt(n + 1))
		o := mint.Order{ID: mint.NewPaymentID(w.launch.ChainID, w.launch.Asset.Address, payer, common.Hash{}), Launch: "ping",
			Payer: payer, Quantity: 1, Value: w.launch.Price, Signature: []byte{1},
			Authorization: x402.Authorization{From: payer, To: w.launch.Token, Value: w.launch.Price,
				ValidAfter: new(big.Int), ValidBefore: big.NewInt(w.chain.now.Add(time.Hour).Unix())}}
		claims.Go(func() {
			if _, _, err := w.store.Claim(ctx, o, mint.Credit{Balance: w.launch.Price}); err != nil {
				t.Error(err)
			}
		})
		parked[o.ID] = "a doomed payment"
	}
	claims.Wait()
	if err := w.store.Park(ctx, parked); err != nil {
		t.Fatal(err)
	}
	p := w.sign(w.payer(5), 1, time.Hour)
	w.park(p) // the last in the line
	w.strangers("cancel", p)
	chain := &countedInspect{simChain: w.chain}
	w.link.Chain = chain
	for range w.chain.finality + 1 {
		w.blocks(1)
	}
	for range 3 {
		before := chain.asked
		w.blocks(1)
		if n := chain.asked - before; n == 0 || n > most {
			t.Errorf("a final block asked for %d payers", n)
		}
	}
	w.expect(p, mint.Voided)

	// When they have expired, a few final blocks conclude them all.
	w.chain.now = w.chain.now.Add(2 * time.Hour)
	for range int(w.chain.finality) + 5 {
		w.blocks(1)
	}
	if n, err := w.store.Count(ctx, mint.Query{States: []mint.State{mint.Parked}}); n != 0 || err != nil {
		t.Errorf("%d are parked still, %v", n, err)
	}
}
