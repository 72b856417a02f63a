package cmd

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/deploy"
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

The server that uses the database may run: it is asked to make the change. In a
database that is rebuilt, every launch is on sale.

usage: mint402 delist SLUG [--db FILE]

    $ mint402 delist ping

flags` + listFlagsHelp

const relistHelp = `
relist puts a launch that was delisted back on sale. The server that uses the
database may run.

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
			changed, err := changeListing(c.Context(), p, db, args[0], delisted)
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
changes something it only shows. The server that uses the database may run: it is
asked to make the change.

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

The dashboard does the same. In a database that is rebuilt, the choices are lost.

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
	ctx, change := c.Context(), deploy.Change{Home: f.change()}
	var err error
	if change.Ban, err = walletsOf("--ban", f.ban); err != nil {
		return err
	}
	if change.Unban, err = walletsOf("--unban", f.unban); err != nil {
		return err
	}
	if !change.Home.None() || len(change.Ban)+len(change.Unban) > 0 {
		if _, err := makeChange(ctx, p, f.db, change); err != nil {
			return err
		}
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
func changeListing(ctx context.Context, p *Program, db, slug string, delisted bool) (changed bool, err error) {
	c := admin.HomeChange{Relist: []string{slug}}
	if delisted {
		c = admin.HomeChange{Delist: []string{slug}}
	}
	before, err := makeChange(ctx, p, db, deploy.Change{Home: c})
	return slices.Contains(before.Delisted, slug) != delisted, err
}
