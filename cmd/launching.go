package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/store"
)

// A launching is one run of mint402 launch.
type launching struct {
	p          *Program
	f          *launchFlags
	from       common.Address // the deployer
	n          *node
	deployment chain.Deployment
	estimate   chain.Estimate
	launch     mint.Launch // as it will be sold
	result     launched
}

// prepare validates the terms, and computes the token's address and the gas. It sends
// no transaction.
func (b *launching) prepare(ctx context.Context) (err error) {
	if b.deployment, err = b.f.input.Validate(b.n.network.Asset, b.p.Now()); err != nil {
		return asUsage(err)
	}
	token, err := b.deployment.Address()
	if err != nil {
		return err
	}
	if !b.f.dryRun {
		if _, err := b.n.awaitSent(ctx, b.p, b.from, poolPatience, "a deployment of this launch"); err != nil {
			return err
		}
	}
	e, err := b.n.EstimateDeploy(ctx, b.from, b.deployment)
	if revert := (*chain.Revert)(nil); errors.As(err, &revert) && revert.Name == "" {
		return hint(err, "a deployment of this launch may be in progress: run the same command again")
	}
	if err != nil {
		return err
	}
	args, err := b.deployment.Arguments()
	if err != nil {
		return err
	}
	slug := b.f.input.Slug
	b.estimate, b.launch = e, deploy.Launch(b.deployment.Terms, b.n.network)
	b.launch.Slug, b.launch.Token = slug, token
	b.result = launched{Slug: slug, Token: token, Network: b.n.network.CAIP2(), Deployed: e.Deployed, Already: e.Deployed,
		DeployGas: e.Gas, DeployWei: e.Wei.String(), MintWei: e.MintWei.String(),
		Compiler: bindings.LaunchCompiler, Contract: bindings.LaunchSource, ConstructorArgs: common.Bytes2Hex(args)}
	return nil
}

// sell deploys the launch unless it is deployed, and registers it.
func (b *launching) sell(ctx context.Context) error {
	// Make all checks that are possible before the first step that costs gas.
	if err := b.f.placed(ctx, b.n, b.launch); err != nil {
		return err
	}
	b.result.VerifyInput = filepath.Join(b.f.out, b.f.input.Slug+".verify.json")
	if !b.estimate.Deployed {
		if err := b.deploy(ctx); err != nil {
			return err
		}
	}
	if err := b.writeVerifyInput(); err != nil {
		return err
	}
	var err error
	if b.result.Registered, err = b.register(ctx); err != nil {
		return err
	}
	if b.f.asJSON {
		return b.p.json(b.result)
	}
	return b.show()
}

func (b *launching) writeVerifyInput() error {
	if err := os.WriteFile(b.result.VerifyInput, bindings.LaunchVerifyInput, 0o644); err != nil {
		return fmt.Errorf("write verification input: %w", err)
	}
	return nil
}

// deploy asks the user and deploys the launch.
func (b *launching) deploy(ctx context.Context) error {
	if err := b.agree(ctx); err != nil {
		return err
	}
	if err := b.writeVerifyInput(); err != nil {
		return err
	}
	b.p.say("deploying; waiting until it is mined")
	deployed, err := b.n.Deploy(ctx, b.from, b.deployment)
	if err != nil {
		return hint(why(err), "run the same command again to continue")
	}
	r := &b.result
	r.Deployed, r.Already = true, deployed.Already
	if !deployed.Already {
		r.Transaction, r.Block, r.GasUsed = &deployed.Mined.Hash, deployed.Mined.Block, deployed.Mined.GasUsed
	}
	return nil
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
			return hint(fmt.Errorf("%q is already the slug of %s in %s; nothing was sent", slug, token, f.db), "give --slug another name than %q", slug)
		case token == l.Token && slug != l.Slug:
			return hint(fmt.Errorf("%s is already registered as %q; nothing was sent", token, slug), "a slug never changes, because payments refer to it: give --slug %s, or --salt to make another launch", slug)
		}
	}
	return nil
}

// withoutMinter explains the consequences of a launch without a minter.
const withoutMinter = "there is no minter. Anyone can give a signed payment to the asset directly, which moves the money to the launch without a mint; " +
	"only the owner's key can then return it (mint402 refund), and a server sells nothing more until it is returned. " +
	"Give --minter ADDRESS or MINT402_MINTER_KEY, or set one later with the owner's key: mint402 set-minter ADDRESS"

