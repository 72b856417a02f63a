package cmd

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/audit"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
)

const auditHelp = `
audit checks that the money adds up. It compares every payment, mint, refund and
withdrawal on the chain with the database, the contract's own counters, and the
asset's transfers. It can read the database while a server uses it. It goes up to
the newest block that both have.

usage: mint402 audit [flags]

    $ mint402 audit
    $ mint402 audit --launch ping --rpc https://… --json

Received money is held by the contract, withdrawn or refunded. Unaccounted money
is held but has bought no tokens: it can become mints or refunds. The part of it
that is owed belongs to payers with settled payments that are not minted yet. The
audit lists every difference. The exit status is 0 if there is none.

flags
    --launch SLUG       only that launch (default all)
    --db FILE           the database (default mint402.db)
    --json              print as JSON, in the form of /launches/SLUG/solvency` + nodeHelp + `
Without --network, it uses the chain of the launch, or of the node. It says which
launches in the database are on other chains: each is audited with a node of its
chain.
`

type auditFlags struct {
	node       nodeFlags
	launch, db string
	asJSON     bool
}

// audited is the output of audit --json.
type audited struct {
	Launches []api.Solvency `json:"launches"`
}

func auditVerb(p *Program) *cobra.Command {
	var f auditFlags
	c := &cobra.Command{Use: "audit", Long: auditHelp, Args: arguments(0, 0, "no arguments; --launch names a launch"),
		RunE: func(c *cobra.Command, _ []string) error {
			s, err := openReader(f.db)
			if err != nil {
				return err
			}
			defer s.Close()
			return f.run(c.Context(), p, s)
		}}
	f.node.add(c)
	c.Flags().StringVar(&f.launch, "launch", "", "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

func (f *auditFlags) run(ctx context.Context, p *Program, s *store.Store) error {
	launches, err := s.Launches(ctx)
	if err != nil {
		return err
	}
	if len(launches) == 0 {
		return fmt.Errorf("there is no launch in %s", f.db)
	}
	first := launches[0]
	if f.launch != "" {
		slugs := slugsOf(launches)
		at := slices.Index(slugs, f.launch)
		if at < 0 {
			return usage("--launch %q: expected one of %v, the launches in %s", plain(f.launch), slugs, f.db)
		}
		launches = launches[at : at+1]
		first = launches[0]
	}
	if f.launch != "" || !f.node.chosen() {
		if err := f.node.take(first); err != nil {
			return err
		}
	}
	n, err := f.dial(ctx, launches)
	if err != nil {
		return err
	}
	defer n.Close()
	of, others := byChain(launches, n.ChainID())
	if len(of) == 0 {
		return &usageError{hint(fmt.Errorf("no launch in %s is on %s", f.db, n.network.Title), "--network %s", networkName(first.ChainID))}
	}
	for id, left := range others {
		p.say("left out: %s on %s; mint402 audit --network %s, with a node of that chain, audits them", strings.Join(slugsOf(left), ", "), titleOf(id), networkName(id))
	}
	return auditLaunches(ctx, p, n, s.On(n.ChainID()), of, f.asJSON)
}

// dial connects to the node. Without --network, it may be of any of the launches' chains.
func (f *auditFlags) dial(ctx context.Context, launches []mint.Launch) (*node, error) {
	n, err := f.node.dial(ctx)
	var other *otherChainError
	if !errors.As(err, &other) || f.launch != "" || f.node.chosen() {
		return n, err
	}
	if of, _ := byChain(launches, other.id); len(of) == 0 {
		return nil, err
	}
	f.node.network = networkName(other.id)
	return f.node.dial(ctx)
}

// byChain divides launches into those of a chain and those of each other.
func byChain(launches []mint.Launch, chainID uint64) (of []mint.Launch, others map[uint64][]mint.Launch) {
	others = map[uint64][]mint.Launch{}
	for _, l := range launches {
		if l.ChainID == chainID {
			of = append(of, l)
		} else {
			others[l.ChainID] = append(others[l.ChainID], l)
		}
	}
	return of, others
}

// auditLaunches audits each launch, prints all results, and fails if there is a
// difference.
func auditLaunches(ctx context.Context, p *Program, n *node, s *store.Store, launches []mint.Launch, asJSON bool) error {
	all, err := booksOf(ctx, p, n, s, launches)
	if err != nil {
		return err
	}
	return reportBooks(p, all, asJSON)
}

// booksOf audits each launch of a chain.
func booksOf(ctx context.Context, p *Program, n *node, s *store.Store, launches []mint.Launch) (all []mint.Solvency, err error) {
	if err := n.Check(ctx, chain.Expect{ChainID: n.ChainID(), Launches: launches}); err != nil {
		return nil, hint(err, "the database has other launches than the chain: check --network and --rpc")
	}
	for _, l := range launches {
		a := &audit.Audit{Client: n.Client, Store: s, Launch: l, Say: p.say}
		books, err := a.Run(ctx)
		if missing := (*audit.MissingBlockError)(nil); errors.As(err, &missing) {
			return nil, hint(err, "the node may be behind, or serve another chain: --rpc URL of another node")
		}
		if err != nil {
			return nil, err
		}
		all = append(all, books)
	}
	return all, nil
}

// reportBooks prints the results of an audit, and fails if there is a difference.
func reportBooks(p *Program, all []mint.Solvency, asJSON bool) error {
	var out audited
	differences := 0
	for _, books := range all {
		out.Launches = append(out.Launches, api.NewSolvency(books))
		differences += len(books.Differences)
	}
	var err error
	if asJSON {
		err = p.json(out)
	} else {
		err = showBooks(p, all)
	}
	if err == nil && differences > 0 {
		err = fmt.Errorf("%w: %s", errDiffers, amount.Plural(int64(differences), "difference"))
	}
	return err
}

// errDiffers means that the audit found a difference.
var errDiffers = errors.New("chain and database disagree about the money")

func showBooks(p *Program, all []mint.Solvency) error {
	for i, books := range all {
		if i > 0 {
			fmt.Fprintln(p.Out)
		}
		l, s := books.Launch, api.NewSolvency(books)
		final := "not final yet"
		if s.Final {
			final = "final"
		}
		fmt.Fprintf(p.Out, "%s, up to block %d of %s (%s)\n", p.bold(p.Out, plain(l.Slug)+", "+l.Token.Hex()), s.Block.Number,
			s.Block.Time.Local().Format(time.DateTime), final)
		t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
		line := func(name string, price api.Price, note string) {
			fmt.Fprintf(t, "  %s\t%s %s\t%s\n", name, amount.Grouped(price.Formatted), plain(l.Asset.Symbol), note)
		}
		line("received", s.Received, "")
		line("minted", s.Minted, fmt.Sprintf("%s, %s %s", amount.Plural(s.Mints, "payment"), amount.Grouped(amount.Tokens(l.Tokens(s.Allotments))), plain(l.Symbol)))
		line("refunded", s.Refunded, "")
		line("withdrawn", s.Withdrawn, "")
		line("held", s.Held, "")
		line("unaccounted", s.Unaccounted, "")
		line("owed", s.Owed, "of it, for "+amount.Plural(s.OwedOrders, "settled payment"))
		if err := t.Flush(); err != nil {
			return err
		}
		for _, d := range s.Differences {
			about := ""
			if d.Payment != nil {
				about = " " + d.Payment.String()
			}
			fmt.Fprintf(p.Out, "  difference: %s%s: %s\n", d.Code, about, plain(d.Detail))
		}
		if len(s.Differences) == 0 {
			fmt.Fprintln(p.Out, "  no difference")
		}
	}
	return nil
}
