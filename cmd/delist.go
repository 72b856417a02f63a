package cmd

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/failpoint"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
)

const listFlagsHelp = `
    --db FILE     the database (default mint402.db)
    --json        print the result as JSON
`

const delistHelp = `
delist takes a launch off this server's shop: no price is quoted for it (410),
and it is neither listed nor the default of /mint. Its page and its orders still
answer, and what was paid is still delivered. The contract is not touched: anyone
may mint there without this server; "pause" stops that. No key is needed.

The server that uses the database has to be stopped first. A database that is
rebuilt has every launch on sale.

usage: mint402 delist SLUG [--db FILE]

    $ mint402 delist ping

flags` + listFlagsHelp

const relistHelp = `
relist puts a launch that was delisted back on sale. The server that uses the
database has to be stopped first.

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
			format := "%s is off sale; its orders are still delivered\n"
			switch {
			case !changed && delisted:
				format = "%s is off sale already; nothing was changed\n"
			case !changed:
				format = "%s is on sale already; nothing was changed\n"
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

// changeListing changes a database that no server uses. It does not create a missing
// one.
func changeListing(ctx context.Context, db, slug string, delisted bool) (changed bool, err error) {
	if found, err := store.Peek(db); err != nil {
		return false, err
	} else if len(found.Tokens) == 0 {
		return false, &usageError{hint(fmt.Errorf("no launch is registered in %s", db), "--db FILE names the database")}
	}
	s, err := store.OpenDriver(db, failpoint.Driver)
	if errors.Is(err, store.ErrLocked) {
		return false, hint(err, "a server uses this database: stop it, run this again, and start it again")
	}
	if err != nil {
		return false, err
	}
	defer s.Close()
	if changed, err = s.SetDelisted(ctx, slug, delisted); !errors.Is(err, mint.ErrNotFound) {
		return changed, err
	}
	launches, err := s.Launches(ctx)
	if err != nil {
		return false, err
	}
	var slugs []string
	for _, l := range launches {
		slugs = append(slugs, l.Slug)
	}
	return false, &usageError{hint(fmt.Errorf("no launch of %s is called %q", db, slug), "one of %v", slugs)}
}
