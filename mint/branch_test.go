package mint_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

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
	if err := w.store.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.start(); err == nil {
		t.Fatal("on sale, and how the launch stands at the newest block read is not known")
	}
	if got := w.engine.Health().Head; got.Number != head.Number || got.Hash != head.Hash {
		t.Fatalf("started at block %d, %d was read", got.Number, head.Number)
	}
	w.chain.view = nil
	w.step()
	if faults := w.engine.Faults(w.launch.Slug); len(faults) > 0 {
		t.Fatal(faults)
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

// elsewhere is a payment that is settled, with its mint sent. move lets a reorg execute the
// payer's other authorization, for another launch, and a later payer pay for this one: the
// money that the mint would take. failed asserts the end: our mint is on the new branch, too,
// where it failed.
func (w *world) elsewhere() (move, failed func()) {
	w.t.Helper()
	pong := w.another()
	w.due = []mint.Launch{pong}
	w.crash()
	w.blocks(1)
	key, before, nonce := w.payer(4), w.chain.now.Add(time.Hour), w.nonce()
	p, other := w.signFor(w.launch, key, 1, before, nonce), w.signFor(pong, key, 1, before, nonce)
	later := w.sign(w.payer(1), 1, time.Hour)
	w.chain.twins[p.id] = true
	w.strangers("direct", p)
	w.blocks(1)
	w.expect(p, mint.Minting)
	settled := w.chain.head().block.Number
	txs, err := w.store.InFlight(context.Background())
	if err != nil || len(txs) != 1 {
		w.t.Fatalf("in flight: %v, %v", txs, err)
	}
	ours := w.chain.signed[txs[0].Latest().Hash]
	move = func() {
		depth := int(w.chain.head().block.Number-settled) + 1
		w.chain.reorg(depth, true)
		clear(w.chain.mempool)
		w.strangers("direct", other)
		w.strangers("direct", later)
		w.chain.mine(nil)
		w.chain.mempool[ours.hash()] = ours // before we know of the reorg
		for range depth {
			w.chain.mine(nil)
		}
		w.step()
	}
	return move, func() {
		w.t.Helper()
		w.blocks(20)
		w.minted(later)
		w.minted(other)
		s := w.chain.head().state
		if at := s.minted[other.id].token; at != pong.Token {
			w.t.Errorf("minted at %s", at)
		}
		failed := slices.ContainsFunc(w.chain.blocks, func(b *simBlock) bool {
			r := b.receipt(ours.hash())
			return r != nil && r.Reverted
		})
		if !failed || s.nonces[simMinter] != 3 {
			w.t.Errorf("the mint failed: %t; account nonces used: %d", failed, s.nonces[simMinter])
		}
		w.check()
	}
}

func TestASettledMintFailsOnABranchThatGaveItsMoneyToAnotherLaunch(t *testing.T) {
	w := quietWorld(t, 20)
	move, failed := w.elsewhere()
	move()
	failed()
}

// forked is a line to two nodes: one of them, on a branch that lost, is asked what
// happened and what was mined.
type forked struct {
	*simChain
	lost []*simBlock
}

func (f *forked) on(do func()) {
	f.view = f.lost
	do()
	f.view = nil
}

func (f *forked) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) (events []mint.Event, err error) {
	f.on(func() { events, err = f.simChain.Since(ctx, launches, after, to) })
	return events, err
}

func (f *forked) Reread(ctx context.Context, launches []mint.Launch, after, to mint.Block, attempt int) (events []mint.Event, err error) {
	f.on(func() { events, err = f.simChain.Reread(ctx, launches, after, to, attempt) })
	return events, err
}

func (f *forked) Mined(ctx context.Context, hashes []common.Hash, head mint.Block) (receipts []*mint.TxResult, err error) {
	f.on(func() { receipts, err = f.simChain.Mined(ctx, hashes, head) })
	return receipts, err
}

func TestEventsOfABranchThatLostAreNotBelieved(t *testing.T) {
	w := quietWorld(t, 10)
	w.blocks(2)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.strangers("direct", p)
	w.chain.mine(nil)
	lost := w.chain.blocks
	w.chain.reorg(1, true)
	w.chain.mine(nil)
	w.link.Chain = &forked{w.chain, lost}
	w.step()
	if o, err := w.store.Order(context.Background(), p.id); !errors.Is(err, mint.ErrNotFound) {
		t.Fatalf("a payment that never arrived is %s, %v", o.State(), err)
	}
}

func TestReceiptsOfABranchThatLostAreNotBelieved(t *testing.T) {
	w := quietWorld(t, 10)
	p := w.sign(w.payer(5), 1, time.Hour)
	w.must(p)
	w.step()
	w.chain.paused = true // the batch reverts
	w.chain.mine(nil)
	w.chain.paused = false
	lost := w.chain.blocks
	w.chain.reorg(1, true)
	w.chain.mine(nil)
	w.step() // the chain's own branch is read
	w.link.Chain = &forked{w.chain, lost}
	w.chain.now = w.chain.now.Add(time.Second) // receipts are read again
	w.step()
	txs, err := w.store.InFlight(context.Background())
	if err != nil || len(txs) != 1 || txs[0].Mined.Seen() {
		t.Fatalf("%d transactions in flight, one mined where the chain has none: %v", len(txs), err)
	}
	w.expect(p, mint.Minting)
}
