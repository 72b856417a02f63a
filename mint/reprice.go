package mint

import (
	"context"
	"errors"
	"fmt"
	"math/big"
)

// maxOffer limits a replacement to this multiple of today's fees: at that price, the
// price is not why it is not mined.
const maxOffer = 10

// raise signs the same calls with fees that nodes accept as a replacement and stores the
// signing. It returns nil if these exceed the limits; then the last signing is sent again.
func (t *txManager) raise(ctx context.Context, tx Transaction, refusal *Refusal) (*Attempt, error) {
	feeCap, tipCap, err := t.higher(tx, refusal)
	if feeCap == nil || err != nil {
		return nil, err
	}
	last := tx.Latest()
	attempt, err := t.chain.Resign(ctx, last, tx.Sender, feeCap, tipCap)
	if err = t.signed(ctx, tx, err); err != nil {
		return nil, err
	}
	attempt.Block, attempt.CreatedAt = t.view.head.Number, t.clock()
	if err := t.store.Attempt(ctx, tx.ID, attempt); err != nil {
		return nil, err
	}
	t.delivery.Replaced++
	t.log.Info("replaced", "tx", last.Hash, "by", attempt.Hash, "feeCap", attempt.FeeCap)
	return &attempt, nil
}

// higher returns the fees of a replacement (10 % more is the rule; an eighth is safe), or nil
// if they exceed the limits. After a refusal it offers the fee that the pool wants, or four
// times the tip if the pool did not say.
func (t *txManager) higher(tx Transaction, refusal *Refusal) (feeCap, tipCap *big.Int, err error) {
	fees, err := t.gas.fees()
	if errors.Is(err, ErrTooDear) || errors.Is(err, errNoPrice) || t.capped[tx.ID] || t.signs(tx.Sender) != nil {
		return nil, nil, nil
	}
	if err != nil {
		return nil, nil, err
	}
	last := tx.Latest()
	bound := t.MaxFee
	tipCap = larger(fees.Tip, eighthMore(last.TipCap))
	switch {
	case refusal == nil:
		bound = smaller(bound, new(big.Int).Mul(fees.Cap, big.NewInt(maxOffer)))
	case refusal.MinTip != nil:
		if last.TipCap.Cmp(refusal.MinTip) >= 0 {
			return nil, nil, nil // already more than the pool wanted
		}
		tipCap = larger(tipCap, refusal.MinTip)
	case refusal.MinCap == nil:
		tipCap = larger(tipCap, new(big.Int).Lsh(last.TipCap, 2))
	}
	feeCap = larger(fees.Cap, eighthMore(last.FeeCap))
	feeCap = larger(feeCap, new(big.Int).Add(fees.Base, tipCap))
	if refusal != nil && refusal.MinCap != nil {
		feeCap = larger(feeCap, refusal.MinCap)
	}
	if feeCap.Cmp(bound) > 0 {
		t.failing.report("replace transaction", fmt.Errorf("%s: a fee cap of %s gwei is needed and at most %s may be offered", last.Hash, gwei(feeCap), gwei(bound)))
		return nil, nil, nil
	}
	return feeCap, tipCap, nil
}

func eighthMore(n *big.Int) *big.Int {
	more := new(big.Int).Rsh(n, 3)
	return more.Add(more.Add(more, n), big.NewInt(1))
}
