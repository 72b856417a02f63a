package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/store"
	"github.com/mint402/mint402/x402"
)

const launchHelp = `
launch deploys a token and puts it on sale. Its terms can never be changed; the
table that it shows says them as buyers will read them, and what it costs.

usage: mint402 launch --name NAME --symbol SYMBOL --price AMOUNT
                      --allotment TOKENS --cap TOKENS [flags]

    $ export MINT402_KEY=…
    $ mint402 launch --name Ping --symbol PING --price 0.10 --allotment 5000 --cap 5000000
    $ mint402 launch … --dry-run
    $ mint402 launch … --opens 24h --closes 2027-01-01T00:00:00Z --limit 10

The address follows from the terms and the salt alone: the same command again
finds the token there and deploys nothing.

terms
    --name NAME         1 to 64 characters
    --symbol SYMBOL     1 to 11 of letters, digits and $._-
    --price AMOUNT      what a mint costs: 0.10
    --allotment TOKENS  what a mint buys: 5000
    --cap TOKENS        all there will ever be, a multiple of the allotment
    --limit N           allotments that a payment may buy (default: the cap)
    --opens TIME        2027-01-01T00:00:00Z, or from now: 24h (default at once)
    --closes TIME       the same (default never)
    --treasury ADDRESS  receives the proceeds; never changes, unless the asset
                        blacklists it and its own key names a successor
    --owner ADDRESS     may pause, refund, and name the minter
    --minter ADDRESS    mints for payments settled elsewhere, and returns those
                        that cannot be minted (default that of
                        MINT402_MINTER_KEY, or none)
    --contract-uri URL  metadata (ERC-7572)

flags
    --salt TEXT         makes another launch of the same terms
    --slug NAME         name in paths (default from the symbol)
    --description TEXT  a sentence about it
    --image URL         a picture of it
    --db FILE           database to register it in (default mint402.db)
    --out DIR           where SLUG.verify.json is written (default here)
    --dry-run           show and check everything, spend nothing
    --yes               do not ask
    --mainnet-ok        with --yes, on a mainnet too
    --json              print the result as JSON` + gasHelp + nodeHelp + keyHelp

type launchFlags struct {
	node                           nodeFlags
	gas                            gasFlags
	keys                           keyFlags
	draft                          draft
	limit                          int64
	db, out                        string
	dryRun, yes, mainnetOK, asJSON bool
}

