package e2e

import (
	"slices"
	"sync"
	"testing"
)

func TestKilledWhileBlocksAreTakenBackNothingIsLostDoubledOrStuck(t *testing.T) {
	begin(t)
	program := mortalProgram(t)
	var tallied sync.Mutex
	var total tally
	next := make(chan int)
	around := slices.Concat(both("head", 12, none), both("events", 8, none), both("advance", 8, none), both("resolve", 4, none), both("receipts", 6, none),
		[]point{{"mid-write", 60, none}, {"before-commit", 20, none}})
	var workers sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for i := range next {
				t.Run(around[i].name, func(t *testing.T) {
					u := deployCircle(t, startAnvilOf(t, 1, slots))
					n := try(t, u, program, around[i], number(t, "MINT402_SEED", 402)+i, 1, 1+i)
					tallied.Lock()
					defer tallied.Unlock()
					total.add(n)
				})
			}
		})
	}
	for i := range around {
		next <- i
	}
	close(next)
	workers.Wait()
	t.Logf("%d runs, %d kills and %d in recovery, 1 to %d blocks taken back: %d minted, %d never claimed; %d lost, %d double, %d stuck",
		total.runs, total.reached, total.again, len(around), total.minted, total.unclaimed, total.lost, total.double, total.stuck)
}
