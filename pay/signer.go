package pay

import (
	"context"
	"crypto/ecdsa"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/x402"
)

// A Signer signs EIP-3009 authorizations of one account. It signs nothing else, so that
// a server that dresses up other data as a payment gets no signature for it.
type Signer interface {
	Address() common.Address

	// SignAuthorization returns r ‖ s ‖ v with v 27 or 28, or, for a wallet with code,
	// whatever its ERC-1271 check accepts.
	SignAuthorization(context.Context, x402.Domain, x402.Authorization) ([]byte, error)
}

// KeySigner returns a Signer with a private key in memory.
func KeySigner(key *ecdsa.PrivateKey) Signer { return keySigner{key} }

type keySigner struct{ key *ecdsa.PrivateKey }

func (s keySigner) Address() common.Address { return crypto.PubkeyToAddress(s.key.PublicKey) }

func (s keySigner) SignAuthorization(_ context.Context, d x402.Domain, a x402.Authorization) ([]byte, error) {
	return a.Sign(d, s.key)
}

// String keeps the key out of logs that print a Signer.
func (s keySigner) String() string { return "signer of " + s.Address().Hex() }

// GoString keeps the key out of logs that print a Signer with %#v.
func (s keySigner) GoString() string { return s.String() }
