package cmd

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/webhook"
)

const webhooksHelp = `
webhooks
    --webhooks FILE       endpoints that get signed events; mint402 webhook edits
                          it (default webhooks.json, which may be missing)
`

const webhookHelp = `
webhook configures the endpoints to which "serve" sends signed events of payments
and launches (Standard Webhooks), and the chats to which it sends messages for its
operator. They are in a file with their secrets; a running server reads it again
within seconds.

usage: mint402 webhook add URL [flags]      # - reads the URL from standard input
       mint402 webhook list
       mint402 webhook test|enable|rotate|remove NAME [flags]

    $ mint402 webhook add https://shop.example/hook --events order.mined,order.withdrawn
    $ mint402 webhook test shop-example
    $ mint402 webhook rotate shop-example        # both secrets sign from now on
    $ mint402 webhook rotate shop-example --end  # only the new one signs
    $ mint402 webhook add - < slack-url.txt      # also discord, telegram, ntfy
    $ mint402 webhook add - --format telegram --chat -1001234567890 < telegram-url.txt

add prints the endpoint's secret, which the receiver verifies requests with. A new
endpoint gets the events from then on. Each event is sent until the receiver
answers 2xx, and may come more than once: the header webhook-id is then the same.
After about 75 hours of failures, or a 410, the endpoint is disabled; enable tries
again at once. list shows how far each endpoint is, and its last error.

A chat gets a short message when a launch is sold out, closed, paused, needs
attention (a fault has stopped its sale for 2 minutes) or is on sale again, when a
payment needs attention, and when a sender's key is low on gas. It gets the newest
state only: about one launch at most a message in 10 minutes, then in up to an hour,
and 20 an hour about all. Its URL is its secret, and is not shown again. Use
   Slack     an incoming webhook, https://hooks.slack.com/services/…
   Discord   a channel's webhook, https://discord.com/api/webhooks/…
   Telegram  https://api.telegram.org/botTOKEN/sendMessage, and the --chat
   ntfy      a topic, https://ntfy.sh/TOPIC

events: order.claimed, order.minting, order.mined, order.minted, order.parked,
        order.voided, order.settled, order.refunded, order.withdrawn,
        order.needs_attention, launch.opened, launch.sold_out, launch.closed,
        launch.paused, launch.needs_attention; for a chat only those of launches,
        order.needs_attention and server.low_gas

flags
    --webhooks FILE   the file of endpoints (default webhooks.json)
    --name NAME       add: the endpoint's name (default: from the URL's host)
    --format NAME     add: slack, discord, telegram, ntfy or signed (default: from
                      the URL's host, otherwise signed)
    --chat ID         add: the id or @name of the Telegram chat
    --events TYPES    add: only events of these types, separated by commas
    --launch SLUG     add: only events of this launch
    --allow-private   add: allow http and addresses that are not public
    --skip-to N       enable: continue after the event with this sequence
    --end             rotate: end the rotation
    --db FILE         list: the database (default mint402.db)
    --json            print the result as JSON
`

type webhookFlags struct {
	file, name, launch, db    string
	format, chat              string
	events                    []string
	skipTo                    int64
	allowPrivate, end, asJSON bool
}

