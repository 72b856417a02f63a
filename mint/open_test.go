package mint_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// restless replaces its newest block just before its events are read, so often.
type restless struct {
	*simChain
	rng   *rand.Rand
	times int
}

func (c *restless) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	if c.times > 0 {
		c.times--
		c.reorg(1, true)
		c.mine(c.rng)
	}
	return c.simChain.Since(ctx, launches, after, to)
}

// flaky is a chain whose nodes answer only each third request.
type flaky struct {
	*simChain
	asked int
	read  []string // what they answered about
}

func (c *flaky) fails(about string) bool {
	if c.asked++; c.asked%3 != 0 {
		return true
	}
	c.read = append(c.read, about)
	return false
}

func (c *flaky) Head(ctx context.Context) (latest, final mint.Block, err error) {
	if c.fails("head") {
		return latest, final, errNode
	}
	return c.simChain.Head(ctx)
}

func (c *flaky) Since(ctx context.Context, launches []mint.Launch, after, to mint.Block) ([]mint.Event, error) {
	if c.fails("events") {
		return nil, errNode
	}
	return c.simChain.Since(ctx, launches, after, to)
}

func (c *flaky) Differs(ctx context.Context, l mint.Launch) (string, error) {
	if c.fails("terms") {
		return "", errNode
	}
	return c.simChain.Differs(ctx, l)
}

func (c *flaky) Conditions(ctx context.Context, l mint.Launch, at uint64) (mint.Conditions, error) {
	if c.fails("conditions") {
		return mint.Conditions{}, errNode
	}
	return c.simChain.Conditions(ctx, l, at)
}

func TestAStartReadsNothingTwiceBecauseNodesOftenFail(t *testing.T) {
	w := quietWorld(t, 10)
	w.blocks(1)
	w.chain.mine(nil)
	c := &flaky{simChain: w.chain}
	w.node = c
	w.crash() // and a first step
	w.sold()
	if len(c.read) != 4 {
		t.Errorf("read: %v", c.read)
	}
	w.chain.mine(nil)
	before := c.asked
	w.step() // while it serves, a failed step is repeated
	if c.asked != before+1 {
		t.Errorf("%d requests of a step that failed", c.asked-before)
	}
}

func TestAReorgWhileTheServerStartsDoesNotKeepItFromStarting(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	w := newWorld(t, rng, 10)
	w.store.Close()
	for range 3 {
		w.chain.mine(rng)
	}
	var err error
	if w.store, err = store.Open(w.path); err != nil {
		t.Fatal(err)
	}
	defer w.store.Close()
	w.store = w.store.On(simChainID)
	moving := &restless{w.chain, rng, 2}
	e := &mint.Engine{Store: w.store, Chain: moving, ChainID: w.launch.ChainID, Clock: func() time.Time { return w.chain.now },
		Senders: []common.Address{simSender}, Settings: mint.Settings{Stale: time.Hour}}
	if err := e.Open(context.Background()); err != nil {
		t.Error(err)
	}
	if err := catchUp(e); err != nil {
		t.Error(err)
	}
	if moving.times != 0 {
		t.Errorf("%d reorgs did not come in the way", moving.times)
	}
}
