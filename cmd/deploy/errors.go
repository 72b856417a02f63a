package deploy

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/x402"
)

// SlugError means that another launch has the slug. It wraps [store.ErrSlug].
type SlugError struct {
	Slug string
	err  error
}

// Error implements error.
func (e *SlugError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *SlugError) Unwrap() error { return e.err }

// RenamedError means that a launch is registered under another slug than the one that
// was given. A slug never changes, because payments refer to it.
type RenamedError struct {
	Token common.Address
	Slug  string // the registered one
}

// Error implements error.
func (e *RenamedError) Error() string { return fmt.Sprintf("%s is registered as %q", e.Token, e.Slug) }

// ReadError means that a launch could not be read from the chain.
type ReadError struct{ err error }

// Error implements error.
func (e *ReadError) Error() string { return e.err.Error() }

// Unwrap returns the cause.
func (e *ReadError) Unwrap() error { return e.err }

// AssetError means that a launch is paid in an asset that the server does not take.
type AssetError struct {
	Symbol string
	Asset  x402.Asset
}

// Error implements error.
func (e *AssetError) Error() string {
	return fmt.Sprintf("%s is paid in %s (%s), which is not an asset of this server", e.Symbol, e.Asset.Symbol, e.Asset.Address)
}

// MinterError means that the minter of a launch is not the account of the server's minter
// key. This server could then neither mint nor return payments that were settled
// elsewhere.
type MinterError struct {
	Name   string // the launch's slug
	Token  common.Address
	Minter common.Address // of the launch, or zero
	Key    common.Address // of the server
}

// Error implements error.
func (e *MinterError) Error() string {
	return fmt.Sprintf("the minter of %s is %s, but this server's minter key is the key of %s", e.Name, OrNone(e.Minter), e.Key)
}

// OrNone formats an address as hex, and the zero address as "none".
func OrNone(a common.Address) string {
	if a == (common.Address{}) {
		return "none"
	}
	return a.Hex()
}