// agree asks the user before gas is spent.
func (b *launching) agree(ctx context.Context) error {
	p, f, n, e := b.p, b.f, b.n, b.estimate
	deploy := "deploy it"
	if b.launch.Minter == (common.Address{}) {
		deploy += " without a minter,"
	}
	switch {
	case n.network.Testnet && f.yes:
		return nil
	case n.network.Testnet:
		return p.ask(ctx, fmt.Sprintf("%s for at most %s from %s?", deploy, amount.CoinsAtMost(e.Wei), b.from.Hex()))
	case f.yes && f.mainnetOK:
		return nil
	}
	err := p.askWord(ctx, fmt.Sprintf("the terms cannot be changed and the money is real; type %q to %s for at most %s", n.network.Name, deploy, amount.CoinsAtMost(e.Wei)), n.network.Name)
	if err != nil {
		return hint(err, "--yes --mainnet-ok deploys without a question")
	}
	return nil
}

// register registers the launch and returns true, unless a server has the database open.
// In that case the launch must be given to that server at its next start.
func (b *launching) register(ctx context.Context) (bool, error) {
	p, f, token := b.p, b.f, b.launch.Token
	s, err := openStore(ctx, f.db, b.n)
	if errors.Is(err, store.ErrLocked) {
		p.say("%s is in use by a server, so the launch is not registered in it: restart that server with --token %s", f.db, token.Hex())
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("the token is deployed at %s, but it is not registered in the database, so it is not on sale yet: %w", token, err)
	}
	defer s.Close()
	if _, err := register(ctx, s, b.n, deploy.Listing{Token: token, Slug: f.input.Slug, Description: f.input.Description, Image: f.input.Image, DeployedAt: b.result.Block}); err != nil {
		return false, fmt.Errorf("the token is deployed at %s, but it is not registered in the database, so it is not on sale yet: %w", token, err)
	}
	return true, nil
}

// showTerms prints the terms as buyers will read them, and the costs. It returns an error
// if the deployer cannot pay the gas.
func (b *launching) showTerms(ctx context.Context) error {
	p, n, l, from, e := b.p, b.n, b.launch, b.from, b.estimate
	balance, err := n.Balance(ctx, from)
	if err != nil {
		return err
	}
	clients, err := deploy.ClientSheet(l)
	if err != nil {
		return err
	}
	deployment := "already there"
	if !e.Deployed {
		deployment = fmt.Sprintf("%s gas, at most %s in the chain's coin; the deployer %s has %s", amount.Grouped(fmt.Sprint(e.Gas)), amount.CoinsAtMost(e.Wei), from.Hex(), amount.Coins(balance))
	}
	t := tabwriter.NewWriter(p.Err, 0, 0, 2, ' ', 0)
	fmt.Fprintf(p.Err, "%s\n", p.bold(p.Err, fmt.Sprintf("%s (%s) on %s", plain(l.Name), l.Symbol, n.network.Title)))
	for _, line := range slices.Concat(deploy.TermSheet(l), []admin.Term{{Label: "deployment", Text: deployment}, {Label: "gas of a mint", Text: deploy.MintShare(l, e)}}, clients) {
		fmt.Fprintf(t, "  %s\t%s\n", line.Label, line.Text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if poor := deploy.Afford(from, balance, e); poor != nil {
		return hint(poor, "send it coins for gas on %s; nothing was sent", n.network.Title)
	}
	return nil
}

// show prints the result, and the command that sells the launch.
func (b *launching) show() error {
	p, f, n, r := b.p, b.f, b.n, b.result
	if r.Already {
		p.say("%s was already deployed; nothing was sent", f.input.Symbol)
	} else {
		p.say("deployed in block %d, transaction %s", r.Block, r.Transaction)
	}
	p.say("")
	p.say("verify the source with: mint402 verify --network %s --token %s", n.network.Name, r.Token.Hex())
	p.say("or upload %s (standard JSON input):", r.VerifyInput)
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
			{"slug", r.Slug}, {"description", f.input.Description}, {"image", f.input.Image},
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
