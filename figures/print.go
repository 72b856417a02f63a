package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// print writes the tree's figures as two tables: the whole, then each package.
func (t *Tree) print(out io.Writer) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	f := &t.Total
	row := func(what, format string, args ...any) {
		fmt.Fprintf(w, "%s\t"+format+"\n", append([]any{what}, args...)...)
	}
	fmt.Fprintf(w, "marks in 1,000 words of comments (%d words)\n", f.Words)
	for i, m := range marks {
		row(fmt.Sprintf("  %d. %s", i+1, m.Name), "%.2f\t(%d)", f.Rate(i), f.Marks[i])
	}
	row("  words of a sentence, median, p90", "%d, %d", f.Sentences.Median, f.Sentences.P90)
	fmt.Fprintln(w, "sizes")
	row("  files, lines, packages", "%d, %d, %d", f.Files, f.Lines, len(t.Packages))
	row("  files of a package, median, max", "%d, %d\t%s", f.PerPackage.Median, f.PerPackage.Max, f.PerPackage.Which)
	row("  lines of a file, median, p90, max", "%d, %d, %d\t%s", f.FileLines.Median, f.FileLines.P90, f.FileLines.Max, f.FileLines.Which)
	row("  files over 300 lines", "%d\t%s", f.LongFiles, share(f.LongFiles, f.Files))
	row("  lines of a function, median, p90, max", "%d, %d, %d\t%s", f.Functions.Median, f.Functions.P90, f.Functions.Max, f.Functions.Which)
	row("  cyclomatic complexity, max", "%d\t%s", f.Complexity.Max, f.Complexity.Which)
	row("  functions over 15", "%d\t%s", f.Complex, share(f.Complex, f.FunctionCount))
	row("  methods of the largest types", "%s", list(f.Types))
	row("  methods of the largest interfaces", "%s", list(f.Interfaces))
	row("  exported names, documented", "%d, %d\t%s", f.Exported, f.Documented, share(f.Documented, f.Exported))
	row("  arrows between files, back up", "%d, %d\t%s", f.Arrows.Count, f.Arrows.Back, share(f.Arrows.Back, f.Arrows.Count))
	row("  circles of files, files in the largest", "%d, %d", f.Arrows.Circles, f.Arrows.Circled)
	row("  arrows between packages, floors", "%d, %d", t.Imports.Arrows, t.Imports.Floors)
	if err := w.Flush(); err != nil {
		return err
	}

	fmt.Fprintln(w, "\npackage\twords\t1\t2\t3\t4\t5\tfiles\tlongest file\tlongest function\tmost methods\tarrows\tback up\texported\tdocumented")
	for _, folder := range slices.Sorted(maps.Keys(t.Packages)) {
		p := t.Packages[folder]
		most := 0
		if len(p.Types) > 0 {
			most = p.Types[0].Methods
		}
		fmt.Fprintf(w, "%s\t%d\t%.1f\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\n", folder, p.Words, p.Rate(0), p.Rate(1), p.Rate(2), p.Rate(3), p.Rate(4),
			p.Files, p.FileLines.Max, p.Functions.Max, most, p.Arrows.Count, p.Arrows.Back, p.Exported, share(p.Documented, p.Exported))
	}
	return w.Flush()
}

// share is a part of a whole, in percent.
func share(part, whole int) string {
	if whole == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f %%", float64(part)*100/float64(whole))
}

func list(types []Sized) string {
	var all []string
	for _, t := range types {
		all = append(all, fmt.Sprintf("%s %d", t.Name, t.Methods))
	}
	return strings.Join(all, ", ")
}
