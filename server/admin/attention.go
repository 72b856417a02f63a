package admin

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/server/api"
	"github.com/mint402/mint402/x402"
)

// OrderRow is an order as the dashboard shows it to the seller.
type OrderRow struct {
	api.Receipt
	Attention *Attention `json:"attention"`        // null if no person has to act
	Note      string     `json:"note,omitempty"`   // explains why the order waits
	EndsAt    *time.Time `json:"endsAt,omitempty"` // end of the authorization; left out if unknown or after the year 6300

	chainID uint64
	seen    mint.Mark // for money without an order; its block gives the time
}

// Attention is the reason why an order needs a person, and the one action that resolves
// it.
type Attention struct {
	Code   string  `json:"code"`
	Text   string  `json:"text"`
	Action *Action `json:"action"`
}

// Action is a call for the owner's wallet to sign; see /admin/calls.
type Action struct {
	Verb   string       `json:"verb"` // refund or setMinter; see [OwnerTx]
	Label  string       `json:"label"`
	Minter *api.Address `json:"minter,omitempty"` // of setMinter
}

// received is the state that the dashboard shows for money without an order. Such money
// bought no tokens.
const received mint.State = "received"

// row returns an order as the dashboard shows it.
func (d *Dashboard) row(l *mint.Launch, o *mint.Order) OrderRow {
	r := OrderRow{Receipt: d.Presenter.Receipt(l, o)}
	// JSON has no times after the year 9999. 1<<37 seconds end before that.
	if ends := o.Authorization.ValidBefore; ends != nil && ends.IsInt64() && ends.Int64() < 1<<37 {
		at := time.Unix(ends.Int64(), 0).UTC()
		r.EndsAt = &at
	}
	switch o.State() {
	case mint.Settled:
		r.Attention = d.settledAttention(l, o)
		if r.Attention == nil {
			r.Note = "The money has arrived; this server is minting for it."
			if o.PassesByItself() { // and for less than maxPassing
				r.Note = "No action is needed, this server tries again: " + o.ParkedFor + "."
			}
		}
	case mint.Parked:
		if o.MayBeCharged() {
			r.Note = "Its payment nonce is used on chain: the payer may have been charged. The reason says what is known."
			break
		}
		if d.Presenter.Of(l).InDoubt(l.Slug) {
			r.Note = "The server's records do not agree with the contract yet. Until they do, whether the payer was charged is not known."
			break
		}
		r.Note = "Nothing was charged. The payer can send it again"
		if r.EndsAt != nil {
			r.Note += " until the authorization ends"
		}
		r.Note += "."
	}
	return r
}

// maxPassing is how long an order may wait for something that passes without a person. After
// that time a person may act: a node may never answer. It is counted from the order's
// arrival, not from its last change, because a reason that changes again and again would
// begin it again.
const maxPassing = 15 * time.Minute

// settledAttention returns the reason why this server cannot mint for a settled order, and
// the action that helps. It returns nil if the server can mint, or waits for something that
// passes without a person and has not lasted for maxPassing.
func (d *Dashboard) settledAttention(l *mint.Launch, o *mint.Order) *Attention {
	refund, but := d.refundOf(l, o.Value)
	now, _, known := d.Presenter.Of(l).Engine.Conditions(l.Slug)
	owned := known && now.Owner != (common.Address{})
	switch minter := d.Presenter.Of(l).Engine.Minter; {
	case minter == (common.Address{}):
		return &Attention{"no_minter", "The money reached the launch without a mint, and this server has no minter key to mint for it" + but + ".", refund}
	case owned && now.Minter != minter:
		return &Attention{"minter_role_lost", "The money reached the launch without a mint, and this server's minter key does not have the minter's role.",
			&Action{Verb: "setMinter", Label: "Make this server's key the minter", Minter: &api.Address{Address: minter}}}
	case o.PassesByItself():
		if waited := d.Presenter.Of(l).Engine.Clock().Sub(o.CreatedAt); waited >= maxPassing {
			return &Attention{"lasts", fmt.Sprintf("The money reached the launch and is not minted after %d minutes. This server tries again; the owner can also refund it now%s. It waits because: %s.",
				int(waited.Minutes()), but, o.ParkedFor), refund}
		}
	case o.NeedsPerson():
		return &Attention{"refused", "The money reached the launch and is not minted for: " + o.ParkedFor + but + ".", refund}
	}
	return nil
}

