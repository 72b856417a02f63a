package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/mint402/mint402/mint"
)

// guardGas is more than a contract needs to find a block.
const guardGas = 10_000

// Try simulates a call from an account in the state after a block (0: newest). In the newest state it
// returns the gas that the call needs, plus a quarter, and otherwise 0. If the call would be refused, the
// error is a *Revert. It only tries: the owner of the key signs and sends.
func (c *Client) Try(ctx context.Context, from, to common.Address, input []byte, at uint64) (gas uint64, err error) {
	if at == 0 {
		gas, err = c.read.try(ctx, from, to, input)
	} else {
		_, err = c.read.viewAt(ctx, call{From: &from, To: &to, Input: input}, at)
	}
	if err != nil {
		return 0, fmt.Errorf("try call of %s: %w", to, err)
	}
	return gas, nil
}

// TryOnBranch is [Client.Try] for a call that names a block that the caller saw. It returns the call's
// input, too, which pack encodes with that block.
//
// Only a transaction finds the newest block, and no simulation in the state after it does: a
// call that names it is tried without.
func TryOnBranch(ctx context.Context, c *Client, from, to common.Address, seen mint.Block, pack func(seen mint.Block) []byte) (input []byte, gas uint64, err error) {
	input = pack(seen)
	tried, more := input, uint64(0)
	if seen.Number > 0 {
		newest, _, err := c.Head(ctx)
		if err != nil {
			return input, 0, err
		}
		if seen.Number >= newest.Number {
			tried, more = pack(mint.Block{}), guardGas
		}
	}
	if gas, err = c.read.try(ctx, from, to, tried); err != nil {
		return input, 0, fmt.Errorf("try call of %s: %w", to, err)
	}
	return input, gas + more, nil
}

func (r reader) try(ctx context.Context, from, to common.Address, input []byte) (gas uint64, err error) {
	m := call{From: &from, To: &to, Input: input}
	if _, err := r.view(ctx, m); err != nil {
		return 0, err
	}
	return r.estimate(ctx, m)
}

// Fate is the status of a transaction, of ours or not.
type Fate struct {
	Mined    bool // false: it is pending, or unknown to the nodes
	Reverted bool
	Block    uint64
	Reason   string // of a revert, as far as it can be found
}

// TxStatus returns the status of a transaction. The reason of a revert is found by running
// the call again on the state before its block, which a node may have dropped.
func (c *Client) TxStatus(ctx context.Context, hash common.Hash) (Fate, error) {
	r, err := c.transactor().receipt(ctx, hash)
	if err != nil || r == nil {
		return Fate{}, err
	}
	f := Fate{Mined: true, Block: uint64(*r.Block), Reverted: *r.Status == 0}
	if !f.Reverted {
		return f, nil
	}
	f.Reason = "reverted without a reason"
	var sent *struct {
		From  common.Address  `json:"from"`
		To    *common.Address `json:"to"`
		Gas   hexutil.Uint64  `json:"gas"`
		Input hexutil.Bytes   `json:"input"`
	}
	if err := c.read.ask(ctx, &sent, "eth_getTransactionByHash", hash); err != nil || sent == nil || f.Block == 0 {
		return f, nil
	}
	var out hexutil.Bytes
	err = c.read.ask(ctx, &out, "eth_call", call{From: &sent.From, To: sent.To, Gas: sent.Gas, Input: sent.Input}, hexutil.EncodeUint64(f.Block-1))
	var revert *Revert
	var answered rpc.Error
	switch {
	case err == nil:
		f.Reason = "reverted, though one block earlier it would have succeeded: another transaction came first"
	case errors.As(asRevert(err), &revert):
		f.Reason = revert.Reason
	case errors.As(err, &answered):
	default:
		return f, err
	}
	return f, nil
}
