package cmd

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/cmd/deploy"
	"github.com/mint402/mint402/server/admin"
)

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
