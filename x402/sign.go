package x402

import (
	"crypto/ecdsa"
	"crypto/rand"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

const (
	// backdate makes the authorization valid 10 min before now: the chain's clock may
	// be behind ours.
	backdate = 10 * time.Minute
	// longest bounds the validity that a server may ask for: while a signed payment is
	// valid, it is a claim on the payer's money.
	longest = 2 * time.Hour
)

// A Signed payment is a header, ready to be sent. Store it before sending it: sending
// it again is the same payment, but a new one may be charged a second time.
type Signed struct {
	Header        string        `json:"header"` // PAYMENT-SIGNATURE or X-PAYMENT
	Value         string        `json:"value"`
	Authorization Authorization `json:"authorization"`
}

// Sign pays a version 2 requirement that is not from a 402.
func Sign(r Requirement, key *ecdsa.PrivateKey, now time.Time) (Signed, error) {
	return Quote{Version: 2, Requirement: r}.Sign(key, now)
}

// Sign makes a payment of the quote with a new payment nonce. It is valid from 10 min
// ago until the quote's timeout, but at most 2 h from now. Sign does not check the
// price or the asset; package pay does.
func (q Quote) Sign(key *ecdsa.PrivateKey, now time.Time) (Signed, error) {
	a, err := q.Authorize(crypto.PubkeyToAddress(key.PublicKey), now)
	if err != nil {
		return Signed{}, err
	}
	sig, err := a.Sign(q.Requirement.Domain(), key)
	if err != nil {
		return Signed{}, err
	}
	return q.Encode(a, sig)
}

// Authorize returns the authorization that pays the quote, not signed yet, with a new
// payment nonce and the window that Sign describes.
func (q Quote) Authorize(payer common.Address, now time.Time) (Authorization, error) {
	if err := q.Payable(); err != nil {
		return Authorization{}, fmt.Errorf("sign payment: %w", err)
	}
	return Authorization{
		From:        payer,
		To:          q.Requirement.PayTo,
		Value:       q.Requirement.Amount,
		ValidAfter:  big.NewInt(now.Add(-backdate).Unix()),
		ValidBefore: big.NewInt(now.Add(q.Window()).Unix()),
		Nonce:       newNonce(),
	}, nil
}

// Encode returns the payment header of a signed authorization of the quote, in the
// version of the 402. It fails if the header would be longer than MaxHeader.
func (q Quote) Encode(a Authorization, sig []byte) (_ Signed, err error) {
	r := q.Requirement
	signed := Signed{Header: HeaderPaymentSignature, Authorization: a}
	if q.Version == 1 {
		signed.Header = HeaderXPayment
		signed.Value, err = EncodeHeader(payloadV1(r, a, sig))
		return signed, err
	}
	accepted := q.accepted
	if accepted == nil {
		if accepted, err = Marshal(r); err != nil {
			return Signed{}, err
		}
	}
	signed.Value, err = EncodeHeader(Payload{
		X402Version: 2,
		Resource:    q.resource,
		Accepted:    accepted,
		Payload:     ExactPayload{sig, a},
		Extensions:  q.extensions,
	})
	if err == nil && len(signed.Value) > MaxHeader {
		err = fmt.Errorf("sign payment: what the server wants echoed makes it longer than %d bytes", MaxHeader)
	}
	return signed, err
}

// newNonce returns a random payment nonce. crypto/rand does not fail.
func newNonce() (nonce common.Hash) {
	_, _ = rand.Read(nonce[:])
	return nonce
}
