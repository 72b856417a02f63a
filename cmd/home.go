package cmd

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
)

const listFlagsHelp = `
    --db FILE     the database (default mint402.db)
    --json        print the result as JSON
`

const delistHelp = `
delist stops selling a launch on this server: requests for its price get 410, and
it is not listed. Its page and its orders stay available, and payments that were
made are still minted. The contract does not change: anyone can mint there
without this server; "pause" stops that. No key is needed.

Stop the server that uses the database first. In a database that is rebuilt,
every launch is on sale.

usage: mint402 delist SLUG [--db FILE]

    $ mint402 delist ping

flags` + listFlagsHelp

const relistHelp = `
relist puts a launch that was delisted back on sale. Stop the server that uses the
database first.

usage: mint402 relist SLUG [--db FILE]

    $ mint402 relist ping

flags` + listFlagsHelp

// listed is the JSON output of delist and relist.
type listed struct {
	Launch   string `json:"launch"`
	Delisted bool   `json:"delisted"`
	Already  bool   `json:"already"` // true: no change was needed
}

func delistVerb(p *Program) *cobra.Command { return setDelistedVerb(p, "delist", delistHelp, true) }
func relistVerb(p *Program) *cobra.Command { return setDelistedVerb(p, "relist", relistHelp, false) }

func setDelistedVerb(p *Program, verb, help string, delisted bool) *cobra.Command {
	var db string
	var asJSON bool
	c := &cobra.Command{Use: verb, Long: help, Args: arguments(1, 1, "the launch's slug"),
		RunE: func(c *cobra.Command, args []string) error {
			changed, err := changeListing(c.Context(), db, args[0], delisted)
			if err != nil {
				return err
			}
			if asJSON {
				return p.json(listed{args[0], delisted, !changed})
			}
			format := "%s is off sale; its paid orders are still minted\n"
			switch {
			case !changed && delisted:
				format = "%s is already off sale; nothing was changed\n"
			case !changed:
				format = "%s is already on sale; nothing was changed\n"
			case !delisted:
				format = "%s is on sale again\n"
			}
			_, err = fmt.Fprintf(p.Out, format, args[0])
			return err
		}}
	c.Flags().StringVar(&db, "db", "mint402.db", "")
	c.Flags().BoolVar(&asJSON, "json", false, "")
	return c
}

const homeHelp = `
home shows and changes what people find on this server. Without a flag that
changes something it only shows, and may run while a server uses the database.

usage: mint402 home [flags]

    $ mint402 home
    $ mint402 home --order pong,ping --hide test
    $ mint402 home --default pong

/ is the home page of all launches if there are several, and the page of the
launch if there is one. /mint sells the default launch. Unless you choose one, it
is the first in your order that sells now; if none does, the one that opens next;
if none will, the one that ended last. A payment that was signed for the default
of before still buys what was offered then.

A hidden launch is not on the home page, in lists, search, the sitemap or the
documents for agents. It is still sold, and its page answers. To stop selling it,
use "mint402 delist".

Stop the server before you change something, or use its dashboard, which does the
same while it runs. In a database that is rebuilt, the choices are lost.

flags
    --default SLUG  /mint sells this launch, also if it does not sell now; "auto"
                    leaves the choice to what sells
    --front SLUG    / shows the page of this launch, with a link to the others;
                    "auto" is the home page again
    --order SLUGS   the first launches of every list, separated by commas; the
                    others follow in order of registration. "none" removes the
                    order
    --hide SLUGS    hide launches
    --show SLUGS    show hidden launches again
    --list SLUGS    list launches that wallets made by themselves (serve
                    --open-launches): they are hidden until then; as --show
    --ban ADDRESS   let this wallet neither sign in nor launch; what it launched
                    stays on sale until "mint402 delist". May be repeated
    --unban ADDRESS lift a ban` + listFlagsHelp

type homeFlags struct {
	db, byDefault, front, order string
	hide, show, list            []string
	ban, unban                  []string
	asJSON                      bool
}

// arranged is the JSON output of home.
type arranged struct {
	Launches []string `json:"launches"` // all, in the order of lists
	admin.Home
	Creators map[string]common.Address `json:"creators"` // of launches that a wallet made without the operator
	Banned   []common.Address          `json:"banned"`
}

