package mint_test

import (
	"context"
	"errors"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

// made is a world with the operator's launch and one of a creator. Each transaction costs 600
// wei, and the launches of creators may cost the budget.
func made(t *testing.T, budget int64) (w *world, pong mint.Launch) {
	w = quietWorld(t, 100)
	w.link.Chain, w.engine.CreatorBudget = costly{w.chain, 600}, big.NewInt(budget)
	w.store.Now = func() time.Time { return w.chain.now }
	pong = w.another()
	pong.Creator = common.Address{7}
	if err := (store.CreatorTable{Store: w.store}).Save(context.Background(), pong, store.CreatorLimits{}, true); err != nil {
		t.Fatal(err)
	}
	w.blocks(2)
	return w, pong
}

func TestACreatorThatComesToOwnItsContractSellsNothing(t *testing.T) {
	w, pong := made(t, 1<<40)
	key := w.payer(50)
	waiting := w.signFor(pong, key, 1, w.chain.now.Add(time.Hour), w.nonce())
	w.must(waiting)
	w.chain.submit(simTx{Kind: "owner", Token: pong.Token, Who: pong.Creator, Fee: 1 << 40})
	w.blocks(3)
	if codes := w.codes("pong"); !slices.Equal(codes, []string{"creator_owner"}) {
		t.Fatalf("faults %v", codes)
	}
	w.expect(waiting, mint.Claimed) // whoever sees it in a block could have its money returned to itself
	var unavailable *mint.UnavailableError
	if _, err := w.present(w.signFor(pong, key, 1, w.chain.now.Add(time.Hour), w.nonce())); !errors.As(err, &unavailable) {
		t.Errorf("taken: %v", err)
	}
	if codes := w.codes("ping"); len(codes) != 0 {
		t.Errorf("the operator's launch has faults %v", codes)
	}
	w.chain.submit(simTx{Kind: "owner", Token: pong.Token, Fee: 1 << 40})
	w.blocks(4)
	w.expect(waiting, mint.Mined)
}

func TestTheGasOfACreatorsLaunchStopsThatLaunchOnly(t *testing.T) {
	w, pong := made(t, 4*1200)
	key := w.payer(50)
	pay := func(l mint.Launch) (simPayment, error) {
		p := w.signFor(l, key, 1, w.chain.now.Add(2*time.Hour), w.nonce())
		_, err := w.present(p)
		return p, err
	}
	mints := func(l mint.Launch) {
		t.Helper()
		p, err := pay(l)
		if err != nil {
			t.Fatal(err)
		}
		w.step()
		w.blocks(2)
		w.expect(p, mint.Mined)
	}
	mints(w.launch)
	mints(pong)
	mints(pong)
	if codes := w.codes("pong"); !slices.Equal(codes, []string{"creator_gas"}) {
		t.Fatalf("faults %v", codes)
	}
	var unavailable *mint.UnavailableError
	if _, err := pay(pong); !errors.As(err, &unavailable) {
		t.Errorf("taken: %v", err)
	}
	for range 4 { // as often as they like: the operator's own are not counted
		mints(w.launch)
	}
	w.sold()
	w.chain.now = w.chain.now.Add(25 * time.Hour)
	w.blocks(1)
	mints(pong)
}

func TestWhatACreatorsLaunchHasInFlightCountsBeforeItIsMined(t *testing.T) {
	w, pong := made(t, 4*1200)
	var all []simPayment
	for range 2 * 4 { // two batches
		p := w.signFor(pong, w.payer(1), 1, w.chain.now.Add(time.Hour), w.nonce())
		w.must(p)
		all = append(all, p)
	}
	own := w.sign(w.payer(1), 1, time.Hour)
	w.must(own)
	w.step()
	carried := 0
	for _, p := range all {
		if w.state(p) == mint.Minting {
			carried++
		}
	}
	if carried == 0 || carried > 4 {
		t.Errorf("%d payments are carried, and the first batch could use up the part", carried)
	}
	w.blocks(1)
	w.expect(own, mint.Mined)
	w.blocks(4) // the first batch cost less than it could
	for _, p := range all {
		if got := w.state(p); got != mint.Mined && got != mint.Minted {
			t.Errorf("order is %s", got)
		}
	}
}

func TestASettledPaymentOfAnOverdrawnCreatorWaitsAndIsMinted(t *testing.T) {
	w, pong := made(t, 4*600)
	direct := func() simPayment {
		p := w.signFor(pong, w.payer(1), 1, w.chain.now.Add(48*time.Hour), w.nonce())
		w.chain.submit(simTx{Kind: "direct", Token: pong.Token, Auths: []x402.Authorization{p.payment.Authorization}, Quantities: []int64{1}})
		w.blocks(4)
		return p
	}
	w.expect(direct(), mint.Mined)
	owed := direct()
	w.expect(owed, mint.Settled)
	if order, err := w.store.Order(context.Background(), owed.id); err != nil || order.ParkedFor == "" {
		t.Errorf("no reason is named: %v", err)
	}
	w.chain.now = w.chain.now.Add(25 * time.Hour)
	w.blocks(4)
	w.expect(owed, mint.Mined)
	w.check()
}

func TestLaunchesOfCreatorsLeaveHalfOfTheQueueToTheOperators(t *testing.T) {
	w, pong := made(t, 1_000_000)
	w.engine.Queue = 6
	for n := range 3 {
		if _, err := w.present(w.signFor(pong, w.payer(1), 1, w.chain.now.Add(time.Hour), w.nonce())); err != nil {
			t.Fatalf("payment %d: %v", n, err)
		}
	}
	if _, err := w.present(w.signFor(pong, w.payer(1), 1, w.chain.now.Add(time.Hour), w.nonce())); !errors.Is(err, mint.ErrBusy) {
		t.Errorf("a fourth is answered %v", err)
	}
	w.must(w.sign(w.payer(1), 1, time.Hour))
}

func TestPaymentsOfACreatorsLaunchThatComeBackDoNotFillTheOperatorsHalfOfTheQueue(t *testing.T) {
	w, pong := made(t, 1<<50)
	w.engine.Queue = 8
	for range 2 { // four are taken and sent, and the pause is faster
		for range 4 {
			w.must(w.signFor(pong, w.payer(1), 1, w.chain.now.Add(time.Hour), w.nonce()))
		}
		w.step()
	}
	w.chain.submit(simTx{Kind: "pause", Token: pong.Token, Flag: true, Fee: 1 << 40})
	w.blocks(3)
	if n := w.engine.Health().Queued; n < 8 {
		t.Fatalf("%d payments came back", n)
	}
	for range 4 {
		w.must(w.sign(w.payer(1), 1, time.Hour))
	}
}
