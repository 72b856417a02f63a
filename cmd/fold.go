package cmd

import (
	"context"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/cmd/audit"
	"github.com/mint402/mint402/mint"
)

const foldHelp = `
fold makes a launch read a long history in parts. To mint or refund a payment
that is owed, the contract checks the payer's earlier mints. More than 3,500 of
them do not fit into one transaction. The server and "mint402 refund" do this
automatically, within a budget. With fold anyone can pay the gas for it, about
5,000,000 gas for each part. It moves no money.

usage: mint402 fold ID --token ADDRESS [flags]

    $ mint402 refund --token 0x5FbD…        # lists the ids that are owed
    $ mint402 fold 0x1f2e… --token 0x5FbD…

If the command is interrupted, run it again: it continues with the parts that are
left.

flags` + ownerHelp

func foldVerb(p *Program) *cobra.Command {
	var f ownerFlags
	c := &cobra.Command{Use: "fold", Long: foldHelp, Args: arguments(1, 1, "a payment id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			id, err := mint.ParsePaymentID(args[0])
			if err != nil {
				return &usageError{err}
			}
			return foldPayment(cmd.Context(), p, &f, id)
		}}
	f.add(c)
	return c
}

func foldPayment(ctx context.Context, p *Program, f *ownerFlags, id mint.PaymentID) error {
	c, err := f.open(ctx, p)
	if err != nil {
		return err
	}
	defer c.close()
	events, err := c.history(ctx, c.store != nil && c.launch.Slug != "")
	if err != nil {
		return err
	}
	payer, ok := owedTo(events, id)
	if !ok {
		return hint(fmt.Errorf("nothing is owed for %s; nothing was sent", id), "mint402 refund without an id lists the payments that are owed")
	}
	history := mint.SpentBy(events, payer)
	folding := c.folding(history)
	parts := len(folding.Points())
	folded, err := c.Folded(ctx, c.launch, id, folding.Points())
	if err != nil {
		return err
	}
	if folded == parts {
		return c.already("the contract has read all it needs of the history of %s, %d mints", payer.Hex(), len(history))
	}
	if err := c.agree(ctx, "makes the contract read the first %d of the %[3]d mints of %[2]s at %[4]s, in %[5]d transactions", parts*c.foldSize(), payer.Hex(), len(history), c.launch.Symbol, parts-folded); err != nil {
		return err
	}
	_, mined, err := c.foldUp(ctx, id, folding, len(history))
	if err != nil {
		return why(err)
	}
	return c.done(mined, "the contract has read the history of %s for %s", payer.Hex(), id)
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

// foldSize returns how many payment ids the contract reads in one transaction, at most.
func (c *contract) foldSize() int {
	if c.p.part > 0 {
		return c.p.part
	}
	return mint.FoldSize
}

func (c *contract) folding(history []mint.PaymentID) mint.Folding {
	return mint.NewFolding(history, c.foldSize())
}

// foldUp makes the contract read the history in parts, all except the last. It skips
// parts that were read before. It returns the remaining proof and the last
// transaction.
func (c *contract) foldUp(ctx context.Context, id mint.PaymentID, folding mint.Folding, mints int) (proof mint.Proof, last chain.Mined, err error) {
	folded, err := c.Folded(ctx, c.launch, id, folding.Points())
	if err != nil {
		return proof, last, err
	}
	for {
		proof, whole := folding.Next(folded)
		if whole {
			return proof, last, nil
		}
		c.p.say("reading the payer's %d mints, part %d of %d", mints, folded+1, len(folding.Points()))
		if last, err = c.Fold(ctx, c.launch.Token, c.from, id, proof); err != nil {
			return proof, last, err
		}
		folded++
	}
}

// history returns all events of the launch. If known is true, final events come from
// the server's database and the rest from the chain. Otherwise all come from the
// chain.
func (c *contract) history(ctx context.Context, known bool) ([]mint.Event, error) {
	var all []mint.Event
	from := c.launch.DeployedAt
	if known {
		events, final, err := c.finalEvents(ctx)
		if err != nil {
			return nil, err
		}
		all, from = events, max(from, final+1)
	}
	if from == 0 {
		var err error
		if from, err = c.DeployedAt(ctx, c.launch.Token); err != nil {
			return nil, hint(err, "--db FILE of the server's database, which has the block")
		}
	}
	latest, _, err := c.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	err = audit.Blocks(from, latest.Number, c.p.say, func(from, to uint64) error {
		events, err := c.Events(ctx, []mint.Launch{c.launch}, from, to)
		all = append(all, events...)
		return err
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// finalEvents returns the database's events in final blocks, in chain order, and the
// number of the newest final block.
func (c *contract) finalEvents(ctx context.Context) (events []mint.Event, final uint64, err error) {
	cursor, err := c.store.Cursor(ctx)
	if err != nil || len(cursor) == 0 {
		return nil, 0, err
	}
	final = cursor[len(cursor)-1].Number
	newest, err := c.store.Events(ctx, c.launch.Slug, 0)
	if err != nil {
		return nil, 0, err
	}
	for _, e := range slices.Backward(newest) {
		if e.At.Block <= final {
			events = append(events, e)
		}
	}
	return events, final, nil
}

// spending returns the event that minted or refunded an id, or nil.
func spending(events []mint.Event, id mint.PaymentID) *mint.Event {
	for i, e := range events {
		if e.ID == id && (e.Kind == mint.EventMinted || e.Kind == mint.EventRefunded) {
			return &events[i]
		}
	}
	return nil
}

// mentions reports whether an event has an id.
func mentions(events []mint.Event, id mint.PaymentID) bool {
	return slices.ContainsFunc(events, func(e mint.Event) bool { return e.ID == id })
}
