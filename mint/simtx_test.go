package mint_test

import (
	"encoding/binary"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/mint402/mint402/mint"
	"github.com/mint402/mint402/x402"
)

// simTx is a transaction: of an account of ours, which has an account nonce, or a
// stranger's, which has none here.
type simTx struct {
	Kind         string // see simBlock.execute
	Token        common.Address
	Auths        []x402.Authorization
	Quantities   []int64
	Codeless     []bool      // of a batch; see mint.Order
	Prefix       common.Hash // of the history
	History      []mint.PaymentID
	Seen         mint.Block // of the settlement
	Sender       common.Address
	AccountNonce uint64
	Fee, Tip     int64 // fee cap and tip cap; a stranger's 0 always pays enough
	Amount       int64 // asset base units
	Who          common.Address
	Flag         bool
	Reach        int // items that the gas is enough for; 0: all
	Salt         uint64
}

func (tx *simTx) proof() mint.Proof { return mint.Proof{Prefix: tx.Prefix, IDs: tx.History} }

func (tx *simTx) ours() bool { return tx.Sender != (common.Address{}) }

// raw is everything that a transaction says, so that signing the same again
// gives the same hash and anything else another.
func (tx *simTx) raw() []byte {
	b := append(make([]byte, 0, 512), tx.Kind...)
	number := func(n int64) { b = binary.BigEndian.AppendUint64(b, uint64(n)) }
	amount := func(n *big.Int) {
		if n == nil {
			n = new(big.Int)
		}
		number(n.Int64())
	}
	b = append(append(append(b, tx.Token[:]...), tx.Sender[:]...), tx.Who[:]...)
	for i, a := range tx.Auths {
		b = append(append(append(b, a.From[:]...), a.To[:]...), a.Nonce[:]...)
		amount(a.Value)
		amount(a.ValidAfter)
		amount(a.ValidBefore)
		number(tx.Quantities[i])
	}
	b = append(b, tx.Prefix[:]...)
	for _, id := range tx.History {
		b = append(b, id[:]...)
	}
	number(int64(tx.Seen.Number))
	b = append(b, tx.Seen.Hash[:]...)
	number(int64(tx.AccountNonce))
	number(tx.Fee)
	number(tx.Tip)
	number(tx.Amount)
	number(int64(tx.Reach))
	number(int64(tx.Salt))
	if tx.Flag {
		b = append(b, 1)
	}
	return b
}

func (tx *simTx) hash() common.Hash { return crypto.Keccak256Hash(tx.raw()) }
