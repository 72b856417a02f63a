package mint_test

import (
	"context"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/facilitator"
	"github.com/mint402/mint402/mint"
)

// simFacilitators are remote facilitators: hostile, slow, honest, or away. What they are asked
// is in the database, as the relay of package facilitator keeps it.
type simFacilitators struct {
	rng    *rand.Rand
	modes  map[string]facilitator.Mode // by launch
	later  []simPayment                // that they took, and have not settled yet
	asked  int
	unable string

	mu   sync.Mutex
	held map[mint.PaymentID]bool
}

// newSimFacilitators returns the facilitators of a history.
func newSimFacilitators(seed uint64) *simFacilitators {
	rng := rand.New(rand.NewPCG(seed, 4020))
	modes := []facilitator.Mode{facilitator.Atomic, facilitator.Fallback, facilitator.ByThem, facilitator.ByThem}
	return &simFacilitators{rng: rng, held: map[mint.PaymentID]bool{},
		modes: map[string]facilitator.Mode{"ping": modes[rng.IntN(4)], "pong": modes[rng.IntN(4)]}}
}

func (f *simFacilitators) Settles(launch string, sendersCan bool) bool {
	mode := f.modes[launch]
	return mode == facilitator.ByThem || mode == facilitator.Fallback && !sendersCan
}

func (f *simFacilitators) Unable() string { return f.unable }

func (f *simFacilitators) Holds(id mint.PaymentID) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.held[id]
}

func (f *simFacilitators) hold(id mint.PaymentID, held bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.held[id] = held; !held {
		delete(f.held, id)
	}
}

// load reads what was asked before a crash, as the relay does.
func (f *simFacilitators) load(ctx context.Context, w *world) error {
	asks, err := w.store.Asks.Open(ctx)
	f.mu.Lock()
	defer f.mu.Unlock()
	clear(f.held)
	for _, a := range asks {
		f.held[a.Order] = true
	}
	return err
}

// facilitate is something that facilitators do: one is asked for a claimed payment, or one
// settles a payment that it took before.
func (p *play) facilitate() {
	f, ctx := p.facilitators, context.Background()
	if n := len(f.later); n > 0 && f.rng.IntN(3) == 0 {
		i := f.rng.IntN(n)
		p.executes(f.later[i])
		f.later = append(f.later[:i], f.later[i+1:]...)
		return
	}
	if f.rng.IntN(10) == 0 && !p.healthy {
		if f.unable = ""; f.rng.IntN(2) == 0 {
			f.unable = "away"
		}
	}
	l := p.launches[f.rng.IntN(2)]
	if p.engine == nil || !p.engine.Facilitated(l.Slug) {
		return
	}
	orders, err := p.store.Orders(ctx, mint.Query{Launch: l.Slug, States: []mint.State{mint.Claimed}})
	if err != nil || len(orders) == 0 {
		return
	}
	o := orders[f.rng.IntN(len(orders))]
	if f.Holds(o.ID) {
		return
	}
	f.hold(o.ID, true)
	id, err := p.store.Asks.Ask(ctx, o.ID, "sim")
	if err != nil {
		_ = f.load(ctx, p.world)
		return
	}
	f.asked++
	pay := simPayment{slug: o.Launch, quantity: o.Quantity, id: o.ID}
	pay.payment.Authorization, pay.payment.Signature = o.Authorization, o.Signature
	answer := facilitator.Outcome{Kind: facilitator.Unknown, Why: "no answer"}
	switch n := f.rng.IntN(10); {
	case n < 4:
		p.executes(pay)
		answer = facilitator.Outcome{Kind: facilitator.Settled, Tx: common.Hash{1}}
	case n < 5: // it settles and gives no answer
		p.executes(pay)
	case n < 6: // it settles later, or after a crash of ours
		f.later = append(f.later, pay)
	case n < 7: // it lies
		answer = facilitator.Outcome{Kind: facilitator.Settled, Tx: common.Hash{1}}
	case n < 8: // it lies the other way
		p.executes(pay)
		answer = facilitator.Outcome{Kind: facilitator.Unsent, Why: "no"}
	case n < 9:
		answer = facilitator.Outcome{Kind: facilitator.Unsent, Why: "no"}
	default:
		answer = facilitator.Outcome{Kind: facilitator.Barred, Why: "no"}
	}
	p.say("facilitator", "payment", o.ID, "outcome", string(answer.Kind))
	if p.store.Asks.Answer(ctx, id, answer) != nil {
		return // without a stored answer the payment counts as sent
	}
	if !answer.Kind.Open() {
		f.hold(o.ID, false)
		if f.rng.IntN(2) == 0 {
			_ = p.engine.Decline(ctx, o.ID, "sim: no", false)
		}
	}
}

// executes submits a payment to the asset.
func (p *play) executes(pay simPayment) {
	p.chain.submit(simTx{Kind: "direct", Token: pay.payment.Authorization.To, Who: pay.payment.Authorization.From,
		Auths: append(simTx{}.Auths, pay.payment.Authorization), Quantities: []int64{pay.quantity}})
}

// TestHistoriesWithFacilitators plays histories in which remote facilitators settle the payments
// of some launches, and lie about it.
func TestHistoriesWithFacilitators(t *testing.T) {
	histories(t, *seeds/3, course{facilitated: true})
}
