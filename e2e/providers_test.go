package e2e

import (
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// stalls is how many mixes run at the same time: most of the time of each is
// waiting for blocks.
const stalls = 10

// TestWhateverAProviderDoesNobodyIsChargedWithoutTokensOrTwice has payers, strangers
// and restarts at a server whose only node misbehaves in each way alone, and then in
// seeded mixes of several. MINT402_MIXES says how many mixes there are, MINT402_SEED
// the first one's seed, MINT402_ALONE a part of the name of the faults to try alone
// ("-" for none).
func TestWhateverAProviderDoesNobodyIsChargedWithoutTokensOrTwice(t *testing.T) {
	begin(t)
	if os.Getenv("MINT402_MIXES") == "" {
		t.Skip("make providers runs it")
	}
	mixes, seed, only := number(t, "MINT402_MIXES", 500), number(t, "MINT402_SEED", 402), os.Getenv("MINT402_ALONE")
	behaviours := slices.Concat(misreadings, refusals)
	var tasks []task
	for i, b := range behaviours {
		if strings.Contains(b.name, only) {
			tasks = append(tasks, task{uint64(seed + i), []behaviour{b}})
		}
	}
	for i := range mixes {
		tasks = append(tasks, task{uint64(seed + i), behaviours})
	}

	began := time.Now()
	report := play(t, tasks)
	fmt.Print(report.table(behaviours))
	fmt.Printf("providers: %d faults alone and %d mixes of several, seeds %d to %d, in %v\n", len(report.alone), mixes, seed, seed+mixes-1, took(began))
	fmt.Printf("%d payments minted, %d cancelled; %d charged twice, %d charged without tokens or a reason, %d told 402 that could be minted or were charged, %d minted twice, %d fees above the limit, %d undecided, %d servers that ended by themselves\n",
		report.minted, report.cancelled, report.double, report.lost, report.told402, report.twice, report.fees, report.undecided, report.exits)
}

// TestLogsThatANodeLeavesOutAreNotMissed has strangers submit payments to the asset
// while the only node leaves out logs: of one block, of several, or all.
func TestLogsThatANodeLeavesOutAreNotMissed(t *testing.T) {
	begin(t)
	var tasks []task
	for i, b := range misreadings {
		if strings.Contains(b.name, "left out") || strings.Contains(b.name, "index of logs") {
			tasks = append(tasks, task{uint64(i), []behaviour{b}})
		}
	}
	report := play(t, tasks)
	t.Logf("%d minted in %d mixes", report.minted, len(tasks))
}

// task is a mix to play.
type task struct {
	seed uint64
	of   []behaviour
}

// play plays mixes, several at a time, and says what they came to.
func play(t *testing.T, tasks []task) *report {
	elsewhere := startAnvil(t, 1)
	work := make(chan task, len(tasks)) // a worker that fails leaves the rest to the others
	for _, next := range tasks {
		work <- next
	}
	close(work)
	var workers sync.WaitGroup
	report := &report{alone: map[string]*mix{}}
	for range min(stalls, len(tasks)) {
		workers.Go(func() {
			var s *stall
			for next := range work {
				if s == nil {
					s = openStall(t, elsewhere.url)
				}
				m := newMix(s, next.seed, next.of)
				m.run()
				report.add(t, m)
				if m.undecided > 0 { // it may be broken for those that come after
					s.close()
					s = nil
				}
			}
			if s != nil {
				s.close()
			}
		})
	}
	workers.Wait()
	return report
}

// report adds up what mixes came to.
type report struct {
	mu    sync.Mutex
	alone map[string]*mix
	mixes []*mix

	minted, cancelled, double, lost, told402, twice, fees, undecided, exits int
}

func (r *report) add(t *testing.T, m *mix) {
	m.mu.Lock()
	exits := m.exits
	m.exits = nil
	m.mu.Unlock()
	if !m.wrongChain() {
		for _, e := range exits {
			m.fault("the server ended by itself: %s", e)
		}
	} else {
		exits = nil
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(m.faults) == 1 {
		r.alone[m.faults[0].name] = m
	} else {
		r.mixes = append(r.mixes, m)
	}
	r.minted, r.cancelled, r.double, r.lost = r.minted+m.minted, r.cancelled+m.cancelled, r.double+m.double, r.lost+m.lost
	r.told402, r.twice, r.fees = r.told402+m.told402, r.twice+m.twice, r.fees+m.fees
	r.undecided, r.exits = r.undecided+m.undecided, r.exits+len(exits)
	if len(m.problems) > 0 {
		said := m.running().said()
		t.Errorf("%s\n  %s\n  the server's last lines:\n    %s", m, strings.Join(m.problems, "\n  "), strings.Join(said[max(0, len(said)-12):], "\n    "))
	}
}

// table shows how long nothing was sold for each fault.
func (r *report) table(behaviours []behaviour) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-44s%16s%16s%10s\n", "one fault, "+mixLasts.String()+" long", "no price, during", "and afterwards", "minted")
	for _, of := range behaviours {
		if m := r.alone[of.name]; m != nil {
			fmt.Fprintf(&b, "%-44s%14.1f s%14.1f s%10d\n", of.name, m.during.Seconds(), m.after.Seconds(), m.minted)
		}
	}
	if len(r.mixes) > 0 {
		var during, after, worst time.Duration
		for _, m := range r.mixes {
			during, after, worst = during+m.during, after+m.after, max(worst, m.after)
		}
		n := time.Duration(len(r.mixes))
		fmt.Fprintf(&b, "%-44s%14.1f s%14.1f s, at most %.1f s\n", "a mix of several, on average", (during / n).Seconds(), (after / n).Seconds(), worst.Seconds())
	}
	return b.String()
}

func gweis(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e9)) }
