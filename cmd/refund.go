package cmd

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"text/tabwriter"

	"github.com/ethereum/go-ethereum/common"
	"github.com/spf13/cobra"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

const refundHelp = `
refund returns money that reached a launch and bought nothing: a payment of an
odd amount, a plain transfer, or one that cannot be minted any more. It needs
the owner's key; what was paid for minted tokens is out of reach.

usage: mint402 refund --token ADDRESS [flags]                  lists what is owed
       mint402 refund ID --token ADDRESS [flags]
       mint402 refund --to ADDRESS --amount AMOUNT --nonce 0x… --token ADDRESS
       mint402 refund --to ADDRESS --amount AMOUNT --reference 0x… --token ADDRESS

    $ mint402 refund --token 0x5FbD…
    $ mint402 refund 0x1f2e… --token 0x5FbD…

Each id is refunded once, and never both refunded and minted: the contract
keeps count. An authorization is refunded only after the asset has used it; one
that was never used has brought nothing, and its payer can cancel it. Payer and
amount come from the chain's events. With --nonce and --reference the amount has
to be the one that came in: a refund spends the id whatever it returns, so the
rest could never be returned or minted for.

A payer with more than 3,500 mints takes several transactions: the contract
reads the history in parts first. If the command is interrupted, run it again:
it continues with the parts that are left.

flags
    --to ADDRESS        who is paid
    --amount AMOUNT     how much, 0.10 for example
    --nonce 0x…         for which payment of theirs, 64 hex digits
    --reference 0x…     for which plain transfer: keccak256 of the transaction's
                        hash and the log's index, as 32 bytes each
    --other-amount      return that amount although another came in, or none that
                        the chain shows: a rest stays with the launch` + ownerHelp

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

