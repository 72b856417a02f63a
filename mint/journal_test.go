package mint_test

import (
	"context"
	"database/sql/driver"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// checkJournal holds the journal on disk against the orders on disk: a subscriber that
// read every change, once and in order, knows the state of every order.
func (p *play) checkJournal(orders map[mint.PaymentID]row) {
	if p.journal == nil {
		p.journal = map[mint.PaymentID]mint.State{}
	}
	err := p.audit.each("SELECT sequence, coalesce(payment_id, x''), state FROM changes WHERE sequence > ? AND launch IN (SELECT slug FROM launches WHERE chain_id = ?) ORDER BY sequence", func(v []driver.Value) {
		if v[0].(int64) != p.journaled+1 && p.pair == nil {
			p.breaks("change %d follows change %d", v[0], p.journaled)
		}
		p.journaled = v[0].(int64)
		id, state := v[1].([]byte), mint.State(text(v[2]))
		switch {
		case len(id) == 0: // of a launch
		case state == mint.Gone:
			delete(p.journal, mint.PaymentID(common.BytesToHash(id)))
		default:
			p.journal[mint.PaymentID(common.BytesToHash(id))] = state
		}
	}, p.journaled, int64(p.audit.chain))
	if err != nil {
		p.breaks("%v", err)
		return
	}
	for id, o := range orders {
		if p.journal[id] != o.state {
			p.breaks("%s is %s, and the journal says %q", id, o.state, p.journal[id])
		}
	}
	if len(p.journal) != len(orders) {
		p.breaks("the journal has %d orders, and there are %d", len(p.journal), len(orders))
	}
}

func TestALaunchIsReportedWhenItOpensPausesAndCloses(t *testing.T) {
	w := timedWorld(t, 20*time.Second, 61*time.Second)
	types := func() (all []mint.ChangeType) {
		changes, err := w.store.Changes(context.Background(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			all = append(all, c.Type)
		}
		return all
	}
	want := func(all ...mint.ChangeType) {
		t.Helper()
		if got := types(); !slices.Equal(got, all) {
			t.Fatalf("reported %v, not %v", got, all)
		}
	}
	w.blocks(1)
	want() // it is not open yet
	w.until(w.launch.OpensAt.Add(5 * time.Second))
	w.blocks(1)
	want(mint.LaunchOpened)
	w.chain.paused = true
	w.blocks(2)
	want(mint.LaunchOpened, mint.LaunchPaused)
	w.crash() // and it is not reported again by the next process
	w.blocks(1)
	want(mint.LaunchOpened, mint.LaunchPaused)
	w.chain.paused = false
	w.blocks(2)
	want(mint.LaunchOpened, mint.LaunchPaused, mint.LaunchOpened)
	w.until(w.launch.ClosesAt.Add(10 * time.Second))
	w.blocks(1)
	want(mint.LaunchOpened, mint.LaunchPaused, mint.LaunchOpened, mint.LaunchClosed)
}

func TestALaunchThatAFaultKeepsFromSellingForLongNeedsAttention(t *testing.T) {
	w, pong := two(t)
	reported := func() (all []string) {
		changes, err := w.store.Changes(context.Background(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range changes {
			all = append(all, c.Launch+" "+string(c.Type)+" "+string(c.State))
		}
		return all[2:] // both opened
	}
	want := func(all ...string) {
		t.Helper()
		if got := reported(); !slices.Equal(got, all) {
			t.Fatalf("reported %v, not %v", got, all)
		}
	}
	pass := func(d time.Duration) { w.until(w.chain.now.Add(d)) }
	minter := func(who common.Address) {
		w.chain.submit(simTx{Kind: "minter", Token: pong.Token, Who: who})
		w.blocks(1)
	}
	stopped, opened := "pong launch.needs_attention stopped", "pong launch.opened open"
	minter(common.Address{}) // the owner took the role away
	pass(100 * time.Second)
	minter(simMinter)
	pass(10 * time.Second)
	minter(common.Address{})
	pass(100 * time.Second)
	want() // twice for less than two minutes
	pass(30 * time.Second)
	want(stopped)
	pass(10 * time.Minute)
	want(stopped) // once
	w.crash()     // the next process has the fault too, and knows that it was reported
	w.blocks(2)
	want(stopped)
	minter(simMinter)
	w.blocks(2)
	want(stopped, opened)
	w.chain.paused = true // by its owner: that is no fault
	pass(3 * time.Minute)
	for _, event := range reported()[2:] {
		if !strings.Contains(event, "launch.paused paused") {
			t.Errorf("paused: %v", reported())
		}
	}
}

// dead is a chain that does not answer.
type dead struct{ mint.Chain }

func (dead) Head(context.Context) (mint.Block, mint.Block, error) {
	return mint.Block{}, mint.Block{}, errors.New("connection refused")
}

func TestAChainThatCannotBeReadForLongNeedsAttention(t *testing.T) {
	w := quietWorld(t, 10)
	w.blocks(2)
	newest := func() mint.ChangeType {
		changes, err := w.store.Changes(context.Background(), 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		return changes[len(changes)-1].Type
	}
	w.link.Chain = dead{w.chain}
	w.until(w.chain.now.Add(100 * time.Second))
	if got := newest(); got != mint.LaunchOpened {
		t.Fatalf("after less than two minutes: %s", got)
	}
	w.until(w.chain.now.Add(40 * time.Second))
	if got := newest(); got != mint.LaunchNeedsAttention {
		t.Fatalf("after more than two minutes: %s, %v", got, w.engine.Faults(""))
	}
	w.link.Chain = w.chain
	w.blocks(2)
	if got := newest(); got != mint.LaunchOpened {
		t.Fatalf("readable again: %s, %v", got, w.engine.Faults(""))
	}
}

func TestAPaymentThatWaitsForAnAnswerIsNotReportedAsOneThatNeedsAPerson(t *testing.T) {
	w := quietWorld(t, 10)
	payer := w.payer(5)
	w.link.Chain = &deaf{Chain: w.chain, payer: addressOf(payer)}
	p := w.sign(payer, 1, time.Hour)
	w.strangers("direct", p)
	w.blocks(4)
	if got := w.reason(p); !strings.Contains(got, "the node gives no answer") {
		t.Fatalf("told: %s", got)
	}
	w.link.Chain = w.chain
	w.blocks(20)
	w.minted(p)
	changes, err := w.store.Changes(context.Background(), 0, 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range changes {
		if c.Type == mint.OrderNeedsAttention {
			t.Errorf("reported as %s: %+v", c.Type, c)
		}
	}
}
