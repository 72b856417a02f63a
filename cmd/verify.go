package cmd

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"strings"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

const verifyHelp = `
receipt verify checks a signed receipt or offer of any x402 server that signs them
(the extension offer-receipt):

    signature   the content is what the key signed
    key         the key belongs to the server of the resource: that server
                publishes it, or it is the account that was paid
    time        a receipt is not of the future, and an offer has not ended
    chain       the receipt's transaction has a payment of the payer, or a mint
    order       the server's record of the payment agrees; mint402 servers only
    fields      what is around it and not signed agrees: an order, a price, an answer

It exits with 0 only if each check passed. A check that could not be made is not a
pass: status 6. Status 1 means that a check failed. Until the block of the
transaction is final, a reorg can withdraw a mint, and the receipt for it.

usage: mint402 receipt verify FILE|URL|- [flags]

    $ curl -si -H @payment.txt https://mint.example/mint | mint402 receipt verify -
    $ mint402 receipt verify https://mint.example/orders/0x1f2e…
    $ mint402 receipt verify receipt.json --rpc https://sepolia.base.org

The input is a signed receipt or offer, an order, the answer to a payment with its
headers, or the value of PAYMENT-RESPONSE or PAYMENT-REQUIRED.

flags
    --rpc URL       the node of the receipt's network (default a public one)
    --asset ADDRESS the asset that counts as money, if not the network's USDC
    --local         also ask servers on this machine and in its network, over http
                    too; this is the default for the server of a running demo
    --json          print as JSON
`

type verifyFlags struct {
	rpc    []string
	asset  string
	local  bool
	asJSON bool
}

