package mint_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// hastily is a world whose node calls its newest block final.
func hastily(t *testing.T) *world {
	t.Helper()
	w := quietWorld(t, 10)
	w.chain.finality = 0
	return w
}

// leave drops blocks that were called final, and makes as many others and one more.
func (w *world) leave(depth int, lose bool) {
	w.chain.final = 0
	w.chain.reorg(depth, lose)
	for range depth + 1 {
		w.chain.mine(nil)
	}
}

func TestALedgerOfABranchThatWasCalledFinalAndLeftHealsByItself(t *testing.T) {
	for _, lose := range []bool{true, false} {
		w := hastily(t)
		early, p, direct := w.sign(w.payer(1), 1, time.Hour), w.sign(w.payer(3), 3, time.Hour), w.sign(w.payer(2), 2, time.Hour)
		w.must(early)
		w.step()
		w.blocks(3)
		w.expect(early, mint.Minted)
		shared := w.engine.Health().Head
		w.must(p)
		w.step()
		w.strangers("direct", direct)
		w.blocks(5)
		w.expect(p, mint.Minted)
		w.expect(direct, mint.Minted)

		w.leave(len(w.chain.blocks)-1-int(shared.Number), lose)
		w.step()
		var unavailable *mint.UnavailableError
		if err := w.offered(); !errors.As(err, &unavailable) || !w.engine.Astray() {
			t.Fatalf("a price is named, or its orders are final: %v", err)
		}
		w.expect(p, mint.Minted) // nothing was concluded yet
		w.blocks(12)
		if faults := w.faults(); len(faults) > 0 || w.engine.Astray() {
			t.Fatalf("it does not heal: %v", faults)
		}
		w.blocks(5)
		w.expect(early, mint.Minted)
		w.expect(p, mint.Minted)
		if s := w.chain.head().state; s.mints[p.id] != 1 || s.mints[early.id] != 1 || !lose && s.mints[direct.id] != 1 {
			t.Fatalf("minted %v", s.mints)
		}
		if _, err := w.store.Order(context.Background(), direct.id); lose != errors.Is(err, mint.ErrNotFound) {
			t.Errorf("a payment that the chain does not have any more: %v", err)
		}
		if l, _ := w.store.Launch(context.Background(), "ping"); l.Sold != w.chain.head().state.sold {
			t.Errorf("%d sold, the chain says %d", l.Sold, w.chain.head().state.sold)
		}
		w.check()
	}
}

func TestALedgerWithAFinalBlockAboveItsChainHealsByItself(t *testing.T) {
	const depth = 40 // longer than the chain takes to grow that far again
	w := hastily(t)
	early, late := w.sign(w.payer(1), 1, time.Hour), w.sign(w.payer(3), 3, time.Hour)
	w.must(early)
	w.step()
	w.blocks(3)
	w.blocks(depth - 3)
	w.must(late)
	w.step()
	w.blocks(3)
	w.expect(late, mint.Minted)
	w.chain.final = 0
	w.chain.reorg(depth+1, true)
	w.chain.mine(nil)
	w.step()
	if codes := w.codes(""); !slices.Contains(codes, "chain_differs") {
		t.Fatalf("faults are %v", codes)
	}
	w.expect(late, mint.Minted) // nothing was concluded yet
	w.blocks(14)
	if faults := w.faults(); len(faults) > 0 || w.engine.Astray() || w.engine.Health().Head.Number > uint64(depth) {
		t.Fatalf("it does not heal: %v", faults)
	}
	w.blocks(5)
	w.expect(early, mint.Minted)
	w.expect(late, mint.Minted)
	if s := w.chain.head().state; s.mints[early.id] != 1 || s.mints[late.id] != 1 {
		t.Fatalf("minted %v", s.mints)
	}
	w.check()
}

// lagging is a node that is some blocks behind.
type lagging struct{ mint.Chain }

func (c *lagging) Head(ctx context.Context) (latest, final mint.Block, err error) {
	if latest, _, err = c.Chain.Head(ctx); err == nil {
		latest, err = c.Chain.Block(ctx, latest.Number-8)
	}
	return latest, latest, err
}

func TestANodeThatLagsBehindAFinalBlockTakesNothingFromTheLedger(t *testing.T) {
	w := hastily(t)
	p := w.sign(w.payer(1), 1, time.Hour)
	w.must(p)
	w.step()
	w.blocks(10)
	w.link.Chain = &lagging{w.chain}
	for range 7 {
		w.blocks(1)
		if codes := w.codes(""); slices.Contains(codes, "chain_differs") {
			t.Fatal(codes)
		}
	}
	w.expect(p, mint.Minted)
}

func TestAPaymentThatALeftBranchEndedIsLookedAtAgain(t *testing.T) {
	w := hastily(t)
	p := w.sign(w.payer(5), 1, time.Hour)
	restore := w.park(p)
	depth := len(w.chain.blocks)
	w.strangers("cancel", p)
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 1})
	w.blocks(3)
	w.expect(p, mint.Voided)
	w.leave(len(w.chain.blocks)-depth, true)
	restore()
	w.blocks(12)
	w.expect(p, mint.Parked)
	w.must(p)
	w.step()
	w.blocks(2)
	w.minted(p)
	w.check()
}

func TestWhatANodeShowsInPlaceOfAFinalBlockForSomeSecondsChangesNothing(t *testing.T) {
	w := hastily(t)
	p := w.sign(w.payer(1), 1, time.Hour)
	w.must(p)
	w.step()
	w.blocks(10)
	for range 5 {
		w.link.Chain = &foreign{w.chain}
		w.blocks(4)
		w.expect(p, mint.Minted)
		w.link.Chain = w.chain
		w.blocks(2)
	}
	if faults := w.faults(); len(faults) > 0 {
		t.Error(faults)
	}
	w.expect(p, mint.Minted)
}

// stranger is another chain, which does not have our launches.
type stranger struct{ *foreign }

func (stranger) Differs(context.Context, mint.Launch) (string, error) {
	return "there is no contract", nil
}

func TestAChainWithoutTheLaunchTakesNothingFromTheLedger(t *testing.T) {
	w := hastily(t)
	p := w.sign(w.payer(1), 1, time.Hour)
	w.must(p)
	w.step()
	w.blocks(3)
	w.link.Chain = stranger{&foreign{w.chain}}
	w.blocks(20)
	w.expect(p, mint.Minted)
	if codes := w.codes(""); !slices.Contains(codes, "chain_differs") {
		t.Error(codes)
	}
}
