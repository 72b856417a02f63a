package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"io"
	"maps"
	"path"
	"path/filepath"
	"slices"
)

// An arrow leads from a file to one that declares something it uses: functions, methods,
// types, fields, constants or variables of the package.
type arrow struct{ from, to string }

// Arrows are the counts of a package's arrows.
type Arrows struct {
	Count int `json:"count"`
	// Back is how many lead back up, if the files are read from top to bottom in the
	// order that has the fewest, as far as a search finds it.
	Back int `json:"back"`
	// Circles are groups of files that can all reach each other.
	Circles int `json:"circles"`
	// Circled is how many files are in the largest circle.
	Circled int `json:"circled"`
}

func (a *Arrows) add(b Arrows) {
	a.Count += b.Count
	a.Back += b.Back
	a.Circles += b.Circles
	a.Circled = max(a.Circled, b.Circled)
}

// noImports replaces every imported package by an empty one. The code of a tree need
// not build, and no arrow leaves its package.
type noImports struct{}

func (noImports) Import(from string) (*types.Package, error) {
	p := types.NewPackage(from, path.Base(from))
	p.MarkComplete()
	return p, nil
}

// arrowsOf returns the arrows between the files of a package. It does not see methods
// and fields of a value if the value's type comes from another package.
func arrowsOf(fset *token.FileSet, files []*ast.File) map[arrow]bool {
	found := map[arrow]bool{}
	info := &types.Info{Uses: map[*ast.Ident]types.Object{}}
	config := types.Config{Importer: noImports{}, FakeImportC: true, Error: func(error) {}}
	pkg, _ := config.Check("p", fset, files, info) // imports are missing, so there are errors
	name := func(at token.Pos) string { return filepath.Base(fset.Position(at).Filename) }
	for id, used := range info.Uses {
		if used.Pkg() != pkg || !used.Pos().IsValid() {
			continue
		}
		if a := (arrow{name(id.Pos()), name(used.Pos())}); a.from != a.to {
			found[a] = true
		}
	}
	return found
}

// graph has the arrows of a package in both directions, sorted.
type graph struct {
	files    []string
	uses     map[string][]string
	usedBy   map[string][]string
	position map[string]int // in the order that the search found
}

func newGraph(files []string, arrows map[arrow]bool) *graph {
	g := &graph{files: slices.Sorted(slices.Values(files)), uses: map[string][]string{}, usedBy: map[string][]string{}, position: map[string]int{}}
	for a := range arrows {
		g.uses[a.from] = append(g.uses[a.from], a.to)
		g.usedBy[a.to] = append(g.usedBy[a.to], a.from)
	}
	for _, lists := range []map[string][]string{g.uses, g.usedBy} {
		for _, list := range lists {
			slices.Sort(list)
		}
	}
	order := g.improve(g.greedy())
	for i, f := range order {
		g.position[f] = i
	}
	return g
}

// greedy returns an order with few arrows back (Eades, Lin and Smyth): files that no
// other uses go to the top, files that use no other to the bottom, and if neither is
// left, the file that has most uses more than users.
func (g *graph) greedy() []string {
	left := map[string]bool{}
	for _, f := range g.files {
		left[f] = true
	}
	count := func(list []string) (n int) {
		for _, f := range list {
			if left[f] {
				n++
			}
		}
		return n
	}
	var top, bottom []string
	for len(left) > 0 {
		best, most := "", 0
		for _, f := range g.files {
			if !left[f] {
				continue
			}
			uses, users := count(g.uses[f]), count(g.usedBy[f])
			if uses == 0 {
				bottom = append(bottom, f)
				delete(left, f)
				best = ""
				break
			}
			if more := uses - users; users == 0 || best == "" || more > most {
				if best, most = f, more; users == 0 {
					break
				}
			}
		}
		if best != "" {
			top = append(top, best)
			delete(left, best)
		}
	}
	slices.Reverse(bottom)
	return append(top, bottom...)
}

