package cmd

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/deploy"
)

const pauseHelp = `
pause stops minting at a launch: servers answer 503, and the contract refuses
every payment and takes no money. Withdrawals, refunds and transfers continue.
It needs the owner's key.

usage: mint402 pause SLUG [flags]
       mint402 pause --token ADDRESS [flags]

    $ mint402 pause ping
    $ mint402 unpause --token 0x5FbD…

flags` + ownerHelp

const unpauseHelp = `
unpause lets a paused launch mint again. It needs the owner's key.

usage: mint402 unpause SLUG [flags]
       mint402 unpause --token ADDRESS [flags]

    $ mint402 unpause --token 0x5FbD…

flags` + ownerHelp

const setMinterHelp = `
set-minter makes another account the minter. The minter may mint for payments
that were settled elsewhere, and nothing else. "none" leaves the launch without
a minter. It needs the owner's key.

usage: mint402 set-minter ADDRESS --token ADDRESS [flags]

    $ mint402 set-minter 0x7099… --token 0x5FbD…
    $ mint402 set-minter none --token 0x5FbD…

flags` + ownerHelp

func pauseVerb(p *Program) *cobra.Command   { return setPausedVerb(p, "pause", pauseHelp, true) }
func unpauseVerb(p *Program) *cobra.Command { return setPausedVerb(p, "unpause", unpauseHelp, false) }

func setPausedVerb(p *Program, verb, help string, paused bool) *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: verb, Long: help, Args: arguments(0, 1, "at most the launch's slug; --token names its contract"),
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
			if c.conditions.Paused == paused {
				return c.already("%s is already %sd", c.launch.Symbol, verb)
			}
			if err := c.agree(ctx, "%ss %s (%s)", verb, c.launch.Symbol, c.launch.Token.Hex()); err != nil {
				return err
			}
			call := c.Unpause
			if paused {
				call = c.Pause
			}
			mined, err := call(ctx, c.launch.Token, c.from)
			if err != nil {
				return why(err)
			}
			return c.done(mined, "%sd %s", verb, c.launch.Symbol)
		}}
	f.add(c)
	return c
}

func setMinterVerb(p *Program) *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "set-minter", Long: setMinterHelp, Args: arguments(1, 1, "the new minter's address, or none"),
		RunE: func(cmd *cobra.Command, args []string) error {
			var minter common.Address
			if args[0] != "none" {
				var err error
				if minter, err = parseAddress("minter", args[0]); err != nil {
					return err
				}
			}
			return changeMinter(cmd.Context(), p, &f, minter)
		}}
	f.add(c)
	return c
}

func changeMinter(ctx context.Context, p *Program, f *ownerFlags, minter common.Address) error {
	c, err := f.open(ctx, p)
	if err != nil {
		return err
	}
	defer c.close()
	if c.conditions.Minter == minter {
		return c.already("%s is already the minter of %s", deploy.OrNone(minter), c.launch.Symbol)
	}
	if err := c.agree(ctx, "changes the minter of %s from %s to %s", c.launch.Symbol, deploy.OrNone(c.conditions.Minter), deploy.OrNone(minter)); err != nil {
		return err
	}
	var mined chain.Mined
	if mined, err = c.SetMinter(ctx, c.launch.Token, c.from, minter); err != nil {
		return why(err)
	}
	return c.done(mined, "the minter of %s is %s", c.launch.Symbol, deploy.OrNone(minter))
}
