//go:build linux

package main

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// notes explain the figures.
const notes = `Median of %d interleaved runs, and of what is resident while a load lasts. The server has one core, the load generator, anvil and the
facilitators have the other. A paid request of mint402 is answered (202) once its claim is on disk, while its engine mints, and all
of them were minted afterwards, as its node says, which keeps books instead of running an EVM; the others ask a facilitator that always
says yes, and keep nothing. On the chain the
others settle with their packages' own facilitator and mint nothing: a mint would be a second transaction for each.
Their sustained load is measured in the first run only. A ratio is mint402 to the better of the npm servers.`

// The rows.
const (
	rowChallenge = "402 challenges/s"
	rowMalformed = "refusals/s, malformed header"
	rowForged    = "refusals/s, signature of somebody else"
	rowPaid      = "paid requests/s"
	rowBurst     = "burst"
	rowSustained = "sustained"
	rowMemory    = "memory"
)

// piped marks the rows that send sixteen requests at once.
var piped = fmt.Sprintf(", pipelined by %d", pipelined)

// report formats the figures of a benchmark.
type report struct{ *bench }

// text returns the tables as Markdown.
func (r report) text(machine string) string {
	var s strings.Builder
	names := []string{ours}
	for _, c := range r.others {
		names = append(names, c.name)
	}
	fmt.Fprintf(&s, "%s\n\n%s\n", machine, fmt.Sprintf(notes, r.runs))
	for _, err := range r.faults {
		fmt.Fprintf(&s, "\nFault: %s\n", strings.Join(strings.Fields(err.Error()), " "))
	}
	r.goalTable(&s)
	if r.measured(rowChallenge) || r.measured(rowPaidAt(connections)) {
		r.withoutChainTables(&s, names)
	}
	r.bareTable(&s)
	r.table(&s, "To the chain and back, and memory", names, chainRows(r))
	r.table(&s, "Loads on the chain, mint402 alone", names[:1], r.loadRows())
	return s.String()
}

// table writes a table of the rows that were measured, if there are any.
func (r report) table(s *strings.Builder, title string, names []string, rows []chainRow) {
	rows = slices.DeleteFunc(rows, func(row chainRow) bool { return !r.measured(row.key) })
	if len(rows) == 0 {
		return
	}
	section(s, title, names, []string{"goal"})
	for _, row := range rows {
		cells := []string{row.title}
		for _, name := range names {
			v := r.median(row.key, name)
			if row.key == rowMemory {
				v = r.peak(row.key, name)
			}
			cells = append(cells, number(row.format, v))
		}
		line(s, append(cells, row.goal))
	}
}

// bareTable compares 402s with Fiber apps that only answer.
func (r report) bareTable(s *strings.Builder) {
	if !r.measured(rowChallenge) || math.IsNaN(r.median(rowChallenge, bareSmall)) {
		return
	}
	section(s, "402s next to a Fiber app that only answers: a second (µs of the core)", []string{ours, bareSmall, bareSame},
		[]string{"share", "same bytes", "share by processor time", "same bytes"})
	for _, row := range []string{rowChallenge, rowChallenge + piped} {
		cells := []string{row}
		for _, name := range []string{ours, bareSmall, bareSame} {
			cells = append(cells, number("%.0f", r.median(row, name))+" ("+number("%.1f", r.median(row+": cpu", name))+")")
		}
		small, smallCPU := r.to(row, bareSmall)
		same, sameCPU := r.to(row, bareSame)
		line(s, append(cells, number("%.2f", small), number("%.2f", same), number("%.2f", smallCPU), number("%.2f", sameCPU)))
	}
}

// loadRows are the rows of mint402 alone.
func (r report) loadRows() (rows []chainRow) {
	var climbs []string
	for _, delay := range r.delays {
		climbs = append(climbs, freeRow(delay))
	}
	for _, every := range r.blockTimes {
		for _, delay := range r.delays {
			climbs = append(climbs, distantRow(delay, every))
		}
	}
	for _, row := range climbs {
		rows = append(rows, chainRow{row + ": mints/s served whole", row, "%.0f", ""},
			chainRow{row + ": p99 at that rate, blocks", row + ": p99 blocks", "%.0f", "≤ 3"},
			chainRow{row + ": the server's core, µs a mint", row + ": cpu", "%.0f", ""},
			chainRow{row + ": transactions for 100", row + ": transactions", "%.1f", "≤ 2"})
	}
	whole := fmt.Sprintf("burst of %d: ", r.whole)
	return append(rows,
		chainRow{whole + "on the chain, %", rowWhole + ": share", "%.1f", "100"},
		chainRow{whole + "answered 200, %", rowWhole + ": answered", "%.1f", "100"},
		chainRow{whole + "blocks until the last mint", rowWhole + ": mint", "%.0f", ""},
		chainRow{whole + "blocks until the last answer", rowWhole + ": answer", "%.0f", "≤ 2"},
		chainRow{whole + "seconds until the last answer", rowWhole + ": seconds", "%.1f", ""},
		chainRow{"one mint on a chain that mines at once: p50, ms", rowSingle + ": p50", "%.0f", "≤ 60"},
		chainRow{"one mint on a chain that mines at once: p99, ms", rowSingle + ": p99", "%.0f", ""},
		chainRow{"the same, announced by WebSocket: p50, ms", rowAnnounced + ": p50", "%.0f", ""},
		chainRow{"the same, announced by WebSocket: p99, ms", rowAnnounced + ": p99", "%.0f", ""},
		chainRow{fmt.Sprintf("%.0f a second offered: claims/s", r.offered), rowOverload + ": taken", "%.0f", ""},
		chainRow{fmt.Sprintf("%.0f a second offered: mints/s", r.offered), rowOverload, "%.0f", ""},
		chainRow{fmt.Sprintf("burst of %d: memory before, MB", r.crowd), rowCrowd + ": before", "%.0f", ""},
		chainRow{fmt.Sprintf("burst of %d: memory at most, MB", r.crowd), rowCrowd + ": most", "%.0f", "≤ 200"},
		chainRow{fmt.Sprintf("burst of %d: memory %s later, MB", r.crowd, r.rest), rowCrowd + ": after", "%.0f", "≤ 80"},
		chainRow{"claim with 10,000 orders: p50, µs", rowLedger + ": small p50", "%.0f", ""},
		chainRow{"claim with 1,000,000 orders: p50, µs", rowLedger + ": large p50", "%.0f", ""},
		chainRow{"claim with 10,000 orders: p99, µs", rowLedger + ": small p99", "%.0f", ""},
		chainRow{"claim with 1,000,000 orders: p99, µs", rowLedger + ": large p99", "%.0f", ""})
}

