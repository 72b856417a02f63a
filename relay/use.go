package relay

import (
	"context"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// isPaid reports whether a use of its nonce is this payment: the amount, to the recipient.
func (p *Payment) isPaid(u mint.Use) bool {
	a := &p.Authorization
	return u.How == mint.UsePaid && u.To == a.To && u.Value != nil && u.Value.Cmp(a.Value) == 0
}

// lookElsewhere stores the outcome of a payment whose nonce was used without a transaction of ours that
// is known. known is false while the asset's log of the use is not found, or the nonce is not used.
func (r *Relay) lookElsewhere(ctx context.Context, p *Payment, head, final mint.Block) (known bool, err error) {
	use, err := r.use(ctx, p, head)
	if err != nil || use.How == mint.UseUnknown {
		return false, err
	}
	p.Outcome, p.Why, p.Tx, p.Block, p.Cost = Failed, string(x402.ReasonNonceUsed), use.At.Tx, use.At.Block, 0
	if p.isPaid(use) {
		p.Outcome, p.Why = Settled, ""
	}
	p.Final = use.At.Block <= final.Number
	return true, r.Store.End(ctx, *p)
}

// use returns the use of the payment's nonce that the asset logged.
func (r *Relay) use(ctx context.Context, p *Payment, head mint.Block) (mint.Use, error) {
	asset := mint.Launch{ChainID: r.ChainID, Asset: x402.Asset{Address: p.Asset}}
	key := mint.PayerKey{Payer: p.Authorization.From, Nonce: p.Authorization.Nonce}
	uses, err := r.Chain.Usage(ctx, asset, []mint.PayerKey{key}, mint.Block{Number: p.Since - min(p.Since, back)}, head)
	if err != nil {
		return mint.Use{}, err
	}
	return uses[0], nil
}

// back is how many blocks before a payment was taken the search for its use begins: a reorg may move it.
const back = 64
