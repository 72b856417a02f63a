//go:build !nodemo

package chain

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

// GiveUSDC hands an account test USDC, in base units: it puts a mint, which is
// free to anyone, into the pool and returns its hash. The next block has it.
func (d *Devnet) GiveUSDC(to common.Address, amount *big.Int) (common.Hash, error) {
	hash, err := d.give(DevnetUSDC, new(big.Int), bindings.NewTestUSDC().PackMint(to, amount), 120_000)
	if err != nil {
		return hash, fmt.Errorf("give test USDC to %s: %w", to, err)
	}
	return hash, nil
}

// GiveGas hands an account coin for gas, in wei, in the same way.
func (d *Devnet) GiveGas(to common.Address, wei *big.Int) (common.Hash, error) {
	hash, err := d.give(to, wei, nil, 100_000)
	if err != nil {
		return hash, fmt.Errorf("give gas to %s: %w", to, err)
	}
	return hash, nil
}

func (d *Devnet) give(to common.Address, wei *big.Int, input []byte, gas uint64) (common.Hash, error) {
	d.giving.Lock()
	defer d.giving.Unlock()
	faucet := crypto.PubkeyToAddress(d.faucet.PublicKey)
	head := d.eth.BlockChain().CurrentBlock()
	tip := big.NewInt(params.GWei)
	feeCap := new(big.Int).Add(tip, new(big.Int).Mul(head.BaseFee, big.NewInt(10)))
	// The pool's own count falls behind for a moment when a block has come: an
	// account nonce that turns out to be taken is passed over.
	nonce := d.eth.TxPool().PoolNonce(faucet)
	for last := nonce + 64; ; nonce++ {
		tx, err := types.SignNewTx(d.faucet, types.LatestSignerForChainID(big.NewInt(DevnetChainID)), &types.DynamicFeeTx{
			ChainID: big.NewInt(DevnetChainID), Nonce: nonce, To: &to, Value: wei, Data: input,
			Gas: gas, GasFeeCap: feeCap, GasTipCap: tip,
		})
		if err != nil {
			return common.Hash{}, err
		}
		// In the pool for good when it returns, so that the next account nonce counts.
		err = d.eth.TxPool().Add([]*types.Transaction{tx}, true)[0]
		taken := errors.Is(err, txpool.ErrReplaceUnderpriced) || errors.Is(err, txpool.ErrAlreadyKnown) || errors.Is(err, core.ErrNonceTooLow)
		if !taken || nonce == last {
			return tx.Hash(), err
		}
	}
}
