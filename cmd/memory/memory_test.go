package memory

import "testing"

func TestMemoryIsReturnedOnceABurstIsOver(t *testing.T) {
	const mb = 1 << 20
	var m Keeper
	m.kept = 30 * mb
	look := func(inUse, allocated uint64) bool {
		_, giveBack := m.look(usage{inUse: inUse * mb, live: 20 * mb, allocated: m.allocated + allocated*mb})
		return giveBack
	}
	for range 100 {
		if look(300, 50) {
			t.Fatal("memory is returned during a burst")
		}
	}
	looks := 1
	for ; !look(300, 1); looks++ {
		if looks > 2*quietLooks {
			t.Fatal("memory is not returned after a burst")
		}
	}
	if looks < quietLooks {
		t.Errorf("memory is returned after %d looks", looks)
	}
	m.kept = 60 * mb
	for range 100 {
		if look(70, 1) {
			t.Fatal("memory is returned again though there is little")
		}
	}
	if look(20, 1) || !look(50, 1) {
		t.Error("memory is not returned though there is more than there was")
	}
	m.kept = 50 * mb
	look(60, 50)
	looks = 1
	for ; !look(60, 1); looks++ {
		if looks > 2*quietLooks {
			t.Fatal("memory is not returned after another burst")
		}
	}
	if looks < quietLooks-1 {
		t.Errorf("memory is returned after %d looks", looks)
	}
}

func TestTheHeapGrowsWithTheRootOfWhatIsScannedAndAllocated(t *testing.T) {
	const mb = 1 << 20
	for _, c := range []struct{ live, made, want uint64 }{
		{0, 0, minPercent}, {10, 0, minPercent}, {16, 1, 62}, {16, 4, 125}, {16, 16, 250}, {64, 4, 62}, {4, 400, maxPercent},
		{64, 400, 75}, {128, 400, 37}, {1024, 400, minPercent}, // at most maxHeadroom, and at least minPercent
	} {
		var m Keeper
		if b, _ := m.look(usage{live: c.live * mb / 2, stacks: c.live * mb / 2, allocated: c.made * mb}); b.percent != int(c.want) {
			t.Errorf("with %d MB live and %d MB a look it grows by %d percent, want %d", c.live, c.made, b.percent, c.want)
		}
	}
}

func TestTheHeadroomFollowsARiseAtOnceAndAFallSlowly(t *testing.T) {
	const mb = 1 << 20
	var m Keeper
	percent := func(made uint64) int {
		b, _ := m.look(usage{live: 16 * mb, allocated: m.allocated + made*mb})
		return b.percent
	}
	percent(1)
	if got := percent(16); got != 250 {
		t.Errorf("after a rise the heap grows by %d percent", got)
	}
	last := 250
	for look := range 80 {
		got := percent(1)
		if got > last || look < averaged/2 && got < 150 {
			t.Errorf("%d looks after a fall the heap grows by %d percent, and before by %d", look+1, got, last)
		}
		last = got
	}
	if last > 65 {
		t.Errorf("long after a fall the heap still grows by %d percent", last)
	}
}

func TestTheLimitLeavesRoomForWhatRequestsNeed(t *testing.T) {
	const mb = 1 << 20
	var m Keeper
	for _, c := range []struct{ live, stacks, other, want uint64 }{
		{7, 1, 10, 136}, {50, 33, 48, 136},
		{80, 60, 80, 203}, // a quarter of the live heap and the stacks, and spare
		{1000, 80, 120, 1398},
	} {
		if b, _ := m.look(usage{live: c.live * mb, stacks: c.stacks * mb, other: c.other * mb}); b.limit != int64(c.want*mb) {
			t.Errorf("%+v: the limit is %d MB", c, b.limit/mb)
		}
	}
}

func TestALoadThatLastsGetsItsHeadroomAndABurstDoesNot(t *testing.T) {
	const mb = 1 << 20
	var m Keeper
	full := usage{live: 58 * mb, stacks: 33 * mb, other: 48 * mb}
	limits := func(looks int) (last int64) {
		for range looks {
			full.allocated += 100 * mb
			b, _ := m.look(full)
			last = b.limit / mb
		}
		return last
	}
	if got := limits(burstLooks); got != 136 {
		t.Errorf("in a burst the limit is %d MB", got)
	}
	if got := limits(1); got != 48+58+47+2*8 { // 52 % of 91 MB
		t.Errorf("after a burst's time the limit is %d MB", got)
	}
	m.look(usage{live: 20 * mb})
	if got := limits(burstLooks); got != 136 {
		t.Errorf("in the next burst the limit is %d MB", got)
	}
}

func TestBoundsAreSetAgainOnlyIfTheyDiffer(t *testing.T) {
	at := bounds{60, 136 << 20}
	for b, want := range map[bounds]bool{{60, 136 << 20}: false, {64, 140 << 20}: false, {50, 136 << 20}: true, {100, 136 << 20}: true, {60, 180 << 20}: true, {60, 100 << 20}: true} {
		if b.differs(at) != want {
			t.Errorf("%+v differs: %v", b, !want)
		}
	}
	if !at.differs(bounds{}) {
		t.Error("the first bounds are not set")
	}
}
