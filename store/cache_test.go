package store_test

import (
	"database/sql/driver"
	"strings"
	"testing"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

// From the moment at which another connection sees a change, no order is read from before it.
func TestAnOrderIsNeverReadAsItWasBeforeACommit(t *testing.T) {
	s, f := faultySale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	wants(t, s, o.ID, mint.Claimed)
	committed := false
	f.after = func(query string) error {
		if query == "COMMIT" {
			committed = true
			if is, err := s.Order(ctx, o.ID); err != nil || is.State() != mint.Parked {
				t.Errorf("the order is %s: %v", is.State(), err)
			}
		}
		return nil
	}
	must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "insufficient_funds"}))
	if !committed {
		t.Fatal("no COMMIT was seen")
	}
}

func TestACommitThatFailedAndLastsShowsItsOrders(t *testing.T) {
	s, f := faultySale(t, 100)
	o, other := claim(t, s, order("ping", 1, 1, 1)), claim(t, s, order("ping", 2, 1, 1))
	f.after = func(query string) error {
		if query == "COMMIT" {
			return errIO
		}
		return nil
	}
	if s.Park(ctx, map[mint.PaymentID]string{o.ID: "insufficient_funds"}) == nil {
		t.Fatal("the commit that fails is a success")
	}
	*f = faults{}
	wants(t, s, o.ID, mint.Parked)
	claimed, err := s.Orders(ctx, mint.Query{States: []mint.State{mint.Claimed}})
	must(t, err)
	if len(claimed) != 1 || claimed[0].ID != other.ID {
		t.Errorf("claimed: %v", claimed)
	}
	if _, difference := store.CacheDiffers(s); difference != "" {
		t.Error(difference)
	}
}

func TestATransactionThatIsRolledBackLeavesOrdersInMemoryAsTheyWere(t *testing.T) {
	s, f := faultySale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	f.before = func(query string, _ []driver.NamedValue) error {
		if strings.HasPrefix(query, "INSERT INTO carried") {
			return errIO
		}
		return nil
	}
	if _, err := s.Carry(ctx, transaction(mint.Batch, 0, o)); err == nil {
		t.Fatal("the write that fails is a success")
	}
	*f = faults{}
	wants(t, s, o.ID, mint.Claimed)
	if n, difference := store.CacheDiffers(s); n != 1 || difference != "" {
		t.Errorf("%d orders in memory, %s", n, difference)
	}
	carry(t, s, transaction(mint.Batch, 0, o))
	wants(t, s, o.ID, mint.Minting)
}

// The ids of claimed orders are read, one of them is parked, and then the orders themselves
// are read, which are not in memory after a start.
func TestClaimedOrdersAreAllOfOneMoment(t *testing.T) {
	s, f := faultySale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	store.ClearCache(s)
	between := 0
	f.before = func(query string, _ []driver.NamedValue) error {
		if strings.HasPrefix(query, "SELECT seq") && strings.Contains(query, "json_each") && between == 0 {
			between++
			must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "insufficient_funds"}))
		}
		return nil
	}
	claimed, err := s.Orders(ctx, mint.Query{States: []mint.State{mint.Claimed}})
	must(t, err)
	if between != 1 || len(claimed) != 1 || claimed[0].State() != mint.Claimed {
		t.Errorf("%d orders parked in between, and read as claimed: %+v", between, claimed)
	}
}

func TestAReplacedProcessReadsOrdersFromTheDisk(t *testing.T) {
	s := sale(t, 100)
	o, other := claim(t, s, order("ping", 1, 1, 1)), order("ping", 2, 1, 1)
	store.Replace(s)
	if _, _, err := s.Claim(ctx, other, rich); err == nil {
		t.Fatal("a replaced process claims")
	}
	if n, _ := store.CacheDiffers(s); n != 0 {
		t.Errorf("%d orders in memory", n)
	}
	wants(t, s, o.ID, mint.Claimed)
}

// Nothing of a sale that is over stays in memory.
func TestFinalOrdersLeaveMemory(t *testing.T) {
	s := sale(t, 100)
	o := claim(t, s, order("ping", 1, 1, 1))
	in := func(want int) {
		t.Helper()
		if n, difference := store.CacheDiffers(s); n != want || difference != "" {
			t.Errorf("%d orders in memory, want %d: %s", n, want, difference)
		}
	}
	in(1)
	advance(t, s, 0, block(4, "a"), block(0, "a"), event(mint.EventMinted, o, block(4, "a"), 9))
	wants(t, s, o.ID, mint.Mined)
	in(1)
	advance(t, s, 4, block(6, "a"), block(4, "a"))
	wants(t, s, o.ID, mint.Minted)
	in(0)
}

func TestTheNumberOfOrdersInMemoryHasABound(t *testing.T) {
	if most := store.MostCached(50_000); most != 16384 {
		t.Errorf("up to %d orders are in memory", most)
	}
}
