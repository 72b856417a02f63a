package webhook

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

var (
	histories = flag.Int("histories", 200, "random histories to play")
	seed      = flag.Uint64("seed", 1, "of the first random history")
)

var noon = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

func changeOf(sequence int64, order byte, t mint.ChangeType) mint.Change {
	return mint.Change{Sequence: sequence, Type: t, At: noon, Launch: "ping", Order: mint.PaymentID{order + 1}, State: mint.Mined}
}

// receiver is what the other side does, and the laws that it holds us to.
type receiver struct {
	down     bool            // no connection
	refuses  map[string]bool // orders that get a 500
	accepted map[int64]bool
	journal  []mint.Change
	wants    func(mint.Change) bool
	broken   string
}

// take is one attempt that arrives. Every earlier change of the order must be there.
func (r *receiver) take(c mint.Change) {
	for _, earlier := range r.journal[:c.Sequence-1] {
		if earlier.Key() == c.Key() && r.wants(earlier) && !r.accepted[earlier.Sequence] {
			r.broken = fmt.Sprintf("change %d came before change %d of the same order", c.Sequence, earlier.Sequence)
		}
	}
	r.accepted[c.Sequence] = true
}

// history plays one endpoint against a receiver that fails in every way, with kills at any
// moment: only a state that was stored survives one.
func history(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 402))
	e := Endpoint{Name: "shop"}
	if rng.IntN(2) == 0 {
		e.Events = []mint.ChangeType{mint.OrderMined, mint.OrderWithdrawn}
	}
	r := &receiver{refuses: map[string]bool{}, accepted: map[int64]bool{}, wants: e.wants}
	now, stored := noon, State{}
	q := newQueue(e, stored)
	q.jitter = rng.Float64
	var running []*item
	kinds := []mint.ChangeType{mint.OrderClaimed, mint.OrderMined, mint.OrderWithdrawn}
	finish := func(n int) {
		i := running[n]
		running = slices.Delete(running, n, n+1)
		f := &failure{reason: "no connection", endpoint: true}
		switch {
		case r.down && rng.IntN(4) > 0:
		case r.refuses[i.key]:
			f = &failure{reason: "500"}
		default:
			r.take(i.Change)
			if f = nil; rng.IntN(6) == 0 {
				f = &failure{reason: "no answer in time", endpoint: true} // it arrived all the same
			}
		}
		q.done(i, f, now)
		if q.state.Disabled != (time.Time{}) { // the operator
			next := e
			next.EnabledAt = now.Add(time.Nanosecond)
			q.configure(next, 1, int64(len(r.journal)))
		}
	}
	step := func() {
		if q.room() > 0 {
			q.load(r.journal[q.loaded:min(len(r.journal), int(q.loaded)+q.room())])
		}
		due, wake := q.start(now)
		running = append(running, due...)
		if len(running) > maxParallel {
			t.Fatalf("%d attempts run at once", len(running))
		}
		keys := map[string]bool{}
		for _, i := range running {
			if keys[i.key] {
				t.Fatalf("two changes of one order are under way")
			}
			keys[i.key] = true
		}
		if len(running) == 0 && wake.After(now) {
			now = wake
		}
	}
	for range 300 {
		switch rng.IntN(10) {
		case 0, 1, 2:
			for range rng.IntN(6) {
				r.journal = append(r.journal, changeOf(int64(len(r.journal)+1), byte(rng.IntN(12)), kinds[rng.IntN(3)]))
			}
		case 3:
			r.down = rng.IntN(3) == 0
		case 4:
			key := string((&mint.PaymentID{byte(rng.IntN(12) + 1)})[:])
			r.refuses[key] = rng.IntN(3) == 0
		case 5:
			stored = q.state
		case 6: // kill -9: what runs may arrive or not
			for _, i := range running {
				if rng.IntN(2) == 0 && !r.down && !r.refuses[i.key] {
					r.take(i.Change)
				}
			}
			running, q = nil, newQueue(e, stored)
			q.jitter = rng.Float64
		case 7:
			now = now.Add(time.Duration(rng.Int64N(int64(3 * time.Hour))))
		default:
			step()
			if len(running) > 0 {
				finish(rng.IntN(len(running)))
			}
		}
		if r.broken != "" {
			t.Fatal(r.broken)
		}
	}
	r.down, r.refuses = false, map[string]bool{}
	for rounds := 0; q.state.Cursor < int64(len(r.journal)); rounds++ {
		step()
		for len(running) > 0 {
			finish(0)
		}
		if rounds > 10_000 {
			t.Fatalf("stuck at %d of %d: %+v", q.state.Cursor, len(r.journal), q.state)
		}
	}
	if r.broken != "" {
		t.Fatal(r.broken)
	}
	for _, c := range r.journal {
		if r.wants(c) && !r.accepted[c.Sequence] {
			t.Fatalf("change %d never arrived", c.Sequence)
		}
	}
}

