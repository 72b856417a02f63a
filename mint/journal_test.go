package mint_test

import (
	"context"
	"database/sql/driver"
	"slices"
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
	err := p.audit.each("SELECT sequence, coalesce(payment_id, x''), state FROM changes WHERE sequence > ? ORDER BY sequence", func(v []driver.Value) {
		if p.journaled++; v[0].(int64) != p.journaled {
			p.breaks("change %d follows change %d", v[0], p.journaled-1)
		}
		id, state := v[1].([]byte), mint.State(text(v[2]))
		switch {
		case len(id) == 0: // of a launch
		case state == mint.Gone:
			delete(p.journal, mint.PaymentID(common.BytesToHash(id)))
		default:
			p.journal[mint.PaymentID(common.BytesToHash(id))] = state
		}
	}, p.journaled)
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
