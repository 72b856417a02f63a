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
		return false, hint(err, "stop the server that uses this database, run this command again, and start the server again")
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
	return false, &usageError{hint(fmt.Errorf("there is no launch %[2]q in %[1]s", db, slug), "give one of %v", slugs)}
}
