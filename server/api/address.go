package api

import "github.com/ethereum/go-ethereum/common"

// Address is an account's address. It is written with its checksum (EIP-55), as people
// compare it, and read in any case.
type Address struct{ common.Address }

// MarshalText returns the address with its checksum.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.Hex()), nil }

// ParseAddress parses 0x and 40 hex digits, in any case. It does not check the checksum.
func ParseAddress(s string) (common.Address, bool) {
	if len(s) != 42 || s[:2] != "0x" || !common.IsHexAddress(s) {
		return common.Address{}, false
	}
	return common.HexToAddress(s), true
}
