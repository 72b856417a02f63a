package mint_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// until makes blocks, and steps, up to the last one before a time.
func (w *world) until(at time.Time) {
	for w.chain.now.Add(2 * time.Second).Before(at) {
		w.blocks(1)
	}
}

func (w *world) offered() error {
	_, err := w.engine.Offer(context.Background(), w.launch.Slug, 1)
	return err
}

func TestNoPriceIsNamedAndNothingIsClaimedThatNoBlockCanIncludeBeforeTheClose(t *testing.T) {
	w := timedWorld(t, 0, 61*time.Second)
	key := w.payer(5)
	for !w.launch.Closed(w.chain.now.Add(2 * time.Second)) {
		w.blocks(1)
		if err := w.offered(); !w.launch.Closed(w.chain.now.Add(2*time.Second)) != (err == nil) {
			t.Fatalf("%s before the close: %v", w.launch.ClosesAt.Sub(w.chain.now), err)
		}
	}
	if err := w.offered(); w.launch.Closed(w.clock()) || !errors.Is(err, mint.ErrClosed) {
		t.Fatalf("before the close, and no block is: %v", err)
	}
	if _, err := w.present(w.sign(key, 1, time.Hour)); !errors.Is(err, mint.ErrClosed) {
		t.Fatalf("claimed: %v", err)
	}
}

func TestAPriceIsNamedUpToTheCloseWhileThePaceOfBlocksIsNotKnown(t *testing.T) {
	w := timedWorld(t, 0, 61*time.Second)
	w.until(w.launch.ClosesAt)
	w.crash()
	w.skew = time.Second
	if err := w.offered(); w.launch.Closed(w.clock().Add(time.Second)) == (err == nil) {
		t.Fatal(err)
	}
}

// closing is a world just before the close, with a payment that is claimed and that
// no block takes before it, and another one that nodes do not take at all.
func closing(t *testing.T) (w *world, late simPayment) {
	t.Helper()
	w = timedWorld(t, 0, 61*time.Second)
	key := w.payer(5)
	w.until(w.launch.ClosesAt.Add(-2 * time.Second))
	late = w.sign(key, 1, time.Hour)
	w.must(late)
	w.chain.sendDrops = func() bool { return true }
	w.step()
	w.chain.sendDrops = never
	return w, late
}

func TestAClaimThatNoBlockMintedBeforeTheCloseIsVoidedOnceThatIsFinalAndNotCharged(t *testing.T) {
	w, late := closing(t)
	w.skew = 20 * time.Second // so that the final block is what the end waits for
	ended := func() bool {
		return w.launch.Closed(w.chain.finalBlock().block.Time) && w.launch.Closed(w.clock().Add(-margin))
	}
	for !ended() {
		w.blocks(1)
		if ended() {
			break
		}
		if o := w.must(late); o.State() == mint.Voided || o.State().Sold() {
			t.Fatalf("told %s in block %d, and the newest final one is before the close", o.State(), len(w.chain.blocks)-1)
		}
	}
	w.expect(late, mint.Voided)
	o := w.must(late)
	if !strings.Contains(o.Reason(), "closed") || !o.MayArrive(w.clock()) || o.MayArrive(w.clock().Add(time.Hour)) {
		t.Errorf("told %q, money may arrive: %t", o.Reason(), o.MayArrive(w.clock()))
	}
	if s := w.chain.head().state; s.charged[late.id] != 0 {
		t.Error("it was charged")
	}
	if err := w.offered(); !errors.Is(err, mint.ErrClosed) {
		t.Errorf("a price is named with it: %v", err)
	}
	w.check()
}

func TestMoneyOfAVoidedPaymentThatArrivesAfterTheCloseGoesBack(t *testing.T) {
	w, late := closing(t)
	w.blocks(20)
	w.expect(late, mint.Voided)
	w.strangers("direct", late)
	w.blocks(20)
	w.returned(late)
	w.check()
}

func TestAClaimThatABlockTookBeforeTheCloseIsNeverVoided(t *testing.T) {
	w := timedWorld(t, 0, 61*time.Second)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.until(w.launch.ClosesAt.Add(-2 * time.Second))
	w.must(p)
	w.step()
	w.blocks(2) // the last block before the close, and one after it
	w.chain.reorg(1, false)
	w.blocks(20)
	w.minted(p)
	w.check()
}

// hasty says that blocks are later than they are.
type hasty struct {
	mint.Chain
	by time.Duration
}

func (h *hasty) Head(ctx context.Context) (latest, final mint.Block, err error) {
	latest, final, err = h.Chain.Head(ctx)
	latest.Time, final.Time = latest.Time.Add(h.by), final.Time.Add(h.by)
	return latest, final, err
}

func (h *hasty) Block(ctx context.Context, number uint64) (mint.Block, error) {
	b, err := h.Chain.Block(ctx, number)
	b.Time = b.Time.Add(h.by)
	return b, err
}

func TestABlockTimeThatIsALieVoidsNothingThatCouldStillBeMinted(t *testing.T) {
	w := timedWorld(t, 0, 2*time.Minute)
	p := w.sign(w.payer(5), 1, time.Hour)
	restore := w.park(p)
	w.chain.submit(simTx{Kind: "donate", Token: w.launch.Token, Amount: 1}) // so that there is an event
	w.link.Chain = &hasty{w.chain, 10 * time.Minute}
	for range 20 {
		w.chain.mine(nil)
		w.step()
		if o, err := w.store.Order(context.Background(), p.id); err != nil || o.State() == mint.Voided {
			t.Fatalf("order is %s, %v", o.State(), err)
		}
	}
	w.link.Chain = w.chain
	w.blocks(1)
	restore()
	w.must(p)
	w.blocks(5)
	w.minted(p)
	w.check()
}
