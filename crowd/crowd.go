// Package crowd counts who minted a token. It counts addresses, never people: one person can
// have many addresses, and one address, such as an exchange's, can stand for many people.
package crowd

import (
	"bytes"
	"cmp"

	"github.com/ethereum/go-ethereum/common"

	"github.com/mint402/mint402/mint"
)

// Minter is an address with the sum of its mints of a launch.
type Minter struct {
	Payer    common.Address
	First    uint64 // block of its first mint
	Mints    int64  // payments
	Quantity int64  // allotments
}

// Compare sorts the minter of most allotments first. Equal ones are in the order of their
// first mints.
func (m Minter) Compare(o Minter) int {
	return cmp.Or(cmp.Compare(o.Quantity, m.Quantity), cmp.Compare(m.First, o.First), bytes.Compare(m.Payer[:], o.Payer[:]))
}

// MintAt is a mint, with the place of its event on the chain.
type MintAt struct {
	ID        mint.PaymentID
	Block     uint64
	BlockHash common.Hash
}

// Ends are the first and the last mint of a payer.
type Ends struct{ First, Last MintAt }