func homeVerb(p *Program) *cobra.Command {
	f := homeFlags{}
	c := &cobra.Command{Use: "home", Long: homeHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c, p) }}
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().StringVar(&f.byDefault, "default", "", "")
	c.Flags().StringVar(&f.front, "front", "", "")
	c.Flags().StringVar(&f.order, "order", "", "")
	c.Flags().StringSliceVar(&f.hide, "hide", nil, "")
	c.Flags().StringSliceVar(&f.show, "show", nil, "")
	c.Flags().StringSliceVar(&f.list, "list", nil, "")
	c.Flags().StringSliceVar(&f.ban, "ban", nil, "")
	c.Flags().StringSliceVar(&f.unban, "unban", nil, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

// change returns the change that the flags ask for.
func (f *homeFlags) change() admin.HomeChange {
	f.show = append(f.show, f.list...)
	c := admin.HomeChange{Hide: f.hide, Show: f.show}
	choice := func(text, none string) *string {
		switch text {
		case "":
			return nil
		case none:
			text = ""
		}
		return &text
	}
	c.Default, c.Front = choice(f.byDefault, "auto"), choice(f.front, "auto")
	if order := choice(f.order, "none"); order != nil {
		slugs := strings.FieldsFunc(*order, func(r rune) bool { return r == ',' || r == ' ' })
		c.Order = &slugs
	}
	return c
}

func (f *homeFlags) run(c *cobra.Command, p *Program) error {
	ctx, change := c.Context(), f.change()
	if !change.None() {
		if err := arrange(ctx, f.db, f.show, change.Apply); err != nil {
			return err
		}
	}
	if err := f.banish(ctx); err != nil {
		return err
	}
	s, err := openReader(f.db)
	if err != nil {
		return err
	}
	defer s.Close()
	launches, err := s.Launches(ctx)
	if err != nil {
		return err
	}
	now := arranged{Launches: slugsOf(launches), Home: admin.HomeOf(launches), Creators: creatorsOf(launches)}
	banned, err := store.CreatorTable{Store: s}.Banned(ctx)
	if err != nil {
		return err
	}
	now.Banned = api.OrEmpty(banned)
	if f.asJSON {
		return p.json(now)
	}
	choice := func(slug, chosen, none string) string {
		if slug == "" {
			return none
		}
		return fmt.Sprintf(chosen, slug)
	}
	list := func(slugs []string) string {
		if len(slugs) == 0 {
			return "none"
		}
		return strings.Join(slugs, ", ")
	}
	home := "the home page of all launches"
	if len(mint.Shown(launches)) < 2 {
		home = "the page of the launch; with several, the home page"
	}
	_, err = fmt.Fprintf(p.Out, "/mint     %s\n/         %s\norder     %s\nhidden    %s\noff sale  %s\n",
		choice(now.Default, "%s, as chosen", "the first launch that sells; otherwise the next to open, or the last that ended"),
		choice(now.Front, "the page of %s, as chosen", home), list(now.Launches), list(now.Hidden), list(now.Delisted))
	for _, slug := range slices.Sorted(maps.Keys(now.Creators)) {
		fmt.Fprintf(p.Out, "creator   %s made %s\n", now.Creators[slug], slug)
	}
	for _, wallet := range now.Banned {
		fmt.Fprintf(p.Out, "banned    %s\n", wallet)
	}
	return err
}

func slugsOf(launches []mint.Launch) []string {
	slugs := []string{}
	for _, l := range launches {
		slugs = append(slugs, l.Slug)
	}
	return slugs
}

// changeListing takes a launch off sale, or puts it back.
func changeListing(ctx context.Context, db, slug string, delisted bool) (changed bool, err error) {
	err = arrange(ctx, db, []string{slug}, func(a *mint.Arrangement) error {
		c := admin.HomeChange{Relist: []string{slug}}
		if delisted {
			c = admin.HomeChange{Delist: []string{slug}}
		}
		changed = slices.Contains(a.Delisted, slug) != delisted
		return c.Apply(a)
	})
	return changed, err
}

// arrange changes the operator's choices in a database that no server uses. It does not create
// a missing one. It fails if a launch does not exist that is named, or that edit adds to a list.
func arrange(ctx context.Context, db string, named []string, edit func(*mint.Arrangement) error) error {
	s, err := openUnused(db)
	if err != nil {
		return err
	}
	defer s.Close()
	launches, err := s.Launches(ctx)
	if err != nil {
		return err
	}
	slugs := slugsOf(launches)
	for _, slug := range named {
		if !slices.Contains(slugs, slug) {
			err = fmt.Errorf("launch %q: %w", slug, mint.ErrNotFound)
		}
	}
	if err == nil {
		err = s.Arrange(ctx, edit)
	}
	var wrong *api.ParamError
	if errors.As(err, &wrong) {
		return &usageError{wrong}
	}
	if !errors.Is(err, mint.ErrNotFound) {
		return err
	}
	return &usageError{hint(fmt.Errorf("in %s: %w", db, err), "give one of %v", slugs)}
}
