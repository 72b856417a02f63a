package relay_test

import (
	"context"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/relay"
	. "github.com/mint402/mint402/server/servertest"
	"github.com/mint402/mint402/x402"
)

// lagging is a chain with several nodes behind one URL: calls chosen by their names are answered by one that
// lacks the newest blocks.
type lagging struct {
	relay.Chain
	w    *world
	late map[string]uint64 // blocks that it lacks
}

// newest is the newest block of the node that answers a call.
func (c *lagging) newest(ctx context.Context, call string) uint64 {
	head, _, err := c.Chain.Head(ctx)
	c.w.Must(err)
	return head.Number - c.late[call]
}

func (c *lagging) Head(ctx context.Context) (latest, final mint.Block, err error) {
	if _, final, err = c.Chain.Head(ctx); err == nil {
		latest, err = c.w.Node.Block(ctx, c.newest(ctx, "head"))
	}
	return latest, final, err
}

func (c *lagging) Try(ctx context.Context, from, to common.Address, input []byte, at uint64) (uint64, error) {
	if at == 0 {
		at = c.newest(ctx, "try")
	}
	_, err := c.Chain.Try(ctx, from, to, input, at)
	return 100_000, err
}

func (c *lagging) Used(ctx context.Context, asset, payer common.Address, paymentNonce common.Hash, at uint64) (bool, error) {
	if at == 0 {
		at = c.newest(ctx, "used")
	}
	return c.Chain.Used(ctx, asset, payer, paymentNonce, at)
}

// TestAStrangersSettlementThatOneNodeLacksIsNoFailure: one node has the block in which he paid the recipient, and
// another does not know yet that the nonce is used.
func TestAStrangersSettlementThatOneNodeLacksIsNoFailure(t *testing.T) {
	for _, late := range []map[string]uint64{{"used": 1}, {"used": 1, "head": 1}} {
		w := open(t, "1", Sale{})
		q := w.pays(w.Payer(10), 100_000)
		_, err := w.relay.Settle(w.Ctx, w.token(), q)
		w.Must(err)
		w.submit(q)
		r := w.another(&w.Store.Relayed, &lagging{w.Node, w, late})
		w.Must(r.Step(w.Ctx))
		if p, err := r.Settle(w.Ctx, w.token(), q); err != nil || p.Outcome == relay.Failed {
			t.Errorf("%v: %+v, %v", late, p, err)
		}
		if p := w.settles(w.relay, q); p.Outcome != relay.Settled || w.sent() != 0 || w.USDC(w.shop) != 100_000 {
			t.Errorf("%v: %+v", late, p)
		}
	}
}

// TestAPayerWhoseMoneyOneNodeLacksIsNotRefused: the money came in a new block, which one node lacks.
func TestAPayerWhoseMoneyOneNodeLacksIsNotRefused(t *testing.T) {
	for _, late := range []map[string]uint64{{"try": 1}, {"try": 1, "head": 1}, {"try": 2}} {
		w := open(t, "1", Sale{})
		q := w.pays(w.Payer(10), 100_000)
		_, err := w.relay.Settle(w.Ctx, w.token(), q)
		w.Must(err)
		if late["try"] > 1 { // a block after the payment has the money
			_, err := w.Net.MineAt(w.Engine.Clock().Add(time.Minute))
			w.Must(err)
		}
		r := w.another(&w.Store.Relayed, &lagging{w.Node, w, late})
		w.Must(r.Step(w.Ctx))
		if p := w.settles(w.relay, q); p.Outcome != relay.Settled || w.sent() != 1 {
			t.Errorf("%v: %+v", late, p)
		}
	}
}

// TestAPaymentThatAStrangerSettledDuringAStopIsSettledAfterItsTime: the server was stopped until the authorization
// had ended.
func TestAPaymentThatAStrangerSettledDuringAStopIsSettledAfterItsTime(t *testing.T) {
	w := open(t, "1", Sale{})
	q := w.pays(w.Payer(10), 100_000)
	_, err := w.relay.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	w.submit(q)
	r := w.another(&w.Store.Relayed, w.Node)
	r.Clock = func() time.Time { return w.Engine.Clock().Add(time.Hour) }
	if p := w.settles(r, q); p.Outcome != relay.Settled || w.sent() != 0 || w.USDC(w.shop) != 100_000 {
		t.Errorf("%+v", p)
	}
}

// TestAPaymentEndsForItsTimeOnceABlockIsLater: until then, a stranger can still settle it.
func TestAPaymentEndsForItsTimeOnceABlockIsLater(t *testing.T) {
	w := open(t, "1", Sale{})
	q := w.pays(w.Payer(10), 100_000)
	_, err := w.relay.Settle(w.Ctx, w.token(), q)
	w.Must(err)
	r := w.another(&w.Store.Relayed, w.Node)
	r.Clock = func() time.Time { return time.Unix(q.Payment.Authorization.ValidBefore.Int64()-1, 0) }
	w.Must(r.Step(w.Ctx))
	if p, err := r.Settle(w.Ctx, w.token(), q); err != nil || p.Outcome != relay.Open {
		t.Fatalf("%+v, %v", p, err)
	}
	_, err = w.Net.MineAt(time.Unix(q.Payment.Authorization.ValidBefore.Int64(), 0))
	w.Must(err)
	w.Must(r.Step(w.Ctx))
	if p, err := r.Settle(w.Ctx, w.token(), q); err != nil || p.Outcome != relay.Failed || p.Why != string(x402.ReasonValidBefore) || !p.Final {
		t.Errorf("%+v, %v", p, err)
	}
}
