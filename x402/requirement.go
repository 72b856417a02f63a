package x402

import (
	"errors"
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
// always in the same order: scheme, network, recipient, value, window, payer. All errors
// are *RefusedError.
//
// Only our own requirement counts. The payer's copy of it (version 2) is not compared: a
// signature that is valid for our terms binds the payer to them, whatever the copy says.
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

// mismatch returns where the payer's copy of the requirement differs from ours, as the
// reason why the signature is not valid for our terms; or nil. A key that is missing in
// the copy does not differ: not all clients copy every key.
func (r Requirement) mismatch(accepted *Requirement) error {
	switch {
	case accepted == nil:
		return nil
	case accepted.Extra.Name != "" && accepted.Extra.Name != r.Extra.Name:
		return refuse(ReasonTokenName, "the asset's name is %q", r.Extra.Name)
	case accepted.Extra.Version != "" && accepted.Extra.Version != r.Extra.Version:
		return refuse(ReasonTokenVersion, "the asset's version is %q", r.Extra.Version)
	case accepted.Asset != r.Asset:
		return refuse(ReasonRequirement, "the asset is %s", r.Asset)
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
// signature in its normal form (see NormalSignature). If the payer's copy of the
// requirement explains why the signature is wrong, that is the reason of the error. It is
// for payers without code.
// For a payer with code, ask that code (ERC-1271) about
// Authorization.Digest(Requirement.Domain()), as the token will. All errors are
// *RefusedError.
func (r Requirement) CheckSignature(p Payment) ([]byte, error) {
	if IsERC6492(p.Signature) {
		w, err := Unwrap(p.Signature)
		if err != nil {
			return nil, refuse(ReasonSignature, "%v", err)
		}
		return nil, refuse(ReasonFactory, "the wallet is not deployed, and its factory %s is not on the list of factories that are called here; deploy the wallet first", w.Factory)
	}
	normal, err := NormalSignature(p.Signature)
	switch {
	case errors.Is(err, ErrSignatureLength):
		return nil, refuse(ReasonSignature, "%v, and the payer has no code that could check it; a wallet that is not deployed yet wraps its signature (ERC-6492)", err)
	case err != nil:
		return nil, refuse(ReasonSignature, "%v", err)
	}
	signer, err := RecoverEOA(p.Authorization.Digest(r.Domain()), normal)
	if err != nil {
		return nil, refuse(ReasonSignature, "%v", err)
	}
	if signer != p.Authorization.From {
		if err := r.mismatch(p.Accepted); err != nil {
			return nil, err
		}
		return nil, refuse(ReasonSignature, "signed by another key than the payer's, or for another domain")
	}
	return normal, nil
}

func refuse(reason Reason, format string, args ...any) error {
	return &RefusedError{Reason: reason, Detail: fmt.Sprintf(format, args...)}
}
