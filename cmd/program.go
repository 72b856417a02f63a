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
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/safe"
	"github.com/mint402/mint402/server/admin"
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
func (p *Program) say(format string, args ...any) {
	fmt.Fprintln(p.Err, safe.Text(fmt.Sprintf(format, args...)))
}

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

const logHelp = `
    --log-format FORMAT   text or json (default text)
    --log-level LEVEL     debug, info, warn or error (default info)
`

type logFlags struct{ format, level string }

func (l *logFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&l.format, "log-format", "text", "")
	c.Flags().StringVar(&l.level, "log-level", "info", "")
}

func (p *Program) logger(l *logFlags) (*slog.Logger, error) {
	var level slog.Level
	if err := level.UnmarshalText([]byte(l.level)); err != nil {
		return nil, usage("log level %q: expected debug, info, warn or error", l.level)
	}
	options := &slog.HandlerOptions{Level: level}
	switch l.format {
	case "text":
		return slog.New(slog.NewTextHandler(p.Err, options)), nil
	case "json":
		return slog.New(slog.NewJSONHandler(p.Err, options)), nil
	}
	return nil, usage("log format %q: expected text or json", l.format)
}

// maxLogRecords is the maximum number of stored warnings and errors.
const maxLogRecords = 100

// recordKeeper is a log handler that passes every record on and stores the newest
// warnings and errors. The dashboard shows them to operators who have no terminal.
type recordKeeper struct {
	slog.Handler
	attrs  []slog.Attr // of its logger
	prefix string      // the groups of its logger
	last   *newestRecords
}

// newestRecords is shared by all handlers derived from one.
type newestRecords struct {
	mu   sync.Mutex
	list []admin.LogRecord // in order of arrival
}

// keepRecords wraps a logger's handler. The function that it returns lists the stored
// records, the newest first.
func keepRecords(log *slog.Logger) (*slog.Logger, func() []admin.LogRecord) {
	k := &newestRecords{}
	return slog.New(&recordKeeper{Handler: log.Handler(), last: k}), k.all
}

// Enabled returns true for warnings even if the log itself takes only errors.
func (c *recordKeeper) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || c.Handler.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (c *recordKeeper) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		one := admin.LogRecord{At: r.Time.UTC(), Level: r.Level.String(), Message: r.Message, Attrs: map[string]string{}}
		add := func(prefix string, a slog.Attr) {
			if a.Key != "stack" { // the stack of a panic is only in the log
				one.Attrs[prefix+a.Key] = plain(a.Value.Resolve().String())
			}
		}
		for _, a := range c.attrs {
			add("", a)
		}
		r.Attrs(func(a slog.Attr) bool { add(c.prefix, a); return true })
		c.last.add(one)
	}
	if !c.Handler.Enabled(ctx, r.Level) {
		return nil
	}
	return c.Handler.Handle(ctx, r)
}

// WithAttrs implements [slog.Handler].
func (c *recordKeeper) WithAttrs(attrs []slog.Attr) slog.Handler {
	d := *c
	d.Handler, d.attrs = c.Handler.WithAttrs(attrs), slices.Clone(c.attrs)
	for _, a := range attrs {
		d.attrs = append(d.attrs, slog.Attr{Key: c.prefix + a.Key, Value: a.Value})
	}
	return &d
}

// WithGroup implements [slog.Handler].
func (c *recordKeeper) WithGroup(name string) slog.Handler {
	d := *c
	d.Handler, d.prefix = c.Handler.WithGroup(name), c.prefix+name+"."
	return &d
}

func (k *newestRecords) add(c admin.LogRecord) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.list = append(k.list, c); len(k.list) > maxLogRecords {
		k.list = slices.Delete(k.list, 0, len(k.list)-maxLogRecords)
	}
}

// all returns the stored warnings and errors, the newest first.
func (k *newestRecords) all() []admin.LogRecord {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := slices.Clone(k.list)
	slices.Reverse(list)
	return list
}
