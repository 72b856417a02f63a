package store_test

import (
	"errors"
	"fmt"
	"reflect"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/webhook"
)

// replay applies changes to what a subscriber knows of each order. It fails if a sequence
// is missing.
func replay(t testing.TB, known map[mint.PaymentID]mint.Change, last int64, changes []mint.Change) int64 {
	t.Helper()
	for _, c := range changes {
		if last++; c.Sequence != last {
			t.Fatalf("change %d comes after %d", c.Sequence, last-1)
		}
		switch {
		case c.Order == (mint.PaymentID{}):
		case c.State == mint.Gone:
			delete(known, c.Order)
		default:
			known[c.Order] = c
		}
	}
	return last
}

// types returns the types of all changes after a sequence.
func types(t testing.TB, s *store.Store, after int64) (all []mint.ChangeType) {
	t.Helper()
	for _, c := range take[[]mint.Change](t)(s.Changes(ctx, after, 1000)) {
		all = append(all, c.Type)
	}
	return all
}

func wantTypes(t testing.TB, s *store.Store, after int64, want ...mint.ChangeType) {
	t.Helper()
	if got := types(t, s, after); !reflect.DeepEqual(got, want) {
		t.Fatalf("changes after %d: %v, not %v", after, got, want)
	}
}

func TestEveryStepOfAnOrderIsOneChange(t *testing.T) {
	s := sale(t, 10)
	o := claim(t, s, order("ping", 1, 1, 2))
	must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "no balance"}))
	must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "still no balance"})) // no change of its state
	take[mint.Order](t)(s.Revive(ctx, o.ID, rich))
	carry(t, s, transaction(mint.Batch, 1, o))
	b := block(4, "a")
	minted := event(mint.EventMinted, o, b, 0)
	advance(t, s, 3, b, block(0, "a"), minted)
	advance(t, s, 4, block(5, "a"), block(4, "a"))
	changes := take[[]mint.Change](t)(s.Changes(ctx, 0, 1000))
	var got []mint.ChangeType
	for i, c := range changes {
		got = append(got, c.Type)
		if c.Sequence != int64(i+1) || c.Order != o.ID || c.Payer != o.Payer || c.Launch != "ping" || c.ChainID != launch("ping", 10).ChainID || c.Quantity != 2 || !c.At.Equal(noon) {
			t.Errorf("change %+v", c)
		}
	}
	want := []mint.ChangeType{mint.OrderClaimed, mint.OrderParked, mint.OrderClaimed, mint.OrderMinting, mint.OrderMined, mint.OrderMinted}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("types %v, not %v", got, want)
	}
	if last := changes[5]; !last.Final || last.Transaction != minted.At.Tx || changes[4].Final || changes[4].Transaction != minted.At.Tx || changes[3].Transaction != changes[0].Transaction {
		t.Errorf("mined and minted: %+v", changes[4:])
	}
}

func TestAMintThatAReorgRemovedIsAChangeOfItsOwn(t *testing.T) {
	s := sale(t, 10)
	o := claim(t, s, order("ping", 1, 1, 1))
	stranger := order("ping", 2, 1, 1)
	b := block(4, "a")
	advance(t, s, 3, b, block(0, "a"), event(mint.EventMinted, o, b, 0), event(mint.EventMinted, stranger, b, 1))
	wantTypes(t, s, 0, mint.OrderClaimed, mint.OrderMined, mint.OrderMined)
	advance(t, s, 3, block(5, "b"), block(0, "a"))
	changes := take[[]mint.Change](t)(s.Changes(ctx, 3, 10))
	if len(changes) != 2 {
		t.Fatalf("%+v", changes)
	}
	for i, want := range []struct {
		id    mint.PaymentID
		state mint.State
	}{{o.ID, mint.Claimed}, {stranger.ID, mint.Gone}} {
		if c := changes[i]; c.Type != mint.OrderWithdrawn || c.Order != want.id || c.State != want.state || c.Final {
			t.Errorf("%+v, not %s withdrawn to %s", c, want.id, want.state)
		}
	}
	// One block replaced by another with the same mint: mined again, in another transaction.
	c := block(6, "b")
	advance(t, s, 5, c, block(0, "a"), event(mint.EventMinted, o, c, 0))
	d := block(6, "d")
	advance(t, s, 5, d, block(0, "a"), event(mint.EventMinted, o, d, 0))
	changes = take[[]mint.Change](t)(s.Changes(ctx, 5, 10))
	if len(changes) != 2 || changes[1].Type != mint.OrderMined || changes[0].Transaction == changes[1].Transaction {
		t.Errorf("mined in two blocks: %+v", changes)
	}
}

