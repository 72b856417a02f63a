package cmd

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/admin"
	"github.com/mint402/mint402/server/api"
)

// A launching is one run of mint402 launch.
type launching struct {
	p          *Program
	f          *launchFlags
	from       common.Address // the deployer
	n          *node
	deployment chain.Deployment
	estimate   chain.Estimate
	poor       error       // set if the deployer cannot pay the gas
	launch     mint.Launch // as it will be sold
	result     launched
	selling    bool   // a running server sells it
	first      string // to be done before the launch can go on
}

// prepare validates the terms, and computes the token's address and the gas. It sends
// no transaction.
func (b *launching) prepare(ctx context.Context) (err error) {
	if b.deployment, err = b.f.input.Validate(b.n.network.Asset, b.p.Now()); err != nil {
		return b.f.asUsage(err)
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
	b.result = launched{Slug: slug, Token: api.Address{Address: token}, Network: b.n.network.CAIP2(), Deployed: e.Deployed, Already: e.Deployed,
		DeployGas: e.Gas, DeployWei: e.Wei.String(), MintWei: e.MintWei.String(),
		Compiler: bindings.LaunchCompiler, Contract: bindings.LaunchSource, ConstructorArgs: common.Bytes2Hex(args)}
	return nil
}

// sell deploys the launch unless it is deployed, and registers it.
func (b *launching) sell(ctx context.Context) error {
	// Make all checks that are possible before the first step that costs gas.
	if b.poor != nil {
		return b.poor
	}
	if err := b.f.placed(ctx, b.n, b.launch); err != nil {
		return err
	}
	b.result.VerifyInput = filepath.Join(b.f.out, b.f.input.Slug+".verify.json")
	if !b.estimate.Deployed {
		if err := b.f.sellable(b.launch); err != nil {
			return err
		}
		if err := b.deploy(ctx); err != nil {
			return err
		}
	}
	if err := b.writeVerifyInput(); err != nil {
		return err
	}
	if err := b.register(ctx); err != nil {
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
	if err := b.save(); err != nil { // before the send: a process that is killed keeps it, too
		return fmt.Errorf("the launch cannot be saved, so nothing was deployed: %w", err)
	}
	b.p.say("deploying; waiting until it is mined")
	deployed, err := b.n.Deploy(ctx, b.from, b.deployment)
	if err != nil {
		return why(err)
	}
	r := &b.result
	r.Deployed, r.Already = true, deployed.Already
	if !deployed.Already {
		r.Transaction, r.Block, r.GasUsed = &deployed.Mined.Hash, deployed.Mined.Block, deployed.Mined.GasUsed
	}
	return nil
}

// saved returns the path of the file that this launch is saved in. Another token has another
// file.
func (b *launching) saved() string {
	return filepath.Join(b.f.out, fmt.Sprintf("%s.%s.launch.yaml", b.launch.Slug, strings.ToLower(b.launch.Token.Hex()[:10])))
}

// save writes the launch to a launch file that describes the same token at any later time,
// also if the key or the variables are others then: roles have their addresses, and times
// are absolute.
func (b *launching) save() error {
	in, l := b.f.input, b.launch
	values := map[string]string{"name": in.Name, "symbol": in.Symbol, "price": in.Price, "allotment": in.Allotment, "cap": in.Cap, "limit": in.Limit,
		"treasury": l.Treasury.Hex(), "owner": l.Owner.Hex(), "minter": deploy.OrNone(l.Minter), "contract-uri": in.ContractURI, "salt": in.Salt,
		"slug": in.Slug, "description": in.Description, "image": in.Image, "network": b.n.network.Name, "asset": b.f.node.asset}
	for key, at := range map[string]time.Time{"opens": l.OpensAt, "closes": l.ClosesAt} {
		if !at.IsZero() {
			values[key] = at.Format(time.RFC3339)
		}
	}
	return writeDurably(b.saved(), deploy.FileText("A launch that mint402 saved while it was made: token "+l.Token.Hex(), values), 0o644)
}

// keep removes the saved launch after success. After an error it saves the launch, and adds to
// the error how to continue with the same token.
func (b *launching) keep(err error) error {
	if err == nil {
		if b.f.file != b.saved() {
			_ = os.Remove(b.saved()) // it would do no harm
		}
		return nil
	}
	if outcomeOf(err) == declined { // nothing was done
		return err
	}
	if failed := b.save(); failed != nil {
		b.p.say("the launch could not be saved: %v", failed)
		return hint(err, "run the same command again to continue")
	}
	more := b.f.again(b.p)
	if b.f.out != "." {
		more += " --out " + quoted(b.f.out)
	}
	advice := "the launch is saved; this continues with the same token: mint402 launch -f " + quoted(b.saved()) + more
	if b.first != "" {
		advice = "first " + b.first + "; then: " + advice
	}
	if outcomeOf(err) == interrupted { // its message takes one line
		b.p.say("%s", advice)
	}
	return hint(err, "%s", advice)
}

// showTerms prints the terms as buyers will read them, and the costs. It sets poor.
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
		deployment = fmt.Sprintf("%s gas, at most %s; the deployer %s has %s", amount.Grouped(fmt.Sprint(e.Gas)), b.cost(), from.Hex(), amount.Coins(balance)+" "+n.network.Coin())
	}
	t := tabwriter.NewWriter(p.Err, 0, 0, 2, ' ', 0)
	fmt.Fprintf(p.Err, "%s\n", p.bold(p.Err, fmt.Sprintf("%s (%s) on %s", plain(l.Name), l.Symbol, n.network.Title)))
	for _, line := range slices.Concat(deploy.TermSheet(l), []admin.Term{{Label: "deployment", Text: deployment}, {Label: "gas of a mint", Text: deploy.MintShare(l, e)}}, clients) {
		fmt.Fprintf(t, "  %s\t%s\n", line.Label, line.Text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	if poor := deploy.Afford(from, balance, e, n.network); poor != nil {
		b.poor = hint(poor, "send it coins for gas on %s; nothing was sent", n.network.Title)
	}
	return nil
}

// rehearse makes the checks that a launch makes before its first step that costs gas, and
// prints them with the steps that would follow. It returns an error if a check failed.
func (b *launching) rehearse(ctx context.Context) error {
	p, f, r := b.p, b.f, &b.result
	deployment := fmt.Sprintf("deploy %s with one transaction: %s gas, at most %s from %s", r.Token.Hex(), amount.Grouped(fmt.Sprint(r.DeployGas)), b.cost(), b.from.Hex())
	if r.Already {
		deployment = fmt.Sprintf("deploy nothing: %s is there already", r.Token.Hex())
	}
	r.Steps = []string{deployment, "write " + filepath.Join(f.out, r.Slug+".verify.json"), fmt.Sprintf("register it as %q in %s, or with the server that uses it", r.Slug, f.db)}
	var unsold error
	if !r.Already {
		unsold = f.sellable(b.launch)
	}
	failed := 0
	for _, one := range []struct {
		name, text string
		err        error
	}{
		{"terms", "the contract takes them, at the newest block of " + b.n.network.Title, nil}, // or prepare had failed
		{"gas", "the deployer can pay it", b.poor},
		{"files", fmt.Sprintf("%s and %s can be written to", filepath.Dir(f.db), f.out), f.writable()},
		{"database", fmt.Sprintf("%s is of this chain, or new, and the slug is free", f.db), f.placed(ctx, b.n, b.launch)},
		{"server", "its minter's key fits, or no server has used the database yet", unsold},
	} {
		c := launchCheck{one.name, one.err == nil, one.text}
		if !c.OK {
			failed++
			c.Text = strings.Join(append([]string{inWords(one.err)}, hintsOf(one.err)...), "; ")
		}
		r.Checks = append(r.Checks, c)
		p.say("  check %-9s %s: %s", c.Check, map[bool]string{true: "ok", false: "FAILED"}[c.OK], c.Text)
	}
	for i, step := range r.Steps {
		p.say("  step %d: %s", i+1, step)
	}
	p.say("nothing was sent (--dry-run)")
	if f.asJSON {
		if err := p.json(r); err != nil {
			return err
		}
	}
	if failed > 0 {
		return fmt.Errorf("%s failed; the launch would stop there", amount.Plural(int64(failed), "check"))
	}
	if f.asJSON {
		return nil
	}
	_, err := fmt.Fprintln(p.Out, b.launch.Token.Hex())
	return err
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
	p.say("verify the source with: mint402 verify --network %s --token %s%s", n.network.Name, r.Token.Hex(), f.rpcAgain(p))
	p.say("or upload %s (standard JSON input):", r.VerifyInput)
	p.say("  compiler   %s", r.Compiler)
	p.say("  contract   %s", r.Contract)
	p.say("  arguments  %s", r.ConstructorArgs)
	p.say("  at         https://sourcify.dev/#/verifier")
	if n.explorer(common.Hash{}) != "" {
		p.say("  or         %s/verifyContract?a=%s", n.network.Explorer, r.Token.Hex())
	}
	p.say("")
	p.say("its page is /l/%s; write it with: mint402 edit %s --db %s; share it with /l/%s/share", r.Slug, r.Slug, quoted(f.db), r.Slug)
	if !b.selling {
		p.say("")
		p.say("sell it (MINT402_SENDER_KEY pays the gas):")
		serve := "  mint402 serve --network " + n.network.Name
		if f.node.asset != "" {
			serve += " --asset " + f.node.asset
		}
		p.say("%s", serve+f.again(p)+" --token "+r.Token.Hex())
	}
	_, err := fmt.Fprintln(p.Out, r.Token.Hex())
	return err
}
