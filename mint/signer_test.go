package mint_test

import (
	"context"
	"errors"
	"log/slog"
	"math/big"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
)

// outside is a chain whose accounts have keys outside of the process.
type outside struct {
	*simChain
	fails  map[common.Address]error
	during func() // happens once, while a signature is made
	trials int

	resigning func() // happens once, while a replacement is signed
}

func (c *outside) signing(account common.Address, sign func() (mint.Attempt, error)) (mint.Attempt, error) {
	if during := c.during; during != nil {
		c.during = nil
		during()
	}
	if err := c.fails[account]; err != nil {
		return mint.Attempt{}, err
	}
	return sign()
}

func (c *outside) SignBatch(ctx context.Context, l mint.Launch, orders []mint.Order, sender common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	if accountNonce > 1<<63 {
		c.trials++
	}
	return c.signing(sender, func() (mint.Attempt, error) {
		return c.simChain.SignBatch(ctx, l, orders, sender, accountNonce, feeCap, tipCap)
	})
}

func (c *outside) SignSettled(ctx context.Context, l mint.Launch, call mint.SettledCall, minter common.Address, accountNonce uint64, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	return c.signing(minter, func() (mint.Attempt, error) {
		return c.simChain.SignSettled(ctx, l, call, minter, accountNonce, feeCap, tipCap)
	})
}

func (c *outside) Resign(ctx context.Context, a mint.Attempt, sender common.Address, feeCap, tipCap *big.Int) (mint.Attempt, error) {
	if c.resigning != nil {
		c.during, c.resigning = c.resigning, nil
	}
	return c.signing(sender, func() (mint.Attempt, error) { return c.simChain.Resign(ctx, a, sender, feeCap, tipCap) })
}

// signedOutside is a world in which the keys of these accounts are in signers.
func signedOutside(t *testing.T, senders ...common.Address) (*world, *outside) {
	t.Helper()
	w := quietWorld(t, 100)
	c := &outside{simChain: w.chain, fails: map[common.Address]error{}}
	w.node, w.senders, w.external = c, senders, append(slices.Clone(senders), simMinter)
	w.crash()
	w.blocks(1)
	w.payer(50)
	return w, c
}

func TestAKeyThatDoesNotSignHoldsUpItsOwnAccountOnly(t *testing.T) {
	w, c := signedOutside(t, simSender, simSecond)
	c.fails[simSender] = errors.New("clef+http://signer#0x01: it refuses: Request denied")
	var all []simPayment
	for range 12 { // a batch has four
		p := w.sign(w.payers[0], 1, time.Hour)
		w.must(p)
		all = append(all, p)
		w.blocks(1)
	}
	w.blocks(3)
	for _, p := range all {
		if s := w.state(p); !s.Sold() {
			t.Errorf("an order is %s", s)
		}
	}
	if w.used(simSender) != 0 {
		t.Errorf("%d account nonces of the other sender", w.used(simSender))
	}
	if unfit := w.unfit(); unfit[simSender] != "signer" || unfit[simSecond] != "" {
		t.Errorf("unfit: %v", unfit)
	}
	w.sold()
}

func TestWithoutAKeyThatSignsNothingIsSoldUntilOneSignsATrial(t *testing.T) {
	w, c := signedOutside(t, simSender)
	p := w.sign(w.payers[0], 1, time.Hour)
	c.fails[simSender] = errors.New("no answer within 10s")
	w.must(p)
	w.blocks(2)
	w.expect(p, mint.Claimed)
	w.unsold("signer")
	before := c.trials
	delete(c.fails, simSender)
	w.blocks(4) // a trial is made every 5 s
	if c.trials == before {
		t.Error("no trial was made")
	}
	w.blocks(2)
	w.expect(p, mint.Mined)
	w.sold()
}

func TestAKeyThatFailsToSignOnceIsNoStopOfTheSaleInTheLog(t *testing.T) {
	w, c := signedOutside(t, simSender)
	log := &lines{}
	w.engine.Log = slog.New(log)
	w.engine.Reassign()
	c.fails[simSender] = errors.New("no answer within 10s")
	w.must(w.sign(w.payers[0], 1, time.Hour))
	w.step()
	delete(c.fails, simSender)
	w.chain.now = w.chain.now.Add(10 * time.Second)
	w.chain.mine(nil)
	w.step()
	w.unsold("signer")
	w.blocks(2)
	w.sold()
	for _, line := range log.all {
		if strings.Contains(line, "selling") {
			t.Errorf("logged: %s", line)
		}
	}
}

