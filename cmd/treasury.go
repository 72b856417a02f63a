package cmd

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"
)

const setTreasuryHelp = `
set-treasury changes the account that receives a launch's proceeds. Only the
treasury's own key can do this, and only while the asset's issuer blacklists the
treasury: otherwise the proceeds would be locked. The owner's key cannot.

usage: mint402 set-treasury ADDRESS --token ADDRESS [flags]

    $ mint402 set-treasury 0x7099… --token 0x5FbD… --key-file treasury.key

The new treasury is as fixed as the old one: it cannot change unless the asset
blacklists it too. Check the address twice. It must not be blacklisted itself.

flags` + ownerHelp

func setTreasuryVerb(p *Program) *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "set-treasury", Long: setTreasuryHelp, Args: arguments(1, 1, "the new treasury's address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			successor, err := parseAddress("treasury", args[0])
			if err != nil {
				return err
			}
			return changeTreasury(cmd.Context(), p, &f, successor)
		}}
	f.add(c)
	return c
}

func changeTreasury(ctx context.Context, p *Program, f *ownerFlags, successor common.Address) error {
	c, err := f.open(ctx, p)
	if err != nil {
		return err
	}
	defer c.close()
	now := c.conditions.Treasury
	switch {
	case successor == now:
		return c.already("%s is already the treasury of %s", successor.Hex(), c.launch.Symbol)
	case !c.conditions.TreasuryBlacklisted:
		return refused.because(hint(fmt.Errorf("%s does not blacklist the treasury %s, so it cannot change; nothing was sent", c.launch.Asset.Symbol, now.Hex()),
			"mint402 withdraw pays the proceeds to it"))
	case c.from != now:
		return refused.because(hint(fmt.Errorf("only the key of the treasury %s can change it, and this is the key of %s; nothing was sent", now.Hex(), c.from.Hex()),
			"use the treasury's key; if it is a contract wallet, let it call setTreasury(address) of %s", c.launch.Token.Hex()))
	}
	if err := c.agree(ctx, "makes %s the treasury of %s instead of %s, permanently: it receives all proceeds that were not withdrawn", successor.Hex(), c.launch.Symbol, now.Hex()); err != nil {
		return err
	}
	mined, err := c.SetTreasury(ctx, c.launch.Token, c.from, successor)
	if err != nil {
		return why(err)
	}
	return c.done(mined, "the treasury of %s is %s", c.launch.Symbol, successor.Hex())
}
