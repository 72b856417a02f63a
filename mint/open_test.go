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
