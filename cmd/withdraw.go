package cmd

import (
	"fmt"
	"math/big"

	"github.com/spf13/cobra"
)

const withdrawHelp = `
withdraw sends a launch's proceeds to its treasury: what was paid for tokens
that are minted, less what was withdrawn before. Unaccounted money stays. Any
key may call it. The treasury never changes, unless the asset blacklists it and
its own key names a successor (mint402 set-treasury).

usage: mint402 withdraw --token ADDRESS [flags]

    $ mint402 withdraw --token 0x5FbD… --network base

flags` + ownerHelp

func (p *Program) withdraw() *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "withdraw", Long: withdrawHelp, Args: arguments(0, 0, "no arguments; --token names the launch"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			c, err := p.contract(ctx, &f)
			if err != nil {
				return err
			}
			defer c.close()
			due := new(big.Int).Sub(c.launch.Total(c.conditions.Sold), c.conditions.Withdrawn)
			if due.Sign() <= 0 {
				return p.already(&f, c, "there is nothing to withdraw from %s", c.launch.Symbol)
			}
			treasury := c.conditions.Treasury.Hex()
			if c.conditions.TreasuryBlacklisted {
				return hint(fmt.Errorf("%s blacklists the treasury %s, so nothing can be paid to it; the proceeds stay with %s", c.launch.Asset.Symbol, treasury, c.launch.Symbol),
					"the treasury's own key names a successor: mint402 set-treasury ADDRESS --token %s", c.launch.Token.Hex())
			}
			amount := c.launch.Asset.Format(due) + " " + c.launch.Asset.Symbol
			if err := p.agree(ctx, &f, c, "withdraws %s from %s to the treasury %s", amount, c.launch.Symbol, treasury); err != nil {
				return err
			}
			mined, err := c.Withdraw(ctx, c.launch.Token, c.from)
			if err != nil {
				return why(err)
			}
			return p.done(&f, c, mined, "withdrew %s to %s", amount, treasury)
		}}
	f.add(c)
	return c
}
