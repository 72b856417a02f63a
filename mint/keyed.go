package mint

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/mint402/mint402/x402"
)

// MaxOrderKeys is how many idempotency keys one order may have: those of its claim, and those
// under which its payer presented it again.
const MaxOrderKeys = 16

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
	return &KeyUsedError{First: first}
}

// name gives a known order the keys of the payment that was presented for it, durably. Only
// after that may the order be the answer: otherwise a payer who loses this answer and signs
// another payment under the same key pays twice. The error is *KeyUsedError or
// *KeyNotStoredError if the order cannot get the keys.
//
// Only the payer's signature gives keys. Once it is on the chain, anyone can read it there
// and present the payment under a key that the payer has not used yet. Such a key is then
// refused for the payer's next payment, which costs no money, and an order has at most
// MaxOrderKeys.
func (a *admission) name(ctx context.Context, launch *Launch, order *Order, p *x402.Payment) error {
	if len(p.Keys) == 0 || order.Launch != launch.Slug || order.State() == Refunded || order.State() == Voided {
		return nil
	}
	missing := false
	for _, key := range p.Keys {
		first, err := a.store.Keyed(ctx, order.Payer, []string{key})
		switch {
		case errors.Is(err, ErrNotFound):
			missing = true
		case err != nil:
			return fmt.Errorf("name payment %s: %w", order.ID, err)
		case first != order.ID:
			return &KeyUsedError{First: first, Presented: order.ID}
		}
	}
	switch {
	case !missing:
		return nil
	case !signedByPayer(launch, order, p):
		return &KeyNotStoredError{order.ID, "its signature is not the one that was checked"}
	}
	_, _, err := a.store.Claim(ctx, Order{ID: order.ID, Launch: order.Launch, Payer: order.Payer, Quantity: order.Quantity, Value: order.Value,
		Authorization: p.Authorization, Signature: p.Signature, Keys: p.Keys}, Credit{}) // without credit, it claims nothing
	return err
}

// signedByPayer reports whether the payer signed the payment that was presented for an order:
// its bytes are those that were verified for the claim, or the payer's own key signed it. The
// signature of a wallet with code cannot be checked otherwise without a node.
func signedByPayer(launch *Launch, order *Order, p *x402.Payment) bool {
	same := bytes.Equal(order.Signature, p.Signature) || bytes.Equal(order.Signature, unwrapped(p.Signature))
	if !order.Foreign() && order.Authorization.Equal(p.Authorization) && same {
		return true
	}
	_, err := launch.Requirement(order.Quantity).CheckSignature(*p)
	return err == nil
}