func TestAChangeIsThereExactlyIfItsCauseIs(t *testing.T) {
	s, f := faultySale(t, 10)
	must(t, s.Report(ctx, "ping", mint.StandingOpen))
	for n := range 12 { // each statement of a write in turn fails
		left := n
		f.after = func(string) error {
			if left--; left == -1 {
				return errIO
			}
			return nil
		}
		o := order("ping", n, 1, 1)
		_, _, err := s.Claim(ctx, o, rich)
		f.after = nil
		_, missing := s.Order(ctx, o.ID)
		changes := take[[]mint.Change](t)(s.Changes(ctx, 0, 100))
		last := changes[len(changes)-1]
		if told := last.Order == o.ID; told != (missing == nil) {
			t.Fatalf("fault %d: claim %v, order %v, the last change is %+v", n, err, missing, last)
		}
		replay(t, map[mint.PaymentID]mint.Change{}, 0, changes)
	}
}

func TestALaunchSellsOutInTheTransactionOfTheMint(t *testing.T) {
	s := sale(t, 2)
	must(t, s.Report(ctx, "ping", mint.StandingOpen))
	must(t, s.Report(ctx, "ping", mint.StandingOpen)) // the same again is no change
	b := block(4, "a")
	o := order("ping", 1, 1, 2)
	advance(t, s, 3, b, block(0, "a"), event(mint.EventMinted, o, b, 0))
	wantTypes(t, s, 0, mint.LaunchOpened, mint.OrderMined, mint.LaunchSoldOut)
	if l := take[mint.Launch](t)(s.Launch(ctx, "ping")); l.Reported != mint.StandingSoldOut {
		t.Errorf("reported as %s", l.Reported)
	}
	advance(t, s, 3, block(5, "b"), block(0, "a"))
	must(t, s.Report(ctx, "ping", mint.StandingOpen)) // as the engine does
	must(t, s.Report(ctx, "ping", mint.StandingNotOpen))
	wantTypes(t, s, 3, mint.OrderWithdrawn, mint.LaunchOpened)
	if err := s.Report(ctx, "nope", mint.StandingOpen); !errors.Is(err, mint.ErrNotFound) {
		t.Errorf("a launch that is not there: %v", err)
	}
}

func TestTheJournalIsBoundedAndNamesWhatItDeleted(t *testing.T) {
	s := sale(t, 1<<40)
	store.Unsynced(s)
	store.KeepChanges(s, 100)
	for n := range 30 {
		head := block(uint64(n+1), "a")
		var events []mint.Event
		for i := range 100 {
			events = append(events, event(mint.EventMinted, order("ping", i, n, 1), head, uint(i)))
		}
		advance(t, s, uint64(n), head, block(0, "a"), events...)
	}
	oldest, newest, err := s.JournalRange(ctx)
	must(t, err)
	if newest != 3000 || newest-oldest > 100+1024 || oldest == 1 {
		t.Fatalf("changes %d to %d are kept", oldest, newest)
	}
	var gone *mint.JournalError
	if _, err := s.Changes(ctx, oldest-2, 10); !errors.As(err, &gone) || gone.Oldest != oldest || gone.Newest != newest {
		t.Errorf("deleted changes: %v", err)
	}
	if _, err := s.Changes(ctx, newest+1, 10); !errors.As(err, &gone) {
		t.Errorf("changes that are not there yet: %v", err)
	}
	if c := take[[]mint.Change](t)(s.Changes(ctx, oldest-1, 1<<20)); int64(len(c)) != newest-oldest+1 {
		t.Errorf("%d changes", len(c))
	}
	if c := take[[]mint.Change](t)(s.Changes(ctx, newest, 10)); len(c) != 0 {
		t.Errorf("after the newest: %+v", c)
	}
	// All that is left is old, except the newest.
	s.Now = func() time.Time { return noon.AddDate(0, 0, 31) }
	for n := 30; n < 50; n++ {
		head := block(uint64(n+1), "a")
		var events []mint.Event
		for i := range 100 {
			events = append(events, event(mint.EventMinted, order("ping", i, n, 1), head, uint(i)))
		}
		store.KeepChanges(s, 1<<40)
		advance(t, s, uint64(n), head, block(0, "a"), events...)
	}
	oldest, newest, err = s.JournalRange(ctx)
	must(t, err)
	if first := take[[]mint.Change](t)(s.Changes(ctx, oldest-1, 1)); first[0].At.Equal(noon) || newest != 5000 {
		t.Errorf("changes %d to %d are kept, from %s on", oldest, newest, first[0].At)
	}
}

func TestAnEmptyJournalHasNothingAndMissesNothing(t *testing.T) {
	s := sale(t, 1)
	if c := take[[]mint.Change](t)(s.Changes(ctx, 0, 10)); len(c) != 0 {
		t.Errorf("%+v", c)
	}
	var gone *mint.JournalError
	if _, err := s.Changes(ctx, 7, 10); !errors.As(err, &gone) || gone.Newest != 0 {
		t.Errorf("a sequence of another database: %v", err)
	}
}

