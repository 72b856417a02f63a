package cmd

import (
	"log/slog"

	"github.com/spf13/cobra"
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