// isNpm reports whether a contender is an npm server, and not a guest.
func isNpm(name string) bool {
	return slices.ContainsFunc(peers, func(p peer) bool { return p.name == name })
}

func (r report) measured(row string) bool { return r.values[row] != nil }

func (r report) withoutChainTables(s *strings.Builder, names []string) {
	rates := []string{rowChallenge, rowChallenge + piped, rowMalformed, rowMalformed + piped, rowForged, rowPaidAt(paidConnections[0]), rowPaidAt(paidConnections[1])}
	rates = slices.DeleteFunc(rates, func(row string) bool { return !r.measured(row) })
	section(s, "Without the chain, answers a second", names, []string{"ratio", "goal"})
	for _, row := range rates {
		cells, best := []string{row}, math.NaN()
		for _, name := range names {
			v := r.median(row, name)
			if isNpm(name) && !(v <= best) {
				best = v
			}
			cells = append(cells, number("%.0f", v))
		}
		line(s, append(cells, number("%.1f ×", r.median(row, ours)/best), npmGoals[row]))
	}
	section(s, "How long that takes: p50 / p90 / p99 in ms", names, nil)
	for _, row := range rates {
		cells := []string{row}
		for _, name := range names {
			var p []string
			for _, percent := range []string{": p50", ": p90", ": p99"} {
				p = append(p, number("%.1f", r.median(row+percent, name)))
			}
			cells = append(cells, strings.Join(p, " / "))
		}
		line(s, cells)
	}
	section(s, "What an answer costs the server, µs of its core (and how much of the core it had)", names, nil)
	for _, row := range rates {
		cells := []string{row}
		for _, name := range names {
			cells = append(cells, number("%.1f", r.median(row+": cpu", name))+" ("+number("%.0f %%", r.median(row+": core", name))+")")
		}
		line(s, cells)
	}
}

// npmGoals are the targets for mint402 next to the npm servers.
var npmGoals = map[string]string{
	rowChallenge:                  "≥ 100,000 and ≥ 12 ×",
	rowChallenge + piped:          "≥ 100,000 and ≥ 12 ×",
	rowPaidAt(paidConnections[1]): "≥ 8,000 and ≥ 10 ×",
}

type chainRow struct{ title, key, format, goal string }

func chainRows(r report) []chainRow {
	at := fmt.Sprintf("%.0f a second offered", r.rate)
	return []chainRow{
		{fmt.Sprintf("burst of %d: on the chain, %%", r.burst), rowBurst + ": share", "%.1f", "100"},
		{"burst: answered 200, %", rowBurst + ": answered", "%.1f", ""},
		{"burst: seconds until the last answer", rowBurst + ": seconds", "%.1f", ""},
		{"burst: mints/s, to the last answer", rowBurst + ": rate", "%.0f", ""},
		{at + ": on the chain, %", rowSustained + ": share", "%.1f", "100"},
		{at + ": mints/s, to the last answer", rowSustained + ": rate", "%.0f", "≥ 250"},
		{at + ": p50, s", rowSustained + ": p50 s", "%.1f", ""},
		{at + ": p90, s", rowSustained + ": p90 s", "%.1f", ""},
		{at + ": p99, s", rowSustained + ": p99 s", "%.1f", ""},
		{at + ": p50, blocks", rowSustained + ": p50 blocks", "%.0f", ""},
		{at + ": p90, blocks", rowSustained + ": p90 blocks", "%.0f", ""},
		{at + ": p99, blocks", rowSustained + ": p99 blocks", "%.0f", "≤ 3"},
		{"transactions for 100", rowSustained + ": transactions", "%.1f", ""},
		{"gas for 100", rowSustained + ": gas", "%.0f", ""},
		{at + ": memory (RSS), MB", rowSustained + ": memory", "%.0f", "≤ 80"},
		{"memory at most (peak RSS of all runs), MB", rowMemory, "%.0f", ""},
	}
}

func section(s *strings.Builder, title string, names, more []string) {
	head := append(append([]string{""}, names...), more...)
	fmt.Fprintf(s, "\n### %s\n\n| %s |\n|%s\n", title, strings.Join(head, " | "), "---|"+strings.Repeat("---:|", len(head)-1))
}

func line(s *strings.Builder, cells []string) {
	fmt.Fprintf(s, "| %s |\n", strings.Join(cells, " | "))
}

// number formats a value with separators between thousands, or as a dash if there is
// no value.
func number(format string, v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	text := fmt.Sprintf(format, v)
	whole, rest := text, ""
	if i := strings.IndexAny(text, ". "); i >= 0 {
		whole, rest = text[:i], text[i:]
	}
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	return whole + rest
}
