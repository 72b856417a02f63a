package mint

import (
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// paced is an engine that has seen so many blocks, spacing apart, the last one now.
func paced(blocks int, spacing time.Duration) (*Engine, time.Time) {
	e := &Engine{}
	e.Settings.defaults()
	now := time.Unix(1_700_000_000, 0)
	for i := range blocks {
		at := now.Add(time.Duration(i-blocks+1) * spacing)
		e.rhythm.saw(Block{Number: uint64(i + 1), Hash: common.BigToHash(big.NewInt(int64(i + 1))), Time: at}, at)
	}
	e.rhythm.idle = true
	return e, now
}

func TestAnIdleChainIsLookedAtOnceABlock(t *testing.T) {
	for _, c := range []struct {
		spacing, want time.Duration
	}{
		{250 * time.Millisecond, 2 * time.Second}, {time.Second, 2 * time.Second}, {2 * time.Second, 2 * time.Second},
		{5 * time.Second, 5 * time.Second}, {12 * time.Second, 12 * time.Second}, {time.Minute, 12 * time.Second},
	} {
		e, now := paced(10, c.spacing)
		if got := e.pause(now, 0); got != c.want {
			t.Errorf("blocks every %s: a pause of %s, want %s", c.spacing, got, c.want)
		}
		if got := e.pause(now.Add(c.want/2), 0); got != c.want-c.want/2 {
			t.Errorf("blocks every %s: half way a pause of %s", c.spacing, got)
		}
		// A block that is late is looked for more often, and not all the time.
		if got := e.pause(now.Add(10*time.Minute), 0); got < e.Poll || got > c.want {
			t.Errorf("blocks every %s: a late one after %s", c.spacing, got)
		}
	}
}

func TestWhileAPaymentIsUnderWayTheChainIsLookedAtEachPoll(t *testing.T) {
	e, now := paced(10, 12*time.Second)
	e.rhythm.idle = false
	if got := e.pause(now, 0); got != 500*time.Millisecond {
		t.Errorf("a pause of %s", got)
	}
	if got := e.tooSoon(now); got != 0 {
		t.Errorf("an announced block waits for %s", got)
	}
}

func TestPollOverridesTheChainsPace(t *testing.T) {
	e, now := paced(10, 12*time.Second)
	e.Poll, e.Steady = time.Second, true
	if got := e.pause(now, 0); got != time.Second {
		t.Errorf("a pause of %s", got)
	}
}

func TestUntilTheChainsPaceIsKnownItIsLookedAtEachPoll(t *testing.T) {
	for blocks := range 2 {
		e, now := paced(blocks, time.Second)
		if got := e.pause(now, 0); got != 500*time.Millisecond {
			t.Errorf("after %d blocks a pause of %s", blocks, got)
		}
	}
	// A reorg begins the measurement again.
	e, now := paced(10, time.Second)
	e.rhythm.saw(Block{Number: 9, Hash: common.Hash{9}, Time: now}, now)
	if s := e.rhythm.spacing(); s != 0 {
		t.Errorf("spacing over two branches is %s", s)
	}
}

func TestBetweenAnnouncementsTheChainIsNotLookedAt(t *testing.T) {
	e, now := paced(10, 2*time.Second)
	e.rhythm.announced = now
	if got := e.pause(now, 0); got != 11*time.Second {
		t.Errorf("a pause of %s", got)
	}
	// When they stop, the chain is asked again.
	if got := e.pause(now.Add(time.Minute), 0); got > 2*time.Second {
		t.Errorf("a pause of %s after the last announcement was long ago", got)
	}
	// Of a chain that makes four blocks a second not each is looked at.
	e, now = paced(10, 250*time.Millisecond)
	e.rhythm.stepped = now
	if got := e.tooSoon(now.Add(250 * time.Millisecond)); got != 1750*time.Millisecond {
		t.Errorf("the next announced block waits for %s", got)
	}
}

func TestAfterFailuresThePauseDoubles(t *testing.T) {
	e, now := paced(10, 2*time.Second)
	for i, want := range []time.Duration{500, 1000, 2000, 4000, 4000, 4000} {
		if got := e.pause(now, i+1); got != want*time.Millisecond {
			t.Errorf("after %d failures a pause of %s", i+1, got)
		}
	}
	if got := e.pause(now, 1<<40); got != maxRetry {
		t.Errorf("after very many failures a pause of %s", got)
	}
}

func TestOneFailedStepIsNoFaultAndSomeSecondsOfThemAre(t *testing.T) {
	e, now := paced(10, time.Second)
	e.Clock = func() time.Time { return now }
	e.memory.head = Block{Number: 10}
	trouble := ErrUnknownBlock
	for _, after := range []time.Duration{0, time.Second, time.Second} {
		if now = now.Add(after); e.lasts(trouble) {
			t.Error("a fault too early")
		}
	}
	if now = now.Add(time.Second); !e.lasts(trouble) {
		t.Error("no fault after three seconds")
	}
	e.lasts(nil)
	if e.lasts(trouble) {
		t.Error("a step that went well in between changes nothing")
	}
	e.memory.head = Block{}
	if !e.lasts(trouble) {
		t.Error("no fault although nothing was read yet")
	}
}

func TestBalancesAndFeesAreReadRarelyWhileNothingIsUnderWay(t *testing.T) {
	e, now := paced(10, time.Second)
	e.Clock = func() time.Time { return now }
	e.memory.init()
	e.memory.gas[common.Address{1}] = true
	read := 0
	for range 60 {
		now = now.Add(time.Second)
		if e.gasDue() {
			read++
		}
	}
	if read != 4 {
		t.Errorf("read %d times in a minute", read)
	}
	// A sender without gas is looked at with each block, as are all while a payment
	// is under way.
	e.memory.gas[common.Address{1}] = false
	for range 2 {
		if !e.gasDue() {
			t.Error("a dry sender is not looked at")
		}
	}
	e.memory.gas[common.Address{1}], e.rhythm.idle = true, false
	for range 2 {
		if !e.gasDue() {
			t.Error("while something is under way")
		}
	}
}