// receivedRow returns the row of money without an order.
func (d *Dashboard) receivedRow(l *mint.Launch, e *mint.Event) OrderRow {
	refund, but := d.refundOf(l, e.Amount)
	return OrderRow{
		Receipt: api.Receipt{PaymentID: e.ID, Launch: l.Slug, State: received, Payer: api.Address{Address: e.Payer}, Tokens: "0", TokensBase: "0", Symbol: l.Symbol,
			Token: api.Address{Address: l.Token}, Paid: api.Paid{Amount: e.Amount.String(), Formatted: l.Asset.Format(e.Amount), Symbol: l.Asset.Symbol, Asset: api.Address{Address: l.Asset.Address}},
			Network: x402.CAIP2(l.ChainID), Transaction: e.At.Tx.Hex(), Block: e.At.Block, Explorer: d.Presenter.Explorer(l.ChainID, "tx", e.At.Tx.Hex())},
		Attention: &Attention{"received", l.Asset.Format(e.Amount) + " " + l.Asset.Symbol +
			" reached the launch and bought nothing: it is not a multiple of the price, or came without an authorization" + but + ".", refund},
		chainID: l.ChainID, seen: e.At,
	}
}

// refundOf returns the action that refunds an amount, and a text to add to the reason for
// it. The text is empty unless the owner renounced: then it says that only the last owner
// can still refund.
func (d *Dashboard) refundOf(l *mint.Launch, amount *big.Int) (refund *Action, but string) {
	if now, _, known := d.Presenter.Of(l).Engine.Conditions(l.Slug); known && now.Owner == (common.Address{}) {
		but = "; the owner renounced, and the last owner can still refund it: " + now.Refunder.Hex()
	}
	return &Action{Verb: "refund", Label: "Refund " + l.Asset.Format(amount) + " " + l.Asset.Symbol}, but
}

// attentionRows returns the rows of a launch that need a person: first the money that bought
// nothing, then the settled orders, each newest first.
func (d *Dashboard) attentionRows(ctx context.Context, l mint.Launch) ([]OrderRow, error) {
	rows, err := d.receivedRows(ctx, l)
	if err != nil {
		return nil, err
	}
	settled, err := d.Presenter.Reader.Orders(ctx, mint.Query{Launch: l.Slug, States: []mint.State{mint.Settled}})
	if err != nil {
		return nil, err
	}
	for i := range settled {
		if r := d.row(&l, &settled[i]); r.Attention != nil {
			rows = append(rows, r)
		}
	}
	return rows, nil
}

// receivedRows returns a row for each payment without an order that was not refunded,
// newest first.
func (d *Dashboard) receivedRows(ctx context.Context, l mint.Launch) ([]OrderRow, error) {
	money, err := d.Presenter.Reader.Unaccounted(ctx, l.Slug)
	if err != nil {
		return nil, err
	}
	var rows []OrderRow
	for i := len(money) - 1; i >= 0; i-- {
		if e := &money[i]; e.Kind == mint.EventReceived {
			rows = append(rows, d.receivedRow(&l, e))
		}
	}
	return rows, nil
}

// owed returns the event that brought a payment's money, if the launch neither minted for
// it nor refunded it. Otherwise found is false, and the event's Amount is 0.
func (d *Dashboard) owed(ctx context.Context, l mint.Launch, id mint.PaymentID) (e mint.Event, found bool, err error) {
	money, err := d.Presenter.Reader.Unaccounted(ctx, l.Slug)
	if err != nil {
		return e, false, err
	}
	e.Amount = new(big.Int)
	for _, m := range money {
		if m.ID == id {
			return m, true, nil
		}
	}
	return e, false, nil
}
