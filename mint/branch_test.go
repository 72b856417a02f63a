package mint_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// another is a second launch, of the same asset.
func (w *world) another() mint.Launch {
	l := simLaunch(10)
	l.Slug, l.Token = "pong", simPong
	w.chain.launches = append(w.chain.launches, l)
	for _, b := range w.chain.blocks {
		b.state.sales[l.Token] = simSale{minter: simMinter}
	}
	return l
}

func TestAnAccountNonceThatAReorgLostIsFilled(t *testing.T) {
	w := quietWorld(t, 10)
	w.chain.submit(simTx{Kind: "other", Token: w.launch.Token, Sender: simSender, Fee: 1 << 40})
	w.blocks(1)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.step() // signed for what comes after the other transaction
	w.chain.reorg(1, true)
	w.blocks(6)
	w.expect(p, mint.Mined)
	w.blocks(int(w.chain.finality) + 1)
	if txs, err := w.store.InFlight(context.Background()); err != nil || len(txs) > 0 {
		t.Fatalf("%d transactions in flight, %v", len(txs), err)
	}
}

func TestAUsedPaymentNonceIsNotRefusedForABranchThatLost(t *testing.T) {
	w := quietWorld(t, 10)
	w.blocks(3)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.chain.reorg(2, true)
	w.strangers("direct", p)
	w.chain.mine(nil) // paid in a block lower than was read, on a branch that was not
	w.chain.mine(nil)
	var unavailable *mint.UnavailableError
	if _, err := w.present(p); !errors.As(err, &unavailable) {
		t.Fatalf("got %v, want to be told to come back", err)
	}
	w.chain.mine(nil)
	w.step()
	w.must(p)
}

func TestOnANodeThatLagsTheEngineStartsWhereItWas(t *testing.T) {
	w := quietWorld(t, 10)
	w.strangers("direct", w.sign(w.payer(5), 1, time.Hour))
	w.blocks(5)
	head := w.chain.head().block
	w.chain.view = w.chain.blocks[:3]
	w.crash()
	if got := w.engine.Health().Head; got.Number != head.Number || got.Hash != head.Hash {
		t.Fatalf("started at block %d, %d was read", got.Number, head.Number)
	}
}

func TestALaunchIsFilledInThoughTheCursorsBranchLost(t *testing.T) {
	w := quietWorld(t, 10)
	late := w.another()
	p := w.signFor(late, w.payer(5), 1, w.chain.now.Add(time.Hour), w.nonce())
	w.chain.submit(simTx{Kind: "direct", Token: late.Token, Auths: bare(p).Auths, Quantities: bare(p).Quantities})
	w.blocks(4)
	w.due = []mint.Launch{late}
	w.chain.reorg(1, false)
	w.chain.mine(nil)
	w.crash()
	if o, err := w.store.Order(context.Background(), p.id); err != nil || !o.Settlement.Seen() {
		t.Fatalf("the money that reached it is not seen: %v", err)
	}
}
