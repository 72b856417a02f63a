package cmd

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/spf13/cobra"
)

// Main runs the program of this process and returns its exit status. After the first
// interrupt or SIGTERM, running work is completed. The second one ends the process.
func Main() int {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	signals := make(chan os.Signal, 2) // two places, so that two quick signals are both received
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		cancel()
		second := (<-signals).(syscall.Signal)
		signal.Reset(second)
		if syscall.Kill(os.Getpid(), second) != nil {
			os.Exit(1)
		}
	}()
	p := &Program{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Lookup: os.LookupEnv, Now: time.Now}
	return p.Run(ctx, os.Args[1:])
}

// Run executes one command line and returns the exit status.
func (p *Program) Run(ctx context.Context, args []string) int {
	root := p.root()
	if verb := verbOf(args); verb != "" && !isVerb(root, verb) {
		return p.fail(root, args, unknownVerb(root, verb))
	}
	root.SetArgs(args)
	c, err := root.ExecuteContextC(ctx)
	if err == nil {
		return 0
	}
	return p.fail(c, args, err)
}

func (p *Program) root() *cobra.Command {
	root := &cobra.Command{
		Use:  "mint402",
		Long: rootHelp,
		Args: cobra.NoArgs,
		RunE: func(c *cobra.Command, _ []string) error {
			if show, err := c.Flags().GetBool("version"); err == nil && show {
				return showVersion(p, false)
			}
			return c.Help()
		},
		PersistentPreRunE: func(c *cobra.Command, _ []string) error {
			if err := p.bind(c); err != nil {
				return err
			}
			return p.useDemo(c)
		},
		SilenceErrors:     true,
		SilenceUsage:      true,
		CompletionOptions: cobra.CompletionOptions{HiddenDefaultCmd: true},
	}
	root.SetIn(p.In)
	root.SetOut(p.Out)
	root.SetErr(p.Err)
	root.PersistentFlags().String("env-file", ".env", "")
	root.SetHelpFunc(func(c *cobra.Command, _ []string) { fmt.Fprint(p.Out, strings.TrimLeft(c.Long, "\n")) })
	root.Flags().Bool("version", false, "")
	root.SetFlagErrorFunc(flagError)
	root.AddCommand(
		demoVerb(p), serveVerb(p), launchVerb(p),
		mintVerb(p), signVerb(p), submitVerb(p), cancelVerb(p), walletVerb(p),
		ordersVerb(p), receiptVerb(p), withdrawVerb(p), refundVerb(p), pauseVerb(p), unpauseVerb(p), setMinterVerb(p),
		setTreasuryVerb(p), rescueVerb(p), foldVerb(p), sourceVerbOf(p),
		editVerb(p), homeVerb(p), delistVerb(p), relistVerb(p), listVerb(p), webhookVerb(p),
		mcpVerb(p), auditVerb(p), backupVerb(p), rebuildVerb(p), signerVerb(p), networksVerb(p), facilitatorsVerb(p), versionVerb(p), exitCodesVerb(p),
	)
	decimals(root)
	return root
}

const rootHelp = `
mint402 sells pay-to-mint tokens over HTTP 402: one settled payment, exactly
one mint.

usage: mint402 VERB [flags]

try it
    demo        ` + demoSummary + `

sell
    launch      deploy a token and put it on sale
    serve       sell it over HTTP
    orders      list payments and their status
    edit        change a launch's page: picture, banner, colour, texts, links
    withdraw    send the proceeds to the treasury
    refund      return money that bought nothing
    pause, unpause, set-minter
    set-treasury, rescue, fold
                for a blacklisted treasury, a token sent by mistake, a long
                history
    home        choose what / and /mint show, the order, and what is hidden
    delist, relist
                take a launch off sale, and put it back
    list        check that catalogues would list a launch, and register it
    verify      publish a launch's source, so that explorers show it
    webhook     send signed events to your own endpoints, and messages to
                Slack, Discord, Telegram or ntfy
    audit       check that chain, contract and database agree on the money
    backup      copy the database while it is in use
    rebuild     restore a lost database from the chain

buy
    mint        pay a /mint URL and wait for the tokens
    sign        sign a payment for a 402 on standard input, for use with curl
    submit      mint on the chain itself, without the server
    cancel      make a signed payment unusable
    receipt     show an order, checked against the chain; receipt verify checks
                a signed receipt of any server
    mcp         offer a server's launches to an agent, as MCP tools over stdio
    wallet      a wallet with a budget, for agents (MCP)

    signer      try a key that another program has: Clef, Web3Signer or a KMS
    networks    list the supported chains and assets
    facilitators
                show whether remote facilitators can settle payments
    version

configuration
    Every flag can be set in the environment: --listen is MINT402_LISTEN. A file
    .env (--env-file) is read if it exists; the environment takes precedence.
    Keys come from MINT402_KEY, a keystore or a file, never from a flag. A URL in
    place of a private key names a signer: mint402 signer --help.

examples
` + demoExample + `    $ mint402 launch --name Ping --symbol PING --price 0.10 --allotment 5000 --cap 5000000
    $ mint402 serve --token 0x5FbD…0aa3
    $ mint402 mint https://mint.example/mint

mint402 VERB --help describes a verb; mint402 help exit-codes lists the exit
statuses.
`
