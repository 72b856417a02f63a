package cmd

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/store"
)

const ordersHelp = `
orders lists payments and their status, newest first. It reads the database, even
while a server uses it, or asks a server. CREATED is when the database first had the
payment: after a rebuild or a restored backup, that is later than its block.

usage: mint402 orders [0x…] [flags]

    $ mint402 orders
    $ mint402 orders --state settled --json
    $ mint402 orders 0x5cb1…            what begins so: a payment, a payer or a transaction
    $ mint402 orders --url https://mint.example --payer 0x7099…

states: claimed, parked, minting, mined, minted, settled, voided, refunded

flags
    --state STATE       only payments in this state
    --payer ADDRESS     only payments of this payer
    --launch SLUG       only payments to this launch
    --limit N           maximum number of payments (default 20)
    --db FILE           the database (default mint402.db)
    --url URL           ask this server instead
    --csv               print as CSV, with the columns of the dashboard's file
    --json              print as JSON, like the server's /orders
`

type ordersFlags struct {
	state, payer, launch, db, url string
	begins                        string // hex digits in lower case, without 0x
	limit                         int
	asJSON, asCSV                 bool
}

func ordersVerb(p *Program) *cobra.Command {
	var f ordersFlags
	c := &cobra.Command{Use: "orders", Long: ordersHelp, Args: arguments(0, 1, "the beginning of a payment's id, a payer or a transaction"),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				f.begins = strings.TrimPrefix(strings.ToLower(args[0]), "0x")
				if f.begins == "" || len(f.begins) > 64 || strings.Trim(f.begins, "0123456789abcdef") != "" {
					return usage("%.100q: expected 0x and up to 64 hex digits", args[0])
				}
				if f.url != "" {
					return usage("%.100q: expected without --url; a server lists orders by --payer, and mint402 receipt asks it for one", args[0])
				}
			}
			return f.run(c.Context(), p)
		}}
	c.Flags().StringVar(&f.state, "state", "", "")
	c.Flags().StringVar(&f.payer, "payer", "", "")
	c.Flags().StringVar(&f.launch, "launch", "", "")
	c.Flags().IntVar(&f.limit, "limit", 20, "")
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().StringVar(&f.url, "url", "", "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	c.Flags().BoolVar(&f.asCSV, "csv", false, "")
	return c
}

func (f *ordersFlags) run(ctx context.Context, p *Program) error {
	query := mint.Query{Launch: f.launch, Limit: f.limit, Match: f.begins}
	if f.asCSV && f.asJSON {
		return usage("give either --csv or --json")
	}
	if f.limit < 1 {
		return usage("--limit %d: expected 1 or more", f.limit)
	}
	if f.payer != "" {
		payer, err := parseAddress("--payer", f.payer)
		if err != nil {
			return err
		}
		query.Payer = &payer
	}
	if f.state != "" {
		for _, s := range mint.States {
			if string(s) == f.state {
				query.States = []mint.State{s}
			}
		}
		if query.States == nil {
			return usage("--state %q: expected one of %v", f.state, mint.States)
		}
	}
	var list api.Receipts
	var err error
	if f.url != "" {
		list, err = askOrders(ctx, f, query)
	} else {
		list, err = readOrders(ctx, f.db, query)
	}
	if err != nil {
		return err
	}
	if f.asJSON {
		return p.json(list)
	}
	if f.asCSV {
		return admin.WriteReceipts(p.Out, list.Orders)
	}
	if len(list.Orders) == 0 {
		p.say("no payments match; money that came without an order is listed by mint402 refund --launch SLUG")
	}
	t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "CREATED\tSTATE\tPAYER\tPAID\tTOKENS\tPAYMENT\tREASON")
	for _, r := range list.Orders {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s %s\t%s %s\t%s\t%s\n", r.CreatedAt.Local().Format(time.DateTime), plain(string(r.State)), r.Payer.Hex(),
			plain(r.Paid.Formatted), plain(r.Paid.Symbol), amount.Grouped(plain(r.Tokens)), plain(r.Symbol), r.PaymentID, plain(r.Reason))
	}
	return t.Flush()
}

func askOrders(ctx context.Context, f *ordersFlags, query mint.Query) (list api.Receipts, err error) {
	q := url.Values{"limit": {strconv.Itoa(query.Limit)}}
	if query.Payer != nil {
		q.Set("payer", query.Payer.Hex())
	}
	for name, value := range map[string]string{"state": f.state, "launch": f.launch} {
		if value != "" {
			q.Set(name, value)
		}
	}
	err = fetchJSON(ctx, strings.TrimRight(f.url, "/")+"/orders?"+q.Encode(), &list)
	return list, err
}

func readOrders(ctx context.Context, db string, query mint.Query) (list api.Receipts, err error) {
	s, err := openReader(db)
	if err != nil {
		return list, err
	}
	defer s.Close()
	launches, err := launchesBySlug(ctx, s)
	if err != nil {
		return list, err
	}
	orders, err := s.Orders(ctx, query)
	if err != nil {
		return list, err
	}
	list.Orders = make([]api.Receipt, len(orders))
	for i := range orders {
		l := launches[orders[i].Launch]
		list.Orders[i] = api.NewReceipt(&l, &orders[i])
	}
	return list, nil
}

// launchesBySlug returns the launches that orders refer to.
func launchesBySlug(ctx context.Context, s *store.Store) (map[string]mint.Launch, error) {
	launches, err := s.Launches(ctx)
	if err != nil {
		return nil, err
	}
	by := make(map[string]mint.Launch, len(launches))
	for _, l := range launches {
		by[l.Slug] = l
	}
	return by, nil
}

// fetchJSON reads a server's answer. For any status except 2xx it returns an error
// with the server's message.
func fetchJSON(ctx context.Context, url string, into any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/json")
	client := http.Client{Timeout: 30 * time.Second}
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(io.LimitReader(res.Body, 8<<20))
	if err != nil {
		return fmt.Errorf("read %s: %w", url, err)
	}
	if res.StatusCode/100 != 2 {
		return fmt.Errorf("read %s: %s", url, describe(res.StatusCode, body))
	}
	if err := json.Unmarshal(body, into); err != nil {
		return fmt.Errorf("read %s: not the answer of a mint402 server: %w", url, err)
	}
	return nil
}
