package chain

import (
	"context"
	"errors"
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// Try runs a call as from would send it now and says how much gas it needs, with
// a quarter to spare. If it would be refused, the error is a *Revert. Nothing is
// signed or sent: that is for whoever has the key of from.
func (c *Client) Try(ctx context.Context, from, to common.Address, input []byte) (gas uint64, err error) {
	m := call{From: &from, To: &to, Input: input}
	if _, err := c.view(ctx, m); err != nil {
		return 0, fmt.Errorf("try call of %s: %w", to, err)
	}
	if gas, err = c.estimate(ctx, m); err != nil {
		return 0, fmt.Errorf("estimate call of %s: %w", to, err)
	}
	return gas, nil
}

// Fate is what became of a transaction, whoever sent it.
type Fate struct {
	Mined    bool // it is in a block; else it waits, or no node knows it
	Reverted bool
	Block    uint64
	Reason   string // of a revert, as far as it can be found
}

// Fate asks what became of a transaction. Why one reverted is found by running
// its call again on the state before its block, which a node may have dropped.
func (c *Client) Fate(ctx context.Context, hash common.Hash) (Fate, error) {
	r, err := c.seen(ctx, hash)
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
	if err := c.ask(ctx, &sent, "eth_getTransactionByHash", hash); err != nil || sent == nil || f.Block == 0 {
		return f, nil
	}
	var out hexutil.Bytes
	err = c.ask(ctx, &out, "eth_call", call{From: &sent.From, To: sent.To, Gas: sent.Gas, Input: sent.Input}, hexutil.EncodeUint64(f.Block-1))
	var revert *Revert
	var answered rpc.Error
	switch {
	case err == nil:
		f.Reason = "reverted, and would not have a block earlier: something else came first"
	case errors.As(asRevert(err), &revert):
		f.Reason = revert.Reason
	case errors.As(err, &answered):
	default:
		return f, err
	}
	return f, nil
}
