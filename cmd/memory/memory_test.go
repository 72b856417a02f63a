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

func TestTheHeapGrowsByABoundedAmountBetweenCollections(t *testing.T) {
	var m Keeper
	for live, want := range map[uint64]int{0: 100, 10 << 20: 100, 48 << 20: 100, 96 << 20: 50, 140 << 20: 34, 1 << 30: 25} {
		if b, _ := m.look(usage{live: live / 2, stacks: live - live/2}); b.percent != want {
			t.Errorf("with %d bytes live it grows by %d percent, want %d", live, b.percent, want)
		}
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
