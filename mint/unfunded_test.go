package mint_test

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
)

// facilitated is a world in which a facilitator holds a payment whose payer got the money in the
// newest block. The payment was checked there; the node that the engine reads lacks that block and
// the one before it.
func facilitated(t *testing.T) (*world, simPayment) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)), 10)
	w.facilitators = newSimFacilitators(1)
	w.facilitators.modes["ping"] = facilitator.ByThem
	w.crash()
	w.blocks(2)
	p := w.sign(w.payer(0), 1, time.Hour)
	read := len(w.chain.blocks)
	w.chain.mine(nil)
	w.chain.mine(nil)
	w.chain.head().state.balances[p.payment.Authorization.From] = w.launch.Price.Int64()
	if _, err := w.present(p); err != nil {
		t.Fatal(err)
	}
	w.facilitators.hold(p.id, true)
	w.expect(p, mint.Claimed)
	w.chain.view = w.chain.blocks[:read+1]
	return w, p
}

func TestTheMoneyOfABlockThatIsNotReadYetIsNotMissed(t *testing.T) {
	w, p := facilitated(t)
	w.step()
	w.expect(p, mint.Claimed)
	w.chain.view = nil
	w.blocks(2)
	w.expect(p, mint.Claimed)
	w.chain.mine(nil)
	w.chain.head().state.balances[p.payment.Authorization.From] = 0
	w.step()
	w.expect(p, mint.Parked)
}

// lagsBehind is a client of two nodes: the one that the engine reads is behind the one that answers
// about the newest block.
type lagsBehind struct {
	*simChain
	read []*simBlock
}

func (c *lagsBehind) Head(ctx context.Context) (latest, final mint.Block, err error) {
	c.view = c.read
	defer func() { c.view = nil }()
	return c.simChain.Head(ctx)
}

func TestMoneyIsMissedOnlyIfTheNewestBlockLacksItToo(t *testing.T) {
	w, p := facilitated(t)
	w.link.Chain = &lagsBehind{w.chain, w.chain.view}
	w.chain.view, w.skew = nil, 0
	o := w.must(p)
	w.chain.blocks[len(w.chain.blocks)-2].block.Time = o.UpdatedAt.Add(time.Second) // its clock is ahead of ours
	w.step()
	w.expect(p, mint.Claimed)
}

// untold is a store whose answer about the costs of gas breaks off.
type untold struct {
	mint.Store
	fails bool
}

func (s *untold) Spent(ctx context.Context, since time.Time) (mint.Spending, error) {
	if !s.fails {
		return s.Store.Spent(ctx, since)
	}
	return mint.Spending{All: big.NewInt(1)}, errors.New("the disk did not answer")
}

func TestCostsThatCannotBeReadLeaveThoseOfBefore(t *testing.T) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)), 10)
	s := &untold{Store: w.store}
	w.engine.Store, w.engine.Budget = s, big.NewInt(1e18)
	w.engine.Reassign()
	w.blocks(1)
	s.fails = true
	w.chain.mine(nil)
	if err := w.engine.Step(context.Background()); err == nil {
		t.Error("no error")
	}
	if spent := w.engine.Health().Spent; spent.Burned == nil || spent.All.Sign() != 0 {
		t.Errorf("spent: %+v", spent)
	}
	s.fails = false
	w.blocks(1)
	w.sold()
}
