package cmd

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"io"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/media"
	"github.com/mint402/mint402/profile"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/webhook"
)

const editHelp = `
edit changes the page of a launch: its picture, colours, texts and links. The
contract does not change. Buyers see each edit on the page: when, by whom, and
which fields. Without a flag for a field, edit prints the page as it is.

usage: mint402 edit SLUG [flags]

    $ mint402 edit ping --image logo.svg --banner banner.jpg --accent '#7a3cff'
    $ mint402 edit ping --about about.md --website https://ping.example --x @ping
    $ mint402 edit ping --telegram ''          # removes the link
    $ mint402 edit ping --history

Pictures are checked, drawn again in the sizes that pages, wallets and explorers
ask for, and stored in the database. The original, with its metadata, is not
kept. A URL is read once, now. Of an animation, the first frame is used.

The server that uses the database may run: it shows the edit at once, and a new
description in its lists within 10 seconds.

Of a launch, at most 1,000 edits and 64 MiB of pictures are kept.

fields; '' clears one
    --description TEXT   one or two sentences, up to 1,000 characters
    --about FILE         a longer text in Markdown, up to 10,000 characters; - is
                         standard input. HTML in it is dropped, and pictures are
                         shown as their text
    --image FILE|URL     PNG, JPEG, WebP, GIF or SVG, up to 4 MiB and 16 million
                         pixels; best a square of 1024
    --banner FILE|URL    the same; shown as 1500 × 500
    --accent COLOR       #rrggbb; made darker or lighter until it can be read
    --website URL        https only
    --x, --telegram, --discord, --farcaster NAME|URL
                         a link to that site
    --trades-at URL      where the token trades after the sale

flags
    --history            print all versions, newest first` + listFlagsHelp

// edited is the JSON output of edit.
type edited struct {
	Launch  string          `json:"launch"`
	Changed []string        `json:"changed"` // by this run
	Version profile.Version `json:"newest"`
}

// editFlags are the flags of fields, by the field's name.
var editFlags = map[string]string{"description": "description", "about": "about", "image": "image", "banner": "banner", "accent": "accent", "website": "website",
	"x": "x", "telegram": "telegram", "discord": "discord", "farcaster": "farcaster", "tradesAt": "trades-at"}

func editVerb(p *Program) *cobra.Command {
	var db string
	var asJSON, history bool
	c := &cobra.Command{Use: "edit", Long: editHelp, Args: arguments(1, 1, "the launch's slug"),
		RunE: func(c *cobra.Command, args []string) error {
			edit, err := readEdit(p, c)
			if err != nil {
				return err
			}
			if history {
				return showHistory(c.Context(), p, db, args[0], asJSON)
			}
			return applyEdit(c.Context(), p, db, args[0], edit, asJSON)
		}}
	for _, flag := range editFlags {
		c.Flags().String(flag, "", "")
	}
	c.Flags().BoolVar(&history, "history", false, "")
	c.Flags().StringVar(&db, "db", "mint402.db", "")
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

// readEdit reads the flags of fields, and the files that they name.
func readEdit(p *Program, c *cobra.Command) (profile.Edit, error) {
	e := profile.Edit{Texts: map[string]string{}, Uploads: map[string][]byte{}, Author: profile.Operator}
	for field, flag := range editFlags {
		if !c.Flags().Changed(flag) {
			continue
		}
		value, err := c.Flags().GetString(flag)
		if err != nil {
			return e, err
		}
		picture := field == "image" || field == "banner"
		switch {
		case value == "" || !picture && field != "about" || picture && strings.Contains(value, "://"):
			e.Texts[field] = value
		default:
			data, err := readUpTo(p, value, media.MaxBytes)
			if err != nil {
				return e, usage("--%s: %w", flag, err)
			}
			if picture {
				warnOfSize(p, flag, data)
				e.Uploads[field] = data
			} else {
				e.Texts[field] = string(data)
			}
		}
	}
	return e, nil
}

// warnOfSize warns of a picture that pages show enlarged, or cut to another shape. One that
// cannot be read is refused later.
func warnOfSize(p *Program, flag string, data []byte) {
	size, _, err := image.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		return
	}
	width, height := bestSizes[flag][0], bestSizes[flag][1]
	switch {
	case size.Width < width/4:
		p.say("warning: --%s has %d × %d pixels, and pages show it enlarged; best %d × %d", flag, size.Width, size.Height, width, height)
	case flag == "image" && (2*size.Width > 3*size.Height || 2*size.Height > 3*size.Width):
		p.say("warning: --%s has %d × %d pixels, and pages show a square; best %d × %d", flag, size.Width, size.Height, width, height)
	}
}

// bestSizes are the width and height in pixels that pages show.
var bestSizes = map[string][2]int{"image": {1024, 1024}, "banner": {1500, 500}}

