package chain_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// nothing is what a node answers to a call where it has no contract.
var nothing = change(func(q request, r *response) {
	if q.Method == "eth_call" {
		r.Result, r.Error = json.RawMessage(`"0x"`), nil
	}
})

func TestNothingFromAContractThatIsThereIsAskedOfAnotherNode(t *testing.T) {
	w, o := worldWithAMint(t)
	calls := map[string]func(context.Context, *chain.Client) error{
		"folded": func(ctx context.Context, c *chain.Client) error {
			_, err := c.Folded(ctx, w.launch, o.ID, []common.Hash{{1}})
			return err
		},
		"differs": func(ctx context.Context, c *chain.Client) error {
			reason, err := c.Differs(ctx, w.launch)
			return expectThat(err, reason == "")
		},
		"history": func(ctx context.Context, c *chain.Client) error {
			_, err := c.ChainOf(ctx, w.launch.Token, o.Payer)
			return err
		},
	}
	reads := w.reads(o)
	for _, what := range []string{"inspect", "simulate", "conditions"} {
		calls[what] = reads[what]
	}
	for what, call := range calls {
		c, _, p := w.proxies(2)
		p[0].spoil(nothing)
		if err := call(w.ctx, c); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if n := c.Nodes(); n[0].Ok || !n[1].Ok {
			t.Errorf("%s: nodes are %+v", what, n)
		}
		c.Close()

		alone, _, p := w.proxies(1)
		p[0].spoil(nothing)
		if err := call(w.ctx, alone); err == nil || !chain.Passing(err) {
			t.Errorf("%s of one node: %v", what, err)
		}
		p[0].spoil(nil)
		if err := call(w.ctx, alone); err != nil {
			t.Errorf("%s of one node that recovered: %v", what, err)
		}
		alone.Close()
	}
}

func TestAnAssetWithoutAMethodIsNoFailureOfTheNode(t *testing.T) {
	w, _ := worldWithAMint(t)
	c, _, p := w.proxies(2)
	defer c.Close()
	p[0].spoil(change(func(q request, r *response) { // paused and isBlacklisted
		if q.Method == "eth_call" && len(r.Result) <= len(`"0x`)+64+len(`"`) {
			r.Result, r.Error = json.RawMessage(`"0x"`), nil
		}
	}))
	conditions, err := c.Conditions(w.ctx, w.launch, 0)
	if err != nil || conditions == (mint.Conditions{}) || conditions.AssetPaused || conditions.Blacklisted || !c.Nodes()[0].Ok {
		t.Errorf("%+v %v %+v", conditions, err, c.Nodes())
	}
}