func webhookVerb(p *Program) *cobra.Command {
	var f webhookFlags
	c := &cobra.Command{Use: "webhook", Long: webhookHelp, Args: arguments(1, 2, "an action, and a URL or a name"),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c.Context(), p, args) }}
	c.Flags().StringVar(&f.file, "webhooks", "webhooks.json", "")
	c.Flags().StringVar(&f.name, "name", "", "")
	c.Flags().StringSliceVar(&f.events, "events", nil, "")
	c.Flags().StringVar(&f.launch, "launch", "", "")
	c.Flags().StringVar(&f.format, "format", "", "")
	c.Flags().StringVar(&f.chat, "chat", "", "")
	c.Flags().BoolVar(&f.allowPrivate, "allow-private", false, "")
	c.Flags().Int64Var(&f.skipTo, "skip-to", 0, "")
	c.Flags().BoolVar(&f.end, "end", false, "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

func (f *webhookFlags) run(ctx context.Context, p *Program, args []string) error {
	all, err := webhook.ReadFile(f.file)
	if err != nil {
		return err
	}
	action, with := args[0], strings.Join(args[1:], "")
	switch {
	case action == "list" && with == "":
		return f.list(ctx, p, all)
	case action == "add" && with != "":
		return f.add(ctx, p, all, with)
	case slices.Contains([]string{"test", "enable", "rotate", "remove"}, action) && with != "":
	default:
		return &usageError{hint(fmt.Errorf("webhook %s: expected add URL, list, or test, enable, rotate or remove with a NAME", strings.Join(args, " ")),
			"mint402 webhook --help shows examples")}
	}
	at := slices.IndexFunc(all, func(e webhook.Endpoint) bool { return e.Name == with })
	if at < 0 {
		return &usageError{hint(fmt.Errorf("%s has no endpoint %q", f.file, with), "mint402 webhook list shows the names")}
	}
	switch action {
	case "test":
		return f.test(ctx, p, all[at])
	case "enable":
		return f.enable(p, all, at)
	case "rotate":
		return f.rotate(p, all, at)
	}
	if err := webhook.WriteFile(f.file, slices.Delete(all, at, at+1)); err != nil {
		return err
	}
	return f.done(p, map[string]any{"name": with, "removed": true}, "%s gets no more events\n", with)
}

// done prints a result, as JSON or as a sentence.
func (f *webhookFlags) done(p *Program, result map[string]any, format string, args ...any) error {
	if f.asJSON {
		return p.json(result)
	}
	_, err := fmt.Fprintf(p.Out, format, args...)
	return err
}

func (f *webhookFlags) add(ctx context.Context, p *Program, all []webhook.Endpoint, to string) error {
	if to == "-" {
		line, err := bufio.NewReader(io.LimitReader(p.In, 4096)).ReadString('\n')
		if to = strings.TrimSpace(line); to == "" {
			return usage("standard input has no URL: %w", err)
		}
	}
	e := webhook.Endpoint{Name: f.name, URL: to, Chat: f.chat, Launch: f.launch, AllowPrivate: f.allowPrivate, Format: webhook.Format(f.format)}
	result := map[string]any{}
	switch f.format {
	case "":
		e.Format = webhook.FormatOf(to)
	case "signed":
		e.Format = webhook.Signed
	}
	if e.Format == webhook.Signed {
		e.Secrets = []string{webhook.NewSecret().Text()}
		result["secret"] = e.Secrets[0]
	}
	for _, t := range f.events {
		e.Events = append(e.Events, mint.ChangeType(strings.TrimSpace(t)))
	}
	if e.Name == "" {
		e.Name = nameOf(to)
	}
	if slices.ContainsFunc(all, func(other webhook.Endpoint) bool { return other.Name == e.Name }) {
		return &usageError{hint(fmt.Errorf("%s has an endpoint %q already", f.file, e.Name), "give the new one a --name")}
	}
	if err := e.Check(); err != nil {
		return &usageError{err}
	}
	address := e.CheckAddress(ctx)
	if address != nil && !errors.Is(address, webhook.ErrUnresolved) {
		return &usageError{hint(fmt.Errorf("%s would get no events: %w", e.Shown(), address), "give a public address, or --allow-private if the receiver is in your own network")}
	}
	if err := webhook.WriteFile(f.file, append(all, e)); err != nil {
		return err
	}
	if address != nil {
		p.say("warning: %v; events wait until the name has one, and \"mint402 webhook test %s\" tries it", address, e.Name)
	}
	result["name"], result["url"] = e.Name, e.Shown()
	if e.Format != webhook.Signed {
		result["format"] = e.Format
		return f.done(p, result, "%s gets messages from now on, if a server uses %s; this sends one now: mint402 webhook test %s\n", e.Name, f.file, e.Name)
	}
	return f.done(p, result, "%s gets events from now on, if a server uses %s\nsecret: %s\n", e.Name, f.file, e.Secrets[0])
}

func (f *webhookFlags) test(ctx context.Context, p *Program, e webhook.Endpoint) error {
	if err := webhook.Ping(ctx, e, p.Now()); err != nil {
		return fmt.Errorf("%s did not take the ping: %w", e.Name, err)
	}
	return f.done(p, map[string]any{"name": e.Name, "delivered": true}, "%s took the ping\n", e.Name)
}

func (f *webhookFlags) enable(p *Program, all []webhook.Endpoint, at int) error {
	if all[at].EnabledAt = p.Now().UTC(); f.skipTo != 0 {
		all[at].SkipTo = f.skipTo
	}
	if err := webhook.WriteFile(f.file, all); err != nil {
		return &usageError{err}
	}
	return f.done(p, map[string]any{"name": all[at].Name, "enabled": true}, "%s is tried again at once\n", all[at].Name)
}

func (f *webhookFlags) rotate(p *Program, all []webhook.Endpoint, at int) error {
	e := &all[at]
	switch {
	case e.Format != webhook.Signed:
		return &usageError{hint(fmt.Errorf("%s has no secret to rotate: its URL is its secret", e.Name), "make a new URL there, add it, and remove %s", e.Name)}
	case f.end && len(e.Secrets) < 2:
		return &usageError{fmt.Errorf("%s has one secret; no rotation is under way", e.Name)}
	case f.end:
		e.Secrets = e.Secrets[:1]
	case len(e.Secrets) > 1:
		return &usageError{hint(fmt.Errorf("a rotation of %s is under way", e.Name), "mint402 webhook rotate %s --end ends it", e.Name)}
	default:
		e.Secrets = append([]string{webhook.NewSecret().Text()}, e.Secrets...)
	}
	if err := webhook.WriteFile(f.file, all); err != nil {
		return err
	}
	if f.end {
		return f.done(p, map[string]any{"name": e.Name, "secret": e.Secrets[0]}, "only the new secret signs for %s\n", e.Name)
	}
	return f.done(p, map[string]any{"name": e.Name, "secret": e.Secrets[0]},
		"both secrets of %s sign; give the receiver the new one, then end the rotation with --end\nsecret: %s\n", e.Name, e.Secrets[0])
}

// webhookLine is an endpoint in the output of list. It has no secrets.
type webhookLine struct {
	Name         string            `json:"name"`
	URL          string            `json:"url"`
	Status       string            `json:"status"` // new, ok, failing or disabled
	Cursor       int64             `json:"cursor"`
	Lag          int64             `json:"lag"` // events after the cursor
	Failures     int               `json:"failures"`
	FailingSince time.Time         `json:"failingSince,omitzero"`
	Next         time.Time         `json:"next,omitzero"`
	Error        string            `json:"error,omitempty"`
	Events       []mint.ChangeType `json:"events,omitempty"`
	Launch       string            `json:"launch,omitempty"`
}

func (f *webhookFlags) list(ctx context.Context, p *Program, all []webhook.Endpoint) error {
	states, newest := map[string]webhook.State{}, int64(0)
	if _, err := os.Stat(f.db); !errors.Is(err, fs.ErrNotExist) { // without one, no server was started yet
		s, err := openReader(f.db)
		if err != nil {
			return err
		}
		defer s.Close()
		if states, err = s.Webhooks(ctx); err != nil {
			return err
		}
		if _, newest, err = s.JournalRange(ctx); err != nil {
			return err
		}
	}
	lines := []webhookLine{}
	for _, e := range all {
		s, known := states[e.Name]
		l := webhookLine{Name: e.Name, URL: e.Shown(), Status: "ok", Cursor: s.Cursor, Lag: max(0, newest-s.Cursor), Failures: s.Failures,
			FailingSince: s.FailingSince, Next: s.Next, Error: s.Error, Events: e.Events, Launch: e.Launch}
		switch {
		case !known:
			l.Status, l.Lag = "new", 0
		case !s.Disabled.IsZero():
			l.Status = "disabled"
		case s.Failures > 0:
			l.Status = "failing"
		}
		lines = append(lines, l)
	}
	if f.asJSON {
		return p.json(map[string]any{"webhooks": lines})
	}
	t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "NAME\tSTATUS\tLAG\tURL\tERROR")
	for _, l := range lines {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\t%s\n", l.Name, l.Status, l.Lag, plain(l.URL), plain(l.Error))
	}
	return t.Flush()
}
