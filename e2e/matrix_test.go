package e2e

import (
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// at is how many points are tried at once, each with a launch of its own: what
// takes time is waiting for blocks.
const atOnce = 8

// number reads a figure from the environment.
func number(t *testing.T, name string, otherwise int) int {
	t.Helper()
	value := os.Getenv(name)
	if value == "" {
		return otherwise
	}
	n, err := strconv.Atoi(value)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return n
}

// tally is what the runs at a point, or at all of them, came to.
type tally struct {
	runs, reached, again          int // again: also killed while it recovered
	minted, voided, unclaimed     int
	lost, double, stuck, unearned int
}

func (a *tally) add(b tally) {
	a.runs += b.runs
	a.reached += b.reached
	a.again += b.again
	a.minted += b.minted
	a.voided += b.voided
	a.unclaimed += b.unclaimed
	a.lost += b.lost
	a.double += b.double
	a.stuck += b.stuck
	a.unearned += b.unearned
}

// recoveries are points that every start passes: for a server that is killed
// while it recovers.
var recoveries = []string{"after-begin", "mid-write", "before-commit", "after-commit", "before-advance", "after-advance",
	"after-head", "after-events", "before-receipts", "after-receipts", "before-resolve", "after-resolve", "before-send", "after-send", "before-carry", "after-carry"}

// MINT402_SEEDS says how many runs each point gets, make crash 8; MINT402_SEED
// the first one's seed.
func TestKilledAtAnyPointNothingIsLostDoubledOrStuck(t *testing.T) {
	begin(t)
	seeds, first := number(t, "MINT402_SEEDS", 1), number(t, "MINT402_SEED", 402)
	chosen := points
	if only := os.Getenv("MINT402_POINT"); only != "" {
		chosen = nil
		for _, p := range points {
			if strings.Contains(p.name, only) {
				chosen = append(chosen, p)
			}
		}
	}
	program := mortalProgram(t)
	u := deployCircle(t, startAnvil(t, 1))
	began := time.Now()
	next, tallies := make(chan int), make([]tally, len(chosen))
	var workers sync.WaitGroup
	for range atOnce {
		workers.Go(func() {
			for i := range next {
				t.Run(chosen[i].name, func(t *testing.T) { tallies[i] = try(t, u.of(t), program, chosen[i], first+i, seeds, 0) })
			}
		})
	}
	for i := range chosen {
		next <- i
	}
	close(next)
	workers.Wait()

	var total tally
	var table strings.Builder
	for i, p := range chosen {
		n := tallies[i]
		fmt.Fprintf(&table, "%-24s %2d runs, %2d kills and %2d in recovery; %3d minted, %2d voided, %2d never claimed; %d lost, %d double, %d stuck\n",
			p.name, n.runs, n.reached, n.again, n.minted, n.voided, n.unclaimed, n.lost, n.double, n.stuck)
		total.add(n)
		if n.reached < n.runs {
			fmt.Fprintf(&table, "%-24s was not reached in %d of them\n", "", n.runs-n.reached)
		}
	}
	fmt.Printf("%scrash matrix: %d runs, %d kills, %d lost, %d double, %d stuck; %d killed again while recovering, %d never reached; %d payments minted, %v\n",
		table.String(), total.runs, total.reached+total.again, total.lost, total.double, total.stuck, total.again, total.runs-total.reached, total.minted, took(began))
	if total.lost+total.double+total.stuck+total.unearned > 0 {
		t.Error("the promise is broken")
	}
	if 10*total.reached < 9*total.runs {
		t.Errorf("%d of %d runs killed nothing", total.runs-total.reached, total.runs)
	}
}

// try has one launch undergo a point with so many seeds, every other time dying
// again as it recovers, while so many blocks are taken back, and then holds the
// chain against the promise.
func try(t *testing.T, u *usdc, program string, at point, first, seeds, undone int) (n tally) {
	s := newShop(t, u)
	s.sender, s.minterKey = u.newKey(t), u.newKey(t)
	s.owner = s.sender
	s.launch(100_000)
	payers := newPayers(t, crowd*seeds)
	u.give(price, addresses(payers)...)
	s.start()
	q := s.quote(1)
	s.server.kill()
	u.mineMany(undone) // on top of what has to stay
	s.program = program
	node := startNode(t, u.anvil)
	s.rpc = node.url

	var all []payment
	var o *ordeal
	for i := range seeds {
		seed := first + i
		random := rand.New(rand.NewPCG(uint64(seed), 0))
		o = &ordeal{shop: s, node: node, random: random, undone: undone, settings: []string{fmt.Sprintf("%s:%d", at.name, 1+random.IntN(at.most))}}
		if seed%2 == 1 {
			o.settings = append(o.settings, fmt.Sprintf("%s:%d", recoveries[random.IntN(len(recoveries))], 1+random.IntN(4)))
		}
		for _, p := range payers[i*crowd:][:crowd] {
			o.payments = append(o.payments, p.sign(t, q, 1))
		}
		away := q
		away.Requirement.PayTo = u.accounts[donor]
		o.elsewhere = payers[i*crowd+7].sign(t, away, 1)
		o.arrange(at.trouble)
		o.undergo()
		n.runs++
		n.reached += min(o.deaths, 1)
		n.again += max(o.deaths-1, 0)
		n.stuck += int(o.stuck.Load())
		all = append(all, o.payments...)
		if t.Failed() {
			break
		}
	}
	s.start()
	for _, p := range all {
		o.concluded(p)
	}
	u.mineMany(2 * undone)
	for _, p := range all {
		switch o := s.order(p); {
		case o.status == 404:
			n.unclaimed++
		case o.State == "voided":
			n.voided++
		case o.State == "mined" || o.State == "minted":
			n.minted++
			s.reaches(p, "minted")
		default:
			n.stuck++
		}
	}
	n.judge(t, s.ledger, all)
	s.books(t, 0)
	s.server.kill()
	return n
}

// judge looks at the chain: every payer began with the price of one.
func (n *tally) judge(t *testing.T, l *ledger, payments []payment) {
	t.Helper()
	events := l.minted(t)
	minted := 0
	for _, p := range payments {
		times, holds, charged := len(events[p.id]), l.allotments(t, p.payer.address), price-l.usdc(t, p.payer.address)
		switch {
		case times > 1 || holds > 1:
			n.double++
			t.Errorf("payment %s was minted %d times: %s holds %d", p.id, times, p.payer.address, holds)
		case charged > holds*price:
			n.lost++
			t.Errorf("%s was charged %d for %d allotments", p.payer.address, charged, holds)
		case charged < holds*price || holds != int64(times):
			n.unearned++
			t.Errorf("%s was charged %d for %d allotments, with %d events", p.payer.address, charged, holds, times)
		}
		minted += times
	}
	if minted != n.minted && n.double == 0 {
		t.Errorf("the chain has minted %d of the payments, the server says %d", minted, n.minted)
	}
}
