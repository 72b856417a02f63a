package cmd

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/modelcontextprotocol/go-sdk/mcp"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/pay"
	"github.com/mint402/mint402/wallet"
)

const walletHelp = `
wallet is a wallet for an agent: an MCP server on standard input and output, with
tools to ask a URL for its price and to pay it, by x402 or MPP, within a budget.

usage: mint402 wallet --config FILE [flags]
       mint402 wallet approve QUOTE

    $ export MINT402_KEY=…
    $ mint402 wallet --config wallet.json     # an MCP client starts it like this

The file has the limits. The wallet reads it once, and no tool changes it:

    {"perPayment": "0.50", "perDay": "5", "total": "20", "approveAbove": "0.10",
     "hosts": ["mint.example"], "networks": ["base"],
     "rpc": {"base": ["https://mainnet.base.org"]}}

    perPayment, perDay, total   caps, in units of the asset; a payment counts from
                                its signature on
    approveAbove    a person approves higher prices (default 0: all)
    approveBy       ["terminal"], or ["terminal", "client"] to accept an answer
                    that the MCP client collects, too
    hosts           hosts that may be paid, with their port if it is not 443, or
                    "anyHost": true
    networks, assets, payees    restrict further
    maxValidSeconds the longest validity of a payment (default 3600)
    rpc             nodes; without one for a network, nothing is checked there

It never signs a second payment for a request while the outcome of the first is
unknown. A payment that the chain proves to have expired is returned to the budget.

flags
    --config FILE       the limits; other users must not be able to write it
    --state-dir DIR     where payments and approvals are kept; a full path
` + keyHelp

const approveHelp = `
approve shows a payment that an agent asked for, and approves it if you say so.

usage: mint402 wallet approve QUOTE [flags]

    $ mint402 wallet approve q_1f2e3d4c5b6a7988

It asks on the terminal, never on standard input. The wallet then pays exactly this
quote, once, when the agent asks again.

flags
    --state-dir DIR     the wallet's directory
`

type walletFlags struct {
	keys             keyFlags
	config, stateDir string
}

func walletVerb(p *Program) *cobra.Command {
	var f walletFlags
	c := &cobra.Command{Use: "wallet", Long: walletHelp, Args: arguments(0, 0, "no arguments, or approve QUOTE"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), p) }}
	f.keys.add(c, payerKey)
	c.Flags().StringVar(&f.config, "config", "", "")
	c.Flags().StringVar(&f.stateDir, "state-dir", "", "")
	var stateDir string
	approve := &cobra.Command{Use: "approve", Long: approveHelp, Args: arguments(1, 1, "a quote, such as q_1f2e3d4c5b6a7988"),
		RunE: func(c *cobra.Command, args []string) error { return approveQuote(c.Context(), p, stateDir, args[0]) }}
	approve.Flags().StringVar(&stateDir, "state-dir", "", "")
	c.AddCommand(approve)
	return c
}

// walletDir returns the directory of the wallet's files.
func (p *Program) walletDir(dir string) (string, error) {
	if dir == "" {
		state, err := p.stateDir()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(state, "wallet")
	}
	if !filepath.IsAbs(dir) {
		return "", usage("--state-dir %q: expected a full path, so that the payments are found from every directory", dir)
	}
	return dir, nil
}

func (f *walletFlags) run(ctx context.Context, p *Program) error {
	if f.config == "" {
		return &usageError{hint(errors.New("wallet needs its limits"), "--config FILE; mint402 wallet --help shows one")}
	}
	config, err := wallet.ReadConfig(f.config)
	if err != nil {
		return &usageError{err}
	}
	dir, err := p.walletDir(f.stateDir)
	if err != nil {
		return err
	}
	key, err := f.keys.key(p)
	if err != nil {
		return err
	}
	signer := pay.KeySigner(key)
	ledger, err := pay.OpenLedger(dir, signer.Address())
	if err != nil {
		return err
	}
	nodes := newWalletChain(p, config.RPC)
	defer nodes.close()
	var chain wallet.Chain
	if len(config.RPC) > 0 {
		chain = nodes
	}
	w := wallet.New(config, signer, ledger, chain, filepath.Join(dir, "approvals"))
	p.say("wallet of %s: at most %s a payment, %s a day, %s in total", signer.Address().Hex(), config.Limits.PerPayment, config.Limits.PerDay, config.Limits.Total)
	err = w.Server(build().Version).Run(ctx, &mcp.IOTransport{Reader: input{p.In}, Writer: output{p.Out}})
	if ctx.Err() != nil {
		return nil // the client or the user ended it; signed payments are in the ledger
	}
	return err
}

// approveQuote shows a quote and asks a person on the terminal.
func approveQuote(ctx context.Context, p *Program, stateDir, id string) error {
	dir, err := p.walletDir(stateDir)
	if err != nil {
		return err
	}
	dir = filepath.Join(dir, "approvals")
	a, err := wallet.ReadApproval(dir, id)
	if err != nil {
		return &usageError{err}
	}
	p.say("the agent wants to pay")
	p.say("  price    %s on %s", plain(a.Price), title(a.Network))
	p.say("  to       %s", a.PayTo.Hex())
	p.say("  for      %s %s", plain(a.Method), plain(a.URL))
	if a.Buys != "" {
		p.say("  buys     %s, as the contract shows", plain(a.Buys))
	}
	p.say("  until    %s", a.Expires.Local().Format(time.TimeOnly))
	if err := p.askTerminal(ctx, "approve it?"); err != nil {
		return err
	}
	if err := wallet.Approve(dir, a, p.Now()); err != nil {
		return refused.because(err)
	}
	_, err = fmt.Fprintf(p.Out, "approved %s\n", a.ID)
	return err
}
