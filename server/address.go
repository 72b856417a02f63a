package server

import "github.com/ethereum/go-ethereum/common"

// Address is an account's address. It is written with its checksum (EIP-55), as people
// compare it, and read in any case.
type Address struct{ common.Address }

// MarshalText returns the address with its checksum.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.Hex()), nil }