func TestTheIdOfAChangeIsItsOwn(t *testing.T) {
	s := sale(t, 1<<40)
	ids := map[string]int64{}
	for n := range 40 {
		claim(t, s, order("ping", n, 1, 1))
	}
	for _, c := range take[[]mint.Change](t)(s.Changes(ctx, 0, 100)) {
		if n, ok := mint.ParseChangeID(c.ID()); !ok || n != c.Sequence || ids[c.ID()] != 0 {
			t.Errorf("id %s of change %d", c.ID(), c.Sequence)
		}
		ids[c.ID()] = c.Sequence
	}
	// The same sequence with other content, as after a restore.
	c := mint.Change{Sequence: 7, Type: mint.OrderMined, At: noon, Launch: "ping"}
	d := c
	d.At = d.At.Add(time.Nanosecond)
	if c.ID() == d.ID() {
		t.Error("two changes have one id")
	}
	for _, bad := range []string{"", "7", "evt_7", "evt_07_0011223344556677", "evt_-1_0011223344556677", "evt_7_00112233445566", "evt_7_001122334455667G", "evt_99999999999999999999_0011223344556677"} {
		if _, ok := mint.ParseChangeID(bad); ok {
			t.Errorf("%q is an id", bad)
		}
	}
}

func TestTheStateOfAWebhookSurvivesAStart(t *testing.T) {
	path := t.TempDir() + "/orders.db"
	s := openAt(t, path)
	want := map[string]webhook.State{}
	for n := range 3 {
		want[fmt.Sprint("w", n)] = webhook.State{Cursor: int64(n), Delivered: []byte{byte(n)}, Failures: n, Error: "no", FailingSince: noon, Next: noon.Add(time.Second)}
	}
	want["new"] = webhook.State{Delivered: []byte{}, Disabled: noon}
	must(t, s.SaveWebhooks(ctx, want))
	must(t, s.SaveWebhooks(ctx, want))
	must(t, s.Close())
	if got := take[map[string]webhook.State](t)(openAt(t, path).Webhooks(ctx)); !reflect.DeepEqual(got, want) {
		t.Errorf("\n%+v, not\n%+v", got, want)
	}
}

func TestAnOrderThatNeedsAPersonIsAChangeOfItsOwn(t *testing.T) {
	s := sale(t, 10)
	o := claim(t, s, order("ping", 1, 1, 1))
	must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: "no balance"})) // nothing was charged: no person is needed
	wantTypes(t, s, 0, mint.OrderClaimed, mint.OrderParked)
	b := block(4, "a")
	advance(t, s, 3, b, block(0, "a"), event(mint.EventSettled, o, b, 0))
	wantTypes(t, s, 2, mint.OrderSettled) // the reason of the parked order is not the settled one's
	park := func(reason string) { must(t, s.Park(ctx, map[mint.PaymentID]string{o.ID: reason})) }
	park("the payment arrived after the sale closed: the money goes back to the payer") // passes by itself
	wantTypes(t, s, 3)
	park("the launch is paused")
	park("the launch is still paused") // the same order still needs a person
	changes := take[[]mint.Change](t)(s.Changes(ctx, 3, 10))
	if len(changes) != 1 || changes[0].Type != mint.OrderNeedsAttention || changes[0].Order != o.ID || changes[0].State != mint.Settled ||
		changes[0].Final || changes[0].Transaction == (changes[0].Order.Hash()) || changes[0].Quantity != 1 {
		t.Fatalf("%+v", changes)
	}
	retried := carry(t, s, transaction(mint.SettledMint, 1, take[mint.Order](t)(s.Order(ctx, o.ID))))
	must(t, s.Drop(ctx, retried))
	wantTypes(t, s, 4, mint.OrderMinting, mint.OrderSettled, mint.OrderNeedsAttention) // it still has its reason
	c := block(5, "a")
	advance(t, s, 4, c, block(0, "a"), event(mint.EventRefunded, o, c, 0))
	wantTypes(t, s, 7, mint.OrderRefunded)
}

func TestABatchThatSkipsAnOrderThatAStrangerSettledNeedsNoPerson(t *testing.T) {
	s := sale(t, 10)
	o := claim(t, s, order("ping", 1, 1, 1))
	id := carry(t, s, transaction(mint.Batch, 1, o))
	b := block(4, "a")
	advance(t, s, 3, b, block(0, "a"), event(mint.EventSettled, o, b, 0))
	must(t, s.Resolve(ctx, id, mint.TxResult{At: mint.Mark{Block: 4, BlockHash: b.Hash, Tx: digest("batch")},
		Skipped: map[mint.PaymentID]string{o.ID: "the authorization is used"}}))
	if now := take[mint.Order](t)(s.Order(ctx, o.ID)); now.State() != mint.Settled || now.Reason() != "" {
		t.Errorf("%s: %q", now.State(), now.Reason())
	}
	for _, c := range types(t, s, 0) {
		if c == mint.OrderNeedsAttention {
			t.Errorf("changes: %v", types(t, s, 0))
		}
	}
	// It was paid. Otherwise a stranger who submits payments first could have an honest payer refused.
	if skips := take[map[common.Address]mint.Skips](t)(s.Skips(ctx, []common.Address{o.Payer}, noon.Add(-time.Hour))); len(skips) != 0 {
		t.Errorf("it counts against its payer: %+v", skips)
	}
}
