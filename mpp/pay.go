package mpp

import (
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"strings"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// maxLife bounds how long an authorization may be valid: while it is, it is a claim on
// the payer's money. defaultLife is for a challenge that does not expire.
const (
	maxLife     = 2 * time.Hour
	defaultLife = 5 * time.Minute
)

// An Offer is a challenge that an EIP-3009 authorization can pay.
type Offer struct {
	Challenge Challenge
	Charge    Charge
}

// Offers returns the challenges of a 402 that an authorization can pay now, in the
// server's order, and for each other challenge of the scheme the reason why not.
func Offers(header http.Header, now time.Time) (offers []Offer, skipped []error, err error) {
	challenges, skipped, err := ParseChallenges(header)
	for _, c := range challenges {
		o, err := c.Offer(now)
		if err != nil {
			skipped = append(skipped, err)
			continue
		}
		offers = append(offers, o)
	}
	return offers, skipped, err
}

// Offer returns the challenge with its decoded charge, or an error if an authorization
// cannot pay it now.
func (c Challenge) Offer(now time.Time) (Offer, error) {
	if c.Method != MethodEVM || c.Intent != IntentCharge {
		return Offer{}, fmt.Errorf("challenge: method %.20q with intent %.20q is not evm with charge", c.Method, c.Intent)
	}
	if err := c.check(); err != nil {
		return Offer{}, err
	}
	if c.Header != "" && !strings.EqualFold(c.Header, HeaderCredential) {
		return Offer{}, fmt.Errorf("challenge: the server wants the credential in the header %.40q, not in %s", c.Header, HeaderCredential)
	}
	charge, err := c.Charge()
	if err != nil {
		return Offer{}, fmt.Errorf("challenge: %w", err)
	}
	if err := charge.payable(); err != nil {
		return Offer{}, fmt.Errorf("challenge: %w", err)
	}
	if c.Expires != "" {
		deadline, ok := c.Deadline()
		if !ok {
			return Offer{}, errors.New("challenge: expires is not a time in the form of RFC 3339")
		}
		if !deadline.After(now) {
			return Offer{}, fmt.Errorf("challenge: it expired at %s", deadline.UTC().Format(time.RFC3339))
		}
	}
	return Offer{c, charge}, nil
}

// Requirement returns the x402 requirement that asks for the same transfer, so that one
// set of limits judges all protocols. A challenge does not carry the asset's EIP-712
// domain: it is from the table of networks, and empty for an asset that is not there.
func (o Offer) Requirement(now time.Time) x402.Requirement {
	r := x402.Requirement{Scheme: x402.SchemeExact, Network: x402.CAIP2(o.Charge.ChainID), Amount: o.Charge.Amount, Asset: o.Charge.Currency,
		PayTo: o.Charge.Recipient, MaxTimeoutSeconds: int(o.life(now) / time.Second), Extra: x402.Extra{PaymentFlow: x402.FlowUpfront}}
	n, _ := x402.NetworkByChainID(o.Charge.ChainID)
	if a, ok := n.Known(o.Charge.Currency); ok {
		r.Extra.Name, r.Extra.Version = a.Name, a.Version
	}
	return r
}

// life returns how long an authorization of the offer is valid, at most 2 h.
func (o Offer) life(now time.Time) time.Duration {
	deadline, ok := o.Challenge.Deadline()
	if !ok {
		return defaultLife
	}
	return min(time.Unix(deadline.Unix(), 0).Sub(now), maxLife)
}

// Authorization returns the message to sign: the charge, with the challenge's nonce, valid
// until the challenge expires, but at most 2 h. The nonce depends on the challenge alone.
// So two authorizations for one challenge are one payment. It fails if the challenge has
// expired.
func (o Offer) Authorization(from common.Address, now time.Time) (x402.Authorization, error) {
	before := now.Add(o.life(now)).Unix()
	if before <= now.Unix() {
		return x402.Authorization{}, errors.New("sign payment: the challenge has expired")
	}
	return x402.Authorization{From: from, To: o.Charge.Recipient, Value: o.Charge.Amount, ValidAfter: new(big.Int),
		ValidBefore: big.NewInt(before), Nonce: o.Challenge.Nonce()}, nil
}

// Credential returns the credential for a signed authorization.
func (o Offer) Credential(a x402.Authorization, signature []byte) Credential {
	return Credential{Challenge: o.Challenge, Authorization: a, Signature: signature, Source: source(o.Charge.ChainID, a.From.Hex())}
}

// Seal returns the header with the credential for a signed authorization. It fails if the
// credential would be longer than MaxCredential.
func (o Offer) Seal(a x402.Authorization, signature []byte) (x402.Signed, error) {
	value, err := o.Credential(a, signature).Encode()
	if err == nil && len(value) > MaxCredential {
		err = fmt.Errorf("sign payment: the credential repeats the server's challenge, and would be longer than %d bytes", MaxCredential)
	}
	return x402.Signed{Header: HeaderCredential, Value: value, Authorization: a}, err
}

// Sign pays the offer. domain is the asset's EIP-712 domain; its chain and contract must
// be the offer's. Sign does not check the price or the asset. Sending the result again is
// the same payment.
func (o Offer) Sign(key *ecdsa.PrivateKey, domain x402.Domain, now time.Time) (x402.Signed, error) {
	switch {
	case domain.ChainID != o.Charge.ChainID || domain.VerifyingContract != o.Charge.Currency:
		return x402.Signed{}, errors.New("sign payment: the domain is of another chain or asset than the challenge")
	case domain.Name == "" || domain.Version == "":
		return x402.Signed{}, errors.New("sign payment: the asset's EIP-712 name or version is missing")
	}
	a, err := o.Authorization(crypto.PubkeyToAddress(key.PublicKey), now)
	if err != nil {
		return x402.Signed{}, err
	}
	signature, err := a.Sign(domain, key)
	if err != nil {
		return x402.Signed{}, err
	}
	return o.Seal(a, signature)
}