func TestEveryChangeArrivesAndAnOrdersChangesInTheirOrder(t *testing.T) {
	for n := range uint64(*histories) {
		t.Run(fmt.Sprintf("seed %d", *seed+n), func(t *testing.T) { history(t, *seed+n) })
	}
}

// deliver runs everything that is due until nothing is, and returns the sequences that were
// tried.
func deliver(q *queue, now time.Time, result func(*item) *failure) (tried []int64) {
	for {
		due, _ := q.start(now)
		if len(due) == 0 {
			return tried
		}
		for _, i := range due {
			tried = append(tried, i.Sequence)
			q.done(i, result(i), now)
		}
	}
}

func TestAChangeThatFailsHoldsBackOnlyItsOrder(t *testing.T) {
	q := newQueue(Endpoint{}, State{})
	q.load([]mint.Change{changeOf(1, 1, mint.OrderClaimed), changeOf(2, 2, mint.OrderClaimed), changeOf(3, 1, mint.OrderMined), changeOf(4, 2, mint.OrderMined)})
	bad := func(i *item) *failure {
		if i.Sequence == 1 {
			return &failure{reason: "500"}
		}
		return nil
	}
	if tried := deliver(q, noon, bad); !slices.Equal(tried, []int64{1, 2, 4}) {
		t.Fatalf("tried %v", tried)
	}
	if q.state.Cursor != 0 || q.state.Failures != 1 || !q.state.FailingSince.Equal(noon) || q.state.Error != "" {
		t.Errorf("%+v", q.state)
	}
	// A start that knows only the state does not repeat what is delivered.
	q = newQueue(Endpoint{}, q.state)
	q.load([]mint.Change{changeOf(1, 1, mint.OrderClaimed), changeOf(2, 2, mint.OrderClaimed), changeOf(3, 1, mint.OrderMined), changeOf(4, 2, mint.OrderMined)})
	if tried := deliver(q, noon.Add(10*time.Second), func(*item) *failure { return nil }); !slices.Equal(tried, []int64{1, 3}) || q.state.Cursor != 4 {
		t.Errorf("tried %v, cursor %d", tried, q.state.Cursor)
	}
}

func TestADownEndpointGetsOneRequestAtATimeUntilItAnswers(t *testing.T) {
	q := newQueue(Endpoint{}, State{})
	q.jitter = func() float64 { return 0.5 } // no spread
	var all []mint.Change
	for n := range 100 {
		all = append(all, changeOf(int64(n+1), byte(n), mint.OrderMined))
	}
	q.load(all)
	down := func(*item) *failure { return &failure{reason: "no connection", endpoint: true} }
	if tried := deliver(q, noon, down); len(tried) != maxParallel {
		t.Fatalf("%d attempts at first", len(tried))
	}
	now := noon
	for _, pause := range []time.Duration{5 * time.Second, 30 * time.Second, 2 * time.Minute, 10 * time.Minute, 30 * time.Minute, 30 * time.Minute} {
		if tried := deliver(q, now.Add(pause-time.Millisecond), down); len(tried) != 0 {
			t.Fatalf("%d attempts before %s", len(tried), pause)
		}
		now = now.Add(pause)
		if tried := deliver(q, now, down); len(tried) != 1 {
			t.Fatalf("%d attempts after %s", len(tried), pause)
		}
	}
	now = now.Add(30 * time.Minute)
	if tried := deliver(q, now, func(*item) *failure { return nil }); len(tried) != 100 {
		t.Errorf("%d attempts when it is up", len(tried))
	}
}

func TestRetryAfterIsKept(t *testing.T) {
	q := newQueue(Endpoint{}, State{})
	q.load([]mint.Change{changeOf(1, 1, mint.OrderMined), changeOf(2, 2, mint.OrderMined)})
	due, _ := q.start(noon)
	q.done(due[0], &failure{reason: "429", endpoint: true, after: time.Hour}, noon)
	q.done(due[1], nil, noon)
	q = newQueue(Endpoint{}, q.state) // and after a start
	q.load([]mint.Change{changeOf(1, 1, mint.OrderMined), changeOf(2, 2, mint.OrderMined)})
	good := func(*item) *failure { return nil }
	if tried := deliver(q, noon.Add(time.Hour-time.Second), good); len(tried) != 0 {
		t.Errorf("tried %v too early", tried)
	}
	if tried := deliver(q, noon.Add(time.Hour), good); len(tried) != 1 {
		t.Errorf("tried %v", tried)
	}
}

