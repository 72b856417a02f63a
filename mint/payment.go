package mint

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// PaymentID identifies a payment: keccak256(abi.encode(chainId, asset, payer, payment
// nonce)). It is known before the payment settles and never changes. It is the key in
// the store and the id in the contract's events, and is the same for every protocol
// version that carries the payment.
type PaymentID common.Hash

// NewPaymentID computes the id as the contract's paymentId does.
func NewPaymentID(chainID uint64, asset, payer common.Address, nonce common.Hash) PaymentID {
	var b [128]byte
	new(big.Int).SetUint64(chainID).FillBytes(b[:32])
	copy(b[44:64], asset[:])
	copy(b[76:96], payer[:])
	copy(b[96:], nonce[:])
	return PaymentID(crypto.Keccak256Hash(b[:]))
}

// transferDomain is the domain tag in the id of money that came without an
// authorization.
var transferDomain = crypto.Keccak256([]byte("mint402: plain transfer"))

// NewTransferID computes the id of money that came without an authorization, as the
// contract's transferId does. ref identifies the transfer, see [Event]. It hashes a
// different number of words than NewPaymentID, so no payment nonce can produce the same
// id: refunding a transfer never spends a payment's id.
func NewTransferID(chainID uint64, asset, payer common.Address, ref common.Hash) PaymentID {
	var b [160]byte
	copy(b[:32], transferDomain)
	new(big.Int).SetUint64(chainID).FillBytes(b[32:64])
	copy(b[76:96], asset[:])
	copy(b[108:128], payer[:])
	copy(b[128:], ref[:])
	return PaymentID(crypto.Keccak256Hash(b[:]))
}

// ParsePaymentID parses 0x and 64 hex digits.
func ParsePaymentID(s string) (PaymentID, error) {
	var h common.Hash
	if len(s) != 66 {
		return PaymentID{}, fmt.Errorf("payment id: expected 0x and 64 hex digits")
	}
	if err := h.UnmarshalText([]byte(s)); err != nil {
		return PaymentID{}, fmt.Errorf("payment id: expected 0x and 64 hex digits")
	}
	return PaymentID(h), nil
}

// Hash returns the id as go-ethereum's type.
func (id PaymentID) Hash() common.Hash { return common.Hash(id) }

// String returns 0x and 64 hex digits.
func (id PaymentID) String() string { return common.Hash(id).Hex() }

// MarshalText encodes the id as a string in JSON.
func (id PaymentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText parses the output of MarshalText.
func (id *PaymentID) UnmarshalText(b []byte) error {
	parsed, err := ParsePaymentID(string(b))
	*id = parsed
	return err
}
