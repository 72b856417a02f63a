package cmd

import (
	"context"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
)

const pauseHelp = `
pause stops minting at a launch: servers answer 503, and the contract refuses
every payment without taking it. Withdrawals, refunds and transfers go on. It
needs the owner's key.

usage: mint402 pause --token ADDRESS [flags]

    $ mint402 pause --token 0x5FbD…
    $ mint402 unpause --token 0x5FbD…

flags` + ownerHelp

const unpauseHelp = `
unpause lets a paused launch mint again. It needs the owner's key.

usage: mint402 unpause --token ADDRESS [flags]

    $ mint402 unpause --token 0x5FbD…

flags` + ownerHelp

const setMinterHelp = `
set-minter makes another account the minter, which may mint for payments that
were settled elsewhere, and nothing else; "none" leaves no one. It needs the
owner's key.

usage: mint402 set-minter ADDRESS --token ADDRESS [flags]

    $ mint402 set-minter 0x7099… --token 0x5FbD…
    $ mint402 set-minter none --token 0x5FbD…

flags` + ownerHelp

func (p *Program) pause() *cobra.Command   { return p.setPaused("pause", pauseHelp, true) }
func (p *Program) unpause() *cobra.Command { return p.setPaused("unpause", unpauseHelp, false) }

func (p *Program) setPaused(verb, help string, paused bool) *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: verb, Long: help, Args: arguments(0, 0, "no arguments; --token names the launch"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			ctx := cmd.Context()
			c, err := p.contract(ctx, &f)
			if err != nil {
				return err
			}
			defer c.close()
			if c.conditions.Paused == paused {
				return p.already(&f, c, "%s is %sd already", c.launch.Symbol, verb)
			}
			if err := p.agree(ctx, &f, c, "%ss %s (%s)", verb, c.launch.Symbol, c.launch.Token.Hex()); err != nil {
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
			return p.done(&f, c, mined, "%sd %s", verb, c.launch.Symbol)
		}}
	f.add(c)
	return c
}

func (p *Program) setMinter() *cobra.Command {
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
			return p.changeMinter(cmd.Context(), &f, minter)
		}}
	f.add(c)
	return c
}

func (p *Program) changeMinter(ctx context.Context, f *ownerFlags, minter common.Address) error {
	c, err := p.contract(ctx, f)
	if err != nil {
		return err
	}
	defer c.close()
	if c.conditions.Minter == minter {
		return p.already(f, c, "%s is the minter of %s already", orNobody(minter), c.launch.Symbol)
	}
	if err := p.agree(ctx, f, c, "makes %s the minter of %s instead of %s", orNobody(minter), c.launch.Symbol, orNobody(c.conditions.Minter)); err != nil {
		return err
	}
	var mined chain.Mined
	if mined, err = c.SetMinter(ctx, c.launch.Token, c.from, minter); err != nil {
		return why(err)
	}
	return p.done(f, c, mined, "the minter of %s is %s", c.launch.Symbol, orNobody(minter))
}

func orNobody(a common.Address) string {
	if a == (common.Address{}) {
		return "nobody"
	}
	return a.Hex()
}