func TestAProbeKeepsTheRetryAfterOfAChange(t *testing.T) {
	q := newQueue(Endpoint{}, State{})
	var all []mint.Change
	for n := range maxParallel {
		all = append(all, changeOf(int64(n+1), byte(n), mint.OrderMined))
	}
	q.load(all)
	after := map[int64]time.Duration{3: 20 * time.Minute}
	refused := func(i *item) *failure { return &failure{reason: "500", after: max(after[i.Sequence], 10*time.Minute)} }
	if tried := deliver(q, noon, refused); len(tried) != maxParallel {
		t.Fatalf("%d attempts at first", len(tried))
	}
	due, wake := q.start(noon.Add(9 * time.Minute))
	if len(due) != 0 || !wake.Equal(noon.Add(10*time.Minute)) {
		t.Fatalf("%d attempts before the time that the receiver asked for; the next at %s", len(due), wake)
	}
	if due, _ = q.start(noon.Add(10 * time.Minute)); len(due) != 1 || due[0].Sequence == 3 {
		t.Errorf("%d attempts at that time", len(due))
	}
}

func TestAnEndpointThatFailsThroughTheScheduleIsDisabledAndCanBeEnabled(t *testing.T) {
	q := newQueue(Endpoint{Name: "shop"}, State{})
	q.load([]mint.Change{changeOf(1, 1, mint.OrderMined)})
	bad := func(*item) *failure { return &failure{reason: "500"} }
	now, attempts := noon, 0
	for q.state.Disabled.IsZero() {
		attempts += len(deliver(q, now, bad))
		_, wake := q.start(now)
		if now = wake; now.IsZero() {
			break
		}
	}
	if attempts < 10 || attempts > 12 || q.state.Disabled.Sub(noon) < 60*time.Hour {
		t.Fatalf("disabled after %d attempts, at %s: %+v", attempts, q.state.Disabled.Sub(noon), q.state)
	}
	state := q.state
	q = newQueue(Endpoint{Name: "shop"}, state) // it stays so after a start
	q.load([]mint.Change{changeOf(1, 1, mint.OrderMined)})
	if tried := deliver(q, state.Disabled.Add(time.Hour), bad); len(tried) != 0 {
		t.Fatal("a disabled endpoint was called")
	}
	q.configure(Endpoint{Name: "shop", EnabledAt: noon}, 1, 1) // long before
	if q.state.Disabled.IsZero() {
		t.Fatal("an old enabling counts")
	}
	q.configure(Endpoint{Name: "shop", EnabledAt: state.Disabled.Add(time.Hour)}, 1, 1)
	if tried := deliver(q, state.Disabled.Add(time.Hour), func(*item) *failure { return nil }); len(tried) != 1 || q.state.Cursor != 1 {
		t.Errorf("enabled: %v, %+v", tried, q.state)
	}
}

func TestA410DisablesAtOnce(t *testing.T) {
	q := newQueue(Endpoint{}, State{})
	q.load([]mint.Change{changeOf(1, 1, mint.OrderMined)})
	deliver(q, noon, func(*item) *failure { return &failure{reason: "410", endpoint: true, gone: true} })
	if q.state.Disabled.IsZero() {
		t.Errorf("%+v", q.state)
	}
}

func TestEventsThatWereDeletedDisableTheEndpointAndEnablingContinuesAtTheOldest(t *testing.T) {
	q := newQueue(Endpoint{}, State{Cursor: 5})
	q.lost(&mint.JournalError{After: 5, Oldest: 100, Newest: 200}, noon)
	if q.state.Disabled.IsZero() || q.state.Error != "events after 5 were deleted; the oldest that is kept is 100" {
		t.Fatalf("%+v", q.state)
	}
	q.configure(Endpoint{EnabledAt: noon.Add(time.Second)}, 100, 200)
	if q.state.Cursor != 99 || q.loaded != 99 || !q.state.Disabled.IsZero() {
		t.Errorf("%+v", q.state)
	}
	q.configure(Endpoint{EnabledAt: noon.Add(time.Second), SkipTo: 1000}, 100, 200)
	if q.state.Cursor != 200 {
		t.Errorf("skipped to %d", q.state.Cursor)
	}
}

// A time far ahead comes from a clock that was set back.
func TestAClockThatIsSetBackStopsNoDelivery(t *testing.T) {
	q := newQueue(Endpoint{}, State{})
	q.load([]mint.Change{changeOf(1, 1, mint.OrderMined)})
	later := noon.AddDate(0, 1, 0)
	deliver(q, later, func(*item) *failure { return &failure{reason: "no connection", endpoint: true} })
	if tried := deliver(q, noon, func(*item) *failure { return nil }); len(tried) != 1 {
		t.Errorf("tried %v", tried)
	}
}
