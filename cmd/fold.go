package cmd

import (
	"context"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

const foldHelp = `
fold has a launch read a long history in parts. To mint or refund a payment that
is owed, the contract checks the payer's earlier mints; more than 3,500 do not
fit into one transaction. The server and refund fold by themselves, within a
budget; with fold anyone pays the gas for it, about 5,000,000 a part. It moves no
money.

usage: mint402 fold ID --token ADDRESS [flags]

    $ mint402 refund --token 0x5FbD…        # lists the ids that are owed
    $ mint402 fold 0x1f2e… --token 0x5FbD…

If the command is interrupted, run it again: it continues with the parts that are
left.

flags` + ownerHelp

func (p *Program) fold() *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "fold", Long: foldHelp, Args: arguments(1, 1, "a payment id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := mint.ParsePaymentID(args[0])
			if err != nil {
				return &usageError{err}
			}
			return p.foldPayment(cmd.Context(), &f, id)
		}}
	f.add(c)
	return c
}

func (p *Program) foldPayment(ctx context.Context, f *ownerFlags, id mint.PaymentID) error {
	c, err := p.contract(ctx, f)
	if err != nil {
		return err
	}
	defer c.close()
	events, err := p.history(ctx, c, c.store != nil && c.launch.Slug != "")
	if err != nil {
		return err
	}
	payer, ok := owedTo(events, id)
	if !ok {
		return hint(fmt.Errorf("nothing is owed for %s", id), "mint402 refund without an id lists what is")
	}
	history := mint.SpentBy(events, payer)
	folding := p.folding(history)
	parts := len(folding.Points())
	folded, err := c.Folded(ctx, c.launch, id, folding.Points())
	if err != nil {
		return err
	}
	if folded == parts {
		return p.already(f, c, "the history of %s, %d mints, needs no more folding for this payment", payer.Hex(), len(history))
	}
	if err := p.agree(ctx, f, c, "reads the first %d of %s's %d mints into %s, in %d transactions", parts*p.foldSize(), payer.Hex(), len(history), c.launch.Symbol, parts-folded); err != nil {
		return err
	}
	_, mined, err := p.foldUp(ctx, c, id, folding, len(history))
	if err != nil {
		return why(err)
	}
	return p.done(f, c, mined, "the history of %s is folded for %s", payer.Hex(), id)
}

// owedTo returns the payer of a payment that was taken without a mint.
func owedTo(events []mint.Event, id mint.PaymentID) (common.Address, bool) {
	for _, e := range mint.Unaccounted(events) {
		if e.ID == id {
			return e.Payer, true
		}
	}
	return common.Address{}, false
}

func (p *Program) foldSize() int {
	if p.part > 0 {
		return p.part
	}
	return mint.FoldSize
}

func (p *Program) folding(history []mint.PaymentID) mint.Folding {
	return mint.NewFolding(history, p.foldSize())
}

// foldUp makes the contract read the history in parts, all except the last. It skips
// parts that were read before. It returns the remaining proof and the last
// transaction.
func (p *Program) foldUp(ctx context.Context, c *contract, id mint.PaymentID, folding mint.Folding, mints int) (proof mint.Proof, last chain.Mined, err error) {
	folded, err := c.Folded(ctx, c.launch, id, folding.Points())
	if err != nil {
		return proof, last, err
	}
	for {
		proof, whole := folding.Next(folded)
		if whole {
			return proof, last, nil
		}
		p.say("reading the payer's %d mints, part %d of %d", mints, folded+1, len(folding.Points()))
		if last, err = c.Fold(ctx, c.launch.Token, c.from, id, proof); err != nil {
			return proof, last, err
		}
		folded++
	}
}