func (p *Program) launch() *cobra.Command {
	var f launchFlags
	c := &cobra.Command{Use: "launch", Long: launchHelp, Args: arguments(0, 0, "no arguments"),
		RunE: func(c *cobra.Command, _ []string) error { return p.deploy(c.Context(), &f) }}
	f.node.add(c)
	f.gas.add(c)
	f.keys.add(c, payerKey)
	for _, s := range []struct {
		to          *string
		name, value string
	}{
		{&f.draft.name, "name", ""}, {&f.draft.symbol, "symbol", ""}, {&f.draft.price, "price", ""}, {&f.draft.allotment, "allotment", ""}, {&f.draft.cap, "cap", ""},
		{&f.draft.opens, "opens", ""}, {&f.draft.closes, "closes", ""}, {&f.draft.treasury, "treasury", ""}, {&f.draft.owner, "owner", ""}, {&f.draft.minter, "minter", ""},
		{&f.draft.contractURI, "contract-uri", ""}, {&f.draft.salt, "salt", ""}, {&f.draft.slug, "slug", ""}, {&f.draft.description, "description", ""},
		{&f.draft.image, "image", ""}, {&f.db, "db", "mint402.db"}, {&f.out, "out", "."},
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

func (p *Program) deploy(ctx context.Context, f *launchFlags) error {
	key, err := p.key(&f.keys)
	if err != nil {
		return err
	}
	from := addressOf(key)
	network, err := f.node.named()
	if err != nil {
		return err
	}
	if err := p.launchDefaults(f, from, network); err != nil {
		return err
	}
	if !f.dryRun {
		if err := f.writable(); err != nil {
			return err
		}
	}
	n, err := f.node.dial(ctx)
	if err != nil {
		return err
	}
	defer n.Close()
	if err := f.gas.bound(n); err != nil {
		return err
	}
	n.Keys.Add(key)
	d, err := f.draft.deployment(n.network.Asset, p.Now())
	if err != nil {
		return asUsage(err)
	}
	token, err := d.Address()
	if err != nil {
		return err
	}
	if !f.dryRun {
		if err := p.awaitSent(ctx, n, from, poolPatience, "a deployment of this launch"); err != nil {
			return err
		}
	}
	e, err := n.EstimateDeploy(ctx, from, d)
	if revert := (*chain.Revert)(nil); errors.As(err, &revert) && revert.Name == "" {
		return hint(err, "a deployment of this launch is perhaps under way: run the same command again")
	}
	if err != nil {
		return err
	}
	args, err := d.Arguments()
	if err != nil {
		return err
	}
	l := termsOf(d.Terms, n.network)
	l.Slug, l.Token = f.draft.slug, token
	result := launched{Slug: f.draft.slug, Token: token, Network: n.network.CAIP2(), Deployed: e.Deployed, Already: e.Deployed,
		DeployGas: e.Gas, DeployWei: e.Wei.String(), MintWei: e.MintWei.String(),
		Compiler: bindings.LaunchCompiler, Contract: bindings.LaunchSource, ConstructorArgs: common.Bytes2Hex(args)}
	if err := p.showTerms(ctx, n, l, from, e); err != nil {
		return err
	}
	if !e.Deployed && l.Minter == (common.Address{}) {
		p.say("warning: %s", withoutMinter)
	}
	if f.dryRun {
		p.say("nothing was sent (--dry-run)")
		if f.asJSON {
			return p.json(result)
		}
		_, err := fmt.Fprintln(p.Out, token.Hex())
		return err
	}
	// Make all checks that are possible before the first step that costs gas.
	if err := f.placed(ctx, n, l); err != nil {
		return err
	}
	result.VerifyInput = filepath.Join(f.out, f.draft.slug+".verify.json")
	if !e.Deployed {
		if err := p.agreeToDeploy(ctx, f, n, from, l.Minter, e); err != nil {
			return err
		}
		if err := os.WriteFile(result.VerifyInput, bindings.LaunchVerifyInput, 0o644); err != nil {
			return fmt.Errorf("write verification input: %w", err)
		}
		p.say("deploying; waiting until it is mined")
		deployed, err := n.Deploy(ctx, from, d)
		if err != nil {
			return hint(why(err), "the same command again goes on from where it stopped")
		}
		result.Deployed, result.Already = true, deployed.Already
		if !deployed.Already {
			result.Transaction, result.Block, result.GasUsed = &deployed.Mined.Hash, deployed.Mined.Block, deployed.Mined.GasUsed
		}
	}
	if err := os.WriteFile(result.VerifyInput, bindings.LaunchVerifyInput, 0o644); err != nil {
		return fmt.Errorf("write verification input: %w", err)
	}
	if result.Registered, err = p.putOnSale(ctx, f, n, token, result.Block); err != nil {
		return err
	}
	if f.asJSON {
		return p.json(result)
	}
	return p.showLaunched(f, n, result)
}

// placed returns an error if the launch could not be registered: the database belongs
// to another chain, or another launch has the slug. It does not write.
func (f *launchFlags) placed(ctx context.Context, n *node, l mint.Launch) error {
	genesis, err := n.Genesis(ctx)
	if err != nil {
		return err
	}
	found, err := store.Peek(f.db)
	if err != nil {
		return err
	}
	if err := ofChain(found, n.ChainID(), genesis); err != nil {
		return fmt.Errorf("open store %s: %w", f.db, err)
	}
	for slug, token := range found.Tokens {
		switch {
		case slug == l.Slug && token != l.Token:
			return hint(fmt.Errorf("%q is the slug of %s in %s", slug, token, f.db), "--slug NAME, another than %q", slug)
		case token == l.Token && slug != l.Slug:
			return hint(fmt.Errorf("%s is registered as %q", token, slug), "a slug never changes: payments refer to it; --slug %s, or --salt for another launch", slug)
		}
	}
	return nil
}

// writable returns an error if a file of the launch could not be written.
func (f *launchFlags) writable() error {
	for _, dir := range []string{filepath.Dir(f.db), f.out} {
		if err := isDirectory(dir); err != nil {
			return fmt.Errorf("nothing can be written to %s: %w", dir, err)
		}
		probe, err := os.CreateTemp(dir, ".mint402-*")
		if err != nil {
			return fmt.Errorf("nothing can be written to %s: %w", dir, err)
		}
		probe.Close()
		os.Remove(probe.Name())
	}
	return nil
}

// launchDefaults fills in missing values, and reports mistakes before it asks a node.
func (p *Program) launchDefaults(f *launchFlags, from common.Address, network x402.Network) error {
	if f.limit != 0 {
		f.draft.limit = strconv.FormatInt(f.limit, 10)
	}
	var minter common.Address
	if f.draft.minter == "" {
		switch key, err := p.minterKey(""); {
		case err != nil:
			return err
		case key != nil:
			minter = addressOf(key)
		}
	}
	guessed := f.draft.complete(from, minter, network.Testnet)
	if f.node.asset == "" { // only the chain knows the decimals of another asset
		if _, err := f.draft.deployment(network.Asset, p.Now()); err != nil {
			return asUsage(err)
		}
	}
	for _, role := range guessed {
		p.say("warning: the %s is the deployer %s; in earnest give --%s", role, from.Hex(), role)
	}
	return nil
}

// withoutMinter explains the consequences of a launch without a minter.
const withoutMinter = "there is no minter. Anybody can hand a signed payment to the asset directly, which moves the money to the launch without a mint; " +
	"only the owner's key can then return it (mint402 refund), and a server sells no more until it is returned. " +
	"Give --minter ADDRESS or MINT402_MINTER_KEY, or let the owner name one later: mint402 set-minter ADDRESS"

func (p *Program) agreeToDeploy(ctx context.Context, f *launchFlags, n *node, from, minter common.Address, e chain.Estimate) error {
	deploy := "deploy it"
	if minter == (common.Address{}) {
		deploy += " without a minter,"
	}
	switch {
	case n.network.Testnet && f.yes:
		return nil
	case n.network.Testnet:
		return p.ask(ctx, fmt.Sprintf("%s for at most %s from %s?", deploy, ether(e.Wei), from.Hex()))
	case f.yes && f.mainnetOK:
		return nil
	}
	err := p.askWord(ctx, fmt.Sprintf("terms cannot be changed and money is real; type %q to %s for at most %s", n.network.Name, deploy, ether(e.Wei)), n.network.Name)
	if err != nil {
		return hint(err, "--yes --mainnet-ok deploys without asking")
	}
	return nil
}

// putOnSale registers the launch, unless a server has the database open. In that case
// the launch must be given to that server at its next start.
func (p *Program) putOnSale(ctx context.Context, f *launchFlags, n *node, token common.Address, block uint64) (bool, error) {
	s, err := openStore(ctx, f.db, n)
	if errors.Is(err, store.ErrLocked) {
		p.say("%s is in use; the server that uses it has to be started with --token", f.db)
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the token is deployed at %s, but not registered: %w", token, err)
	}
	defer s.Close()
	if _, err := register(ctx, s, n, listing{token, f.draft.slug, f.draft.description, f.draft.image, block}); err != nil {
		return false, fmt.Errorf("the token is deployed at %s, but not registered: %w", token, err)
	}
	return true, nil
}

func (p *Program) showLaunched(f *launchFlags, n *node, r launched) error {
	if r.Already {
		p.say("%s was deployed before; nothing was spent", f.draft.symbol)
	} else {
		p.say("deployed in block %d, transaction %s", r.Block, r.Transaction)
	}
	p.say("")
	p.say("verify the source with %s (standard JSON input):", r.VerifyInput)
	p.say("  compiler   %s", r.Compiler)
	p.say("  contract   %s", r.Contract)
	p.say("  arguments  %s", r.ConstructorArgs)
	p.say("  at         https://sourcify.dev/#/verifier")
	if n.explorer(common.Hash{}) != "" {
		p.say("  or         %s/verifyContract?a=%s", n.network.Explorer, r.Token.Hex())
	}
	p.say("")
	p.say("sell it (MINT402_SENDER_KEY pays the gas):")
	serve := "  mint402 serve --network " + n.network.Name
	if len(f.node.rpc) > 0 && p.environment(twin("rpc")) == "" { // it may hold a secret
		serve += " --rpc " + strings.Join(f.node.rpc, ",")
	}
	if f.node.asset != "" {
		serve += " --asset " + f.node.asset
	}
	if f.db != "mint402.db" {
		serve += " --db " + f.db
	}
	serve += " --token " + r.Token.Hex()
	if !r.Registered { // the given texts are in no database
		for _, one := range []struct{ flag, value string }{
			{"slug", r.Slug}, {"description", f.draft.description}, {"image", f.draft.image},
		} {
			if one.value != "" {
				serve += " --" + one.flag + " " + quoted(one.value)
			}
		}
		if r.Block > 0 {
			serve += fmt.Sprintf(" --deployed-at %d", r.Block)
		}
	}
	p.say("%s", serve)
	_, err := fmt.Fprintln(p.Out, r.Token.Hex())
	return err
}

// quoted returns s as one word of a shell's command line.
func quoted(s string) string {
	if regexp.MustCompile(`^[A-Za-z0-9_./:@%+=-]+$`).MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
