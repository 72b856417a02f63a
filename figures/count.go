package main

import (
	"cmp"
	"go/ast"
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"
)

// marks are patterns of unusual English that readers stumble over. They also match some
// good sentences: judge a package by how often they occur, not by a single match.
var marks = []struct {
	Name    string
	pattern *regexp.Regexp
}{
	{"what is …, as a noun", regexp.MustCompile(`(?i)\b(what (?:is|was|has|had|came|comes|a|the|it|they|we|nobody|somebody|must|goes|keeps|could|would|cannot|can|may))\b`)},
	{"nobody, nothing, none", regexp.MustCompile(`(?i)\b(nobody|nothing|none)\b`)},
	{"whoever, who …", regexp.MustCompile(`(?i)\b(whoever|who (?:comes?|asks?|reads?|listens?|waits?|names?|could|pays?|is|has|may|signs?|stands?))\b`)},
	{"anew, in vain, beside …", regexp.MustCompile(`(?i)\b(anew|for good|in vain|be it|beside|meanwhile|at hand|for ever|in earnest|a while|by itself|as long as that|goes before)\b`)},
	{"of which, whose …", regexp.MustCompile(`(?i)\b(of which|in which|by which|for which|at which|whose)\b`)},
}

// Figures are the counts for a package or for a whole tree. Sizes are in lines.
type Figures struct {
	Words int   `json:"words"` // of comments
	Marks []int `json:"marks"` // occurrences of each of marks, in that order
	// Sentences are lengths in words. Sentences of fewer than 4 words are not counted.
	Sentences Spread `json:"sentences"`

	Files      int    `json:"files"`
	Lines      int    `json:"lines"`
	PerPackage Spread `json:"filesPerPackage"`
	FileLines  Spread `json:"fileLines"`
	LongFiles  int    `json:"filesOver300Lines"`

	Functions     Spread `json:"functionLines"`
	Complexity    Spread `json:"complexity"` // cyclomatic, of functions
	Complex       int    `json:"functionsOverComplexity15"`
	FunctionCount int    `json:"functions"`

	// Types and Interfaces are those with the most methods, at most maxListed of each.
	Types      []Sized `json:"types"`
	Interfaces []Sized `json:"interfaces"`

	// Arrows counts the arrows between the files of a package. For a tree it has the sums
	// of its packages, and the largest circle of any package.
	Arrows Arrows `json:"arrows"`

	Exported   int `json:"exported"`   // names, and methods of exported types
	Documented int `json:"documented"` // those that have a comment
}

// Spread is the median, the 90th percentile and the largest of some values.
type Spread struct {
	Median int    `json:"median"`
	P90    int    `json:"p90"`
	Max    int    `json:"max"`
	Which  string `json:"which,omitempty"` // name of the element with the largest
}

// Sized is a type with its number of methods.
type Sized struct {
	Name    string `json:"name"`
	Methods int    `json:"methods"`
}

// Rate returns how often marks[row] occurs in 1,000 words.
func (f *Figures) Rate(row int) float64 {
	if f.Words == 0 {
		return 0
	}
	return float64(f.Marks[row]) * 1000 / float64(f.Words)
}

// counter collects the raw counts of files, from which figures computes Figures.
type counter struct {
	comments   []string
	files      []named // path and lines
	functions  []named
	complexity []named
	perPackage map[string]int
	methods    map[string]int
	interfaces map[string]int
	exported   int
	documented int

	names   []string // of the files
	parsed  []*ast.File
	imports []string
}

// named is a count with the name of the element that it belongs to.
type named struct {
	name string
	n    int
}

// add counts a file of a folder.
func (c *counter) add(folder string, f *file) {
	if c.perPackage == nil {
		c.perPackage, c.methods, c.interfaces = map[string]int{}, map[string]int{}, map[string]int{}
	}
	c.comments = append(c.comments, f.comments...)
	c.files = append(c.files, named{path.Join(folder, f.name), f.lines})
	for _, fn := range f.functions {
		c.functions = append(c.functions, named{within(folder, fn.name), fn.lines})
		c.complexity = append(c.complexity, named{within(folder, fn.name), fn.complexity})
	}
	c.perPackage[folder]++
	for name, n := range f.methods {
		c.methods[within(folder, name)] += n
	}
	for name, n := range f.interfaces {
		c.interfaces[within(folder, name)] += n
	}
	c.exported += f.exported
	c.documented += f.documented
	c.names, c.parsed = append(c.names, f.name), append(c.parsed, f.parsed)
	for _, spec := range f.parsed.Imports {
		c.imports = append(c.imports, strings.Trim(spec.Path.Value, "`\""))
	}
}

// within returns a name with its package's folder before it, except for the root.
func within(folder, name string) string {
	if folder == "." {
		return name
	}
	return folder + "." + name
}

// figures returns the figures of the files so far, without Arrows.
func (c *counter) figures() Figures {
	text := strings.Join(c.comments, " ")
	f := Figures{
		Words: len(strings.Fields(text)), Sentences: spread(sentences(text)),
		Files: len(c.files), FileLines: spread(c.files),
		Functions: spread(c.functions), Complexity: spread(c.complexity), FunctionCount: len(c.functions),
		Types: largest(c.methods), Interfaces: largest(c.interfaces),
		Exported: c.exported, Documented: c.documented,
	}
	for _, m := range marks {
		f.Marks = append(f.Marks, len(m.pattern.FindAllStringIndex(text, -1)))
	}
	for _, file := range c.files {
		f.Lines += file.n
		if file.n > 300 {
			f.LongFiles++
		}
	}
	for _, fn := range c.complexity {
		if fn.n > 15 {
			f.Complex++
		}
	}
	var packages []named
	for folder, n := range c.perPackage {
		packages = append(packages, named{folder, n})
	}
	f.PerPackage = spread(packages)
	return f
}

var sentenceEnd = regexp.MustCompile(`[.!?]\s`)

// sentences returns the lengths of a text's sentences, in words. It skips sentences of
// fewer than 4 words.
func sentences(text string) (lengths []named) {
	for _, s := range sentenceEnd.Split(text, -1) {
		if n := len(strings.Fields(s)); n > 3 {
			lengths = append(lengths, named{"", n})
		}
	}
	return lengths
}

// spread returns the distribution of values, or zero for an empty list.
func spread(values []named) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	sorted := slices.SortedFunc(slices.Values(values), func(a, b named) int {
		return cmp.Or(cmp.Compare(a.n, b.n), cmp.Compare(b.name, a.name))
	})
	last := sorted[len(sorted)-1]
	return Spread{sorted[(len(sorted)-1)/2].n, sorted[(len(sorted)-1)*9/10].n, last.n, last.name}
}

// maxListed is how many types and interfaces are listed.
const maxListed = 5

// largest returns the types with the most methods.
func largest(methods map[string]int) (all []Sized) {
	for _, name := range slices.Sorted(maps.Keys(methods)) {
		all = append(all, Sized{name, methods[name]})
	}
	slices.SortStableFunc(all, func(a, b Sized) int { return cmp.Compare(b.Methods, a.Methods) })
	return all[:min(len(all), maxListed)]
}