// readUpTo reads a file, or standard input if its name is -. A file that is larger than limit
// is read up to one byte more, so that its reader finds it too large.
func readUpTo(p *Program, name string, limit int64) ([]byte, error) {
	if name == "-" {
		return io.ReadAll(io.LimitReader(p.In, limit+1))
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit+1))
}

// applyEdit stores an edit, or prints the page as it is if the edit has no field.
func applyEdit(ctx context.Context, p *Program, db, slug string, e profile.Edit, asJSON bool) error {
	var done edited
	if len(e.Texts) == 0 && len(e.Uploads) == 0 {
		all, err := readHistory(ctx, db, slug)
		if err != nil {
			return err
		}
		done = edited{Launch: slug, Changed: []string{}}
		if len(all) > 0 {
			done.Version = all[0]
		}
		return showEdit(p, done, asJSON)
	}
	s, err := openUnused(db)
	served := errors.Is(err, store.ErrLocked)
	if served {
		s, err = store.OpenEditor(db)
	}
	if err != nil {
		return err
	}
	defer s.Close()
	before, err := s.Profiles.Profile(ctx, slug)
	if err != nil {
		return err
	}
	editor := profile.Editor{Store: &s.Profiles, Fetch: fetchPicture}
	after, err := editor.Apply(ctx, slug, e)
	done = edited{slug, []string{}, after}
	if after.Number > before.Number {
		done.Changed = after.Changed
	}
	var invalid *profile.InvalidError
	if errors.As(err, &invalid) {
		var all []error
		for _, f := range invalid.Fields {
			all = append(all, fmt.Errorf("--%s %s", editFlags[f.Field], f.Message))
		}
		return &usageError{hint(errors.Join(all...), "nothing was changed; mint402 edit --help describes the fields")}
	}
	if err != nil {
		return unknownLaunch(ctx, s, db, slug, err)
	}
	if served && len(done.Changed) > 0 {
		p.say("the server that uses this database shows the edit; the new texts are in its lists within 10 seconds")
	}
	return showEdit(p, done, asJSON)
}

// fetchPicture reads a picture's URL. Its error has the cause: on the command line, the reader is
// the operator.
func fetchPicture(ctx context.Context, url string) ([]byte, error) {
	body, err := media.Fetcher{Dial: webhook.DialPublic}.Get(ctx, url)
	if cause := errors.Unwrap(err); cause != nil {
		err = fmt.Errorf("was not read: %w", cause)
	}
	return body, err
}

func showEdit(p *Program, done edited, asJSON bool) error {
	if asJSON {
		return p.json(done)
	}
	switch v := done.Version; {
	case len(done.Changed) > 0:
		p.say("version %d of the page of %s: changed %s", v.Number, done.Launch, strings.Join(done.Changed, ", "))
	case v.Number == 0:
		p.say("the page of %s was never edited", done.Launch)
	default:
		p.say("the page of %s is at version %d; nothing was changed", done.Launch, v.Number)
	}
	for _, name := range profile.Fields() {
		text := done.Version.Profile.Text(name)
		for _, picture := range []struct {
			name string
			of   profile.Picture
		}{{"image", done.Version.Profile.Image}, {"banner", done.Version.Profile.Banner}} {
			if picture.name != name || len(picture.of.Files) == 0 {
				continue
			}
			if text = strings.TrimSpace(fmt.Sprintf("%d sizes %s", len(picture.of.Files), text)); picture.of.Animated {
				text += " (the first frame of an animation)"
			}
		}
		if text != "" {
			if _, err := fmt.Fprintf(p.Out, "%-12s %s\n", editFlags[name], plain(text)); err != nil {
				return err
			}
		}
	}
	return nil
}

// showHistory prints all versions of a launch's page.
func showHistory(ctx context.Context, p *Program, db, slug string, asJSON bool) error {
	all, err := readHistory(ctx, db, slug)
	if err != nil {
		return err
	}
	if asJSON {
		return p.json(map[string]any{"launch": slug, "versions": append([]profile.Version{}, all...)})
	}
	for _, v := range all {
		if _, err := fmt.Fprintf(p.Out, "%d  %s  %s  %s\n", v.Number, v.At.Format("2006-01-02 15:04:05Z"), v.Author, strings.Join(v.Changed, ", ")); err != nil {
			return err
		}
	}
	if len(all) == 0 {
		p.say("the page of %s was never edited", slug)
	}
	return nil
}

// readHistory reads a database that a server may be using.
func readHistory(ctx context.Context, db, slug string) ([]profile.Version, error) {
	if found, err := store.Peek(db); err != nil {
		return nil, err
	} else if len(found.Tokens) == 0 {
		return nil, noLaunch(db)
	}
	s, err := store.OpenReader(db)
	if err != nil {
		return nil, err
	}
	defer s.Close()
	if _, err := s.Launch(ctx, slug); err != nil {
		return nil, unknownLaunch(ctx, s, db, slug, err)
	}
	return s.Profiles.History(ctx, slug)
}
