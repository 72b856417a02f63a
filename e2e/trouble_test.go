package e2e

import (
	"context"
	"math/big"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
)

// trouble is what a payer's node does so that a point is passed at all.
type trouble int

const (
	none      trouble = iota
	crowded           // nothing is mined until the payers who interfere have done so
	stuck             // a transaction does not reach the pool, and is replaced
	displaced         // its account nonce goes to another
)

// line is an account nonce.
type line struct {
	from         common.Address
	accountNonce uint64
}

// arrange makes the node do what has the server pass the point at all.
func (o *ordeal) arrange(what trouble) {
	first := map[line]common.Hash{}
	through := what == none
	signer := types.LatestSignerForChainID(big.NewInt(chainID))
	o.node.onSend(func(tx *types.Transaction) fate {
		from, err := types.Sender(signer, tx)
		if err != nil || through || (what == crowded && o.interfered.Load() == 2) {
			return accepted
		}
		at := line{from, tx.Nonce()}
		if what == displaced && from == o.address() {
			through = o.displace(tx)
			return swallowed
		}
		if hash, known := first[at]; what == stuck && known && hash != tx.Hash() {
			through = true // it was replaced
			return accepted
		}
		first[at] = tx.Hash()
		return swallowed
	})
}

// address is the sender's.
func (s *shop) address() common.Address {
	key, err := crypto.HexToECDSA(s.sender)
	if err != nil {
		return common.Address{}
	}
	return crypto.PubkeyToAddress(key.PublicKey)
}

// displace gives the account nonce of a transaction to another. It returns false if
// another has it already: then the transaction is one of an earlier run, sent again.
func (o *ordeal) displace(tx *types.Transaction) bool {
	key, err := crypto.HexToECDSA(o.sender)
	if err != nil {
		o.fault("%v", err)
		return true
	}
	self := o.address()
	other, err := types.SignNewTx(key, types.LatestSignerForChainID(big.NewInt(chainID)), &types.DynamicFeeTx{
		ChainID: big.NewInt(chainID), Nonce: tx.Nonce(), To: &self, Gas: 21_000, GasFeeCap: big.NewInt(2 * tip), GasTipCap: big.NewInt(tip)})
	if err == nil {
		err = o.SendTransaction(context.Background(), other)
	}
	if err != nil && strings.Contains(err.Error(), "nonce too low") {
		return false
	}
	if err != nil {
		o.fault("displace transaction %s: %v", tx.Hash(), err)
	}
	return true
}

// newKey is somebody's who has coin for gas.
func (a *anvil) newKey(t *testing.T) string {
	t.Helper()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	a.call(nil, "anvil_setBalance", crypto.PubkeyToAddress(key.PublicKey), "0x56bc75e2d63100000") // 100
	return common.Bytes2Hex(crypto.FromECDSA(key))
}
