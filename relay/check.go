package relay

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// RateError means that a token asked more often than it may.
type RateError struct{ Again time.Duration }

// Error says how long to wait.
func (e *RateError) Error() string {
	return fmt.Sprintf("this token asks too often; again in %s", e.Again)
}

// ForeignError means that a token may not settle for an asset or a recipient.
type ForeignError struct{ Detail string }

// Error names the asset or the recipient.
func (e *ForeignError) Error() string { return e.Detail }

// Check returns why a payment would not be settled now, or nil. It stores and sends nothing. Its
// errors are *ForeignError, *x402.RefusedError, ErrBudget and those of nodes.
func (r *Relay) Check(ctx context.Context, t *Token, q *x402.SettleRequest) error {
	id := mint.NewPaymentID(r.ChainID, q.Requirement.Asset, q.Payment.Authorization.From, q.Payment.Authorization.Nonce)
	if err := t.allows(q); err != nil {
		return err
	}
	p, err := r.Store.Payment(ctx, id)
	switch {
	case err == nil && p.Outcome != Open:
		return refuse(x402.ReasonNonceUsed, "this payment has ended: %s", p.Outcome)
	case err == nil:
		return p.matches(q)
	case !errors.Is(err, mint.ErrNotFound):
		return err
	}
	gas, err := r.examine(ctx, q)
	if err != nil {
		return err
	}
	if _, _, err := r.affordable(ctx, gas); err != nil {
		return err
	}
	day, _ := Day(r.Clock())
	switch spent, err := r.Store.Spent(ctx, t.Name, day); {
	case err != nil:
		return err
	case spent >= t.budget:
		return ErrBudget
	}
	return nil
}

// take returns the row of a payment, stored now or before.
func (r *Relay) take(ctx context.Context, t *Token, q *x402.SettleRequest) (Payment, error) {
	a := q.Payment.Authorization
	id := mint.NewPaymentID(r.ChainID, q.Requirement.Asset, a.From, a.Nonce)
	if err := t.allows(q); err != nil {
		return Payment{}, err
	}
	p, err := r.Store.Payment(ctx, id)
	switch {
	case err == nil:
		return p, p.matches(q)
	case !errors.Is(err, mint.ErrNotFound):
		return Payment{}, err
	}
	p = Payment{ID: id, Token: t.Name, Asset: q.Requirement.Asset, Authorization: a, Signature: q.Payment.Signature, At: r.Clock()}
	if p.Gas, err = r.examine(ctx, q); err != nil {
		return Payment{}, err
	}
	if p.Reserved, p.Since, err = r.affordable(ctx, p.Gas); err != nil {
		return Payment{}, err
	}
	day, _ := Day(p.At)
	if p, err = r.Store.Take(ctx, p, day, t.budget); err != nil {
		return Payment{}, err
	}
	return p, p.matches(q)
}

// matches returns an error unless a row is that of the same signed payment.
func (p *Payment) matches(q *x402.SettleRequest) error {
	a, b := &p.Authorization, &q.Payment.Authorization
	if a.To != b.To || a.Value.Cmp(b.Value) != 0 || a.ValidAfter.Cmp(b.ValidAfter) != 0 || a.ValidBefore.Cmp(b.ValidBefore) != 0 || !slices.Equal(p.Signature, q.Payment.Signature) {
		return refuse(x402.ReasonNonceUsed, "another payment of this payer with this nonce was taken")
	}
	return nil
}

// examine checks a payment in the order of the reference facilitators, and returns the gas that it needs.
func (r *Relay) examine(ctx context.Context, q *x402.SettleRequest) (gas uint64, err error) {
	if err := pure(q, r.Clock()); err != nil {
		return 0, err
	}
	a, asset := &q.Payment.Authorization, q.Requirement.Asset
	coded, err := r.Chain.HasCode(ctx, a.From)
	if err != nil {
		return 0, err
	}
	if !coded {
		if _, err := q.Requirement.CheckSignature(q.Payment); err != nil {
			return 0, err
		}
	}
	switch there, err := r.Chain.HasCode(ctx, asset); {
	case err != nil:
		return 0, err
	case !there:
		return 0, refuse(x402.ReasonNoAsset, "%s has no code", asset)
	}
	gas, err = r.Chain.Try(ctx, r.Signer.Address(), asset, calldata(a, q.Payment.Signature), 0)
	switch {
	case isRevert(err):
		return 0, r.diagnose(ctx, asset, a, err)
	case err != nil:
		return 0, err
	case gas > maxGas:
		return 0, refuse(x402.ReasonSimulation, "it needs %d gas, and may need %d", gas, maxGas)
	}
	return gas, nil
}

// pure makes the checks that need no node.
func pure(q *x402.SettleRequest, now time.Time) error {
	if err := q.Check(now, margin); err != nil {
		return err
	}
	switch a := &q.Payment.Authorization; {
	case a.From == (common.Address{}) || a.From == a.To:
		return refuse(x402.ReasonPayload, "the payer is the recipient, or zero")
	case x402.IsERC6492(q.Payment.Signature):
		return refuse(x402.ReasonFactory, "the wallet has to be deployed first")
	}
	return nil
}

// isRevert reports whether an error is a refusal of the contract: a *chain.Revert.
func isRevert(err error) bool {
	var revert interface{ Term() (string, bool) }
	return errors.As(err, &revert)
}

// diagnose returns why the asset refuses a payment.
func (r *Relay) diagnose(ctx context.Context, asset common.Address, a *x402.Authorization, why error) error {
	switch used, err := r.Chain.Used(ctx, asset, a.From, a.Nonce, 0); {
	case err != nil:
		return refuse(x402.ReasonNotEIP3009, "%v", why)
	case used:
		return refuse(x402.ReasonNonceUsed, "the payment's nonce is used on chain")
	}
	return r.unused(ctx, asset, a, why)
}

// unused returns why the asset refuses a payment with an unused nonce.
func (r *Relay) unused(ctx context.Context, asset common.Address, a *x402.Authorization, why error) *x402.RefusedError {
	if balance, err := r.Chain.AssetBalance(ctx, asset, a.From); err == nil && balance.Cmp(a.Value) < 0 {
		return refuse(x402.ReasonBalance, "the payer holds %v", balance)
	}
	if strings.Contains(why.Error(), "signature") {
		return refuse(x402.ReasonSignature, "%v", why)
	}
	return refuse(x402.ReasonSimulation, "%v", why)
}

func refuse(reason x402.Reason, format string, args ...any) *x402.RefusedError {
	return &x402.RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
