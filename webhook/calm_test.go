package webhook

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/mint402/mint402/mint"
)

// standing returns a change of a launch.
func standing(sequence int64, launch string, t mint.ChangeType) mint.Change {
	return mint.Change{Sequence: sequence, Type: t, At: noon, Launch: launch}
}

func TestAFaultThatComesAndGoesSendsFewMessagesAndTheLastOneIsTrue(t *testing.T) {
	q := newQueue(Endpoint{Name: "chat", Format: Slack}, State{})
	var sent []mint.ChangeType
	take := func(i *item) *failure { sent = append(sent, i.Type); return nil }
	now, sequence := noon, int64(0)
	for range 24 * 20 { // a day, in which a fault begins or ends every 3 minutes
		sequence++
		q.load([]mint.Change{standing(sequence, "ping", []mint.ChangeType{mint.LaunchOpened, mint.LaunchNeedsAttention}[sequence%2])})
		deliver(q, now, take)
		now = now.Add(3 * time.Minute)
	}
	if len(sent) == 0 || sent[0] != mint.LaunchNeedsAttention || len(sent) > 30 {
		t.Errorf("%d messages: %v", len(sent), sent)
	}
	sequence++
	q.load([]mint.Change{standing(sequence, "ping", mint.LaunchNeedsAttention)})
	for range 100 {
		now = now.Add(time.Minute)
		deliver(q, now, take)
	}
	if last := sent[len(sent)-1]; last != mint.LaunchNeedsAttention || q.state.Cursor != sequence {
		t.Errorf("the last message is %s, the cursor %d of %d", last, q.state.Cursor, sequence)
	}
	// A sold-out launch does not wait.
	sequence++
	q.load([]mint.Change{standing(sequence, "ping", mint.LaunchSoldOut)})
	deliver(q, now, take)
	if last := sent[len(sent)-1]; last != mint.LaunchSoldOut {
		t.Errorf("the last message is %s", last)
	}
}

func TestAChatGetsOneMessageForManyPaymentsThatNeedAPerson(t *testing.T) {
	q := newQueue(Endpoint{Name: "chat", Format: Telegram, Chat: "1"}, State{})
	var all []mint.Change
	for n := range int64(500) {
		c := changeOf(n+1, byte(n%250), mint.OrderNeedsAttention)
		if n%5 > 0 {
			c.Type = mint.OrderMined // a chat gets none of these
		}
		all = append(all, c)
	}
	q.load(all)
	if tried := deliver(q, noon, func(*item) *failure { return nil }); !slices.Equal(tried, []int64{496}) || q.state.Cursor != 500 {
		t.Errorf("sent %v, cursor %d", tried, q.state.Cursor)
	}
}

func TestLaunchesOfOthersLeaveHalfOfAChatsMessagesToTheOperators(t *testing.T) {
	q := newQueue(Endpoint{Name: "chat", Format: Discord}, State{})
	q.calm.isOwn = func(slug string) bool { return slug == "ping" }
	var all []mint.Change
	for n := range int64(2 * maxHourly) {
		all = append(all, standing(n+1, fmt.Sprint("guest-", n), mint.LaunchOpened))
	}
	q.load(all)
	take := func(*item) *failure { return nil }
	if tried := deliver(q, noon, take); len(tried) != maxForeign {
		t.Fatalf("%d messages about launches of others", len(tried))
	}
	q.load([]mint.Change{standing(2*maxHourly+1, "ping", mint.LaunchPaused)})
	if tried := deliver(q, noon, take); !slices.Equal(tried, []int64{2*maxHourly + 1}) {
		t.Fatalf("sent %v: the operator's launch waits for those of others", tried)
	}
	if tried := deliver(q, noon.Add(time.Hour), take); len(tried) != maxForeign {
		t.Fatalf("%d messages about launches of others in the next hour", len(tried))
	}
}

// TestOfManyLaunchesEachChatLearnsTheLastStandingWithinItsBounds plays random changes, and a
// chat that fails, is slow, and puts off.
func TestOfManyLaunchesEachChatLearnsTheLastStandingWithinItsBounds(t *testing.T) {
	types := []mint.ChangeType{mint.LaunchOpened, mint.LaunchPaused, mint.LaunchNeedsAttention, mint.LaunchSoldOut}
	for seed := range uint64(*histories) {
		rng := rand.New(rand.NewPCG(seed, 402))
		q := newQueue(Endpoint{Name: "chat", Format: Discord}, State{})
		q.jitter = rng.Float64
		now, sequence := noon, int64(0)
		last, knows := map[string]mint.ChangeType{}, map[string]mint.ChangeType{}
		var at []time.Time
		var running []*item
		step := func(calm bool) {
			now = now.Add(time.Duration(rng.Int64N(int64(5 * time.Minute))))
			due, _ := q.start(now)
			if running = append(running, due...); len(running) > 1 {
				t.Fatalf("seed %d: %d messages at once", seed, len(running))
			}
			if len(running) == 0 || !calm && rng.IntN(2) == 0 {
				return
			}
			i := running[0]
			running = nil
			if !calm && rng.IntN(3) == 0 {
				q.done(i, &failure{reason: "429", endpoint: rng.IntN(2) == 0, after: time.Duration(rng.IntN(100)) * time.Second}, now)
				return
			}
			q.done(i, nil, now)
			if knows[i.Launch] == i.Type {
				t.Fatalf("seed %d: %s was sent twice in a row", seed, i.Type)
			}
			knows[i.Launch] = i.Type
			if at = append(at, now); len(at) > maxHourly && now.Sub(at[len(at)-1-maxHourly]) < time.Hour {
				t.Fatalf("seed %d: more than %d messages in an hour", seed, maxHourly)
			}
		}
		for range 300 {
			for range rng.IntN(4) {
				sequence++
				c := standing(sequence, fmt.Sprint("launch-", rng.IntN(12)), types[rng.IntN(len(types))])
				last[c.Launch] = c.Type
				q.load([]mint.Change{c})
			}
			step(false)
		}
		for range 400 {
			step(true)
		}
		for launch, standing := range last {
			if knows[launch] != standing {
				t.Fatalf("seed %d: %s is %s, and the chat believes %s", seed, launch, standing, knows[launch])
			}
		}
		if q.state.Cursor != sequence || len(q.items) > 0 {
			t.Fatalf("seed %d: cursor %d of %d", seed, q.state.Cursor, sequence)
		}
	}
}
