// Command figures counts what makes Go code hard to read: marks of an unusual
// English in comments, the sizes of files, functions, types and packages, and
// exported names without a comment.
//
//	go run ./figures [--json] [DIR]
//
// It reads every .go file below DIR (default: the current directory) that is no
// test and not generated, and skips the folders node_modules, vendor, testdata,
// mocks, examples, legacy and those that begin with a dot. It needs no build: any
// tree that parses can be counted, and two trees can be compared.
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
