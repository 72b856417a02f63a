package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// errNothing: a node returned empty output for a call that has output, to a contract
// with code. The node now serves another chain, or lacks the state, so another node may
// answer correctly.
const errNothing = malformed("no answer of a contract that is there")

// filled returns errNothing if a call succeeded with empty output.
func filled(elems []rpc.BatchElem) error {
	for _, e := range elems {
		if out, ok := e.Result.(*hexutil.Bytes); ok && e.Error == nil && len(*out) == 0 {
			return errNothing
		}
	}
	return nil
}

// allThere is all for calls that have output, to contracts that have code.
func (c *Client) allThere(ctx context.Context, elems []rpc.BatchElem) error {
	return c.pool.ask(ctx, func(n *node) error {
		if err := n.all(ctx, elems); err != nil {
			return err
		}
		return filled(elems)
	}, methods(elems)...)
}

// viewThere is view in the state after a block (0: newest), for a call that has output,
// to a contract that has code.
func (c *Client) viewThere(ctx context.Context, m call, at uint64) ([]byte, error) {
	var out hexutil.Bytes
	elems := []rpc.BatchElem{m.elem(&out, tag(at))}
	err := c.pool.ask(ctx, func(n *node) error {
		if err := n.ask(ctx, &out, "eth_call", m, tag(at)); err != nil {
			return err
		}
		return filled(elems)
	}, "eth_call")
	if err != nil {
		return nil, asRevert(err)
	}
	return out, nil
}
