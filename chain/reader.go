package chain

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/params"
	"github.com/ethereum/go-ethereum/rpc"
)

// reader makes requests, each to whichever node of the pool answers.
type reader struct{ pool *pool }

// ask makes one request to whichever node answers.
func (r reader) ask(ctx context.Context, result any, method string, args ...any) error {
	found, err := ask(ctx, r.pool, func(ctx context.Context, n *node) (reflect.Value, error) {
		own := reflect.New(reflect.TypeOf(result).Elem())
		err := n.ask(ctx, own.Interface(), method, args...)
		return own.Elem(), err
	}, method)
	if err == nil {
		reflect.ValueOf(result).Elem().Set(found)
	}
	return err
}

// batch sends the requests to one node, in as few round trips as it accepts. The error
// is a failure of the node; the error of a single request is in its element. If the
// node refuses a request and the contract did not, the whole batch goes to the next
// node.
func (r reader) batch(ctx context.Context, elems []rpc.BatchElem) error {
	err := r.fromOne(ctx, elems, refusal)
	if err != nil && refusal(elems) != nil && !failed(err) {
		return nil // every node refused: the element has the error
	}
	return err
}

// fromOne sends the requests to one node, as batch does. sound returns an error if the next
// node is to be asked, or nil.
func (r reader) fromOne(ctx context.Context, elems []rpc.BatchElem, sound func([]rpc.BatchElem) error) error {
	found, err := ask(ctx, r.pool, func(ctx context.Context, n *node) ([]rpc.BatchElem, error) {
		own := fresh(elems)
		if err := n.batch(ctx, own); err != nil {
			return nil, err
		}
		return own, sound(own)
	}, methods(elems)...)
	deliver(elems, found)
	return err
}

// deliver copies the results of requests to those that they were made from by fresh.
func deliver(elems, found []rpc.BatchElem) {
	for i, e := range found {
		reflect.ValueOf(elems[i].Result).Elem().Set(reflect.ValueOf(e.Result).Elem())
		elems[i].Error = e.Error
	}
}

// fresh returns the same requests with results of their own.
func fresh(elems []rpc.BatchElem) []rpc.BatchElem {
	own := slices.Clone(elems)
	for i, e := range elems {
		own[i].Result, own[i].Error = reflect.New(reflect.TypeOf(e.Result).Elem()).Interface(), nil
	}
	return own
}

// refusal returns the first error that another node may not have.
func refusal(elems []rpc.BatchElem) error {
	for _, e := range elems {
		if k := kindOf(e.Error); k != fine && k != said {
			return fmt.Errorf("%s: %w", e.Method, e.Error)
		}
	}
	return nil
}

// all is a batch that fails if one of its requests fails.
func (r reader) all(ctx context.Context, elems []rpc.BatchElem) error {
	return r.fromOne(ctx, elems, firstError)
}

// view makes one eth_call at the newest block. A revert is a *Revert.
func (r reader) view(ctx context.Context, m call) ([]byte, error) { return r.viewAt(ctx, m, 0) }

// viewAt is view in the state after a block (0: newest).
func (r reader) viewAt(ctx context.Context, m call, at uint64) ([]byte, error) {
	var out hexutil.Bytes
	if err := r.ask(ctx, &out, "eth_call", m, tag(at)); err != nil {
		return nil, asRevert(err)
	}
	return out, nil
}

// errNothing: a node returned empty output for a call that has output, to a contract
// with code. The node now serves another chain, or lacks the state, so another node may
// answer correctly.
const errNothing = malformed("the node returned nothing for a call of a contract that exists")

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
func (r reader) allThere(ctx context.Context, elems []rpc.BatchElem) error {
	return r.fromOne(ctx, elems, func(elems []rpc.BatchElem) error { return cmp.Or(firstError(elems), filled(elems)) })
}

// viewThere is view in the state after a block (0: newest), for a call that has output,
// to a contract that has code.
func (r reader) viewThere(ctx context.Context, m call, at uint64) ([]byte, error) {
	var out hexutil.Bytes
	if err := r.allThere(ctx, []rpc.BatchElem{m.elem(&out, tag(at))}); err != nil {
		return nil, asRevert(err)
	}
	return out, nil
}

// hasCode reports whether there is code at an address in the newest block.
func (r reader) hasCode(ctx context.Context, account common.Address) (bool, error) {
	code, err := r.code(ctx, account, latestTag)
	return len(code) > 0, err
}

func (r reader) code(ctx context.Context, account common.Address, tag string) ([]byte, error) {
	var code hexutil.Bytes
	if err := r.all(ctx, []rpc.BatchElem{codeElem(&code, account, tag)}); err != nil {
		return nil, fmt.Errorf("read code of %s: %w", account, err)
	}
	return code, nil
}

func codeElem(code *hexutil.Bytes, account common.Address, tag string) rpc.BatchElem {
	return rpc.BatchElem{Method: "eth_getCode", Args: []any{account, tag}, Result: code}
}

// estimate returns the gas that a call needs, plus a quarter, since other transactions
// may come first. If the call would be refused, the error is a *Revert.
func (r reader) estimate(ctx context.Context, m call) (uint64, error) {
	var gas hexutil.Uint64
	if err := r.ask(ctx, &gas, "eth_estimateGas", m); err != nil {
		return 0, asRevert(err)
	}
	return min(uint64(gas)+uint64(gas)/4, params.MaxTxGas), nil
}

// receipts returns the receipts of the hashes; missing ones are nil.
func (r reader) receipts(ctx context.Context, hashes []common.Hash) (found []*receipt, err error) {
	return ask(ctx, r.pool, func(ctx context.Context, n *node) ([]*receipt, error) {
		return n.receipts(ctx, hashes)
	}, "eth_getTransactionReceipt")
}
