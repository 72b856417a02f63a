package api

import (
	"strconv"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
)

// Sign adds the signed receipt to the receipt of a launch's order that a block has minted, if the
// presenter has proof keys. The resource is the URL that was paid for, or "" for the URL
// of the launch and quantity.
//
// The receipt says that at its issuedAt a block had the mint. It is dated by the order's
// last change, so the same order has the same receipt, and one for a final mint has a
// later date. While the engine doubts the chain or the launch's books, no receipt is
// signed.
func (p *Presenter) Sign(r *Receipt, l *mint.Launch, o *mint.Order, resource string) {
	on := p.Chains.of(l.ChainID)
	if p.Proofs == nil || (r.State != mint.Mined && r.State != mint.Minted) || on.Engine.Astray() || on.InDoubt(l.Slug) {
		return
	}
	if resource == "" {
		resource = p.PublicURL + "/launches/" + r.Launch + "/mint"
		if r.Quantity != 1 {
			resource += "?quantity=" + strconv.FormatInt(r.Quantity, 10)
		}
	}
	signed, err := p.Proofs.Receipt(proof.Receipt{Network: r.Network, ResourceURL: resource, Payer: r.Payer.Hex(), IssuedAt: o.UpdatedAt, Transaction: r.Transaction})
	if err != nil {
		p.Log.Error("sign receipt", "payment", r.PaymentID, "err", err)
		return
	}
	r.Proof = &signed
}
