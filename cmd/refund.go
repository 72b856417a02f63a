package cmd

import (
	"context"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/amount"
	"github.com/mint402/mint402/mint"
)

const refundHelp = `
refund returns money that reached a launch and bought nothing: a payment of a
wrong amount, a plain transfer, or a payment that can no longer be minted. It
needs the owner's key. It cannot return money that was paid for minted tokens.

usage: mint402 refund --token ADDRESS [flags]                  lists what is owed
       mint402 refund ID --token ADDRESS [flags]
       mint402 refund --to ADDRESS --amount AMOUNT --nonce 0x… --token ADDRESS
       mint402 refund --to ADDRESS --amount AMOUNT --reference 0x… --token ADDRESS

    $ mint402 refund --token 0x5FbD…
    $ mint402 refund 0x1f2e… --token 0x5FbD…

The contract refunds each id at most once, and never refunds what it has minted.
An authorization is refunded only after the asset has used it: one that was not
used has moved no money, and its payer can cancel it. Payer and amount come from
the chain's events. With --nonce and --reference the amount must be the one that
arrived: a refund spends the id even if it returns less, and the rest could then
never be returned or minted.

A payer with more than 3,500 mints takes several transactions: the contract
reads the history in parts first. If the command is interrupted, run it again:
it continues with the parts that are left.

flags
    --to ADDRESS        the payer, who gets the money
    --amount AMOUNT     how much, for example 0.10
    --nonce 0x…         the payment nonce of their payment, 64 hex digits
    --reference 0x…     or their plain transfer: keccak256 of the transaction's
                        hash and the log's index, as 32 bytes each
    --other-amount      return that amount even if another arrived, or if the chain
                        shows none: a rest stays with the launch` + ownerHelp

type refundFlags struct {
	ownerFlags
	to, amount, nonce, reference string
	otherAmount                  bool
}

// owed is a payment that was taken without a mint.
type owed struct {
	ID          mint.PaymentID `json:"id"`
	Nonce       common.Hash    `json:"nonce"`
	Payer       common.Address `json:"payer"`
	Amount      string         `json:"amount"` // base units
	Formatted   string         `json:"formatted"`
	Transaction common.Hash    `json:"transaction"`
	Block       uint64         `json:"block"`
}

func refundVerb(p *Program) *cobra.Command {
	var f refundFlags
	c := &cobra.Command{Use: "refund", Long: refundHelp, Args: arguments(0, 1, "a payment id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (f.to == "") != (f.amount == "") {
				return usage("give both --to and --amount")
			}
			named := f.nonce != "" || f.reference != ""
			if f.to != "" && !named {
				return &usageError{hint(errors.New("name the payment to refund"), "--nonce 0x…, so that it cannot be refunded twice, or --reference 0x… for a plain transfer")}
			}
			if named && (f.to == "" || len(args) == 1) {
				return usage("--nonce and --reference need --to and --amount, and replace the id")
			}
			if f.nonce != "" && f.reference != "" {
				return usage("give either --nonce, for an authorization, or --reference, for a plain transfer")
			}
			if f.otherAmount && !named {
				return usage("--other-amount needs --amount, and --nonce or --reference")
			}
			if err := f.check(args); err != nil {
				return err
			}
			return f.run(cmd.Context(), p, args)
		}}
	f.add(c)
	c.Flags().StringVar(&f.to, "to", "", "")
	c.Flags().StringVar(&f.amount, "amount", "", "")
	c.Flags().StringVar(&f.nonce, "nonce", "", "")
	c.Flags().StringVar(&f.reference, "reference", "", "")
	c.Flags().BoolVar(&f.otherAmount, "other-amount", false, "")
	return c
}

// check returns an error for arguments that cannot be parsed, before a node is asked.
// It cannot check the number of decimals of an amount, which depends on the asset.
func (f *refundFlags) check(ids []string) error {
	if len(ids) > 0 {
		if _, err := mint.ParsePaymentID(ids[0]); err != nil {
			return &usageError{err}
		}
	}
	if f.to == "" {
		return nil
	}
	if _, err := parseAddress("--to", f.to); err != nil {
		return err
	}
	if _, err := amount.Units.Parse(f.amount); err != nil {
		return usage("--amount: %w", err)
	}
	_, err := parseNonce(f.nonce + f.reference)
	return err
}

func (f *refundFlags) run(ctx context.Context, p *Program, ids []string) error {
	open := f.open
	if f.to == "" && len(ids) == 0 {
		open = f.read
	}
	c, err := open(ctx, p)
	if err != nil {
		return err
	}
	defer c.close()
	r := &refunding{contract: c, f: f, known: c.store != nil && c.launch.Slug != ""}
	if r.events, err = c.history(ctx, r.known); err != nil {
		return err
	}
	var done bool
	switch {
	case f.to != "":
		done, err = r.choose(ctx)
	case len(ids) == 0:
		return r.list()
	default:
		done, err = r.find(ctx, ids[0])
	}
	if done || err != nil {
		return err
	}
	return r.send(ctx)
}

// named returns the refund that the flags describe.
func (f *refundFlags) named(ctx context.Context, c *contract) (r mint.Refund, err error) {
	r.Plain = f.reference != ""
	if r.Payer, err = parseAddress("--to", f.to); err != nil {
		return r, err
	}
	if r.Amount, err = c.launch.Asset.Parse(f.amount); err != nil {
		return r, usage("--amount: %w", err)
	}
	if r.Amount.Sign() == 0 {
		return r, usage("--amount: a refund of 0 would spend the id, and the money could then never be returned or minted")
	}
	if r.Nonce, err = parseNonce(f.nonce + f.reference); err != nil || r.Plain {
		return r, err
	}
	used, err := c.Used(ctx, c.launch.Asset.Address, r.Payer, r.Nonce, 0)
	if err != nil {
		return r, err
	}
	if !used {
		return r, hint(fmt.Errorf("%s has not used this authorization: it moved no money and can still buy tokens; nothing was sent", c.launch.Asset.Symbol),
			"the payer can cancel it with mint402 cancel; for a plain transfer give --reference")
	}
	return r, nil
}

// agrees returns an error if the refund in the flags has another amount than the
// money received for its id. It returns nil for an id that is spent, because the
// contract's own refusal is more precise.
func (f *refundFlags) agrees(l mint.Launch, events []mint.Event, r mint.Refund) error {
	id, came := r.ID(l), new(big.Int)
	for _, e := range events {
		if e.ID != id {
			continue
		}
		switch e.Kind {
		case mint.EventMinted, mint.EventRefunded:
			return nil
		case mint.EventSettled, mint.EventReceived:
			came = e.Amount
		}
	}
	money := func(n *big.Int) string { return l.Asset.Format(n) + " " + l.Asset.Symbol }
	switch {
	case f.otherAmount || came.Cmp(r.Amount) == 0:
		return nil
	case came.Sign() == 0:
		return hint(fmt.Errorf("the chain shows no money that arrived for %s: %s would be other payers' money; nothing was sent", id, money(r.Amount)),
			"check --to, and --nonce or --reference; mint402 refund without an id lists the payments that are owed; --other-amount returns it anyway")
	}
	return hint(fmt.Errorf("%s arrived for %s, not %s; nothing was sent", money(came), id, money(r.Amount)),
		"--amount %s returns all of it; --other-amount returns %s and spends the id", l.Asset.Format(came), money(r.Amount))
}
