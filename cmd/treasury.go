package cmd

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"
)

const setTreasuryHelp = `
set-treasury names the account that receives a launch's proceeds from now on. Only
the treasury's own key may, and only while the asset's issuer blacklists the
treasury: otherwise the proceeds would be locked. No key of the launch can.

usage: mint402 set-treasury ADDRESS --token ADDRESS [flags]

    $ mint402 set-treasury 0x7099… --token 0x5FbD… --key-file treasury.key

The new treasury is as fixed as the old one: no key can replace it unless the asset
blacklists it. Check the address twice. It must not be blacklisted itself.

flags` + ownerHelp

func (p *Program) setTreasury() *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "set-treasury", Long: setTreasuryHelp, Args: arguments(1, 1, "the new treasury's address"),
		RunE: func(cmd *cobra.Command, args []string) error {
			successor, err := parseAddress("treasury", args[0])
			if err != nil {
				return err
			}
			return p.changeTreasury(cmd.Context(), &f, successor)
		}}
	f.add(c)
	return c
}

func (p *Program) changeTreasury(ctx context.Context, f *ownerFlags, successor common.Address) error {
	c, err := p.contract(ctx, f)
	if err != nil {
		return err
	}
	defer c.close()
	now := c.conditions.Treasury
	switch {
	case successor == now:
		return p.already(f, c, "%s is the treasury of %s already", successor.Hex(), c.launch.Symbol)
	case !c.conditions.TreasuryBlacklisted:
		return refused.because(hint(fmt.Errorf("%s does not blacklist the treasury %s, so it keeps its place; nothing was sent", c.launch.Asset.Symbol, now.Hex()),
			"mint402 withdraw pays the proceeds to it"))
	case c.from != now:
		return refused.because(hint(fmt.Errorf("only the treasury %s itself names its successor, and this key is of %s; nothing was sent", now.Hex(), c.from.Hex()),
			"use the treasury's key; a contract wallet calls setTreasury(address) of %s itself", c.launch.Token.Hex()))
	}
	if err := p.agree(ctx, f, c, "makes %s the treasury of %s instead of %s, permanently: it receives all proceeds that were not withdrawn", successor.Hex(), c.launch.Symbol, now.Hex()); err != nil {
		return err
	}
	mined, err := c.SetTreasury(ctx, c.launch.Token, c.from, successor)
	if err != nil {
		return why(err)
	}
	return p.done(f, c, mined, "the treasury of %s is %s", c.launch.Symbol, successor.Hex())
}
