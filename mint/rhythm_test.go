package mint

import (
	"errors"
	"log/slog"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// paced is a loop that has seen so many blocks, spacing apart, the last one now.
func paced(blocks int, spacing time.Duration) (*loop, time.Time) {
	lp := &loop{Settings: &Settings{}, view: &view{}, rhythm: &rhythm{}}
	lp.Settings.defaults()
	now := time.Unix(1_700_000_000, 0)
	for i := range blocks {
		at := now.Add(time.Duration(i-blocks+1) * spacing)
		lp.rhythm.saw(Block{Number: uint64(i + 1), Hash: common.BigToHash(big.NewInt(int64(i + 1))), Time: at}, at)
	}
	lp.rhythm.idle = true
	return lp, now
}

func TestAnIdleChainIsLookedAtOnceABlock(t *testing.T) {
	for _, c := range []struct {
		spacing, want time.Duration
	}{
		{250 * time.Millisecond, 2 * time.Second}, {time.Second, 2 * time.Second}, {2 * time.Second, 2 * time.Second},
		{5 * time.Second, 5 * time.Second}, {12 * time.Second, 12 * time.Second}, {time.Minute, 12 * time.Second},
	} {
		lp, now := paced(10, c.spacing)
		if got := lp.pause(now, 0); got != c.want {
			t.Errorf("blocks every %s: a pause of %s, want %s", c.spacing, got, c.want)
		}
		if got := lp.pause(now.Add(c.want/2), 0); got != c.want-c.want/2 {
			t.Errorf("blocks every %s: half way a pause of %s", c.spacing, got)
		}
		// A block that is late is looked for more often, and not all the time.
		if got := lp.pause(now.Add(10*time.Minute), 0); got < lp.Poll || got > c.want {
			t.Errorf("blocks every %s: a late one after %s", c.spacing, got)
		}
	}
}

func TestWhileAPaymentIsUnderWayABlockIsLookedForWhenItIsDue(t *testing.T) {
	lp, now := paced(10, 12*time.Second)
	lp.rhythm.idle = false
	for _, c := range []struct{ after, want time.Duration }{
		{0, 12*time.Second - lookEarly}, {11 * time.Second, time.Second - lookEarly}, {12*time.Second - lookEarly, lookAgain},
		{12*time.Second - lookEarly + lookAgain, lookAgain}, {12*time.Second - lookEarly + 200*time.Millisecond, 100 * time.Millisecond}, {time.Minute, lp.Poll},
	} {
		if got := lp.pause(now.Add(c.after), 0); got != c.want {
			t.Errorf("%s after a block a pause of %s, want %s", c.after, got, c.want)
		}
	}
	lp.rhythm.faulty = true
	if got := lp.pause(now, 0); got != lp.Poll {
		t.Errorf("with a fault a pause of %s", got)
	}
	lp.rhythm.faulty = false
	if got := lp.tooSoon(now); got != 0 {
		t.Errorf("an announced block waits for %s", got)
	}
}

func TestBatchesLeaveInTimeForTheNextBlock(t *testing.T) {
	lp, now := paced(10, 2*time.Second)
	r := lp.rhythm
	for _, c := range []struct{ took, before time.Duration }{
		{0, 200 * time.Millisecond}, {100 * time.Millisecond, 350 * time.Millisecond}, {5 * time.Second, time.Second},
	} {
		r.took = c.took
		at, ok := r.leaveAt()
		if want := now.Add(2*time.Second - c.before); !ok || at != want || r.leaves(want.Add(-1)) || !r.leaves(want) {
			t.Errorf("simulations take %s: they leave %s after a block", c.took, at.Sub(now))
		}
	}
	// A chain without a pace may make its next block at any time.
	lp, now = paced(3, 2*time.Second)
	if lp.rhythm.leaves(now.Add(time.Hour)) {
		t.Error("after three blocks they leave at a time")
	}
}

func TestAChainKeepsAPaceIfMostOfItsBlocksDo(t *testing.T) {
	for _, c := range []struct {
		gaps []int // between blocks, in seconds
		want int
	}{
		{[]int{2, 2, 2, 2, 2}, 2}, {[]int{12, 12, 24, 12, 12, 12}, 12}, {[]int{1, 5, 2, 9, 1, 3}, 0}, {[]int{0, 0, 1, 0, 0, 1, 0}, 0}, {[]int{2, 2}, 0},
	} {
		r, at := &rhythm{}, time.Unix(1_700_000_000, 0)
		for i, gap := range append([]int{0}, c.gaps...) {
			at = at.Add(time.Duration(gap) * time.Second)
			r.saw(Block{Number: uint64(i + 1), Hash: common.BigToHash(big.NewInt(int64(i + 1))), Time: at}, at)
		}
		if got := r.beat(); got != time.Duration(c.want)*time.Second {
			t.Errorf("gaps %v: a pace of %s", c.gaps, got)
		}
	}
}

func TestABlockOnDemandIsLookedForAtOnce(t *testing.T) {
	lp, now := paced(10, 2*time.Second)
	r := lp.rhythm
	if r.accept(now) || r.quick() {
		t.Error("a chain with a pace is looked at as if it made blocks on demand")
	}
	number := uint64(10)
	head := func(after time.Duration) {
		number, now = number+1, now.Add(after)
		r.saw(Block{Number: number, Hash: common.BigToHash(new(big.Int).SetUint64(number)), Time: now}, now)
	}
	for range 2 { // now its blocks come when a transaction does
		head(20 * time.Millisecond)
		r.accept(now)
	}
	if !r.quick() {
		t.Error("blocks that come at once are not expected")
	}
	for _, c := range []struct{ after, want time.Duration }{{0, 10}, {20, 10}, {40, 20}, {300, 150}} {
		if got := r.soon(now.Add(c.after * time.Millisecond)); got != c.want*time.Millisecond {
			t.Errorf("%d ms after it was accepted a pause of %s", c.after, got)
		}
	}
	head(time.Second)
	if r.accept(now); r.quick() {
		t.Error("after a block that did not come at once, the next is expected to")
	}
}

func TestPollOverridesTheChainsPace(t *testing.T) {
	lp, now := paced(10, 12*time.Second)
	lp.Poll, lp.Steady = time.Second, true
	if got := lp.pause(now, 0); got != time.Second {
		t.Errorf("a pause of %s", got)
	}
}

func TestUntilTheChainsPaceIsKnownItIsLookedAtEachPoll(t *testing.T) {
	for blocks := range 2 {
		lp, now := paced(blocks, time.Second)
		if got := lp.pause(now, 0); got != 500*time.Millisecond {
			t.Errorf("after %d blocks a pause of %s", blocks, got)
		}
	}
	// A reorg begins the measurement again.
	lp, now := paced(10, time.Second)
	lp.rhythm.saw(Block{Number: 9, Hash: common.Hash{9}, Time: now}, now)
	if s := lp.rhythm.spacing(); s != 0 {
		t.Errorf("spacing over two branches is %s", s)
	}
}

func TestBetweenAnnouncementsTheChainIsNotLookedAt(t *testing.T) {
	lp, now := paced(10, 2*time.Second)
	lp.rhythm.announced = now
	for _, after := range []time.Duration{0, time.Second, 4 * time.Second, 10 * time.Second} {
		if got, want := lp.pause(now.Add(after), 0), max(4*time.Second-after, 2*time.Second); got != want {
			t.Errorf("%s after a block a pause of %s, want %s", after, got, want)
		}
	}
	// When they stop, the chain is asked again.
	if got := lp.pause(now.Add(time.Minute), 0); got > 2*time.Second {
		t.Errorf("a pause of %s after the last announcement was long ago", got)
	}
	// Of a chain that makes four blocks a second not each is looked at.
	lp, now = paced(10, 250*time.Millisecond)
	lp.rhythm.stepped = now
	if got := lp.tooSoon(now.Add(250 * time.Millisecond)); got != 1750*time.Millisecond {
		t.Errorf("the next announced block waits for %s", got)
	}
}

func TestABlockIsLookedForWhenItIsDueAlthoughAnnouncementsEnded(t *testing.T) {
	lp, now := paced(10, 12*time.Second)
	lp.queued = new(queue)
	r := lp.rhythm
	r.announced = now // the last one, and the connection lives
	r.look = now.Add(lp.pause(now, 0))
	if got := lp.until(now); got != 14*time.Second {
		t.Errorf("while no work is under way a look after %s", got)
	}
	paid := now.Add(time.Second)
	if lp.mustRead(newWork, paid) {
		t.Error("a payment reads the chain at once")
	}
	if got, want := lp.until(paid), 11*time.Second-lookEarly+lp.Poll; got != want {
		t.Errorf("its block is looked for after %s, want %s", got, want)
	}
	// Payments that keep coming do not put that off, nor do they shorten the pause after failures.
	for range 20 {
		lp.mustRead(newWork, r.look.Add(-time.Millisecond))
	}
	if got, want := r.look, now.Add(12*time.Second-lookEarly+lp.Poll); got != want {
		t.Errorf("after more payments it is looked for %s later", got.Sub(want))
	}
	r.failing, r.look = now, now.Add(maxRetry)
	if lp.mustRead(newWork, now.Add(time.Minute)); r.look != now.Add(maxRetry) {
		t.Errorf("after failures it is looked for %s later", r.look.Sub(now))
	}
}

func TestAfterFailuresThePauseDoubles(t *testing.T) {
	lp, now := paced(10, 2*time.Second)
	for i, want := range []time.Duration{500, 1000, 2000, 4000, 4000, 4000} {
		if got := lp.pause(now, i+1); got != want*time.Millisecond {
			t.Errorf("after %d failures a pause of %s", i+1, got)
		}
	}
	if got := lp.pause(now, 1<<40); got != maxRetry {
		t.Errorf("after very many failures a pause of %s", got)
	}
}

func TestWhatALineCannotSendDoesNotSlowDownReading(t *testing.T) {
	lp, _ := paced(10, 2*time.Second)
	lp.log, lp.monitor = slog.New(slog.DiscardHandler), &monitor{}
	lp.txs = &txManager{log: lp.log}
	lp.txs.init()
	lp.sent = errors.New("nodes refuse it")
	if failures, err := lp.result(t.Context(), 0, nil); failures != 0 || err != nil {
		t.Errorf("%d failures (%v)", failures, err)
	}
	lp.sent = nil
	if failures, err := lp.result(t.Context(), 3, errors.New("no node answers")); failures != 4 || err != nil {
		t.Errorf("after a step that failed %d failures (%v)", failures, err)
	}
	lp.sent = ErrReplaced
	if _, err := lp.result(t.Context(), 0, nil); !errors.Is(err, ErrReplaced) {
		t.Errorf("a process whose database was taken over goes on (%v)", err)
	}
}

func TestOneFailedStepIsNoFaultAndSomeSecondsOfThemAre(t *testing.T) {
	lp, now := paced(10, time.Second)
	lp.clock = func() time.Time { return now }
	lp.view.head = Block{Number: 10}
	trouble := ErrUnknownBlock
	for _, after := range []time.Duration{0, time.Second, time.Second} {
		if now = now.Add(after); lp.lasts(trouble) {
			t.Error("a fault too early")
		}
	}
	if now = now.Add(time.Second); !lp.lasts(trouble) {
		t.Error("no fault after three seconds")
	}
	lp.lasts(nil)
	if lp.lasts(trouble) {
		t.Error("a step that went well in between changes nothing")
	}
	lp.view.head = Block{}
	if !lp.lasts(trouble) {
		t.Error("no fault although nothing was read yet")
	}
}

func TestBalancesAndFeesAreReadRarelyWhileNothingIsUnderWay(t *testing.T) {
	lp, now := paced(10, time.Second)
	lp.clock = func() time.Time { return now }
	g := &gas{clock: lp.clock, rhythm: lp.rhythm, canPay: map[common.Address]bool{}}
	g.canPay[common.Address{1}] = true
	read := 0
	for range 60 {
		now = now.Add(time.Second)
		if g.due() {
			read++
		}
	}
	if read != 4 {
		t.Errorf("read %d times in a minute", read)
	}
	// A sender without gas is looked at with each block, as are all while a payment
	// is under way.
	g.canPay[common.Address{1}] = false
	for range 2 {
		if !g.due() {
			t.Error("a dry sender is not looked at")
		}
	}
	g.canPay[common.Address{1}], lp.rhythm.idle = true, false
	for range 2 {
		if !g.due() {
			t.Error("while something is under way")
		}
	}
}
