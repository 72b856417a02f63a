package cmd

import (
	"fmt"
	"math/big"

	"github.com/spf13/cobra"
)

const withdrawHelp = `
withdraw sends a launch's proceeds to its treasury: the price of all minted
tokens, less earlier withdrawals. Money that bought no tokens stays in the
contract, because it belongs to its payers. Any key may call it. The treasury
cannot change, unless the asset blacklists it and its own key sets a successor
(mint402 set-treasury).

usage: mint402 withdraw SLUG [flags]
       mint402 withdraw --token ADDRESS [flags]

    $ mint402 withdraw ping
    $ mint402 withdraw --token 0x5FbD… --network base

flags` + ownerHelp

func withdrawVerb(p *Program) *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "withdraw", Long: withdrawHelp, Args: arguments(0, 1, "at most the launch's slug; --token names its contract"),
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx := cmd.Context()
			if err := f.named(args); err != nil {
				return err
			}
			c, err := f.open(ctx, p)
			if err != nil {
				return err
			}
			defer c.close()
			due := new(big.Int).Sub(c.launch.Total(c.conditions.Sold), c.conditions.Withdrawn)
			if due.Sign() <= 0 {
				return c.already("there is nothing to withdraw from %s", c.launch.Symbol)
			}
			treasury := c.conditions.Treasury.Hex()
			if c.conditions.TreasuryBlacklisted {
				return hint(fmt.Errorf("%s blacklists the treasury %s, so nothing can be paid to it; nothing was sent, and the proceeds stay at %s", c.launch.Asset.Symbol, treasury, c.launch.Symbol),
					"change the treasury with its own key: mint402 set-treasury ADDRESS --token %s", c.launch.Token.Hex())
			}
			amount := c.launch.Asset.Format(due) + " " + c.launch.Asset.Symbol
			if err := c.agree(ctx, "withdraws %s from %s to the treasury %s", amount, c.launch.Symbol, treasury); err != nil {
				return err
			}
			mined, err := c.Withdraw(ctx, c.launch.Token, c.from)
			if err != nil {
				return why(err)
			}
			return c.done(mined, "withdrew %s to %s", amount, treasury)
		}}
	f.add(c)
	return c
}
