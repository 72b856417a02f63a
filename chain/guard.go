package chain

import (
	"context"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"

	"github.com/mint402/mint402/bindings"
	"github.com/mint402/mint402/mint"
)

// Guards implements [mint.Chain]. One node shows its newest block, and runs the launch in
// the state after it: the launch must find the block's parent.
func (c *Client) Guards(ctx context.Context, launch mint.Launch) (bool, error) {
	guards, err := ask(ctx, &c.pool, func(ctx context.Context, n *node) (bool, error) {
		var newest *header
		if err := n.ask(ctx, &newest, "eth_getBlockByNumber", latestTag, false); err != nil {
			return false, err
		}
		if newest == nil || newest.Number == nil {
			return false, malformed("the node's newest block has no number")
		}
		if *newest.Number < 2 {
			return false, nil // number 0 asks for no block
		}
		parent := mint.Block{Number: uint64(*newest.Number) - 1, Hash: newest.Parent}
		var out hexutil.Bytes
		m := callTo(launch.Token, launchABI.PackOnBranch(seen(parent)))
		if err := n.ask(ctx, &out, "eth_call", m, hexutil.EncodeUint64(uint64(*newest.Number))); err != nil {
			return false, err
		}
		if len(out) == 0 {
			return false, errNothing
		}
		return launchABI.UnpackOnBranch(out)
	}, "eth_getBlockByNumber", "eth_call")
	if err != nil {
		return false, fmt.Errorf("find out whether %s knows blocks: %w", launch.Token, asRevert(err))
	}
	return guards, nil
}

// guardGas is more than a contract needs to find a block.
const guardGas = 10_000

// TrySeen is Try for a call that pack encodes with the block that the caller saw, and returns
// its input, too. The newest block can be found by transactions only, and not by a
// simulation in the state after it: the call is then tried without the block.
func (c *Client) TrySeen(ctx context.Context, from, to common.Address, seen mint.Block, pack func(seen mint.Block) []byte) (input []byte, gas uint64, err error) {
	input = pack(seen)
	if seen.Number > 0 {
		newest, _, err := c.Head(ctx)
		if err != nil {
			return input, 0, err
		}
		if seen.Number >= newest.Number {
			gas, err = c.Try(ctx, from, to, pack(mint.Block{}))
			if err == nil {
				gas += guardGas
			}
			return input, gas, err
		}
	}
	gas, err = c.Try(ctx, from, to, input)
	return input, gas, err
}

// seen converts a block to the contract's type.
func seen(b mint.Block) bindings.Block {
	return bindings.Block{Number: new(big.Int).SetUint64(b.Number), Hash: b.Hash}
}
