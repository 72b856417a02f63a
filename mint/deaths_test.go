package mint_test

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

var each = flag.Bool("each", false, "die at every boundary, not at one in thirty")

// TestThereIsNoBadMomentToDie kills the process at each boundary of one history
// that visits every state: before and after each call to a node, and before,
// within and after each write. It starts again, and every law holds.
func TestThereIsNoBadMomentToDie(t *testing.T) {
	whole := playScript(0, nil)
	if whole.broken != nil {
		t.Fatal(whole.broken)
	}
	stride := thinned(29)
	if *each {
		stride = 1
	}
	n := (whole.scripted + stride - 1) / stride
	inParallel(n, func(i int) bool {
		at := 1 + i*stride
		p := playScript(at, nil)
		switch {
		case p.broken != nil:
			t.Errorf("died at boundary %d: %v", at, p.broken)
		case p.deaths == 0:
			t.Errorf("did not die at boundary %d", at)
		}
		return !t.Failed()
	})
	t.Logf("%d of %d boundaries", n, whole.scripted)
}

// TestNoWriteThatFailsDoesHarm lets each commit of that history fail, once
// without a trace and once so that it is there all the same.
func TestNoWriteThatFailsDoesHarm(t *testing.T) {
	commits := 0
	count := func() verdict { commits++; return done }
	if whole := playScript(0, count); whole.broken != nil {
		t.Fatal(whole.broken)
	}
	total := commits
	stride := thinned(9)
	if *each {
		stride = 1
	}
	inParallel(2*total/stride, func(i int) bool {
		at, fate := i*stride/2, undone
		if i%2 == 1 {
			fate = unsaid
		}
		n := 0
		p := playScript(0, func() verdict {
			if n++; n == at+1 {
				return fate
			}
			return done
		})
		if p.broken != nil {
			t.Errorf("commit %d of %d came to %d: %v", at+1, total, fate, p.broken)
		}
		return !t.Failed()
	})
	t.Logf("%d commits", total)
}

// playScript plays the history with one death, or with a word to each commit.
func playScript(dieAt int, verdicts func() verdict) *play {
	p, err := newPlay(rand.New(rand.NewPCG(4, 2)), 4, []mint.Launch{simLaunch(20)}, 1, nil)
	if err != nil {
		return &play{broken: err}
	}
	defer p.close()
	p.turns = &simTurns{rng: rand.New(rand.NewPCG(4, 16)), inside: &p.inside}
	for range 6 {
		p.inflow[addressOf(p.payer(6))] = 600_000
	}
	p.dieAt = dieAt
	if verdicts != nil {
		p.verdicts = verdicts
	}
	p.restart()
	p.script()
	p.scripted = p.ticks
	p.settle()
	for _, id := range p.paid {
		if state := p.before[id].state; state != mint.Minted && p.broken == nil {
			p.breaks("%s could be paid again, and ended %s", id, state)
		}
	}
	return p
}

// script visits every state and every transition.
func (p *play) script() {
	var pays []simPayment
	buy := func(payer int, quantity int64, window time.Duration) simPayment {
		pays = append(pays, p.signFor(p.launch, p.payers[payer], quantity, p.chain.now.Add(window), p.nonce()))
		return pays[len(pays)-1]
	}
	offer := func(pay simPayment) {
		p.offer(pay)
		p.revive()
		p.offer(pay) // as a client does that got no answer
		p.revive()
	}
	rounds := func(n int) {
		for range n {
			p.step()
			p.revive()
			p.net.blockOf(nil)
			p.step()
			p.revive()
			p.check()
		}
	}
	stranger := func(kind string, pay simPayment, amount int64) {
		p.chain.submit(simTx{Kind: kind, Token: p.launch.Token, Who: pay.payment.Authorization.From, Amount: amount,
			Auths: bare(pay).Auths, Quantities: bare(pay).Quantities})
	}

	offer(buy(0, 1, time.Hour))
	offer(buy(1, 1, time.Hour))
	rounds(2)

	stranger("direct", buy(0, 2, time.Hour), 0) // owed, and minted by settlement
	rounds(3)

	p.chain.starved = func() int { return 1 } // and the second one is not reached
	offer(buy(2, 1, time.Hour))
	offer(buy(3, 1, time.Hour))
	rounds(2)
	p.chain.starved = func() int { return 0 }

	stuck := buy(1, 1, time.Hour)
	offer(stuck)
	p.step()
	p.revive()
	p.chain.baseFee = 2_100 // above what was signed: replaced
	rounds(9)
	if state := p.before[stuck.id].state; p.acknowledged[stuck.id] && !state.Sold() {
		p.breaks("%s was worth its fees, and is %s", stuck.id, state)
	}
	p.chain.baseFee = 950

	poor := buy(4, 2, time.Minute)
	offer(poor)
	stranger("fund", poor, -500_000)
	rounds(1)
	stranger("fund", poor, 500_000)
	p.inflow[poor.payment.Authorization.From] += 500_000
	rounds(1)
	p.step() // again, if the one before failed: then nothing is sold
	p.revive()
	p.paid = append(p.paid, poor.id)
	offer(poor) // revived

	gone := buy(5, 1, time.Minute)
	offer(gone)
	stranger("cancel", gone, 0)
	rounds(1)

	p.chain.reorg(3, false)
	rounds(4)

	refunded := buy(5, 2, time.Hour) // the owner is quicker
	p.chain.submit(simTx{Kind: "minter", Token: p.launch.Token})
	stranger("direct", refunded, 0)
	rounds(int(p.chain.finality) + 1)
	tx := simTx{}
	if p.refund(&tx) {
		p.chain.submit(tx)
	}
	p.chain.submit(simTx{Kind: "minter", Token: p.launch.Token, Who: simMinter})
	rounds(6)
	for _, pay := range pays {
		offer(pay)
	}
}

// bare is a payment as a transaction carries it.
func bare(pay simPayment) (tx simTx) {
	tx.Auths, tx.Quantities = append(tx.Auths, pay.payment.Authorization), []int64{pay.quantity}
	return tx
}

// TestTheScriptVisitsEveryState keeps the history worth dying in.
func TestTheScriptVisitsEveryState(t *testing.T) {
	seen := playScript(0, nil).visited
	for _, s := range mint.States {
		if !seen[s] {
			t.Errorf("no order was ever %s", s)
		}
	}
}

// TestASeedIsAHistory: the same seed gives the same history, to the last hash.
func TestASeedIsAHistory(t *testing.T) {
	soak(t)
	for seed := range uint64(8) {
		c := course{later: seed%2 == 1, timed: seed%4 > 1}
		a, b := playHistory(seed, c, nil), playHistory(seed, c, nil)
		if a.broken != nil || b.broken != nil {
			t.Fatalf("seed %d: %v, %v", seed, a.broken, b.broken)
		}
		if a.ticks != b.ticks || a.chain.head().block != b.chain.head().block || a.rng.Uint64() != b.rng.Uint64() {
			t.Fatalf("seed %d: %d and %d boundaries, up to %v and %v", seed, a.ticks, b.ticks, a.chain.head().block, b.chain.head().block)
		}
	}
}
