package mint_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// conditionless is a chain that does not say how one launch stands.
type conditionless struct {
	mint.Chain
	slug string
}

func (m *conditionless) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	if l.Slug == m.slug {
		return mint.Conditions{}, errors.New("the call took too long")
	}
	return m.Chain.Conditions(ctx, l, at)
}

// two is a world with a second launch, both on sale.
func two(t *testing.T) (w *world, pong mint.Launch) {
	w = quietWorld(t, 10)
	pong = w.another()
	if err := w.store.SaveLaunch(context.Background(), pong); err != nil {
		t.Fatal(err)
	}
	w.blocks(2)
	if faults := w.engine.Faults(""); len(faults) > 0 {
		t.Fatal(faults)
	}
	return w, pong
}

// codes are those of a launch's faults.
func (w *world) codes(slug string) (codes []string) {
	for _, f := range w.engine.Faults(slug) {
		codes = append(codes, f.Code)
	}
	return codes
}

func TestALaunchWhoseConditionsCannotBeReadIsNotSoldAndTheOthersAre(t *testing.T) {
	w, pong := two(t)
	taken := w.signFor(pong, w.payer(5), 1, w.chain.now.Add(time.Hour), w.nonce())
	w.must(taken) // before the trouble
	w.engine.Chain = &conditionless{w.chain, pong.Slug}
	w.blocks(1)
	if codes := w.codes(pong.Slug); len(codes) != 1 || codes[0] != "launch_unreadable" {
		t.Errorf("faults of the one that cannot be read: %v", codes)
	}
	var unavailable *mint.UnavailableError
	if _, err := w.engine.Offer(context.Background(), pong.Slug, 1); !errors.As(err, &unavailable) {
		t.Errorf("it is offered: %v", err)
	}
	if _, _, known := w.engine.Conditions(pong.Slug); !known {
		t.Error("its last conditions are forgotten")
	}
	other := w.sign(w.payer(1), 1, time.Hour)
	w.must(other)
	w.blocks(2)
	w.expect(other, mint.Mined)
	w.expect(taken, mint.Mined)

	w.engine.Chain = w.chain
	w.step() // with no new block
	if codes := w.codes(pong.Slug); len(codes) > 0 {
		t.Errorf("readable again: %v", codes)
	}
}
