package cmd

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/cmd/yamlfile"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

const launchHelp = `
launch deploys a token and puts it on sale. Its terms can never be changed. It
first shows the terms as buyers will read them, and the cost of the deployment.

usage: mint402 launch --name NAME --symbol SYMBOL --price AMOUNT
                      --allotment TOKENS --cap TOKENS [flags]
       mint402 launch -f FILE [flags]

    $ export MINT402_KEY=…
    $ mint402 launch --name Ping --symbol PING --price 0.10 --allotment 5000 --cap 5000000
    $ mint402 launch … --opens 24h --closes 2027-01-01T00:00:00Z --limit 10
    $ mint402 launch --example > token.yaml  # edit it, then
    $ mint402 launch -f token.yaml --dry-run
    $ mint402 launch -f token.yaml

The address depends only on the terms and the salt: if you run the same command
again, it finds the token there and deploys nothing. If a launch fails, its terms
are saved as a launch file, with the times that "24h" stood for, and the error says
how to continue with the same token.

In a terminal, launch without terms asks for them. A sale ends when it is sold out,
or at --closes; "pause" stops the contract before, "delist" only this server.

launch file
    -f, --file FILE     YAML, or JSON if its name ends with .json. Its keys are the
                        names of the flags under "terms", and slug, description,
                        image, network and asset. An unknown key is refused. A
                        value that is given here and in a flag or its variable
                        must be the same in both: otherwise nothing is done
    --example           print a launch file that explains each key

terms
    --name NAME         1 to 64 characters
    --symbol SYMBOL     1 to 11 of letters, digits and $._-
    --price AMOUNT      the price of a mint: 0.10
    --allotment TOKENS  the tokens that a mint buys: 5000
    --cap TOKENS        the maximum supply, a multiple of the allotment
    --limit N           allotments that a payment may buy (default: the cap)
    --opens TIME        2027-01-01T00:00:00Z, or from now: 24h (default now)
    --closes TIME       the same (default never)
    --treasury ADDRESS  receives the proceeds; cannot change, unless the asset
                        blacklists it and its own key sets a successor
    --owner ADDRESS     may pause, refund, and change the minter
    --minter ADDRESS    mints for payments settled elsewhere, and returns those
                        that cannot be minted (default the account of
                        MINT402_MINTER_KEY, that of the server that uses the
                        database, or none)
    --contract-uri URL  metadata (ERC-7572)

flags
    --salt TEXT         makes another launch with the same terms
    --slug NAME         name in paths (default from the symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --db FILE           database to register it in (default mint402.db); if a server
                        uses it, that server sells the launch without a restart
    --out DIR           where SLUG.verify.json is written (default here)
    --dry-run           show the terms, the gas and every step, make every check
                        that can be made before the deployment, and send nothing;
                        exits with 1 if a check fails
    --yes               do not ask
    --mainnet-ok        with --yes, on a mainnet too
    --json              print the result as JSON` + gasHelp + nodeHelp + keyHelp

type launchFlags struct {
	node                           nodeFlags
	gas                            gasFlags
	keys                           keyFlags
	input                          deploy.Input
	limit                          int64
	db, out, file                  string
	dryRun, yes, mainnetOK, asJSON bool
	example, unlimited             bool              // unlimited: --limit 0
	places                         map[string]string // key → its place in the launch file, as errors name it
}

