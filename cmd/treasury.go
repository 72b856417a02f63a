package cmd

import (
	"context"
	"fmt"
	"math/big"

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

const rescueHelp = `
rescue returns another token that was sent to a launch by mistake, such as
another stablecoin. It needs the owner's key, or the last owner's if ownership
was renounced. It cannot touch the asset or the launch's own token: mint402
refund returns money that was paid and bought nothing.

usage: mint402 rescue OTHER --to ADDRESS --token ADDRESS [flags]

    $ mint402 rescue 0xdAC1… --to 0x7099… --token 0x5FbD…

flags
    --to ADDRESS        the recipient; usually the account that sent it
    --amount N          how much, in the other token's base units (default all)` + ownerHelp

type rescueFlags struct {
	ownerFlags
	to, amount string
}

func rescueVerb(p *Program) *cobra.Command {
	var f rescueFlags
	c := &cobra.Command{Use: "rescue", Long: rescueHelp, Args: arguments(1, 1, "the address of the other token"),
		RunE: func(cmd *cobra.Command, args []string) error {
			other, err := parseAddress("token", args[0])
			if err != nil {
				return err
			}
			if f.to == "" {
				return usage("name the recipient: --to ADDRESS")
			}
			to, err := parseAddress("--to", f.to)
			if err != nil {
				return err
			}
			return f.run(cmd.Context(), p, other, to)
		}}
	f.add(c)
	c.Flags().StringVar(&f.to, "to", "", "")
	c.Flags().StringVar(&f.amount, "amount", "", "")
	return c
}

func (f *rescueFlags) run(ctx context.Context, p *Program, other, to common.Address) error {
	var amount *big.Int
	if f.amount != "" {
		var ok bool
		if amount, ok = new(big.Int).SetString(f.amount, 10); !ok || amount.Sign() <= 0 {
			return usage("--amount %q: expected base units, a whole number above 0", f.amount)
		}
	}
	c, err := f.open(ctx, p)
	if err != nil {
		return err
	}
	defer c.close()
	if other == c.launch.Asset.Address || other == c.launch.Token {
		return refused.because(hint(fmt.Errorf("%s cannot be rescued: it is the asset or the token of %s itself; nothing was sent", other.Hex(), c.launch.Symbol),
			"mint402 refund returns money that bought nothing"))
	}
	held, err := c.AssetBalance(ctx, other, c.launch.Token)
	switch {
	case err != nil:
		return fmt.Errorf("the token %s cannot be read: %w", other.Hex(), err)
	case held.Sign() == 0:
		return c.already("%s has none of %s", c.launch.Symbol, other.Hex())
	case amount == nil:
		amount = held
	case amount.Cmp(held) > 0:
		return refused.say("%s has %s base units of %s, fewer than %s; nothing was sent", c.launch.Symbol, held, other.Hex(), amount)
	}
	if err := c.agree(ctx, "sends %s base units of the token %s from %s to %s", amount, other.Hex(), c.launch.Symbol, to.Hex()); err != nil {
		return err
	}
	mined, err := c.Rescue(ctx, c.launch.Token, c.from, other, to, amount)
	if err != nil {
		return why(err)
	}
	return c.done(mined, "sent %s base units of %s to %s", amount, other.Hex(), to.Hex())
}

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
