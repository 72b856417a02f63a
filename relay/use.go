package relay

import (
	"context"
	"math/big"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// conclude stores the outcome of a payment with a mined transaction, and whether it is final.
func (r *Relay) conclude(ctx context.Context, p *Payment, m *mint.TxResult, head, final mint.Block) error {
	was := *p
	if p.Outcome != Open && r.proven[p.ID] == m.At.BlockHash {
		return r.finish(ctx, p, final)
	}
	delete(r.proven, p.ID)
	p.Tx, p.Block = m.At.Tx, m.At.Block
	if p.Cost = p.Reserved; m.Cost != nil {
		p.Cost = ceilGwei(m.Cost)
	}
	a := &p.Authorization
	use, err := r.use(ctx, p, head)
	used := use.How != mint.UseUnknown
	if err == nil && m.Reverted && !used {
		used, err = r.Chain.Used(ctx, p.Asset, a.From, a.Nonce, head.Number)
	}
	switch {
	case err != nil:
		*p = was
		return err
	case p.isPaid(use):
		p.Outcome, p.Why, p.Tx, p.Block = Settled, "", use.At.Tx, max(p.Block, use.At.Block)
	case use.How == mint.UseUnknown && (used || !m.Reverted) && m.At.Block > final.Number:
		*p = was // the log of its use is not there yet, and may show the payment
		return nil
	case use.How != mint.UseUnknown:
		p.Outcome, p.Why = Failed, string(x402.ReasonNonceUsed)
	default:
		p.Outcome, p.Why = Failed, string(x402.ReasonTransaction)
	}
	p.Final = p.Block <= final.Number
	if was.state() != p.state() || was.Block != p.Block {
		if err := r.Store.End(ctx, *p); err != nil {
			return err
		}
	}
	if !p.Final && use.How != mint.UseUnknown && use.At.Block <= m.At.Block {
		r.proven[p.ID] = m.At.BlockHash
	}
	return nil
}

// finish stores that an outcome is final, once its block is.
func (r *Relay) finish(ctx context.Context, p *Payment, final mint.Block) error {
	if p.Final = p.Block <= final.Number; !p.Final {
		return nil
	}
	if err := r.Store.End(ctx, *p); err != nil {
		return err
	}
	delete(r.proven, p.ID)
	return nil
}

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

// abandon ends a payment without a transaction that would not execute any more: why is the contract's
// refusal in the newest state, or nil if its time is over. One node may be behind another, and not know yet that
// the payer got the money, or that a stranger's transaction paid the recipient. So the state after one block
// decides, and only a block that is later than the payment, or than its time.
func (r *Relay) abandon(ctx context.Context, p *Payment, why error, head, final mint.Block) error {
	a := &p.Authorization
	switch used, err := r.Chain.Used(ctx, p.Asset, a.From, a.Nonce, head.Number); {
	case isRevert(err):
		return r.fail(ctx, p, x402.ReasonNotEIP3009)
	case err != nil:
		return err
	case used: // who used it, and for what, decides
		_, err := r.lookElsewhere(ctx, p, head, final)
		return err
	case why == nil && a.ValidBefore.Cmp(big.NewInt(head.Time.Unix())) > 0:
		return nil
	case why == nil:
		return r.fail(ctx, p, x402.ReasonValidBefore)
	case head.Number <= p.Since || !head.Time.After(p.At):
		return nil
	}
	_, err := r.Chain.Try(ctx, r.Signer.Address(), p.Asset, calldata(a, p.Signature), head.Number)
	if !isRevert(err) {
		return err
	}
	return r.fail(ctx, p, r.unused(ctx, p.Asset, a, err).Reason)
}

// fail stores that a payment will not be sent.
func (r *Relay) fail(ctx context.Context, p *Payment, reason x402.Reason) error {
	p.Outcome, p.Why, p.Final, p.Cost = Failed, string(reason), true, 0
	return r.Store.End(ctx, *p)
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
