package cmd

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"

	"github.com/mint402/mint402/chain"
	"github.com/mint402/mint402/mint"
)

// refunding is one run of mint402 refund.
type refunding struct {
	*contract
	f      *refundFlags
	known  bool         // the database has the launch, so final events are read from it
	events []mint.Event // all events of the launch
	mint.Refund
}

// choose sets the refund to the one that the flags describe. It returns done if the chain
// shows that this refund was made before.
func (r *refunding) choose(ctx context.Context) (done bool, err error) {
	if r.Refund, err = r.f.named(ctx, r.contract); err != nil {
		return false, err
	}
	id := r.ID(r.launch)
	if r.known && !r.f.otherAmount && !mentions(r.events, id) {
		// Perhaps no server has read this launch into the database yet: read the chain.
		if r.events, err = r.history(ctx, false); err != nil {
			return false, err
		}
	}
	if e := spending(r.events, id); e != nil && e.Kind == mint.EventRefunded && e.Payer == r.Payer && e.Amount.Cmp(r.Amount) == 0 {
		return true, r.refundedBefore(e)
	}
	return false, r.f.agrees(r.launch, r.events, r.Refund)
}

// find sets the refund to that of an owed payment, given by its id. It returns done if the
// chain shows that the payment was refunded before.
func (r *refunding) find(ctx context.Context, text string) (done bool, err error) {
	id, err := mint.ParsePaymentID(text)
	if err != nil {
		return false, &usageError{err}
	}
	if r.known && !mentions(r.events, id) {
		// Perhaps no server has read this launch into the database yet: read the chain.
		if r.events, err = r.history(ctx, false); err != nil {
			return false, err
		}
	}
	for _, e := range mint.Unaccounted(r.events) {
		if e.ID == id {
			r.Refund = mint.RefundOf(e)
			return false, nil
		}
	}
	switch e := spending(r.events, id); {
	case e != nil && e.Kind == mint.EventRefunded:
		return true, r.refundedBefore(e)
	case e != nil:
		return false, fmt.Errorf("nothing is owed for %s: it was minted in transaction %s; nothing was sent", id, e.At.Tx)
	}
	return false, hint(fmt.Errorf("nothing is owed for %s; nothing was sent", id), "mint402 refund without an id lists the payments that are owed")
}

// send asks the user to confirm, and then returns the money to the payer.
func (r *refunding) send(ctx context.Context) error {
	id := r.ID(r.launch)
	money := r.launch.Asset.Format(r.Amount) + " " + r.launch.Asset.Symbol
	if err := r.agree(ctx, "returns %s from %s to %s for %s", money, r.launch.Symbol, r.Payer.Hex(), id); err != nil {
		return err
	}
	if err := r.bind(ctx); err != nil {
		return err
	}
	mined, err := r.present(ctx, mint.SpentBy(r.events, r.Payer))
	var revert *chain.Revert
	if r.known && errors.As(err, &revert) && revert.Name == "WrongHistory" {
		// Perhaps no server has read this launch into the database yet: read the chain.
		if r.events, err = r.history(ctx, false); err != nil {
			return err
		}
		mined, err = r.present(ctx, mint.SpentBy(r.events, r.Payer))
	}
	if err != nil {
		return why(r.refused(ctx, id, err))
	}
	return r.done(mined, "returned %s to %s", money, r.Payer.Hex())
}

// bind binds the refund to the branch on which its money arrived, unless that is final.
func (r *refunding) bind(ctx context.Context) error {
	_, final, err := r.Head(ctx)
	if err != nil {
		return fmt.Errorf("read head: %w", err)
	}
	id := r.ID(r.launch)
	for _, e := range r.events {
		if e.ID == id && (e.Kind == mint.EventSettled || e.Kind == mint.EventReceived) && e.At.Block > final.Number {
			r.Seen = mint.Block{Number: e.At.Block, Hash: e.At.BlockHash}
		}
	}
	return nil
}

// refundedBefore prints the refund that the chain shows already.
func (r *refunding) refundedBefore(e *mint.Event) error {
	return r.already("%s was already refunded in transaction %s (%s %s to %s)", e.ID, e.At.Tx, r.launch.Asset.Format(e.Amount), r.launch.Asset.Symbol, e.Payer.Hex())
}

// refused explains the error of a refund. Another transaction may have refunded or minted
// the same payment first, or another refund of it may be in progress.
func (r *refunding) refused(ctx context.Context, id mint.PaymentID, err error) error {
	if errors.Is(err, chain.ErrUnmined) {
		return err
	}
	if events, failure := r.history(ctx, false); failure == nil {
		if e := spending(events, id); e != nil {
			return fmt.Errorf("%s was %s in transaction %s: %w", id, e.Kind, e.At.Tx, err)
		}
	}
	return r.underWay(ctx, err, r.from, "a refund of this payment")
}

// present presents the payer's history to the contract and returns the money. It uses
// several transactions if the history does not fit into one.
func (r *refunding) present(ctx context.Context, history []mint.PaymentID) (chain.Mined, error) {
	proof, _, err := r.foldUp(ctx, r.ID(r.launch), r.folding(history), len(history))
	if err != nil {
		return chain.Mined{}, err
	}
	return r.contract.Refund(ctx, r.launch.Token, r.from, r.Refund, proof)
}

// list prints the payments that are owed.
func (r *refunding) list() error {
	p, asset, list := r.p, r.launch.Asset, mint.Unaccounted(r.events)
	if r.f.asJSON {
		out := make([]owed, len(list))
		for i, e := range list {
			out[i] = owed{e.ID, e.Nonce, e.Payer, e.Amount.String(), asset.Format(e.Amount), e.At.Tx, e.At.Block}
		}
		return p.json(out)
	}
	if len(list) == 0 {
		p.say("nothing is owed")
		return nil
	}
	t := tabwriter.NewWriter(p.Out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "AMOUNT\tPAYER\tID\tKIND")
	for _, e := range list {
		fmt.Fprintf(t, "%s %s\t%s\t%s\t%s\n", asset.Format(e.Amount), asset.Symbol, e.Payer.Hex(), e.ID, e.Kind)
	}
	return t.Flush()
}
