package chain

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// Mined is a transaction that is in a block and did not revert.
type Mined struct {
	Hash    common.Hash
	Block   uint64
	GasUsed uint64
}

// ErrUnmined: the wait ended before the transaction was seen in a block. It may still
// be mined.
var ErrUnmined = errors.New("not mined yet")

const defaultPoll = 500 * time.Millisecond

// transact simulates a call, to get the reason of a refusal, then signs it, sends it,
// and waits for its receipt until ctx ends. The error is a *Revert if the contract
// refuses. With ErrUnmined the hash is returned too.
func (c *Client) transact(ctx context.Context, from, to common.Address, input []byte) (Mined, error) {
	if _, err := c.view(ctx, call{From: &from, To: &to, Input: input}); err != nil {
		return Mined{}, err
	}
	gas, err := c.estimate(ctx, call{From: &from, To: &to, Input: input})
	if err != nil {
		return Mined{}, err
	}
	fees, err := c.Bounded(ctx)
	if err != nil {
		return Mined{}, err
	}
	var accountNonce hexutil.Uint64
	if err := c.ask(ctx, &accountNonce, "eth_getTransactionCount", from, pendingTag); err != nil {
		return Mined{}, fmt.Errorf("read account nonce of %s: %w", from, err)
	}
	tx, err := c.sign(from, &types.DynamicFeeTx{
		Nonce: uint64(accountNonce), To: &to, Data: input, Gas: gas, GasFeeCap: fees.Cap, GasTipCap: fees.Tip,
	})
	if err != nil {
		return Mined{}, err
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return Mined{}, fmt.Errorf("encode transaction: %w", err)
	}
	if err := c.Send(ctx, raw); err != nil {
		var answered rpc.Error
		if errors.As(err, &answered) && !errors.Is(err, errUnheard) {
			return Mined{}, err
		}
		// The node may have the transaction.
		return Mined{Hash: tx.Hash()}, errors.Join(fmt.Errorf("transaction %s: %w", tx.Hash(), ErrUnmined), err)
	}
	return c.Wait(ctx, tx.Hash())
}

// estimate returns the gas that a call needs, plus a quarter, since other transactions
// may come first. If the call would be refused, the error is a *Revert.
func (c *Client) estimate(ctx context.Context, m call) (uint64, error) {
	var gas hexutil.Uint64
	if err := c.ask(ctx, &gas, "eth_estimateGas", m); err != nil {
		return 0, asRevert(err)
	}
	return min(uint64(gas)+uint64(gas)/4, params.MaxTxGas), nil
}

// Wait polls a transaction's receipt until there is one or ctx ends. A mined
// transaction that reverted is an error. When Wait returns, the node's newest block
// includes the transaction, so that later reads see its effects.
func (c *Client) Wait(ctx context.Context, hash common.Hash) (Mined, error) {
	every := c.Poll
	if every <= 0 {
		every = defaultPoll
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		r, err := c.seen(ctx, hash)
		if err == nil && r != nil {
			mined := Mined{Hash: hash, Block: uint64(*r.Block), GasUsed: uint64(r.GasUsed)}
			if *r.Status == 0 {
				return mined, fmt.Errorf("transaction %s reverted in block %d", hash, mined.Block)
			}
			return mined, nil
		}
		select {
		case <-ctx.Done():
			return Mined{Hash: hash}, fmt.Errorf("transaction %s: %w", hash, errors.Join(ErrUnmined, ctx.Err(), err))
		case <-ticker.C:
		}
	}
}

// seen returns the receipt of a transaction, once the block of the transaction is not
// above the head; nil before. Nodes return the receipt a moment earlier.
func (c *Client) seen(ctx context.Context, hash common.Hash) (*receipt, error) {
	found, err := c.receipts(ctx, []common.Hash{hash})
	if err != nil || found[0] == nil {
		return nil, err
	}
	latest, _, err := c.Head(ctx)
	if err != nil || latest.Number < uint64(*found[0].Block) {
		return nil, err
	}
	return found[0], nil
}

// cost returns the maximum cost of gas at a fee cap, in wei.
func cost(gas uint64, feeCap *big.Int) *big.Int {
	return new(big.Int).Mul(new(big.Int).SetUint64(gas), feeCap)
}
