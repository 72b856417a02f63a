// Package crowd counts who minted a token, and who holds it. A [Follower] keeps an index of
// balances up to date from Transfer logs of final blocks. It counts addresses, never people: one person can
// have many addresses, and one address, such as an exchange's, can stand for many people.
package crowd

import (
	"bytes"
	"cmp"
	"math/big"

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

// Transfer is a movement of a token. A mint comes from the zero address.
type Transfer struct {
	Token, From, To common.Address
	Value           *big.Int
	Block           uint64
}

// Holder is an address with its balance.
type Holder struct {
	Rank    int64 // by balance, then by address, from 1
	Account common.Address
	Balance *big.Int
}

// Holdings has the figures of a token in the index. It is zero for a token that was not read.
type Holdings struct {
	To      mint.Block // final block up to which transfers are counted; the hash may be zero
	Holders int64      // addresses with a balance
	Held    *big.Int   // sum of the balances
	Supply  *big.Int   // that the balances should add up to, by the launch's ledger
	TopTen  *big.Int   // held by the ten largest
}

// Read reports whether anything was read.
func (h *Holdings) Read() bool { return h.To.Number > 0 }

// Complete reports whether the balances add up to the supply. A transfer that a node left out
// shows here if it was a mint, or if its receiver passed the tokens on.
func (h *Holdings) Complete() bool {
	return h.Read() && h.Held != nil && h.Supply != nil && h.Held.Cmp(h.Supply) == 0
}

// Freshness is the result of a look at a payer's account.
type Freshness int

// The results of a look.
const (
	Used  Freshness = iota // it had sent a transaction or had code, shortly after its first mint
	Fresh                  // it had neither
	Late                   // it had one of them, but the look was long after its first mint
)
