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
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
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

// transactor makes the calls of people: it simulates, signs, sends and waits.
type transactor struct {
	read   reader
	signer signer
	chain  interface {
		Bounded(ctx context.Context) (mint.Fees, error)
		Send(ctx context.Context, raw []byte) error
		Head(ctx context.Context) (latest, final mint.Block, err error)
	}
	poll time.Duration // how often it asks for the receipt; defaultPoll if zero
}

func (c *Client) transactor() transactor {
	return transactor{c.read, signerOf(c), c, c.Poll}
}

// transact simulates a call, to get the reason of a refusal, then signs it, sends it,
// and waits for its receipt until ctx ends. The error is a *Revert if the contract
// refuses. With ErrUnmined the hash is returned too.
func (t transactor) transact(ctx context.Context, from, to common.Address, input []byte) (Mined, error) {
	gas, err := t.read.try(ctx, from, to, input)
	if err != nil {
		return Mined{}, err
	}
	return t.send(ctx, from, to, input, gas)
}

// send signs a call, sends it, and waits as transact does.
func (t transactor) send(ctx context.Context, from, to common.Address, input []byte, gas uint64) (Mined, error) {
	fees, err := t.chain.Bounded(ctx)
	if err != nil {
		return Mined{}, err
	}
	var accountNonce hexutil.Uint64
	if err := t.read.ask(ctx, &accountNonce, "eth_getTransactionCount", from, pendingTag); err != nil {
		return Mined{}, fmt.Errorf("read account nonce of %s: %w", from, err)
	}
	tx, err := t.signer.sign(ctx, from, &types.DynamicFeeTx{
		Nonce: uint64(accountNonce), To: &to, Data: input, Gas: gas, GasFeeCap: fees.Cap, GasTipCap: fees.Tip,
	})
	if err != nil {
		return Mined{}, err
	}
	raw, err := tx.MarshalBinary()
	if err != nil {
		return Mined{}, fmt.Errorf("encode transaction: %w", err)
	}
	if err := t.chain.Send(ctx, raw); err != nil {
		var answered rpc.Error
		if errors.As(err, &answered) && !errors.Is(err, errUnheard) {
			return Mined{}, err
		}
		// The node may have the transaction.
		return Mined{Hash: tx.Hash()}, errors.Join(fmt.Errorf("transaction %s: %w", tx.Hash(), ErrUnmined), err)
	}
	return t.wait(ctx, tx.Hash())
}

// call transacts with a contract that has to be there.
func (t transactor) call(ctx context.Context, verb string, contract, from common.Address, input []byte) (Mined, error) {
	mined, err := t.there(ctx, contract, func() (Mined, error) { return t.transact(ctx, from, contract, input) })
	if err != nil {
		return mined, fmt.Errorf("%s %s: %w", verb, contract, err)
	}
	return mined, nil
}

// there runs what transacts with a contract, if there is one.
func (t transactor) there(ctx context.Context, contract common.Address, transact func() (Mined, error)) (Mined, error) {
	there, err := t.read.hasCode(ctx, contract)
	if err == nil && !there {
		err = errEmpty
	}
	if err != nil {
		return Mined{}, err
	}
	return transact()
}

// Wait polls a transaction's receipt until there is one or ctx ends. A mined
// transaction that reverted is an error. When Wait returns, the node's newest block
// includes the transaction, so that later reads see its effects.
func (c *Client) Wait(ctx context.Context, hash common.Hash) (Mined, error) {
	return c.transactor().wait(ctx, hash)
}

func (t transactor) wait(ctx context.Context, hash common.Hash) (Mined, error) {
	every := t.poll
	if every <= 0 {
		every = defaultPoll
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		r, err := t.receipt(ctx, hash)
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

// receipt returns the receipt of a transaction, once the block of the transaction is not
// above the head; nil before. Nodes return the receipt a moment earlier.
func (t transactor) receipt(ctx context.Context, hash common.Hash) (*receipt, error) {
	found, err := t.read.receipts(ctx, []common.Hash{hash})
	if err != nil || found[0] == nil {
		return nil, err
	}
	latest, _, err := t.chain.Head(ctx)
	if err != nil || latest.Number < uint64(*found[0].Block) {
		return nil, err
	}
	return found[0], nil
}

// cost returns the maximum cost of gas at a fee cap, in wei.
func cost(gas uint64, feeCap *big.Int) *big.Int {
	return new(big.Int).Mul(new(big.Int).SetUint64(gas), feeCap)
}
