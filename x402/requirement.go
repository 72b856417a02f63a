package x402

import (
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
)

// Domain returns the EIP-712 domain for signing a payment of this requirement. Its
// chain id is 0 if the network is not an EVM chain.
func (r Requirement) Domain() Domain {
	id, _ := ParseCAIP2(r.Network)
	return Domain{Name: r.Extra.Name, Version: r.Extra.Version, ChainID: id, VerifyingContract: r.Asset}
}

// Check returns an error if the payment, as it claims to be, does not pay this
// requirement now. It checks everything that needs neither the signature nor the chain,
// always in the same order: scheme, network, domain, asset, flow, recipient, value,
// window, payer. All errors are *RefusedError.
//
// Our own requirement counts. The payer's copy of it (version 2) must match in every
// relevant key and is not used otherwise.
//
// The authorization must stay valid for at least margin, long enough to reach a block,
// and for at most maximum: an abandoned one reserves a part of our supply that long. A
// validAfter of 0 is fine; official clients send it.
func (r Requirement) Check(p Payment, now time.Time, margin, maximum time.Duration) error {
	if p.Scheme != SchemeExact || r.Scheme != SchemeExact {
		return refuse(ReasonScheme, "the scheme is exact")
	}
	if chainID, ok := ParseCAIP2(r.Network); p.Network != r.Network || !ok || chainID == 0 {
		return refuse(ReasonNetwork, "the network is %s", r.Network)
	}
	if r.Extra.Name == "" || r.Extra.Version == "" {
		return refuse(ReasonMissingDomain, "the requirement lacks the asset's name or version")
	}
	if p.Accepted != nil {
		if err := r.match(*p.Accepted); err != nil {
			return err
		}
	}
	a := p.Authorization
	if a.To != r.PayTo {
		return refuse(ReasonRecipient, "pay to %s, not %s", r.PayTo, a.To)
	}
	if a.Value == nil || r.Amount == nil || a.Value.Cmp(r.Amount) != 0 {
		return refuse(ReasonValue, "pay exactly %v, not %v", r.Amount, a.Value)
	}
	if err := checkWindow(a, now, margin, maximum); err != nil {
		return err
	}
	if a.From == (common.Address{}) {
		return refuse(ReasonPayload, "the payer is the zero address")
	}
	if a.From == r.PayTo {
		return refuse(ReasonPayload, "the payer is the recipient")
	}
	return nil
}

// match compares the payer's copy with ours. The timeout may differ and extra keys may
// have been added, but all that we declared must be present.
func (r Requirement) match(accepted Requirement) error {
	switch {
	case accepted.Extra.Name == "" || accepted.Extra.Version == "":
		return refuse(ReasonMissingDomain, "accepted.extra lacks name or version")
	case accepted.Extra.Name != r.Extra.Name:
		return refuse(ReasonTokenName, "the asset's name is %q", r.Extra.Name)
	case accepted.Extra.Version != r.Extra.Version:
		return refuse(ReasonTokenVersion, "the asset's version is %q", r.Extra.Version)
	case accepted.Asset != r.Asset:
		return refuse(ReasonRequirement, "the asset is %s", r.Asset)
	case r.Extra.PaymentFlow != "" && accepted.Extra.PaymentFlow != r.Extra.PaymentFlow:
		return refuse(ReasonRequirement, "the payment flow is %s", r.Extra.PaymentFlow)
	case r.Extra.AssetTransferMethod != "" && accepted.Extra.AssetTransferMethod != r.Extra.AssetTransferMethod:
		return refuse(ReasonRequirement, "the asset transfer method is %s", r.Extra.AssetTransferMethod)
	case accepted.PayTo != r.PayTo:
		return refuse(ReasonRecipient, "pay to %s, not %s", r.PayTo, accepted.PayTo)
	case accepted.Amount == nil || r.Amount == nil || accepted.Amount.Cmp(r.Amount) != 0:
		return refuse(ReasonValue, "pay exactly %v, not %v", r.Amount, accepted.Amount)
	}
	return nil
}

func checkWindow(a Authorization, now time.Time, margin, maximum time.Duration) error {
	if a.ValidAfter == nil || a.ValidBefore == nil {
		return refuse(ReasonPayload, "the authorization has no window")
	}
	at := func(d time.Duration) *big.Int { return big.NewInt(now.Add(d).Unix()) }
	if a.ValidAfter.Cmp(at(0)) > 0 {
		return refuse(ReasonValidAfter, "valid only after %v, now it is %v", a.ValidAfter, at(0))
	}
	if a.ValidBefore.Cmp(at(margin)) < 0 {
		return refuse(ReasonValidBefore, "valid before %v, has to be at least %v", a.ValidBefore, at(margin))
	}
	if a.ValidBefore.Cmp(at(maximum)) > 0 {
		return refuse(ReasonValidBefore, "valid before %v, may be at most %v", a.ValidBefore, at(maximum))
	}
	return nil
}

// CheckSignature checks that the payer's own key signed the payment, and returns the
// signature in its normal form (see NormalSignature). It is for payers without code.
// For a payer with code, ask that code (ERC-1271) about
// Authorization.Digest(Requirement.Domain()), as the token will. All errors are
// *RefusedError.
func (r Requirement) CheckSignature(p Payment) ([]byte, error) {
	if IsERC6492(p.Signature) {
		return nil, refuse(ReasonFactory, "the wallet has to be deployed first")
	}
	normal, err := NormalSignature(p.Signature)
	if err != nil {
		return nil, refuse(ReasonSignature, "%v", err)
	}
	signer, err := RecoverEOA(p.Authorization.Digest(r.Domain()), normal)
	if err != nil {
		return nil, refuse(ReasonSignature, "%v", err)
	}
	if signer != p.Authorization.From {
		return nil, refuse(ReasonSignature, "signed by another key than the payer's, or for another domain")
	}
	return normal, nil
}

func refuse(reason Reason, format string, args ...any) error {
	return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
