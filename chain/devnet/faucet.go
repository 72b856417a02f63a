package devnet

import (
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/txpool"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"

	"github.com/mint402/mint402/bindings"
)

// GiveUSDC gives an account test USDC; amount is in base units. It adds a transaction to
// the pool, which mints the amount in the next block, and returns the transaction's hash.
func (d *Devnet) GiveUSDC(to common.Address, amount *big.Int) (common.Hash, error) {
	hash, err := d.give(USDC, new(big.Int), bindings.NewTestUSDC().PackMint(to, amount), 120_000)
	if err != nil {
		return hash, fmt.Errorf("give test USDC to %s: %w", to, err)
	}
	return hash, nil
}

// GiveGas gives an account wei of the chain's coin, to pay for gas. It adds a transaction to
// the pool as GiveUSDC does, and returns its hash.
func (d *Devnet) GiveGas(to common.Address, wei *big.Int) (common.Hash, error) {
	hash, err := d.give(to, wei, nil, 100_000)
	if err != nil {
		return hash, fmt.Errorf("give gas to %s: %w", to, err)
	}
	return hash, nil
}

// give adds a transaction of the faucet's account to the pool, and returns its hash.
func (d *Devnet) give(to common.Address, wei *big.Int, input []byte, gas uint64) (common.Hash, error) {
	d.giving.Lock()
	defer d.giving.Unlock()
	faucet := crypto.PubkeyToAddress(d.faucet.PublicKey)
	head := d.eth.BlockChain().CurrentBlock()
	id, tip := new(big.Int).SetUint64(d.config.ChainID), big.NewInt(params.GWei)
	feeCap := new(big.Int).Add(tip, new(big.Int).Mul(head.BaseFee, big.NewInt(10)))
	// Just after a block, the pool may return an account nonce that is already used. So
	// up to 64 more are tried.
	nonce := d.eth.TxPool().PoolNonce(faucet)
	for last := nonce + 64; ; nonce++ {
		tx, err := types.SignNewTx(d.faucet, types.LatestSignerForChainID(id), &types.DynamicFeeTx{
			ChainID: id, Nonce: nonce, To: &to, Value: wei, Data: input,
			Gas: gas, GasFeeCap: feeCap, GasTipCap: tip,
		})
		if err != nil {
			return common.Hash{}, err
		}
		// The argument true makes Add wait until the pool has counted the account nonce.
		err = d.eth.TxPool().Add([]*types.Transaction{tx}, true)[0]
		taken := errors.Is(err, txpool.ErrReplaceUnderpriced) || errors.Is(err, txpool.ErrAlreadyKnown) || errors.Is(err, core.ErrNonceTooLow)
		if !taken || nonce == last {
			return tx.Hash(), err
		}
	}
}