// improve moves single files to where they have the fewest arrows back, until no move
// helps.
func (g *graph) improve(order []string) []string {
	for moved := true; moved; {
		moved = false
		for _, f := range g.files {
			at := slices.Index(order, f)
			rest := slices.Delete(slices.Clone(order), at, at+1)
			// change is the number of arrows back that f has at a place, less those that it
			// has at the top.
			change, here, best, place := 0, 0, 0, 0
			for i := range len(rest) + 1 {
				if i > 0 {
					if slices.Contains(g.uses[f], rest[i-1]) {
						change++
					}
					if slices.Contains(g.usedBy[f], rest[i-1]) {
						change--
					}
				}
				if i == at {
					here = change
				}
				if change < best {
					best, place = change, i
				}
			}
			if best < here {
				order, moved = slices.Insert(rest, place, f), true
			}
		}
	}
	return order
}

// back returns the arrows that lead back up, sorted.
func (g *graph) back() (all []arrow) {
	for _, f := range g.files {
		for _, to := range g.uses[f] {
			if g.position[to] < g.position[f] {
				all = append(all, arrow{f, to})
			}
		}
	}
	return all
}

// circles returns the groups of files that can all reach each other (Tarjan's strongly
// connected components of more than one file), the largest first.
func (g *graph) circles() (all [][]string) {
	index, low, open := map[string]int{}, map[string]int{}, map[string]bool{}
	var stack []string
	var visit func(f string)
	visit = func(f string) {
		index[f] = len(index) + 1
		low[f] = index[f]
		stack, open[f] = append(stack, f), true
		for _, to := range g.uses[f] {
			switch {
			case index[to] == 0:
				visit(to)
				low[f] = min(low[f], low[to])
			case open[to]:
				low[f] = min(low[f], index[to])
			}
		}
		if low[f] < index[f] {
			return
		}
		from := slices.Index(stack, f)
		circle := slices.Clone(stack[from:])
		stack = stack[:from]
		for _, member := range circle {
			delete(open, member)
		}
		if len(circle) > 1 {
			slices.Sort(circle)
			all = append(all, circle)
		}
	}
	for _, f := range g.files {
		if index[f] == 0 {
			visit(f)
		}
	}
	slices.SortStableFunc(all, func(a, b []string) int { return len(b) - len(a) })
	return all
}

func (g *graph) count() Arrows {
	a := Arrows{Back: len(g.back())}
	for _, list := range g.uses {
		a.Count += len(list)
	}
	circles := g.circles()
	if a.Circles = len(circles); a.Circles > 0 {
		a.Circled = len(circles[0])
	}
	return a
}

// printArrows writes, for each package, its files from top to bottom with the files
// that they use. Uses of a file above are marked with ^.
func (t *Tree) printArrows(out io.Writer) error {
	for _, folder := range slices.Sorted(maps.Keys(t.graphs)) {
		g := t.graphs[folder]
		a := t.Packages[folder].Arrows
		fmt.Fprintf(out, "%s: %d files, %d arrows, %d back up, %d circles (largest: %d files)\n", folder, len(g.files), a.Count, a.Back, a.Circles, a.Circled)
		byPosition := func(a, b string) int { return g.position[a] - g.position[b] }
		for _, f := range slices.SortedFunc(slices.Values(g.files), byPosition) {
			fmt.Fprintf(out, "  %s:", f)
			for _, to := range slices.SortedFunc(slices.Values(g.uses[f]), byPosition) {
				if g.position[to] < g.position[f] {
					to = "^" + to
				}
				fmt.Fprintf(out, " %s", to)
			}
			fmt.Fprintln(out)
		}
		fmt.Fprintln(out)
	}
	_, err := fmt.Fprintf(out, "between packages: %d packages, %d arrows, %d floors\n", t.Imports.Packages, t.Imports.Arrows, t.Imports.Floors)
	return err
}
