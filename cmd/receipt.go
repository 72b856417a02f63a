package cmd

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
)

const receiptHelp = `
receipt shows the status of a payment, from the database or a server. With --rpc
it checks the status on the chain: a mint counts if the token contract logged it
in the transaction of the receipt. receipt verify checks a signed receipt.

usage: mint402 receipt ID|TRANSACTION|URL [flags]
       mint402 receipt verify FILE|URL|-     (mint402 receipt verify --help)

    $ mint402 receipt 0x1f2e… --url https://mint.example
    $ mint402 receipt 0x1f2e… --url https://mint.example --rpc https://sepolia.base.org
    $ mint402 receipt https://mint.example/r/0x1f2e…

flags
    --db FILE       the database (default mint402.db)
    --url URL       ask this server instead
    --rpc URL       check it with this node
    --json          print as JSON
`

type receiptFlags struct {
	db, url string
	rpc     []string
	asJSON  bool
}

// checkedReceipt is a receipt with the result of the check on the chain.
type checkedReceipt struct {
	api.Receipt
	OnChain string `json:"onChain,omitempty"` // "minted", "settled", "refunded" or "nothing"; absent if not asked
}

func receiptVerb(p *Program) *cobra.Command {
	var f receiptFlags
	c := &cobra.Command{Use: "receipt", Long: receiptHelp, Args: arguments(1, 1, "a payment id, a transaction or a receipt's URL"),
		RunE: func(c *cobra.Command, args []string) error {
			id, err := f.named(args[0])
			if err != nil {
				return &usageError{err}
			}
			return f.run(c.Context(), p, id)
		}}
	c.Flags().StringVar(&f.db, "db", "mint402.db", "")
	c.Flags().StringVar(&f.url, "url", "", "")
	c.Flags().StringSliceVar(&f.rpc, "rpc", nil, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	c.AddCommand(verifyVerb(p))
	return c
}

// named returns the hash that the argument has. The URL of a receipt names the server, too.
func (f *receiptFlags) named(arg string) (mint.PaymentID, error) {
	if u, err := url.Parse(arg); err == nil && (u.Scheme == "http" || u.Scheme == "https") {
		if f.url == "" {
			f.url = u.Scheme + "://" + u.Host
		}
		for _, part := range strings.Split(u.Path, "/") {
			if id, err := mint.ParsePaymentID(part); err == nil {
				return id, nil
			}
		}
		return mint.PaymentID{}, fmt.Errorf("%.200q: expected a URL with a payment's id, such as https://mint.example/r/0x1f2e…", arg)
	}
	return mint.ParsePaymentID(arg)
}

func (f *receiptFlags) run(ctx context.Context, p *Program, id mint.PaymentID) error {
	var r checkedReceipt
	var err error
	if f.url != "" {
		err = fetchJSON(ctx, strings.TrimRight(f.url, "/")+"/orders/"+id.String(), &r.Receipt)
	} else {
		r.Receipt, err = readReceipt(ctx, f.db, id)
		id = r.PaymentID // it may have been found by its transaction
	}
	if err != nil {
		return err
	}
	if r.PaymentID != id {
		return fmt.Errorf("%s answered with another payment, %s", f.url, r.PaymentID)
	}
	if ofDemo(p, f.db, f.url) {
		r.Explorer = "" // none sees a chain in memory
	}
	if len(f.rpc) > 0 {
		if r.OnChain, err = onChain(ctx, r.Receipt, id, f.rpc); err != nil {
			return err
		}
	}
	if f.asJSON {
		if err := p.json(r); err != nil {
			return err
		}
	} else if err := r.print(p); err != nil {
		return err
	}
	if r.State == mint.Mined || r.State == mint.Minted {
		if r.OnChain != "" && r.OnChain != "minted" {
			return hint(fmt.Errorf("the receipt says %s, but the chain does not show it", r.State), "the node may be behind, or the receipt is false: ask another node with --rpc URL")
		}
	}
	return nil
}

func (r checkedReceipt) print(p *Program) error {
	t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	line := func(name, value string) {
		if value != "" {
			fmt.Fprintf(t, "%s\t%s\n", name, plain(value))
		}
	}
	state := string(r.State)
	if !r.Final {
		state += " (not final)"
	}
	line("payment", r.PaymentID.String())
	line("state", state)
	line("reason", r.Reason)
	line("on chain", r.OnChain)
	line("payer", r.Payer.Hex())
	line("paid", r.Paid.Formatted+" "+r.Paid.Symbol)
	line("tokens", amount.Grouped(r.Tokens)+" "+r.Symbol)
	line("contract", r.Token.Hex())
	line("network", title(r.Network))
	line("transaction", r.Transaction)
	line("settlement", r.Settlement)
	line("refund", r.Refund)
	line("explorer", r.Explorer)
	return t.Flush()
}

func readReceipt(ctx context.Context, db string, id mint.PaymentID) (api.Receipt, error) {
	s, err := openReader(db)
	if err != nil {
		return api.Receipt{}, err
	}
	defer s.Close()
	o, err := s.Order(ctx, id)
	if errors.Is(err, mint.ErrNotFound) {
		var of []mint.Order // of the transaction with that hash
		of, err = s.Orders(ctx, mint.Query{Match: strings.TrimPrefix(id.String(), "0x"), Limit: 2})
		switch {
		case err != nil:
		case len(of) == 0:
			return api.Receipt{}, fmt.Errorf("there is no payment and no transaction %s in %s", id, db)
		case len(of) > 1:
			return api.Receipt{}, hint(fmt.Errorf("transaction %s has several payments", id), "mint402 orders %s lists them", id)
		default:
			o = of[0]
		}
	}
	if err != nil {
		return api.Receipt{}, err
	}
	l, err := s.Launch(ctx, o.Launch)
	if err != nil {
		return api.Receipt{}, err
	}
	return api.NewReceipt(&l, &o), nil
}

// onChain asks a node for the result of the payment in the receipt's transaction.
func onChain(ctx context.Context, r api.Receipt, id mint.PaymentID, rpc []string) (string, error) {
	n, err := (&nodeFlags{network: r.Network, rpc: rpc}).dial(ctx)
	if err != nil {
		return "", err
	}
	defer n.Close()
	launch, err := n.ReadLaunchFrom(ctx, r.Token.Address, 0)
	if err != nil {
		return "", err
	}
	tx := r.Transaction
	if r.Refund != "" {
		tx = r.Refund
	}
	if tx == "" {
		return "nothing", nil
	}
	var hash common.Hash
	if err := hash.UnmarshalText([]byte(tx)); err != nil {
		return "", fmt.Errorf("read receipt: transaction %.70q: expected 0x and 64 hex digits", tx)
	}
	receipts, err := n.Receipts(ctx, []common.Hash{hash})
	if err != nil {
		return "", err
	}
	if receipts[0] == nil {
		return "nothing", nil
	}
	block := receipts[0].At.Block
	events, err := n.Events(ctx, []mint.Launch{launch}, block, block)
	if err != nil {
		return "", err
	}
	for _, e := range events {
		if e.ID == id && e.At.Tx == hash && e.Payer == r.Payer.Address {
			return string(e.Kind), nil
		}
	}
	return "nothing", nil
}
