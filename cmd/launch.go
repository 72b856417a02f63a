package cmd

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/x402"
)

const launchHelp = `
launch deploys a token and puts it on sale. Its terms can never be changed. It
first shows the terms as buyers will read them, and the cost of the deployment.

usage: mint402 launch --name NAME --symbol SYMBOL --price AMOUNT
                      --allotment TOKENS --cap TOKENS [flags]

    $ export MINT402_KEY=…
    $ mint402 launch --name Ping --symbol PING --price 0.10 --allotment 5000 --cap 5000000
    $ mint402 launch … --dry-run
    $ mint402 launch … --opens 24h --closes 2027-01-01T00:00:00Z --limit 10

The address depends only on the terms and the salt: if you run the same command
again, it finds the token there and deploys nothing.

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
                        MINT402_MINTER_KEY, or none)
    --contract-uri URL  metadata (ERC-7572)

flags
    --salt TEXT         makes another launch with the same terms
    --slug NAME         name in paths (default from the symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --db FILE           database to register it in (default mint402.db)
    --out DIR           where SLUG.verify.json is written (default here)
    --dry-run           show and check everything, send nothing
    --yes               do not ask
    --mainnet-ok        with --yes, on a mainnet too
    --json              print the result as JSON` + gasHelp + nodeHelp + keyHelp

type launchFlags struct {
	node                           nodeFlags
	gas                            gasFlags
	keys                           keyFlags
	input                          deploy.Input
	limit                          int64
	db, out                        string
	dryRun, yes, mainnetOK, asJSON bool
}

func launchVerb(p *Program) *cobra.Command {
	var f launchFlags
	c := &cobra.Command{Use: "launch", Long: launchHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return f.run(c.Context(), p) }}
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
	c.Flags().Int64Var(&f.limit, "limit", 0, "")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "")
	c.Flags().BoolVar(&f.yes, "yes", false, "")
	c.Flags().BoolVar(&f.mainnetOK, "mainnet-ok", false, "")
	c.Flags().BoolVar(&f.asJSON, "json", false, "")
	return c
}

// launched is the output of launch --json.
type launched struct {
	Slug            string         `json:"slug"`
	Token           common.Address `json:"token"`
	Network         string         `json:"network"` // CAIP-2
	Deployed        bool           `json:"deployed"`
	Already         bool           `json:"already"` // it was deployed before
	Transaction     *common.Hash   `json:"transaction,omitempty"`
	Block           uint64         `json:"block,omitempty"`
	GasUsed         uint64         `json:"gasUsed,omitempty"`
	DeployGas       uint64         `json:"deployGas"` // estimate
	DeployWei       string         `json:"deployWei"`
	MintWei         string         `json:"mintWei"`
	Compiler        string         `json:"compiler"`
	Contract        string         `json:"contract"`
	ConstructorArgs string         `json:"constructorArgs"` // hex without 0x
	VerifyInput     string         `json:"verifyInput,omitempty"`
	Registered      bool           `json:"registered"` // in the database
}

func (f *launchFlags) run(ctx context.Context, p *Program) error {
	key, err := p.key(&f.keys)
	if err != nil {
		return err
	}
	b := &launching{p: p, f: f, from: addressOf(key)}
	network, err := f.node.named()
	if err != nil {
		return err
	}
	if err := f.complete(p, b.from, network); err != nil {
		return err
	}
	if !f.dryRun {
		if err := f.writable(); err != nil {
			return err
		}
	}
	if b.n, err = f.node.dial(ctx); err != nil {
		return err
	}
	defer b.n.Close()
	if err := f.gas.bound(b.n); err != nil {
		return err
	}
	b.n.Keys.Add(key)
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
		p.say("nothing was sent (--dry-run)")
		if f.asJSON {
			return p.json(b.result)
		}
		_, err := fmt.Fprintln(p.Out, b.launch.Token.Hex())
		return err
	}
	return b.sell(ctx)
}

// writable returns an error if a file of the launch could not be written.
func (f *launchFlags) writable() error {
	for _, dir := range []string{filepath.Dir(f.db), f.out} {
		if err := isDirectory(dir); err != nil {
			return fmt.Errorf("nothing can be written to %s, so nothing was deployed: %w", dir, err)
		}
		probe, err := os.CreateTemp(dir, ".mint402-*")
		if err != nil {
			return fmt.Errorf("nothing can be written to %s, so nothing was deployed: %w", dir, err)
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return nil
}

// complete fills in missing values, and reports mistakes before it asks a node.
func (f *launchFlags) complete(p *Program, from common.Address, network x402.Network) error {
	if f.limit != 0 {
		f.input.Limit = strconv.FormatInt(f.limit, 10)
	}
	var minter common.Address
	if f.input.Minter == "" {
		switch key, err := p.minterKey(""); {
		case err != nil:
			return err
		case key != nil:
			minter = addressOf(key)
		}
	}
	guessed := f.input.Complete(from, minter, network.Testnet)
	if f.node.asset == "" { // only the chain knows the decimals of another asset
		if _, err := f.input.Validate(network.Asset, p.Now()); err != nil {
			return asUsage(err)
		}
	}
	for _, role := range guessed {
		p.say("warning: the %s is the deployer %s; in production give --%s", role, from.Hex(), role)
	}
	return nil
}
