package api

import (
	"strconv"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/proof"
)

// Sign adds the signed receipt to the receipt of an order that a block has minted, if the
// presenter has proof keys. The resource is the URL that was paid for, or "" for the URL
// of the launch and quantity.
//
// The receipt says that at its issuedAt a block had the mint. It is dated by the order's
// last change, so the same order has the same receipt, and one for a final mint has a
// later date. While the engine doubts the chain or the launch's books, no receipt is
// signed.
func (p *Presenter) Sign(r *Receipt, o *mint.Order, resource string) {
	if p.Proofs == nil || (r.State != mint.Mined && r.State != mint.Minted) || p.Engine.Astray() || p.InDoubt(r.Launch) {
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
