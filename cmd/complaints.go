package cmd

import (
	"context"
	"log/slog"
	"slices"
	"sync"

	"github.com/mint402/mint402/server"
)

// mostComplaints is how many warnings and errors are remembered.
const mostComplaints = 100

// complaints is a log's handler that hands everything on and remembers the newest
// warnings and errors, for whoever runs the server without a terminal.
type complaints struct {
	slog.Handler
	attrs  []slog.Attr // of the logger that this one is of
	prefix string      // its groups
	last   *newest
}

// newest is shared by all handlers that derive from one.
type newest struct {
	mu   sync.Mutex
	list []server.Complaint // last comes first
}

// remember wraps a logger's handler.
func remember(log *slog.Logger) (*slog.Logger, func() []server.Complaint) {
	k := &newest{}
	return slog.New(&complaints{Handler: log.Handler(), last: k}), k.all
}

// Enabled says yes to warnings even where the log itself is for errors only.
func (c *complaints) Enabled(ctx context.Context, level slog.Level) bool {
	return level >= slog.LevelWarn || c.Handler.Enabled(ctx, level)
}

// Handle implements [slog.Handler].
func (c *complaints) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelWarn {
		one := server.Complaint{At: r.Time.UTC(), Level: r.Level.String(), Message: r.Message, Attrs: map[string]string{}}
		add := func(prefix string, a slog.Attr) {
			if a.Key != "stack" { // a panic's is in the log
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
func (c *complaints) WithAttrs(attrs []slog.Attr) slog.Handler {
	d := *c
	d.Handler, d.attrs = c.Handler.WithAttrs(attrs), slices.Clone(c.attrs)
	for _, a := range attrs {
		d.attrs = append(d.attrs, slog.Attr{Key: c.prefix + a.Key, Value: a.Value})
	}
	return &d
}

// WithGroup implements [slog.Handler].
func (c *complaints) WithGroup(name string) slog.Handler {
	d := *c
	d.Handler, d.prefix = c.Handler.WithGroup(name), c.prefix+name+"."
	return &d
}

func (k *newest) add(c server.Complaint) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.list = append(k.list, c); len(k.list) > mostComplaints {
		k.list = slices.Delete(k.list, 0, len(k.list)-mostComplaints)
	}
}

// all is what is remembered, the newest first.
func (k *newest) all() []server.Complaint {
	k.mu.Lock()
	defer k.mu.Unlock()
	list := slices.Clone(k.list)
	slices.Reverse(list)
	return list
}
