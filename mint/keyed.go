package mint

import (
	"context"
	"errors"

	"github.com/mint402/mint402/x402"
)

// keyed returns *KeyUsedError if the payer already has a payment under one of the keys of
// this one. It is only the early check: Claim decides.
func (a *admission) keyed(ctx context.Context, p *x402.Payment) error {
	if len(p.Keys) == 0 {
		return nil
	}
	first, err := a.store.Keyed(ctx, p.Authorization.From, p.Keys)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err != nil:
		return err
	}
	return &KeyUsedError{first}
}

// name gives a payment's keys to its order if somebody else executed the payment before it
// was presented here. Without that, a payer who lost the answer and signed another payment
// under the same key would pay twice. Only the payer's signature gives keys, and only the
// first time: anyone can read it on the chain later. Wallets with code are left out: their
// signature cannot be checked without a node. If the keys cannot be stored, the payer gets
// the order all the same.
func (a *admission) name(ctx context.Context, launch Launch, order *Order, p *x402.Payment) {
	if len(p.Keys) == 0 || !order.Foreign() || order.Launch != launch.Slug || order.State() == Refunded {
		return
	}
	if err := a.keyed(ctx, p); err != nil {
		return // the order has the key since an earlier request, another one has it, or the store failed
	}
	signature, err := launch.Requirement(order.Quantity).CheckSignature(*p)
	if err != nil {
		return
	}
	_, _, err = a.store.Claim(ctx, Order{ID: order.ID, Launch: order.Launch, Payer: order.Payer, Quantity: order.Quantity, Value: order.Value,
		Authorization: p.Authorization, Signature: signature, Keys: p.Keys}, Credit{}) // without credit, it claims nothing
	if err != nil {
		a.log.Warn("store idempotency key", "payment", order.ID, "err", err)
	}
}
