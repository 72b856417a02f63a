// Package cmd is the mint402 program. It has one file for each verb, and is the only
// package that combines the concrete types of the other packages.
//
// A verb that spends money or gas prints the amount and asks first. A payment is on
// disk before it is sent, and no second one is signed while the first is undecided. A
// key comes from the environment or a file, never from a flag, and is never printed.
//
// Results go to standard output, everything else to standard error. The exit status
// tells how a run ended; see exit.go. Under --json a failure is also an object on
// standard output.
package cmd

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"
)

// Program is one run of mint402, with its access to the world.
type Program struct {
	In       io.Reader
	Out, Err io.Writer
	Lookup   func(name string) (value string, ok bool) // the environment
	Now      func() time.Time

	dotenv map[string]string // variables that .env adds to the environment
	answer *bufio.Reader     // reads In, for questions

	printed bool // a result was written as JSON
	part    int  // maximum number of ids in one fold; 0: mint.FoldSize
}

// usageError is a mistake in the command line: exit status 2.
type usageError struct{ err error }

func (e *usageError) Error() string { return e.err.Error() }
func (e *usageError) Unwrap() error { return e.err }

func usage(format string, args ...any) error { return &usageError{fmt.Errorf(format, args...)} }

// hintError adds advice to an error, printed on a separate line.
type hintError struct {
	err  error
	hint string
}

func (e *hintError) Error() string { return e.err.Error() }
func (e *hintError) Unwrap() error { return e.err }

func hint(err error, format string, args ...any) error {
	return &hintError{err, fmt.Sprintf(format, args...)}
}

// arguments makes a wrong number of arguments a usage error.
func arguments(least, most int, what string) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if len(args) < least || len(args) > most {
			return &usageError{hint(fmt.Errorf("%s takes %s", c.Name(), what), "mint402 %s --help shows examples", c.Name())}
		}
		return nil
	}
}

// say prints a line for people.
func (p *Program) say(format string, args ...any) { fmt.Fprintf(p.Err, format+"\n", args...) }

// json prints a result for machines.
func (p *Program) json(v any) error {
	p.printed = true
	e := json.NewEncoder(p.Out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// bold makes a word bold on a terminal, unless NO_COLOR is set.
func (p *Program) bold(w io.Writer, s string) string {
	if no, _ := p.Lookup("NO_COLOR"); no != "" || !terminal(w) {
		return s
	}
	return "\x1b[1m" + s + "\x1b[0m"
}

func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
