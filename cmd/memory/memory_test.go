package memory

import "testing"

func TestMemoryIsReturnedOnceABurstIsOver(t *testing.T) {
	const mb = 1 << 20
	var m Keeper
	m.kept = 30 * mb
	look := func(inUse, allocated uint64) bool {
		_, giveBack := m.look(inUse*mb, 20*mb, m.allocated+allocated*mb)
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
		if percent, _ := m.look(0, live, 0); percent != want {
			t.Errorf("with %d bytes live it grows by %d percent, want %d", live, percent, want)
		}
	}
}
