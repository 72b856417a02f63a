// Command figures measures properties that make Go code hard to read: marks of unusual
// English in comments, the sizes of files, functions, types and packages, and exported
// names without a comment.
//
//	go run ./figures [--json] [DIR]
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
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: go run ./figures [--json] [DIR]")
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
	if err := run(os.Stdout, dir, *asJSON); err != nil {
		fmt.Fprintln(os.Stderr, "figures:", err)
		os.Exit(1)
	}
}

func run(out io.Writer, dir string, asJSON bool) error {
	t, err := read(dir)
	if err != nil {
		return err
	}
	if asJSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(t)
	}
	return t.print(out)
}
