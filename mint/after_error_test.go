package mint_test

import (
	"context"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// unlike is a node whose launches are others than were registered, or that does not say.
type unlike struct {
	*simChain
	reason string
	err    error
}

func (c *unlike) Differs(context.Context, mint.Launch) (string, error) { return c.reason, c.err }

func TestALaunchThatDiffersStaysOneWhileNoNodeAnswers(t *testing.T) {
	w := newWorld(t, rand.New(rand.NewPCG(1, 1)), 10)
	p := w.sign(w.payer(1), 1, time.Hour)
	w.must(p)
	node := &unlike{simChain: w.chain, reason: "its treasury is another"}
	w.node = node
	w.crash()
	w.unsold("launch_differs")
	w.expect(p, mint.Claimed)
	node.reason, node.err = "", errNode
	w.step()
	w.unsold("launch_differs")
	w.expect(p, mint.Claimed)
	node.err = nil
	w.step()
	w.sold()
	w.blocks(2)
	w.minted(p)
}
