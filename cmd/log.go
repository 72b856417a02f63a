package cmd

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/server/admin"
)

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
