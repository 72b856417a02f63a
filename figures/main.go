// Command figures measures properties that make Go code hard to read: marks of unusual
// English in comments, the sizes of files, functions, types and packages, arrows between
// files, and exported names without a comment.
//
//	go run ./figures [--json | --arrows] [DIR]
//
// An arrow leads from a file to another of its package that declares something it uses.
// The program looks for the order of a package's files in which the fewest arrows lead
// back up to an earlier file; --arrows prints the files in that order.
//
// It reads every .go file below DIR (default: the current directory), except tests and
// generated files. It skips the folders node_modules, vendor, testdata, mocks, examples,
// legacy and those that begin with a dot. The code is only parsed and need not build, so
// any two trees can be compared.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	asJSON := flag.Bool("json", false, "print one JSON object, with every package")
	arrows := flag.Bool("arrows", false, "print each package's files, from top to bottom, and the files that they use")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./figures [--json | --arrows] [DIR]")
		flag.PrintDefaults()
	}
	flag.Parse()
	dir := "."
	switch flag.NArg() {
	case 0:
	case 1:
		dir = flag.Arg(0)
	default:
		flag.Usage()
		os.Exit(2)
	}
	print := (*Tree).print
	switch {
	case *asJSON:
		print = (*Tree).printJSON
	case *arrows:
		print = (*Tree).printArrows
	}
	if err := run(os.Stdout, dir, print); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

// run measures the tree below dir and prints it.
func run(out io.Writer, dir string, print func(*Tree, io.Writer) error) error {
	t, err := read(dir)
	if err != nil {
		return err
	}
	return print(t, out)
}

func (t *Tree) printJSON(out io.Writer) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(t)
}
