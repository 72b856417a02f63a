package chain

import (
	"context"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"
)

// errNothing: a node answers with nothing where a contract is that returns something. It
// serves another chain by now, or lacks the state: another node may do better.
const errNothing = malformed("no answer of a contract that is there")

// filled returns errNothing if a call that did not fail got no output.
func filled(elems []rpc.BatchElem) error {
	for _, e := range elems {
		if out, ok := e.Result.(*hexutil.Bytes); ok && e.Error == nil && len(*out) == 0 {
			return errNothing
		}
	}
	return nil
}

// allThere is all for calls that return something, of contracts that have code.
func (c *Client) allThere(ctx context.Context, elems []rpc.BatchElem) error {
	return c.nodes.ask(ctx, func(n *node) error {
		if err := n.all(ctx, elems); err != nil {
			return err
		}
		return filled(elems)
	}, methods(elems)...)
}

// viewThere is view in the state after a block (0: newest), for a call that returns
// something, of a contract that has code.
func (c *Client) viewThere(ctx context.Context, m call, at uint64) ([]byte, error) {
	var out hexutil.Bytes
	elems := []rpc.BatchElem{m.elem(&out, tag(at))}
	err := c.nodes.ask(ctx, func(n *node) error {
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