func verifyVerb(p *Program) *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{Use: "verify", Long: verifyHelp, Args: arguments(1, 1, "a file, a URL, or - for standard input"),
		RunE: func(c *cobra.Command, args []string) error { return f.run(c.Context(), p, args[0]) }}
	c.Flags().StringSliceVar(&f.rpc, "rpc", nil, "")
	c.Flags().StringVar(&f.asset, "asset", "", "")
	c.Flags().BoolVar(&f.local, "local", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

// verifiedJSON is the output with --json, as the server's /receipts/verify answers.
type verifiedJSON struct {
	Reports []*proof.Report `json:"reports"`
}

func (f *verifyFlags) run(ctx context.Context, p *Program, from string) error {
	data, err := f.read(ctx, p, from)
	if err != nil {
		return err
	}
	found, err := find(data)
	if err != nil {
		return fmt.Errorf("read receipt: %w", err)
	}
	var shown verifiedJSON
	for _, s := range found {
		report, err := f.verify(ctx, p, s)
		if err != nil {
			return err
		}
		shown.Reports = append(shown.Reports, report)
	}
	if f.asJSON {
		if err := p.json(shown); err != nil {
			return err
		}
	}
	for _, r := range shown.Reports {
		if !f.asJSON {
			if err := printReport(p, r); err != nil {
				return err
			}
		}
		if verr := verdict(r); verr != nil {
			err = verr
		}
	}
	return err
}

// verdict returns an error unless every check passed.
func verdict(r *proof.Report) error {
	for _, status := range []proof.Status{proof.Failed, proof.Unchecked} {
		for _, c := range r.Checks {
			if c.Status != status {
				continue
			}
			if status == proof.Failed {
				return fmt.Errorf("the %s does not verify: %s: %s", r.Kind, c.Name, plain(c.Detail))
			}
			return hint(unreachable.say("the %s is not verified: %s: %s", r.Kind, c.Name, plain(c.Detail)), "nothing of it is known to be false; give a node with --rpc URL, or try again later")
		}
	}
	return nil
}

func printReport(p *Program, r *proof.Report) error {
	t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	for _, c := range r.Checks {
		fmt.Fprintf(t, "%s\t%s\t%s\n", c.Name, c.Status, plain(c.Detail))
	}
	if r.PaymentID != "" {
		fmt.Fprintf(t, "payment\t\t%s\n", r.PaymentID)
	}
	if r.Kind == proof.KindOffer {
		fmt.Fprintf(t, "offer\t\t%s of %s to %s on %s, for %s\n", plain(fmt.Sprint(r.Payload["amount"])), plain(fmt.Sprint(r.Payload["asset"])),
			plain(fmt.Sprint(r.Payload["payTo"])), plain(fmt.Sprint(r.Payload["network"])), plain(fmt.Sprint(r.Payload["resourceUrl"])))
	}
	if r.Valid {
		result := "the " + string(r.Kind) + " is genuine"
		if r.Kind == proof.KindReceipt && !r.Final {
			result += "; its block is not final yet"
		}
		fmt.Fprintf(t, "result\t\t%s\n", result)
	}
	return t.Flush()
}

// read returns the document: from standard input, a server or a file.
func (f *verifyFlags) read(ctx context.Context, p *Program, from string) ([]byte, error) {
	var data []byte
	var err error
	switch {
	case from == "-":
		data, err = io.ReadAll(io.LimitReader(p.In, proof.MaxDocument+1))
	case strings.Contains(from, "://"):
		u, parseErr := url.Parse(from)
		if parseErr != nil {
			return nil, usage("%q is not a URL", from)
		}
		// The user typed this URL, so it may be of this machine.
		data, err = proof.Web{Local: f.local || loopback(u.Hostname())}.Get(ctx, from)
	default:
		file, missing := os.Open(from)
		if missing != nil {
			return nil, usage("read receipt: %w", missing)
		}
		defer file.Close()
		data, err = io.ReadAll(io.LimitReader(file, proof.MaxDocument+1))
	}
	if err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	return data, nil
}

// find returns the signed statements. If the input is an HTTP answer with its headers, as curl
// -i prints it, the payment's header has them.
func find(data []byte) ([]proof.Signed, error) {
	if !bytes.HasPrefix(data, []byte("HTTP/")) {
		return proof.Find(data)
	}
	res, err := readResponse(bytes.NewReader(data))
	if err != nil {
		return nil, err
	}
	for _, name := range []string{x402.HeaderPaymentResponse, x402.HeaderXPaymentResponse, x402.HeaderPaymentRequired} {
		values := res.header.Values(name)
		switch {
		case len(values) > 1:
			return nil, fmt.Errorf("%s: expected one, and the answer has %d", name, len(values))
		case len(values) == 0 || values[0] == "":
		case name == x402.HeaderPaymentRequired:
			return proof.FindInAnswer(values[0], nil)
		case res.status != http.StatusOK:
			return nil, fmt.Errorf("the answer has status %d, which no delivered payment has", res.status)
		default:
			return proof.FindInAnswer(values[0], res.body)
		}
	}
	return proof.Find(res.body)
}

// verify makes the checks, with the node of the receipt's network.
func (f *verifyFlags) verify(ctx context.Context, p *Program, s proof.Signed) (*proof.Report, error) {
	st, err := s.Statement()
	if err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	web := proof.Web{Local: f.local}
	v := &proof.Verifier{Clock: p.Now}
	if st.Receipt != nil {
		nodes := nodeFlags{network: st.Receipt.Network, asset: f.asset, rpc: f.rpc}
		if u, err := url.Parse(st.Resource()); err == nil && len(f.rpc) == 0 {
			if demo := p.demoAt(u); demo != nil {
				nodes.rpc, web.Local = []string{demo.RPC}, true
			}
		}
		n, err := nodes.dial(ctx)
		if err != nil {
			v.Ledger = brokenLedger{err}
		} else {
			defer n.Close()
			v.Ledger = &nodeLedger{n, nil}
		}
		v.Orders = serverOrders{inPlainWords(web.Get)}
	}
	v.Fetch = inPlainWords(web.Get)
	report, err := v.Verify(ctx, s)
	if err != nil {
		return nil, fmt.Errorf("read receipt: %w", err)
	}
	return report, nil
}

// inPlainWords replaces errors of Go's libraries by plain ones, except a status.
func inPlainWords(get func(context.Context, string) ([]byte, error)) func(context.Context, string) ([]byte, error) {
	return func(ctx context.Context, url string) ([]byte, error) {
		data, err := get(ctx, url)
		var status *proof.StatusError
		if err != nil && !errors.As(err, &status) {
			err = errors.New(inWords(err))
		}
		return data, err
	}
}

// brokenLedger returns why there is no node.
type brokenLedger struct{ err error }

func (b brokenLedger) Transaction(context.Context, string, common.Hash) (*proof.Transaction, error) {
	return nil, errors.New(inWords(b.err))
}

// serverOrders reads orders of the mint402 server of a receipt.
type serverOrders struct {
	get func(ctx context.Context, url string) ([]byte, error)
}

// Check compares the receipt with the server's order. It does not apply without a mint.
func (o serverOrders) Check(ctx context.Context, r *proof.Receipt, m *proof.Mint) (result proof.Status, detail string, record []byte) {
	if m == nil {
		return "", "", nil
	}
	u, err := url.Parse(r.ResourceURL)
	if err != nil {
		return "", "", nil
	}
	address := u.Scheme + "://" + u.Host + "/orders/" + m.ID.Hex()
	data, err := o.get(ctx, address)
	var status *proof.StatusError
	switch {
	case errors.As(err, &status) && status.Status == http.StatusNotFound:
		return proof.Failed, u.Host + " has no order " + m.ID.Hex(), nil
	case err != nil:
		return proof.Unchecked, "the order could not be read: " + err.Error(), nil
	}
	var order api.Receipt
	if err := json.Unmarshal(data, &order); err != nil {
		return proof.Unchecked, u.Host + " did not answer with an order", nil
	}
	switch {
	case common.Hash(order.PaymentID) != m.ID || order.Payer.Address != m.Payer || order.Network != r.Network || !strings.EqualFold(order.Transaction, r.Transaction) || order.Quantity != m.Quantity:
		return proof.Failed, u.Host + " has another order under this payment id", nil
	case order.State != mint.Mined && order.State != mint.Minted:
		return proof.Failed, "the order is " + string(order.State), nil
	}
	return proof.Passed, fmt.Sprintf("%s has the order, which is %s", u.Host, order.State), data
}