func launchVerb(p *Program) *cobra.Command {
	var f launchFlags
	c := &cobra.Command{Use: "launch", Long: launchHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error {
			if f.example {
				_, err := fmt.Fprint(p.Out, deploy.Example)
				return err
			}
			if err := f.readFile(c); err != nil {
				return err
			}
			f.unlimited = c.Flags().Changed("limit") && f.limit == 0
			return f.run(c.Context(), p)
		}}
	f.node.add(c)
	f.gas.add(c)
	f.keys.add(c, payerKey)
	for _, s := range []struct {
		to          *string
		name, value string
	}{
		{&f.input.Name, "name", ""}, {&f.input.Symbol, "symbol", ""}, {&f.input.Price, "price", ""}, {&f.input.Allotment, "allotment", ""}, {&f.input.Cap, "cap", ""},
		{&f.input.Opens, "opens", ""}, {&f.input.Closes, "closes", ""}, {&f.input.Treasury, "treasury", ""}, {&f.input.Owner, "owner", ""}, {&f.input.Minter, "minter", ""},
		{&f.input.ContractURI, "contract-uri", ""}, {&f.input.Salt, "salt", ""}, {&f.input.Slug, "slug", ""}, {&f.input.Description, "description", ""},
		{&f.input.Image, "image", ""}, {&f.db, "db", "mint402.db"}, {&f.out, "out", "."},
	} {
		c.Flags().StringVar(s.to, s.name, s.value, "")
	}
	c.Flags().StringVarP(&f.file, "file", "f", "", "")
	c.Flags().BoolVar(&f.example, "example", false, "")
	c.Flags().Int64Var(&f.limit, "limit", 0, "")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.mainnetOK, "mainnet-ok", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

// launched is the output of launch --json.
type launched struct {
	Slug            string        `json:"slug"`
	Token           api.Address   `json:"token"`
	Network         string        `json:"network"` // CAIP-2
	Deployed        bool          `json:"deployed"`
	Already         bool          `json:"already"` // it was deployed before
	Transaction     *common.Hash  `json:"transaction,omitempty"`
	Block           uint64        `json:"block,omitempty"`
	GasUsed         uint64        `json:"gasUsed,omitempty"`
	DeployGas       uint64        `json:"deployGas"` // estimate
	DeployWei       string        `json:"deployWei"`
	MintWei         string        `json:"mintWei"`
	Compiler        string        `json:"compiler"`
	Contract        string        `json:"contract"`
	ConstructorArgs string        `json:"constructorArgs"` // hex without 0x
	VerifyInput     string        `json:"verifyInput,omitempty"`
	Registered      bool          `json:"registered"`       // in the database
	Checks          []launchCheck `json:"checks,omitempty"` // of a dry run
	Steps           []string      `json:"steps,omitempty"`  // that a dry run leaves out
}

// launchCheck is the result of one check of a dry run.
type launchCheck struct {
	Check string `json:"check"`
	OK    bool   `json:"ok"`
	Text  string `json:"text"`
}

func (f *launchFlags) run(ctx context.Context, p *Program) error {
	key, err := f.keys.account(ctx, p)
	if err != nil {
		return err
	}
	b := &launching{p: p, f: f, from: key.address()}
	network, err := f.node.named()
	if err != nil {
		return err
	}
	defer b.close()
	if f.asks(p) {
		if err := b.interview(ctx); err != nil {
			return err
		}
	}
	if err := f.complete(ctx, p, b.from, network); err != nil {
		return err
	}
	if !f.dryRun {
		if err := f.writable(); err != nil {
			return err
		}
	}
	if err := b.reach(ctx); err != nil {
		return err
	}
	if err := f.gas.bound(b.n); err != nil {
		return err
	}
	key.addTo(&b.n.Keys)
	if err := b.prepare(ctx); err != nil {
		return err
	}
	if err := b.showTerms(ctx); err != nil {
		return err
	}
	if !b.estimate.Deployed && b.launch.Minter == (common.Address{}) {
		p.say("warning: %s", withoutMinter)
	}
	if f.dryRun {
		return b.rehearse(ctx)
	}
	return b.keep(b.sell(ctx))
}

// readFile sets the flags that the launch file has values for. A flag or a variable with
// another value is an error, not an override: a deployed term cannot be corrected.
func (f *launchFlags) readFile(c *cobra.Command) error {
	if f.file == "" {
		return nil
	}
	fields, err := deploy.ReadFile(c.Context(), f.file)
	if wrong := (*yamlfile.Error)(nil); errors.As(err, &wrong) {
		see := "mint402 launch --example prints a file with every key"
		if near := nearest(wrong.Unknown, deploy.Keys); near != "" {
			see = "did you mean " + near + "? " + see
		}
		return &usageError{hint(err, "%s", see)}
	}
	if err != nil {
		return usage("read launch file: %w", err)
	}
	f.places = map[string]string{}
	for _, one := range fields {
		place, flag := fmt.Sprintf("%s:%d: %s", f.file, one.Line, one.Key), c.Flags().Lookup(one.Key)
		if given := flag.Value.String(); flag.Changed && given != one.Value {
			return &usageError{hint(fmt.Errorf("%s is %q, but --%s or %s is %q", place, plain(one.Value), one.Key, twin(one.Key), plain(given)),
				"give it once: a term cannot be changed after the deployment")}
		}
		if err := c.Flags().Set(one.Key, one.Value); err != nil {
			return &usageError{wrongValue(place, flag, one.Value)}
		}
		f.places[one.Key] = place
	}
	return f.sameChain(c)
}

// again returns the flags that another command for the launch needs, and that are in no
// launch file.
func (f *launchFlags) again(p *Program) (all string) {
	all = f.rpcAgain(p)
	if f.db != "mint402.db" {
		all += " --db " + quoted(f.db)
	}
	return all
}

// rpcAgain returns --rpc as it was given, unless a variable has it: it may hold a secret.
func (f *launchFlags) rpcAgain(p *Program) string {
	if len(f.node.rpc) == 0 || p.environment(twin("rpc")) != "" {
		return ""
	}
	return " --rpc " + strings.Join(f.node.rpc, ",")
}

// complete fills in missing values, and reports mistakes before it asks a node.
func (f *launchFlags) complete(ctx context.Context, p *Program, from common.Address, network x402.Network) error {
	switch {
	case f.limit != 0:
		f.input.Limit = strconv.FormatInt(f.limit, 10)
	case f.unlimited:
		p.say("a limit of 0 is no limit: one payment may buy all that is left")
	}
	var minter common.Address
	if f.input.Minter == "" {
		switch key, err := p.minterKey(ctx, ""); {
		case err != nil:
			return err
		case key != nil:
			minter = key.address()
		default:
			if minter, err = f.serverMinter(network.ChainID); err != nil {
				return err
			}
			if minter != (common.Address{}) {
				p.say("the minter is %s, the key of the server that uses %s; --minter names another, or none", minter.Hex(), f.db)
			}
		}
	}
	guessed := f.input.Complete(from, minter, network.Testnet)
	if f.node.asset == "" && network.Asset.Address == (common.Address{}) {
		return noAsset(network)
	}
	if f.node.asset == "" { // only the chain knows the decimals of another asset
		if _, err := f.input.Validate(network.Asset, p.Now()); err != nil {
			return f.asUsage(err)
		}
	}
	for _, role := range guessed {
		p.say("warning: the %s is the deployer %s; in production give --%s", role, from.Hex(), role)
	}
	return nil
}
