//go:build linux

package main

import (
	"fmt"
	"math"
	"strings"
)

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

// report is the figures as Markdown.
func (b *bench) report(machine string) string {
	var s strings.Builder
	names := []string{ours}
	for _, p := range peers {
		names = append(names, p.name)
	}
	fmt.Fprintf(&s, "%s\n\nMedian of %d interleaved runs. Ratios are ours to the better of the others, in the same run.\n", machine, b.runs)

	rates := []string{rowChallenge, rowChallenge + piped, rowMalformed, rowMalformed + piped, rowForged, rowPaid}
	section(&s, "Without the chain", names, append([]string{}, "ratio", "goal"))
	for _, row := range rates {
		b.line(&s, row, row, "%.0f", names, goals[row], true)
	}
	section(&s, "How long that takes: p50 / p90 / p99 in ms", names, nil)
	for _, row := range rates {
		cells := make([]string, len(names))
		for i, name := range names {
			cells[i] = fmt.Sprintf("%s / %s / %s", number("%.2f", b.median(row+": p50", name)), number("%.2f", b.median(row+": p90", name)), number("%.2f", b.median(row+": p99", name)))
		}
		fmt.Fprintf(&s, "| %s | %s |\n", row, strings.Join(cells, " | "))
	}
	section(&s, "What that costs the server: µs of its core for each", names, nil)
	for _, row := range rates {
		b.line(&s, row, row+": cpu", "%.1f", names, "", false)
	}
	section(&s, "To the chain and back", names, []string{"goal"})
	for _, row := range chainRows(b) {
		b.line(&s, row.title, row.key, row.format, names, row.goal, false)
	}
	return s.String()
}

// goals are what ours has to reach.
var goals = map[string]string{
	rowChallenge:         "≥ 100,000 and ≥ 12 ×",
	rowChallenge + piped: "≥ 100,000 and ≥ 12 ×",
	rowPaid:              "≥ 8,000 and ≥ 10 ×",
}

type chainRow struct{ title, key, format, goal string }

func chainRows(b *bench) []chainRow {
	at := fmt.Sprintf("%.0f a second offered", b.rate)
	return []chainRow{
		{fmt.Sprintf("burst of %d: on the chain, %%", b.burst), rowBurst + ": share", "%.1f", "100"},
		{"burst: answered 200, %", rowBurst + ": answered", "%.1f", ""},
		{"burst: seconds until all are answered", rowBurst + ": seconds", "%.1f", ""},
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
		{"memory at most (RSS), MB", rowMemory, "%.0f", "≤ 80"},
	}
}

func section(s *strings.Builder, title string, names, more []string) {
	head := append(append([]string{""}, names...), more...)
	fmt.Fprintf(s, "\n### %s\n\n| %s |\n|%s\n", title, strings.Join(head, " | "), "---|"+strings.Repeat("---:|", len(head)-1))
}

func (b *bench) line(s *strings.Builder, title, key, format string, names []string, goal string, ratio bool) {
	cells := []string{title}
	best := math.NaN()
	for _, name := range names {
		v := b.median(key, name)
		if key == rowMemory {
			v = b.highest(key, name)
		}
		if name != ours && !(v <= best) {
			best = v
		}
		cells = append(cells, number(format, v))
	}
	if ratio {
		cells = append(cells, number("%.1f ×", b.median(key, ours)/best))
	}
	if ratio || goal != "" || strings.Contains(key, ": ") && !strings.HasSuffix(key, ": cpu") || key == rowMemory {
		cells = append(cells, goal)
	}
	fmt.Fprintf(s, "| %s |\n", strings.Join(cells, " | "))
}

// number writes a value with thousands apart, or a dash if there is none.
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
