//go:build linux

package main

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// goal is one line of the table of goals: a figure, the value that it should reach,
// and whether a lower value is better.
type goal struct {
	group  string
	title  string
	format string
	value  float64
	target float64
	most   bool // the target is a maximum
	// byCPU is the same ratio from the processor time of an answer instead of the rate; 0
	// if there is none. It depends less on other work on this machine.
	byCPU float64
}

func (g goal) reached() bool {
	if g.most {
		return g.value <= g.target
	}
	return g.value >= g.target
}

func (g goal) aim() string {
	sign := "≥ "
	if g.most {
		sign = "≤ "
	}
	return sign + number(g.format, g.target)
}

// to returns the ratio of a row's median to that of another contender, from the rates
// and from the processor time of an answer.
func (r report) to(row, other string) (rate, byCPU float64) {
	return r.median(row, ours) / r.median(row, other), r.median(row+": cpu", other) / r.median(row+": cpu", ours)
}

// toGuests is to for the guest with the highest rate; NaN if there is none.
func (r report) toGuests(row string) (rate, byCPU float64) {
	rate, byCPU = math.NaN(), math.NaN()
	best := 0.0
	for _, g := range r.guests {
		if v := r.median(row, g.name); v > best {
			best = v
			rate, byCPU = r.to(row, g.name)
		}
	}
	return rate, byCPU
}

// delayGoals are the mints a second to reach, by the node's delay.
var delayGoals = map[time.Duration]float64{0: 1000, 20 * time.Millisecond: 900, 50 * time.Millisecond: 800}

// goals returns the goals of the figures that were measured.
func (r report) goals() (all []goal) {
	add := func(group, title, format string, value, target float64, most bool) {
		if !math.IsNaN(value) && !math.IsInf(value, 0) {
			all = append(all, goal{group: group, title: title, format: format, value: value, target: target, most: most})
		}
	}
	ratio := func(group, title string, target, rate, byCPU float64) {
		before := len(all)
		if add(group, title, "%.2f", rate, target, false); len(all) > before && byCPU > 0 && !math.IsInf(byCPU, 0) {
			all[before].byCPU = byCPU
		}
	}
	rate, byCPU := r.to(rowChallenge, bareSame)
	ratio("answers", "402s a second, to a bare Fiber app that sends the same bytes", 0.75, rate, byCPU)
	rate, byCPU = r.toGuests(rowForged)
	ratio("answers", "refusals of a signature of somebody else, to the fastest guest", 1.3, rate, byCPU)
	for i, target := range []float64{6500, 9000} {
		row := rowPaidAt(paidConnections[i])
		add("paid", row, "%.0f", r.median(row, ours), target, false)
		rate, byCPU = r.toGuests(row)
		ratio("paid", row+", to the fastest guest, which keeps nothing", 1.3, rate, byCPU)
	}
	best := math.NaN()
	for _, every := range r.blockTimes {
		for _, delay := range r.delays {
			row := distantRow(delay, every)
			if v := r.median(row, ours); delay == 0 && every == blockTime {
				best = v
			}
			target, ok := delayGoals[delay]
			if every == blockTime && ok {
				add("delay", "mints a second served whole, "+row, "%.0f", r.median(row, ours), target, false)
			}
		}
	}
	add("free", "mints a second served whole, "+freeRow(0), "%.0f", r.median(freeRow(0), ours), 2000, false)
	add("burst", fmt.Sprintf("burst of %d: blocks until the last answer", r.whole), "%.0f", r.median(rowWhole+": answer", ours), 2, true)
	add("single", "one mint on a chain that mines at once, p50 in ms", "%.0f", r.median(rowSingle+": p50", ours), 60, true)
	add("overload", fmt.Sprintf("delivered while %.0f a second are offered, to the best rate of a node that answers at once", r.offered), "%.2f",
		r.median(rowOverload, ours)/best, 0.9, false)
	add("memory", fmt.Sprintf("memory at most in a burst of %d, MB", r.crowd), "%.0f", r.median(rowCrowd+": most", ours), 200, true)
	add("memory", fmt.Sprintf("memory %s after it, MB", r.rest), "%.0f", r.median(rowCrowd+": after", ours), 80, true)
	for _, p := range []string{"p50", "p99"} {
		add("ledger", "claim "+p+" with 1,000,000 orders, to one with 10,000", "%.2f", r.median(rowLedger+": "+p, ours), 1.2, true)
	}
	return all
}

// goalTable writes the goals as Markdown.
func (r report) goalTable(s *strings.Builder) {
	all := r.goals()
	if len(all) == 0 {
		return
	}
	fmt.Fprintf(s, "\n### Goals\n\n| row | measured | by processor time | to reach | reached |\n|---|---:|---:|---:|---|\n")
	for _, g := range all {
		word := "no"
		if g.reached() {
			word = "yes"
		}
		cpu := ""
		if g.byCPU > 0 {
			cpu = number(g.format, g.byCPU)
		}
		line(s, []string{g.title, number(g.format, g.value), cpu, g.aim(), word})
	}
}
