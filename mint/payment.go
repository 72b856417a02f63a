package mint

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"
)

// PaymentID identifies a payment: keccak256(abi.encode(chainId, asset, payer, payment
// nonce)). It is known before the payment settles and never changes. It is the order's key
// in the store and the id in the contract's events. It does not depend on the protocol
// version of the request.
type PaymentID common.Hash

// NewPaymentID computes the id of a payment, as the contract's function paymentId does. nonce
// is the payment nonce.
func NewPaymentID(chainID uint64, asset, payer common.Address, nonce common.Hash) PaymentID {
	var b [128]byte
	new(big.Int).SetUint64(chainID).FillBytes(b[:32])
	copy(b[44:64], asset[:])
	copy(b[76:96], payer[:])
	copy(b[96:], nonce[:])
	return PaymentID(crypto.Keccak256Hash(b[:]))
}

// transferDomain is the first word that is hashed for the id of a plain transfer: money that
// came without an authorization.
var transferDomain = crypto.Keccak256([]byte("mint402: plain transfer"))

// NewTransferID computes the id of a plain transfer, as the contract's function transferId
// does. ref identifies the transfer; see [Event]. NewTransferID hashes more words than
// NewPaymentID, so no payment nonce can produce the same id. Therefore refunding a transfer
// never spends a payment's id.
func NewTransferID(chainID uint64, asset, payer common.Address, ref common.Hash) PaymentID {
	var b [160]byte
	copy(b[:32], transferDomain)
	new(big.Int).SetUint64(chainID).FillBytes(b[32:64])
	copy(b[76:96], asset[:])
	copy(b[108:128], payer[:])
	copy(b[128:], ref[:])
	return PaymentID(crypto.Keccak256Hash(b[:]))
}

// ParsePaymentID parses an id of 0x and 64 hex digits.
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

// Hash returns the id as go-ethereum's type for 32 bytes.
func (id PaymentID) Hash() common.Hash { return common.Hash(id) }

// String returns the id as 0x and 64 hex digits.
func (id PaymentID) String() string { return common.Hash(id).Hex() }

// MarshalText implements encoding.TextMarshaler: in JSON, the id is the string of String.
func (id PaymentID) MarshalText() ([]byte, error) { return []byte(id.String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler, as ParsePaymentID does.
func (id *PaymentID) UnmarshalText(b []byte) error {
	parsed, err := ParsePaymentID(string(b))
	*id = parsed
	return err
}