func TestAnAnswerToAStoppedServerIsNoFailureOfTheSigner(t *testing.T) {
	w, c := signedOutside(t, simSender)
	w.must(w.sign(w.payers[0], 1, time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	c.during = func() {
		cancel()
		c.fails[simSender] = context.Canceled
	}
	_ = w.engine.Step(ctx)
	delete(c.fails, simSender)
	w.step()
	if unfit := w.unfit(); len(unfit) != 0 {
		t.Errorf("unfit: %v", unfit)
	}
}

func TestASignatureForAnOrderThatChangedIsDiscarded(t *testing.T) {
	w, c := signedOutside(t, simSender)
	p := w.sign(w.payers[0], 1, time.Hour)
	w.must(p)
	c.during = func() {
		if err := w.store.Park(context.Background(), map[mint.PaymentID]string{p.id: "no balance"}); err != nil {
			t.Error(err)
		}
	}
	w.step()
	w.expect(p, mint.Parked)
	if txs, err := w.store.InFlight(context.Background()); err != nil || len(txs) != 0 {
		t.Errorf("stored: %v, %v", txs, err)
	}
	w.blocks(1)
	if w.used(simSender) != 0 {
		t.Error("sent")
	}
}

func TestASignatureForATransactionThatChangedIsNotStored(t *testing.T) {
	w, c := signedOutside(t, simSender)
	p := w.sign(w.payers[0], 1, time.Hour)
	w.must(p)
	w.step()
	w.expect(p, mint.Minting)
	clear(w.chain.mempool) // no block has it
	txs, err := w.store.InFlight(context.Background())
	if err != nil || len(txs) != 1 {
		t.Fatalf("%v, %v", txs, err)
	}
	released := false
	c.resigning = func() {
		released = true
		if err := w.store.Release(context.Background(), txs[0].ID, nil); err != nil {
			t.Error(err)
		}
	}
	for range 8 {
		clear(w.chain.mempool)
		w.blocks(1)
		if released {
			break
		}
	}
	now, err := w.store.InFlight(context.Background())
	if err != nil || !released || len(now) == 0 || len(now[0].Attempts) != 1 {
		t.Errorf("released: %t; in flight: %v, %v", released, now, err)
	}
}

func TestASignatureForASettledMintIsDiscardedIfAReorgChangedThePaymentDuringIt(t *testing.T) {
	w, c := signedOutside(t, simSender)
	p, other := w.sign(w.payers[0], 2, time.Hour), w.sign(w.payer(1), 1, time.Hour)
	less := w.rival(p, w.launch.Price.Int64())
	w.strangers("direct", p)
	w.chain.mine(nil)
	during := false
	c.during = func() { // the minter's key signs a mint of 2
		during = true
		w.chain.reorg(1, true)
		w.strangers("direct", less) // the payer's other authorization is executed instead
		w.strangers("direct", other)
		w.chain.mine(nil)
		w.chain.mine(nil)
		w.step()
	}
	w.step()
	txs, err := w.store.InFlight(context.Background())
	if !during || err != nil {
		t.Fatalf("signed: %t; %v", during, err)
	}
	for _, tx := range txs { // what is sent since then is for what was paid on the new branch
		if n := w.chain.signed[tx.Latest().Hash].Quantities[0]; n != 1 {
			t.Errorf("a mint of %d is in flight", n)
		}
	}
	w.blocks(20)
	if n := w.chain.head().state.minted[p.id].quantity; n != 1 {
		t.Errorf("%d were minted for the price of one", n)
	}
	w.minted(other)
	w.check()
}

func TestWhileTheMintersKeyDoesNotSignFacilitatorsAreAskedForNothing(t *testing.T) {
	w, c := signedOutside(t, simSender)
	w.facilitators = newSimFacilitators(1)
	w.facilitators.modes["ping"] = facilitator.ByThem
	w.crash()
	w.blocks(2)
	w.sold()
	if !w.engine.Facilitated("ping") {
		t.Fatal("facilitators are not asked")
	}
	c.fails[simMinter] = errors.New("no answer within 10s")
	p := w.sign(w.payers[0], 1, time.Hour)
	w.strangers("direct", p) // as a facilitator does
	w.blocks(2)
	w.unsold("signer")
	if w.engine.Facilitated("ping") {
		t.Error("facilitators are asked")
	}
	delete(c.fails, simMinter)
	w.blocks(6) // a trial is made every 5 s
	w.minted(p)
	w.sold()
	if !w.engine.Facilitated("ping") {
		t.Error("facilitators are not asked again")
	}
}
