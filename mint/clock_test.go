package mint_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// mistimed is a node that gives wrong times for its newest and its final block.
type mistimed struct {
	mint.Chain
	latest, final time.Duration
}

func (u *mistimed) Head(ctx context.Context) (latest, final mint.Block, err error) {
	latest, final, err = u.Chain.Head(ctx)
	latest.Time, final.Time = latest.Time.Add(u.latest), final.Time.Add(u.final)
	return latest, final, err
}

// inFlight is a payment that a stored transaction carries and that no node has.
func inFlight(w *world, window time.Duration) simPayment {
	w.t.Helper()
	p := w.sign(w.payer(5), 1, window)
	w.must(p)
	w.chain.sendDrops = func() bool { return true }
	w.step()
	w.expect(p, mint.Minting)
	return p
}

func TestABlockTimeThatIsALieVoidsNoPaymentInFlight(t *testing.T) {
	soak(t)
	for what, lie := range map[string]mistimed{
		"the final block is later":       {final: 400 * time.Second},
		"both are later":                 {latest: 400 * time.Second, final: 400 * time.Second},
		"both are years later":           {latest: 56 * 365 * 24 * time.Hour, final: 56 * 365 * 24 * time.Hour},
		"the newest is earlier":          {latest: -400 * time.Second},
		"one is earlier, the other late": {latest: -400 * time.Second, final: 400 * time.Second},
	} {
		w := quietWorld(t, 10)
		p := inFlight(w, 150*time.Second)
		lie.Chain = w.chain
		w.link.Chain = &lie
		for range 50 {
			w.chain.mine(nil)
			w.step()
			if o := w.must(p); o.State() != mint.Minting {
				t.Fatalf("%s: told %s", what, o.State())
			}
		}
		if !slices.Contains(w.faults(), "clock_off") {
			t.Errorf("%s: faults are %s", what, w.faults())
		}
		w.link.Chain, w.chain.sendDrops = w.chain, never
		w.blocks(5)
		w.minted(p)
		w.check()
	}
}

func TestAClockThatIsWrongVoidsNothingAndATrueOneVoidsWhatExpired(t *testing.T) {
	for _, off := range []time.Duration{-3 * time.Hour, -31 * time.Second, 31 * time.Second, 3 * time.Hour} {
		w := quietWorld(t, 10)
		p := inFlight(w, 40*time.Second)
		w.skew = off
		w.chain.now = w.chain.now.Add(2 * time.Minute)
		w.blocks(2 * int(w.chain.finality))
		w.expect(p, mint.Minting)
		w.crash() // a new process has not seen yet how late blocks come
		w.expect(p, mint.Minting)
		w.blocks(1)
		w.expect(p, mint.Minting)
		if !slices.Contains(w.faults(), "clock_off") {
			t.Errorf("clock off by %s: faults are %s", off, w.faults())
		}
		w.skew = 0
		w.blocks(1)
		w.expect(p, mint.Voided)
		w.check()
	}
}

// margin is how far the engine's clock may be ahead.
const margin = 30 * time.Second

func TestAnAuthorizationHasExpiredOnceItsEndIsFinalAndAMarginBeforeTheTimeHere(t *testing.T) {
	for _, off := range []time.Duration{0, margin - time.Second, -margin + time.Second} {
		w := quietWorld(t, 10)
		p := inFlight(w, 60*time.Second)
		end := time.Unix(p.payment.Authorization.ValidBefore.Int64(), 0)
		w.skew = off
		for {
			w.blocks(1)
			final := w.chain.finalBlock().block.Time
			over := !final.Before(end) && !w.clock().Add(-margin).Before(end)
			if voided := w.state(p) == mint.Voided; voided != over {
				t.Fatalf("voided %t where the final block is of %s, it is %s here and the end is %s", voided, final, w.clock(), end)
			}
			if over {
				break
			}
		}
		w.check()
	}
}

func TestABlockTimeThatIsALieParksNoPayment(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, 150*time.Second)
	w.must(p)
	w.link.Chain = &mistimed{w.chain, 400 * time.Second, 0}
	w.chain.mine(nil)
	w.step()
	w.expect(p, mint.Minting)
}

func TestABlockTimeThatIsALieClosesNoSale(t *testing.T) {
	w := timedWorld(t, 0, 2*time.Minute)
	w.link.Chain = &mistimed{w.chain, 10 * time.Minute, 0}
	w.blocks(1)
	if err := w.offered(); errors.Is(err, mint.ErrClosed) {
		t.Error(err)
	}
	w.unsold("clock_off")
}

func TestMoneyThatABlockTimeCallsTooLateGoesBackOnceTheClockHereAgrees(t *testing.T) {
	w := timedWorld(t, 0, 40*time.Second)
	late := w.sign(w.payer(1), 1, 3*time.Hour)
	w.blocks(25)
	w.skew = -time.Hour
	w.strangers("direct", late)
	w.blocks(5)
	if got := w.reason(late); w.state(late) != mint.Settled || !strings.Contains(got, "this machine's clock contradicts") {
		t.Fatalf("order is %s: %s", w.state(late), got)
	}
	w.skew = 0
	w.blocks(10)
	w.returned(late)
	w.check()
}