func (p *Program) refund() *cobra.Command {
	var f refundFlags
	c := &cobra.Command{Use: "refund", Long: refundHelp, Args: arguments(0, 1, "a payment id"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (f.to == "") != (f.amount == "") {
				return usage("--to and --amount belong together")
			}
			named := f.nonce != "" || f.reference != ""
			if f.to != "" && !named {
				return &usageError{hint(errors.New("name the payment to refund"), "--nonce 0x…, so that it cannot be refunded twice; --reference 0x… for a plain transfer")}
			}
			if named && (f.to == "" || len(args) == 1) {
				return usage("--nonce and --reference go with --to and --amount, in place of an id")
			}
			if f.nonce != "" && f.reference != "" {
				return usage("--nonce names an authorization and --reference a plain transfer: give one of them")
			}
			if f.otherAmount && !named {
				return usage("--other-amount goes with --amount and --nonce or --reference")
			}
			if err := f.check(args); err != nil {
				return err
			}
			return p.refundPayment(cmd.Context(), &f, args)
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
	if _, err := units.Parse(f.amount); err != nil {
		return usage("--amount: %w", err)
	}
	_, err := parseNonce(f.nonce + f.reference)
	return err
}

func (p *Program) refundPayment(ctx context.Context, f *refundFlags, ids []string) error {
	open := p.contract
	if f.to == "" && len(ids) == 0 {
		open = p.readContract
	}
	c, err := open(ctx, &f.ownerFlags)
	if err != nil {
		return err
	}
	defer c.close()
	known := c.store != nil && c.launch.Slug != ""
	if f.to != "" || len(ids) > 0 {
		if err := p.awaitSent(ctx, c.node, c.from, poolPatience, "a refund of this payment"); err != nil {
			return err
		}
	}
	events, err := p.history(ctx, c, known)
	if err != nil {
		return err
	}
	list := mint.Unaccounted(events)
	var r mint.Refund
	switch {
	case f.to != "":
		if r, err = p.namedRefund(ctx, f, c); err != nil {
			return err
		}
		if known && !f.otherAmount && !mentions(events, r.ID(c.launch)) {
			// No server has read this launch into the database yet.
			if events, err = p.history(ctx, c, false); err != nil {
				return err
			}
		}
		if e := spending(events, r.ID(c.launch)); e != nil && e.Kind == mint.EventRefunded && e.Payer == r.Payer && e.Amount.Cmp(r.Amount) == 0 {
			return p.refundedBefore(f, c, e)
		}
		if err := f.agrees(c.launch, events, r); err != nil {
			return err
		}
	case len(ids) == 0:
		return p.listOwed(f, c, list)
	default:
		id, err := mint.ParsePaymentID(ids[0])
		if err != nil {
			return &usageError{err}
		}
		if known && !mentions(events, id) {
			if events, err = p.history(ctx, c, false); err != nil {
				return err
			}
			list = mint.Unaccounted(events)
		}
		for _, e := range list {
			if e.ID == id {
				r = mint.RefundOf(e)
			}
		}
		switch e := spending(events, id); {
		case r.Amount != nil:
		case e != nil && e.Kind == mint.EventRefunded:
			return p.refundedBefore(f, c, e)
		case e != nil:
			return fmt.Errorf("nothing is owed for %s: it was minted in transaction %s", id, e.At.Tx)
		default:
			return hint(fmt.Errorf("nothing is owed for %s", id), "mint402 refund without an id lists what is")
		}
	}
	id := r.ID(c.launch)
	money := c.launch.Asset.Format(r.Amount) + " " + c.launch.Asset.Symbol
	if err := p.agree(ctx, &f.ownerFlags, c, "returns %s from %s to %s for %s", money, c.launch.Symbol, r.Payer.Hex(), id); err != nil {
		return err
	}
	mined, err := p.refundFrom(ctx, c, r, mint.SpentBy(events, r.Payer))
	var revert *chain.Revert
	if known && errors.As(err, &revert) && revert.Name == "WrongHistory" {
		// No server has read this launch into the database yet.
		if events, err = p.history(ctx, c, false); err != nil {
			return err
		}
		mined, err = p.refundFrom(ctx, c, r, mint.SpentBy(events, r.Payer))
	}
	if err != nil {
		return why(p.refusedRefund(ctx, c, id, err))
	}
	return p.done(&f.ownerFlags, c, mined, "returned %s to %s", money, r.Payer.Hex())
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

// refundedBefore reports that there is nothing to do, since the chain shows the
// refund.
func (p *Program) refundedBefore(f *refundFlags, c *contract, e *mint.Event) error {
	return p.already(&f.ownerFlags, c, "%s was refunded in transaction %s (%s %s to %s)", e.ID, e.At.Tx, c.launch.Asset.Format(e.Amount), c.launch.Asset.Symbol, e.Payer.Hex())
}

// refusedRefund explains an error by another refund of the same payment that came
// first, or that may be in progress.
func (p *Program) refusedRefund(ctx context.Context, c *contract, id mint.PaymentID, err error) error {
	if errors.Is(err, chain.ErrUnmined) {
		return err
	}
	if events, failure := p.history(ctx, c, false); failure == nil {
		if e := spending(events, id); e != nil {
			return fmt.Errorf("%s was %s in transaction %s: %w", id, e.Kind, e.At.Tx, err)
		}
	}
	return c.underWay(ctx, err, c.from, "a refund of this payment")
}

// namedRefund returns the refund that the flags describe.
func (p *Program) namedRefund(ctx context.Context, f *refundFlags, c *contract) (r mint.Refund, err error) {
	r.Plain = f.reference != ""
	if r.Payer, err = parseAddress("--to", f.to); err != nil {
		return r, err
	}
	if r.Amount, err = c.launch.Asset.Parse(f.amount); err != nil {
		return r, usage("--amount: %w", err)
	}
	if r.Amount.Sign() == 0 {
		return r, usage("--amount: a refund of nothing would spend the id, and the money could never be returned or minted for")
	}
	if r.Nonce, err = parseNonce(f.nonce + f.reference); err != nil || r.Plain {
		return r, err
	}
	used, err := c.Used(ctx, c.launch.Asset.Address, r.Payer, r.Nonce)
	if err != nil {
		return r, err
	}
	if !used {
		return r, hint(fmt.Errorf("%s has not used this authorization: it brought no money, and can still buy tokens", c.launch.Asset.Symbol),
			"the payer cancels it with mint402 cancel; a plain transfer is named by --reference")
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
		return hint(fmt.Errorf("the chain shows no money that came in for %s: %s would be other payers' money, and nothing was sent", id, money(r.Amount)),
			"check --to, and --nonce or --reference; mint402 refund without an id lists what is owed; --other-amount returns it all the same")
	}
	return hint(fmt.Errorf("%s came in for %s, not %s: nothing was sent", money(came), id, money(r.Amount)),
		"--amount %s returns all of it; --other-amount returns %s and spends the id", l.Asset.Format(came), money(r.Amount))
}

// mentions reports whether an event has an id.
func mentions(events []mint.Event, id mint.PaymentID) bool {
	return slices.ContainsFunc(events, func(e mint.Event) bool { return e.ID == id })
}

// refundFrom presents the payer's history to the contract and returns the money. It
// uses several transactions if the history does not fit into one.
func (p *Program) refundFrom(ctx context.Context, c *contract, r mint.Refund, history []mint.PaymentID) (chain.Mined, error) {
	proof, _, err := p.foldUp(ctx, c, r.ID(c.launch), p.folding(history), len(history))
	if err != nil {
		return chain.Mined{}, err
	}
	return c.Refund(ctx, c.launch.Token, c.from, r, proof)
}

// history returns all events of the launch. If known is true, final events come from
// the server's database and the rest from the chain. Otherwise all come from the
// chain.
func (p *Program) history(ctx context.Context, c *contract, known bool) ([]mint.Event, error) {
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
			return nil, hint(err, "--db FILE of the server's database knows the block")
		}
	}
	latest, _, err := c.Head(ctx)
	if err != nil {
		return nil, fmt.Errorf("read head: %w", err)
	}
	err = blocks(from, latest.Number, p.say, func(from, to uint64) error {
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

func (p *Program) listOwed(f *refundFlags, c *contract, list []mint.Event) error {
	asset := c.launch.Asset
	if f.asJSON {
		out := make([]owed, len(list))
		for i, e := range list {
			out[i] = owed{e.ID, e.Nonce, e.Payer, e.Amount.String(), asset.Format(e.Amount), e.At.Tx, e.At.Block}
		}
		return p.json(out)
	}
	if len(list) == 0 {
		p.say("nothing is owed to anybody")
		return nil
	}
	t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AMOUNT\tPAYER\tID\tKIND")
	for _, e := range list {
		fmt.Fprintf(t, "%s %s\t%s\t%s\t%s\n", asset.Format(e.Amount), asset.Symbol, e.Payer.Hex(), e.ID, e.Kind)
	}
	return t.Flush()
}
